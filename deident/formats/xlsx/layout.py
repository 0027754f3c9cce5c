"""Cells as lines: TAB between cells, LF behind rows, so that what stands in one column has the same number of TABs before it.

Columns that no cell of the sheet uses shrink to GAP.  All rows are as wide as the sheet, since a row that ends early would end the table
(matching/tables.py); rows with nothing but one cell (titles) and the place of rows that are not there get one cell more: below them
a header is looked for anew.  Where a sheet is too sparse for that, gaps are shortened row by row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from deident.formats.xlsx.middle import copy
from deident.formats.xlsx.sheet import Sheet
from deident.model import Bools, Ints, SourceMap

GAP = 4  # columns
ROOM = 64, 1 << 20  # TABs that a sheet may have: for each of its cells, and besides
_TAB, _LF = 9, 10


class Text(NamedTuple):
    """A sheet's text, ends in LF; `map` leads to the Middle.  Of each cell (n,): where its text begins, how long it is, its row and
    column, and whether it shows a number in another way than it is written."""

    view: bytes
    map: SourceMap
    start: Ints
    size: Ints
    row: Ints
    column: Ints
    shown: Bools


def positions(column: Ints) -> Ints:
    """Places in a line for columns: their order, with gaps of unused ones kept up to GAP."""
    used = np.flatnonzero(np.bincount(column))
    place = np.zeros(int(used[-1]) + 1 if len(used) else 0, np.int64)
    place[used] = np.cumsum(np.minimum(np.diff(used, prepend=used[:1]), GAP))
    return place[column]


def lay(sheet: Sheet, middle: bytes, title: tuple[int, int]) -> Text:
    """`title`: start and length of the sheet's name in the Middle, a line of its own."""
    count, pieces = len(sheet.row), len(sheet.at)
    row, column, first, at, length, shown = _ordered(sheet)
    number = np.diff(first, append=pieces)  # pieces of each cell
    size = np.add.reduceat(length, first) if count else length
    tabs, breaks, tail = _between(row, positions(column))
    # one inserted piece before each cell, and the name's line before all
    before = tabs.sum(axis=1) + breaks
    start = title[1] + np.cumsum(before + size) - size
    total = (int(start[-1] + size[-1]) if count else title[1]) + tail + 1
    out = np.full(total, _TAB, np.uint8)
    out[-1] = _LF
    gap = start - before
    lines = np.flatnonzero(breaks > 0)
    out[(gap + tabs[:, 0])[lines]] = _LF
    lines = np.flatnonzero(breaks > 1)
    out[(gap + tabs[:, 0] + 1 + tabs[:, 1])[lines]] = _LF
    source = np.frombuffer(middle, np.uint8)
    to = np.cumsum(length) - length + np.repeat(start - (np.cumsum(size) - size), number)
    copy(source, at, length, out, to)
    out[: title[1]] = source[title[0] : title[0] + title[1]]
    cell = np.arange(count)
    spot = cell + first + 1  # of each inserted piece, behind the title
    own = np.arange(2, pieces + 2) + np.repeat(cell, number)  # of the others
    view, from_, width = (np.zeros(count + pieces + 2, np.int64) for _ in range(3))
    view[spot], from_[spot] = gap, at[first] if count else gap
    view[own], from_[own], width[own] = to, at, length
    from_[0], width[0] = title
    view[-1] = total - 1 - tail
    keep = np.append(view[1:] > view[:-1], view[-1] < total)
    if not keep.all():
        view, from_, width = view[keep], from_[keep], width[keep]
    return Text(out.tobytes(), SourceMap(view, from_, width, total), start, size, row, column, shown[first])


def _ordered(sheet: Sheet) -> tuple[Ints, Ints, Ints, Ints, Ints, Bools]:
    """Row, column, first piece of each cell, in the order of rows and columns; at, length and shown of their pieces."""
    keys = sheet.row * (1 << 20) + sheet.column
    if not (keys[1:] < keys[:-1]).any():
        return sheet.row, sheet.column, sheet.first, sheet.at, sheet.length, sheet.shown
    order = np.argsort(keys, kind="stable")
    number = np.diff(sheet.first, append=len(sheet.at))[order]
    first = np.cumsum(number) - number
    piece = np.repeat(sheet.first[order] - first, number) + np.arange(len(sheet.at))
    return sheet.row[order], sheet.column[order], first, sheet.at[piece], sheet.length[piece], sheet.shown[piece]


def _between(row: Ints, place: Ints) -> tuple[Ints, Ints, int]:
    """What stands before each cell: TABs behind the row before, on a line between, and before the cell itself (n, 3); line ends.
    And the TABs behind the last row."""
    count = len(row)
    tabs, breaks = np.zeros((count, 3), np.int64), np.zeros(count, np.int64)
    if not count:
        return tabs, breaks, 0
    fresh = np.diff(row, prepend=-1) > 0
    fresh[0] = True
    tabs[:, 2] = np.where(fresh, place, np.maximum(np.diff(place, prepend=0), 1))
    heads = np.flatnonzero(fresh)
    last = np.append(heads[1:], count) - 1
    width, tail = int(place.max()) + 1, 0
    breaks[heads] = 1
    blank = heads[1:][np.diff(row[heads]) > 1]
    if len(heads) * width > ROOM[0] * count + ROOM[1]:
        tabs[:, 2] = np.minimum(tabs[:, 2], GAP * GAP)
    elif width > 1:
        alone = last == heads
        missing = width - 1 + alone - place[last]
        tabs[heads[1:], 0], tail = missing[:-1], int(missing[-1])
        tabs[blank, 1] = width
    breaks[blank] = 2
    return tabs, breaks, tail
