"""Text of one destination of an RTF file in the making: what is seen, and beside it what is hidden or deleted.

A piece is (flags, source start, source width, UTF-8, exact?); without width it has no source.  Of a paragraph that holds hidden or
deleted text a second reading is kept, as it was before the changes: in the first one a number stands as the reader sees it, in
the second as it was.
"""

from __future__ import annotations

from typing import NamedTuple

from deident.model import SourceMap
from deident.text.maps import MapBuilder

HIDDEN, DELETED, REVISED, WHITE = 1, 2, 4, 8


class Piece(NamedTuple):
    """See the module."""

    flags: int
    start: int
    width: int
    view: bytes
    exact: bool


class Flow:
    """`label`: the destination's name.  `former`: second readings, each (name, view, map); `paragraphs`: starts in the view."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.built = MapBuilder()
        self.former: list[tuple[str, bytes, SourceMap]] = []
        self.paragraphs: list[int] = [0]
        self.flags = 0
        self._pieces: list[Piece] = []
        self._seen = 0
        self._tabs = 0

    def put(self, flags: int, start: int, width: int, view: bytes, exact: bool = False) -> None:
        """Text from the source."""
        if self._tabs:
            self._pieces.append(Piece(0, 0, 0, b"\t" * self._tabs, False))
            self._tabs = 0
        self._seen |= flags
        self._pieces.append(Piece(flags, start, width, view, exact))

    def widen(self, end: int) -> None:
        """The last piece goes on to `end` in the source."""
        if self._pieces and (last := self._pieces[-1]).width:
            self._pieces[-1] = last._replace(width=end - last.start, exact=False)

    def insert(self, view: bytes) -> None:
        """Text without a source."""
        self._pieces.append(Piece(0, 0, 0, view, False))

    def cell(self) -> None:
        """A cell of a table ends."""
        self._tabs += 1

    def row(self) -> None:
        """So does a row: the last cell has no TAB."""
        self._pieces.append(Piece(0, 0, 0, b"\t" * (self._tabs - 1), False))
        self._tabs = 0
        self.line()

    def line(self) -> None:
        """A paragraph ends."""
        self._tabs = 0
        self.flush()
        self.built.insert(b"\n")
        self.paragraphs.append(self.built.size)

    def __bool__(self) -> bool:
        return bool(self._pieces or self.built.size)

    def text(self) -> str:
        """What was put out so far, as one reads it."""
        return b"".join(piece.view for piece in self._pieces).decode()

    def flush(self) -> None:
        """Put out what was gathered."""
        pieces, seen = self._pieces, self._seen
        self.flags |= seen
        self._pieces, self._seen = [], 0
        gone = HIDDEN | DELETED
        _build(self.built, [piece for piece in pieces if not piece.flags & gone] if seen & gone else pieces)
        if seen & gone:
            former = MapBuilder()
            without = REVISED if seen & DELETED else 0
            _build(former, [piece for piece in pieces if not piece.flags & without])
            self.former.append(("deleted" if seen & DELETED else "hidden", *former.finish()))


def _build(out: MapBuilder, pieces: list[Piece]) -> None:
    for _, start, width, view, exact in pieces:
        if not width:
            out.insert(view)
        elif exact:
            out.copy(start, view)
        else:
            out.atomic(start, width, view)
