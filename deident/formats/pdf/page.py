"""A page: what is drawn on it, and where its notes stand (ISO 32000-1, 7.7.3, 12.5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Dictionary, Object

from deident.formats.pdf.glyphs import Floats, Placed, Stream, placed
from deident.formats.pdf.matrices import Matrix, times
from deident.formats.pdf.paths import Box, boxed
from deident.formats.pdf.run import matrix_of

_PARENTS = 64


@dataclass(slots=True, eq=False)
class Page:
    """A page: number from 1, its edges, its contents and the fields shown on it (with their place), other appearances apart."""

    number: int
    box: Box
    shown: list[tuple[Stream, Matrix]]
    apart: list[Stream] = field(default_factory=list)
    covered: bool = False

    def text(self) -> Placed:
        """What is shown on it, in drawing order, in page space."""
        seen: set[tuple[int, int]] = set()
        return placed(piece for stream, matrix in self.shown for piece in stream.pieces(matrix, seen))

    def rules(self) -> Floats:
        """(n, 4) x0 y0 x1 y1 of the lines drawn on it, in page space."""
        seen: set[tuple[int, int]] = set()
        found = [box for stream, matrix in self.shown for box in _rules(stream, matrix, seen)]
        return np.array(found, np.float64).reshape(-1, 4)

    def doubtful(self) -> bool:
        """Might some of its text be hidden?  (Ink; notes other than links and fields lie over the page.)"""
        return self.covered or any(stream.ink.doubtful for stream in self.streams())

    def streams(self) -> list[Stream]:
        """All streams drawn on it, forms in forms included, each once."""
        return within([*(stream for stream, _ in self.shown), *self.apart])


def _rules(stream: Stream, matrix: Matrix, seen: set[tuple[int, int]]) -> Iterator[Box]:
    """Of a stream and the forms in it (each once)."""
    if stream.id not in seen:
        seen.add(stream.id)
        yield from (boxed(box, matrix) for box in stream.ink.rules)
        for _, form, inner in stream.draws:
            yield from _rules(form, times(inner, matrix), seen)


def within(streams: Iterable[Stream]) -> list[Stream]:
    """These streams and the forms in them, each once."""
    found: dict[tuple[int, int], Stream] = {}
    waiting = list(streams)
    for stream in waiting:
        if stream.id not in found:
            found[stream.id] = stream
            waiting += [form for _, form, _ in stream.draws]
    return list(found.values())


def inherited(page: Object, key: str) -> Any:
    """An entry of a page or of the nodes above it (ISO 32000-1, 7.7.3.4)."""
    node: Any = page
    for _ in range(_PARENTS):
        if not isinstance(node, (Dictionary, pikepdf.Stream)):
            return None
        if key in node:
            return node.get(key)
        node = node.get("/Parent")
    return None


def appearances(note: Object) -> Iterable[Object]:
    """Appearance streams of an annotation: normal, rollover, down, all their states (12.5.5)."""
    group = note.get("/AP")
    for entry in group.values() if isinstance(group, Dictionary) else ():
        states = list(entry.values()) if isinstance(entry, Dictionary) else [entry]
        yield from (state for state in states if isinstance(state, pikepdf.Stream))


def place(note: Object, form: Object) -> Matrix | None:
    """Form space → page space: the form's box, as its matrix turns it, fills the annotation's rectangle (12.5.5, algorithm 8.1)."""
    try:
        left, bottom, right, top = (float(one) for one in note.Rect)
        x0, y0, x1, y1 = (float(one) for one in form.BBox)
    except (TypeError, ValueError, AttributeError):
        return None
    inner = matrix_of(form)
    corners = [times((1, 0, 0, 1, x, y), inner)[4:] for x in (x0, x1) for y in (y0, y1)]
    low = [min(corner[axis] for corner in corners) for axis in (0, 1)]
    high = [max(corner[axis] for corner in corners) for axis in (0, 1)]
    sx = abs(right - left) / (high[0] - low[0]) if high[0] > low[0] else 1.0
    sy = abs(top - bottom) / (high[1] - low[1]) if high[1] > low[1] else 1.0
    return times(inner, (sx, 0.0, 0.0, sy, min(left, right) - low[0] * sx, min(bottom, top) - low[1] * sy))
