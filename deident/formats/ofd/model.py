"""What an OFD page is made of (GB/T 33190-2016, 8 graphics, 11 text).  Offsets are those of the decoded part, lengths millimetres."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from deident.formats.ofd.geometry import Box, Color, Matrix

Values = dict[str, tuple[int, int]]  # attribute → start, end


@dataclass(slots=True)
class Code:
    """A TextCode.  `chars`: (start, end, text); `places`: (x, y) in the object; `steps`, `values`: what its attributes say, where."""

    chars: list[tuple[int, int, str]]
    values: Values
    inside: tuple[int, int]  # its content
    x: float
    y: float
    steps: tuple[list[float], list[float]]
    places: list[tuple[float, float]] = field(default_factory=list)


class Transform(NamedTuple):
    """A CGTransform: the element, the place and number of the characters, and the glyphs that are drawn for them."""

    start: int
    end: int
    prefix: str
    place: int
    codes: int
    glyphs: tuple[str, ...]


@dataclass(slots=True)
class Text:
    """A TextObject.  `em`: height of its characters on the page; `stretch`: of an em's width."""

    order: tuple[int, int]
    left: float
    top: float
    matrix: Matrix
    size: float
    stretch: float
    upright: bool  # ReadDirection 90 or 270: lines run downwards
    color: Color
    visible: bool
    font: str
    em: float
    codes: list[Code] = field(default_factory=list)
    transforms: list[Transform] = field(default_factory=list)


class Cover(NamedTuple):
    """A filled rectangle."""

    order: tuple[int, int]
    box: Box
    color: Color


@dataclass(slots=True)
class Group:
    """See the module.  `down` and `across`: ruled lines as (place, start, end)."""

    label: str
    left: float = 0.0
    top: float = 0.0
    texts: list[Text] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    down: list[tuple[float, float, float]] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)
    box: Box | None = None


@lru_cache(1 << 12)
def local(name: bytes) -> str:
    """A name without its prefix."""
    return name.rpartition(b":")[2].decode("utf-8", "replace")
