"""The glyphs of a content stream as columns, and streams put together on a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.formats.pdf.fonts import UNKNOWN
from deident.formats.pdf.matrices import Matrix, times
from deident.formats.pdf.paths import Ink
from deident.model import Ints

Floats = NDArray[np.float64]


class Row(NamedTuple):
    """A glyph as the interpreter meets it.

    text      as it stands in the view; UNKNOWN where the font does not tell
    show      number of the showing operator among the stream's (Show)
    element   place in its array (0 for a single string; -1: a mask that was left in place of removed glyphs, see remove.py)
    at, size  bytes in the operand string
    code      as a number; font: number among the fonts of the document (-1 for a mask)
    along     where the pen stands, from the start of the operator; advance: how far it moves (text space, not yet scaled by Tz)
    """

    text: str
    show: int
    element: int
    at: int
    size: int
    code: int
    font: int
    along: float
    advance: float


class Show(NamedTuple):
    """A showing operator: its number among the instructions, text space → stream space, and the text state."""

    instruction: int
    matrix: Matrix
    size: float
    stretch: float
    rise: float
    vertical: bool


@dataclass(slots=True, eq=False)
class Glyphs:
    """All glyphs of one stream, in its order.

    number    (n,) the number in a TJ array that moves the pen as the glyph does
    place     (6, n) stream space: start x y, movement x y, one em upwards (across, in vertical writing) x y
    """

    text: list[str]
    instruction: Ints
    element: Ints
    at: Ints
    size: Ints
    code: Ints
    font: Ints
    number: Floats
    place: Floats
    vertical: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.text)

    @staticmethod
    def of(rows: list[Row], shows: list[Show]) -> Glyphs:
        """The columns of these rows."""
        if not rows:
            none, some = np.zeros(0, np.int64), np.zeros(0)
            return Glyphs([], none, none, none, none, none, none, some, np.zeros((6, 0)), np.zeros(0, np.bool_))
        text, show, element, at, size, code, font, along, advance = zip(*rows, strict=True)
        which = np.array(show, np.int64)
        instruction = np.array([s.instruction for s in shows], np.int64)[which]
        a, b, c, d, e, f = np.array([s.matrix for s in shows], np.float64).T[:, which]
        height, stretch, rise = np.array([(s.size, s.stretch, s.rise) for s in shows], np.float64).T[:, which]
        vertical = np.array([s.vertical for s in shows], np.bool_)[which]
        x, move = np.array(along), np.array(advance)
        number = np.divide(-1000 * move, height, out=np.zeros(len(move)), where=np.abs(height) > 1e-9)
        right, up = np.where(vertical, 0.0, stretch), np.where(vertical, 1.0, 0.0)
        px, py = x * right, x * up + np.where(vertical, 0.0, rise)
        mx, my = move * right, move * up
        ex, ey = np.where(vertical, height * stretch, 0.0), np.where(vertical, 0.0, height)
        place = np.stack(
            (a * px + c * py + e, b * px + d * py + f, a * mx + c * my, b * mx + d * my, a * ex + c * ey, b * ex + d * ey)
        )
        elements, ats, sizes, codes, fonts = (np.array(column, np.int64) for column in (element, at, size, code, font))
        place = np.nan_to_num(place, posinf=0, neginf=0)
        return Glyphs(list(text), instruction, elements, ats, sizes, codes, fonts, number, place, vertical)

    def unknown(self) -> tuple[int, int]:
        """How many glyphs are shown whose character is not known, and how many with one that can be seen."""
        moved = np.abs(self.place[2]) + np.abs(self.place[3]) > 0
        lost = sum(1 for text, moves in zip(self.text, moved.tolist(), strict=True) if text == UNKNOWN and moves)
        return lost, sum(1 for text in self.text if text != UNKNOWN and text.strip())


class Property(NamedTuple):
    """A text in the property list of marked content: instruction, key ("/ActualText"), the glyphs it stands for."""

    instruction: int
    key: str
    text: str
    first: int
    last: int


@dataclass(slots=True, eq=False)
class Stream:
    """A content stream that was read.

    id        object of a form; (0, page number from 1) of a page's contents
    draws     forms drawn in it: how many glyphs came before, the form, form space → stream space
    images    pictures drawn (objects); inline: instructions of inline pictures
    ink       what else it draws
    start     where its glyphs begin in the source of the document (one byte each)
    """

    id: tuple[int, int]
    glyphs: Glyphs
    draws: list[tuple[int, Stream, Matrix]]
    properties: list[Property]
    images: list[Any]
    inline: list[int]
    ink: Ink
    start: int = 0

    def pieces(self, matrix: Matrix, seen: set[tuple[int, int]]) -> Iterator[tuple[Stream, int, int, Matrix]]:
        """Its glyphs and those of the forms in it, in drawing order: (stream, first, last, to page space); a form once a page."""
        done = 0
        for before, form, inner in self.draws:
            if form.id in seen:
                continue
            seen.add(form.id)
            if before > done:
                yield self, done, before, matrix
                done = before
            yield from form.pieces(times(inner, matrix), seen)
        if len(self.glyphs) > done:
            yield self, done, len(self.glyphs), matrix


class Placed(NamedTuple):
    """Glyphs on a page, in drawing order: texts, source offsets, geometry as in Glyphs.place, which write downwards, which are
    masks."""

    text: list[str]
    source: Ints
    place: Floats
    vertical: NDArray[np.bool_]
    mask: NDArray[np.bool_]

    def take(self, chosen: Ints) -> Placed:
        """Some of them."""
        text = [self.text[number] for number in chosen.tolist()]
        return Placed(text, self.source[chosen], self.place[:, chosen], self.vertical[chosen], self.mask[chosen])


def placed(pieces: Iterator[tuple[Stream, int, int, Matrix]]) -> Placed:
    """These pieces in page space."""
    text: list[str] = []
    source, place, vertical, mask = [np.zeros(0, np.int64)], [np.zeros((6, 0))], [np.zeros(0, np.bool_)], [np.zeros(0, np.bool_)]
    for stream, first, last, (a, b, c, d, e, f) in pieces:
        glyphs = stream.glyphs
        text += glyphs.text[first:last]
        source.append(np.arange(stream.start + first, stream.start + last))
        own = glyphs.place[:, first:last]
        x, y = own[0::2], own[1::2]
        moved = np.empty_like(own)
        moved[0::2], moved[1::2] = a * x + c * y, b * x + d * y
        moved[0] += e
        moved[1] += f
        place.append(np.nan_to_num(moved, posinf=0, neginf=0))
        vertical.append(glyphs.vertical[first:last])
        mask.append(glyphs.element[first:last] < 0)
    return Placed(text, np.concatenate(source), np.concatenate(place, axis=1), np.concatenate(vertical), np.concatenate(mask))
