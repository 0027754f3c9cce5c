"""Paths, as far as they matter to text: rules between the cells of tables, and what may keep a glyph from being seen.

ISO 32000-1, 8.5 and 8.6.  `Ink` is what a stream draws; `Paths` follows one path after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pikepdf import Name

from deident.formats.pdf.matrices import Matrix

Box = tuple[float, float, float, float]
THIN = 2.5  # points: a filled rectangle no wider is a rule
_BIG = 4.0  # points: one that is larger either way may cover a glyph
_MOST = 40_000  # rules of a stream
_LIGHT = 0.85  # of 1
_NOTHING: Box = (1e9, 1e9, -1e9, -1e9)


@dataclass(slots=True)
class Ink:
    """What a stream draws besides glyphs, in its space.

    rules     x0 y0 x1 y1 of lines and thin rectangles
    filled    is anything painted that is larger than a rule
    doubtful  is there anything by which a glyph may be hidden: then the page is rendered and looked at (hidden.py)
    """

    rules: list[Box] = field(default_factory=list)
    filled: bool = False
    doubtful: bool = False
    curves: int = 0


def light(operator: str, operands: Sequence[Any]) -> bool:
    """Does this operator choose a colour like that of paper?  A pattern, or a spot colour, may be."""
    try:
        numbers = [float(one) for one in operands if not isinstance(one, Name)]
    except (TypeError, ValueError):
        return True
    if operator == "k" or (operator in ("sc", "scn") and len(numbers) == 4):
        return max(numbers, default=0.0) < 1 - _LIGHT
    if len(numbers) != len(operands) or (operator in ("sc", "scn") and len(numbers) not in (1, 3)):
        return True
    return min(numbers, default=1.0) > _LIGHT


class Paths:
    """The current path: its rectangles and straight lines, and the box around all of it (user space)."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self._boxes: list[Box] = []
        self._lines: list[Box] = []
        self._now = self._first = (0.0, 0.0)
        self._extent: Box = _NOTHING
        self._clips = False

    def _grow(self, x: float, y: float) -> None:
        x0, y0, x1, y1 = self._extent
        self._extent = (min(x0, x), min(y0, y), max(x1, x), max(y1, y))

    def move(self, x: float, y: float) -> None:
        """m"""
        self._now = self._first = (x, y)
        self._grow(x, y)

    def line(self, x: float, y: float) -> None:
        """l"""
        if len(self._lines) < _MOST:
            self._lines.append((*self._now, x, y))
        self._now = (x, y)
        self._grow(x, y)

    def close(self) -> None:
        """h"""
        if self._now != self._first:
            self.line(*self._first)

    def curve(self, x: float, y: float) -> None:
        """c, v, y, to its end."""
        self.ink.curves += 1
        self._now = (x, y)
        self._grow(x, y)

    def rectangle(self, x: float, y: float, width: float, height: float) -> None:
        """re"""
        if len(self._boxes) < _MOST:
            self._boxes.append((x, y, x + width, y + height))
        self._grow(x, y)
        self._grow(x + width, y + height)

    def clip(self) -> None:
        """W"""
        self._clips = True

    def end(self, ctm: Matrix, clip: Box | None) -> Box | None:
        """The path is done with: what may still be drawn on, in stream space."""
        if self._clips and self._extent is not _NOTHING:
            x0, y0, x1, y1 = boxed(self._extent, ctm)
            clip = (x0, y0, x1, y1) if clip is None else (max(x0, clip[0]), max(y0, clip[1]), min(x1, clip[2]), min(y1, clip[3]))
        self._boxes, self._lines, self._clips, self._extent = [], [], False, _NOTHING
        return clip

    def paint(self, ctm: Matrix, fill: bool, stroke: bool, pale: bool, glyphs: bool) -> None:
        """Fill or stroke.  `pale`: in the colour of paper; `glyphs`: were there some before?"""
        rules = self.ink.rules
        large = False
        for box in self._boxes:
            x0, y0, x1, y1 = boxed(box, ctm)
            thin = min(x1 - x0, y1 - y0) <= THIN
            large = large or min(x1 - x0, y1 - y0) > _BIG
            if stroke and not thin and len(rules) < _MOST:
                rules += ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))
            elif thin and len(rules) < _MOST:
                rules.append((x0, y0, x1, y1))
        for line in self._lines:
            x0, y0, x1, y1 = boxed(line, ctm)
            if stroke and min(x1 - x0, y1 - y0) <= 0.5 and len(rules) < _MOST:
                rules.append((x0, y0, x1, y1))
        if fill and self._lines:
            x0, y0, x1, y1 = boxed(self._extent, ctm)
            large = large or min(x1 - x0, y1 - y0) > _BIG
            if min(x1 - x0, y1 - y0) <= THIN and len(rules) < _MOST:
                rules.append((x0, y0, x1, y1))
        # dark under text hides dark text; whatever comes later covers what stands there
        if fill and large:
            self.ink.filled = True
            self.ink.doubtful = self.ink.doubtful or glyphs or not pale


def boxed(box: Box, m: Matrix) -> Box:
    """The box around a box in another space."""
    a, b, c, d, e, f = m
    x0, y0, x1, y1 = box
    xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)] if b or c else [a * x0 + e, a * x1 + e]
    ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)] if b or c else [d * y0 + f, d * y1 + f]
    return min(xs), min(ys), max(xs), max(ys)
