"""Glyphs of a page → lines in reading order, cells of a row apart by TAB.

What stands on one baseline is a row, whatever order it was drawn in.  Cells are told apart by the gutters that rows below each other
share (tables.py); characters that are merely spaced out stay together.  A paragraph is one line where that is sure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from deident.formats.pdf.glyphs import Floats, Placed
from deident.formats.pdf.grid import Cell, Grid
from deident.formats.pdf.lines import blank, chunks, directions, rows
from deident.formats.pdf.tables import LF, SPACE, TAB, Chunk, Line, blocks, laid

_NARROW = 15  # ems: lines below this are no paragraphs
_ENDS = frozenset("。！？；：;:!?")
_PUNCTUATION = frozenset("，。、；：！？（）《》“”,;")


def lay(glyphs: Placed, sides: tuple[float, float] = (0.0, 0.0), rules: Floats | None = None) -> list[int]:
    """Numbers of glyphs, and separators, in reading order.  `sides`: left and right edge of the page; `rules`: lines on it (n, 4)."""
    out: list[int] = []
    again: list[int] = []
    for group, angle in directions(glyphs):
        grid = Grid(_turned(rules if rules is not None else np.zeros((0, 4)), angle))
        loose = list(chunks(glyphs, group, angle, again, grid))
        tables, loose = grid.tables(loose) if grid else ((), loose)
        lines = rows(loose)
        at = 0
        for table in tables:
            end = next((n for n in range(at, len(lines)) if lines[n].y < table.top), len(lines))
            heads = end > at and table.heads(lines[end - 1])
            out += _read(lines[at : end - heads], sides)
            if heads:
                out += _row(
                    [(table.column((one.left + one.right) / 2), one.glyphs) for one in lines[end - 1].chunks], table.columns
                )
            for row in table.rows:
                out += _row([(column, _cell(cell, chunks)) for column, cell, chunks in row], table.columns)
            at = end
        out += _read(lines[at:], sides)
    if again:  # what was drawn twice for boldness, once more
        once = np.array(again, np.int64)
        out += [number if number < 0 else again[number] for number in lay(glyphs.take(once))]
    return out


def _read(lines: Sequence[Line], sides: tuple[float, float]) -> Iterator[int]:
    for block, columns in blocks(lines):
        yield from laid(block, columns) if columns else _plain(block, sides)


def _row(cells: Sequence[tuple[int, Sequence[int]]], columns: int) -> Iterator[int]:
    """A row of a table with rules: cells with their columns."""
    at = 0
    for number, (column, cell) in enumerate(cells):
        yield from [TAB] * (column - at) or [SPACE] * (number > 0)
        yield from cell
        at = column
    yield from [TAB] * (columns - 1 - at)
    yield LF


def _cell(cell: Cell, chunks: Sequence[Chunk]) -> list[int]:
    """What stands in a cell.  A line that is full goes on in the next one."""
    out: list[int] = []
    lines = rows(chunks)
    for place, line in enumerate(lines):
        for number, chunk in enumerate(line.chunks):
            out += [SPACE] * (number > 0)
            out += chunk.glyphs
        after = lines[place + 1].text if place + 1 < len(lines) else ""
        full = cell.right - line.right < 1.6 * line.em
        if after and not (full and (line.text[-1:].isdigit() or not blank(line.text, after, 1.0))):
            out.append(SPACE)
    return out


def _turned(rules: Floats, angle: float) -> Floats:
    """Rules as they stand when the page is turned back by a multiple of 90°; none of them otherwise."""
    quarters = round(angle / (np.pi / 2))
    if abs(angle - quarters * np.pi / 2) > 0.01:
        return rules[:0]
    x0, y0, x1, y1 = rules.T
    return np.stack([(x0, y0, x1, y1), (y0, -x1, y1, -x0), (-x1, -y1, -x0, -y0), (-y1, x0, -y0, x1)][quarters % 4], 1)


def _plain(lines: Sequence[Line], sides: tuple[float, float]) -> list[int]:
    """Lines that are no table; those of a paragraph joined."""
    out: list[int] = []
    right = max(line.right for line in lines)
    if (
        sum(line.right > right - 1.3 * line.em for line in lines) < 2
    ):  # one line makes no margin, unless it is as wide as the other
        right = max(right, sides[1] - (min(line.left for line in lines) - sides[0]) - 0.7 * lines[0].em)
    for place, line in enumerate(lines):
        chunks = line.chunks
        for number, chunk in enumerate(chunks):
            if number:
                gap = (chunk.left - chunks[number - 1].right) / chunk.em
                single = all(len(one.text) == 1 for one in chunks)
                out.append(TAB if gap > 1.5 and not single else SPACE)
            out += (SPACE if glyph < 0 else glyph for glyph in chunk.glyphs)
        if place + 1 < len(lines) and _goes_on(line, lines[place + 1], right):
            if blank(line.text, lines[place + 1].text, 1.0) and not (
                line.text[-1].isdigit() and lines[place + 1].text[0].isdigit()
            ):
                out.append(SPACE)
        else:
            out.append(LF)
    return out


def _goes_on(line: Line, after: Line, right: float) -> bool:
    """Does a paragraph go on in the next line: full to the margin, the same size, no indent, and prose in both?"""
    em = line.em
    if len(line.chunks) > 1 or len(after.chunks) > 1 or line.right < right - 1.3 * em or line.right - line.left < _NARROW * em:
        return False
    if abs(after.em - em) > 0.1 * em or after.left > line.left + 0.5 * em or not 0.8 * em < line.y - after.y < 2.6 * em:
        return False
    if line.text[-1:] in _ENDS:
        return False
    prose = sum(char in _PUNCTUATION for char in line.text)
    return prose > 0 and not (
        after.text[:1].isdigit() and line.text[-1:].isdigit() and after.text.isalnum() and len(after.text) > 12
    )
