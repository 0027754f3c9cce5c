"""Which lines below each other are a table: those that leave the same gutters free.

Column by column the extents of the cells are put together, line by line; a line that would close the gutters ends the table.  Columns
of running text, drawn one after the other, are no table and are read one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

_FAR = 4.5  # ems between baselines of one table's lines
_FLOW = 12  # characters a line holds, at least, in a column of running text
#: Separators among the numbers of glyphs.
LF, TAB, SPACE = -1, -2, -3


class Chunk(NamedTuple):
    """Glyphs that belong together (numbers; SPACE between words), their text, extent, baseline, size, and place in drawing order."""

    glyphs: list[int]
    text: str
    left: float
    right: float
    y: float
    em: float
    order: int

    def joined(self, after: Chunk, blank: bool) -> Chunk:
        """This and the one behind it."""
        glyphs = [*self.glyphs, SPACE, *after.glyphs] if blank else [*self.glyphs, *after.glyphs]
        text = f"{self.text} {after.text}" if blank else self.text + after.text
        return Chunk(glyphs, text, self.left, max(self.right, after.right), self.y, max(self.em, after.em), self.order)

    def covers(self, other: Chunk) -> bool:
        """Is it drawn over the other?  (Same text.)"""
        near = 0.15 * self.em
        return bool(self.text) and abs(self.left - other.left) < near and abs(self.y - other.y) < near


@dataclass(slots=True)
class Line:
    """Chunks of a row, from left to right."""

    chunks: list[Chunk]

    @property
    def left(self) -> float:
        return self.chunks[0].left

    @property
    def right(self) -> float:
        return max(chunk.right for chunk in self.chunks)

    @property
    def y(self) -> float:
        return self.chunks[0].y

    @property
    def em(self) -> float:
        return max(chunk.em for chunk in self.chunks)

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks)


Column = tuple[float, float]


def blocks(lines: Sequence[Line]) -> Iterator[tuple[Sequence[Line], Sequence[Column]]]:
    """Tables with their columns, and the lines between them, which have none."""
    loose: list[Line] = []
    at = 0
    while at < len(lines):
        end, columns = _table(lines, at)
        if end - at < 2:
            loose.append(lines[at])
            at += 1
            continue
        if loose:
            yield loose, ()
            loose = []
        yield lines[at:end], columns
        at = end
    if loose:
        yield loose, ()


def _table(lines: Sequence[Line], first: int) -> tuple[int, list[Column]]:
    """Where the table ends that begins with this line, and its columns."""
    columns: list[Column] = [(chunk.left, chunk.right) for chunk in lines[first].chunks]
    if len(columns) < 2:
        return first, columns
    end, rows = first + 1, 1
    wide = len(columns)
    while end < len(lines):
        line, before = lines[end], lines[end - 1]
        if before.y - line.y > _FAR * max(line.em, before.em):
            break
        more = _merged(columns, line)
        if len(more) < 2 or len(more) * 2 < wide:
            break
        columns, end = more, end + 1
        rows += len(line.chunks) > 1
        wide = max(wide, len(columns)) if rows < 3 else len(columns)
    while end > first + 1 and len(lines[end - 1].chunks) == 1:  # what only stands below a column may as well be a paragraph
        if _inside(lines[end - 1].chunks[0], columns) > 0:
            break
        end -= 1
    return (end, columns) if rows > 1 else (first, columns)


def _merged(columns: Sequence[Column], line: Line) -> list[Column]:
    """The columns with the extents of one more line."""
    em = line.em * 0.2
    spans = sorted([*columns, *((chunk.left, chunk.right) for chunk in line.chunks)])
    out = [spans[0]]
    for left, right in spans[1:]:
        if left < out[-1][1] + em:
            out[-1] = (out[-1][0], max(out[-1][1], right))
        else:
            out.append((left, right))
    return out


def _inside(chunk: Chunk, columns: Sequence[Column]) -> int:
    """Number of the column a chunk stands in."""
    return max(0, sum(1 for left, _ in columns if left <= chunk.left + 0.01) - 1)


def laid(lines: Sequence[Line], columns: Sequence[Column]) -> Iterator[int]:
    """A table: numbers of glyphs and separators."""
    cells = [[[chunk for chunk in line.chunks if _inside(chunk, columns) == n] for n in range(len(columns))] for line in lines]
    if _flows(cells):
        for column in range(len(columns)):
            for row in cells:
                if row[column]:
                    yield from _cell(row[column])
                    yield LF
        return
    for row in cells:
        for number, cell in enumerate(row):
            if number:
                yield TAB
            yield from _cell(cell)
        yield LF


def _cell(chunks: Sequence[Chunk]) -> Iterator[int]:
    for number, chunk in enumerate(chunks):
        if number and not (len(chunk.text) == 1 and len(chunks[number - 1].text) == 1):
            yield SPACE
        yield from chunk.glyphs


def _flows(cells: Sequence[Sequence[Sequence[Chunk]]]) -> bool:
    """Was each column drawn from top to bottom before the next one, in lines of running text?"""
    if len(cells) < 3:
        return False
    spans, size, count = [], 0, 0
    for column in zip(*cells, strict=True):
        orders = [chunk.order for cell in column for chunk in cell]
        size += sum(len(chunk.text) for cell in column for chunk in cell)
        count += sum(1 for cell in column if cell)
        spans.append((min(orders), max(orders)))
    return size >= _FLOW * count and all(before[1] < after[0] for before, after in pairwise(spans))
