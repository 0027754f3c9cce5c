"""HTML, second step: what stands in the text for every tag: nothing, a space, a line break or TABs.

* A cell that follows a cell gets one TAB; rows and tables get a line break.
* `colspan=n` adds n - 1 TABs after the cell, a cell spanning down (`rowspan`) adds TABs in the rows below it, so that column k
  of the text is column k of the table.
* A block boundary or `<br>` inside a row is a space, elsewhere a line break.  A cell that is alone in its row, or that holds
  more than `LAYOUT` block boundaries, is page layout: its blocks are lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident.formats.html_marks import (
    BLOCK,
    CELL,
    CELL_END,
    PAGE,
    PRE,
    ROW,
    ROW_END,
    TABLE,
    Marks,
)
from deident.model import Bools, Ints

LAYOUT = 20  # block boundaries
SPAN_LIMIT = 50  # TABs for one tag; more is an attack
COLUMN_LIMIT = 100  # columns of which spans down are kept

_SPAN = re.compile(rb"span\s*=\s*[\"']?\s*0*([1-9][0-9]{0,3})")  # in a lower case tag


@dataclass(frozen=True, slots=True)
class Breaks:
    """What each tag writes: `tabs`, then a line break or the page end (`line`), or a `space`.

    places, row: from `places[i]` on the text is inside a table row (`row[i]`), where nothing may break the line.
    """

    tabs: Ints
    line: Bools
    space: Bools
    places: Ints
    row: Bools


def find_breaks(marks: Marks) -> Breaks:
    """What every tag of `marks` stands for."""
    kind = marks.kind
    count = len(kind)
    tabs = np.zeros(count, np.int64)
    block = (kind == BLOCK) | (kind == PRE)
    frame = np.flatnonzero(kind <= CELL_END)
    shape = kind[frame]
    if not (shape != PAGE).any():  # no table at all
        return Breaks(tabs, block | (kind == PAGE), np.zeros(count, np.bool_), marks.last[:0], np.zeros(0, np.bool_))
    previous = np.concatenate(([PAGE], shape[:-1]))
    following = np.concatenate((shape[1:], [PAGE, PAGE]))
    cell = shape == CELL
    second = cell & ((previous == CELL) | (previous == CELL_END))
    closed = following[:-1] == CELL_END
    single = cell & ~second & (np.where(closed, following[1:], following[:-1]) != CELL)
    blocks = np.cumsum(block)
    held = np.diff(blocks[frame], append=blocks[-1])
    row = (shape == ROW) | (shape == CELL_END) | (cell & ~single & (held <= LAYOUT))
    number = np.cumsum(kind <= CELL_END) - 1  # the last frame tag up to each tag; -1: none
    inside = np.concatenate((row, [False]))[number]
    extra = second.astype(np.int64)
    across, down = _spans(marks, frame[cell])
    if across is not None:
        width = np.ones(len(frame), np.int64)
        width[cell] = across
        late = np.flatnonzero((width[:-1] > 1) & (shape[1:] >= ROW))
        extra[late + 1] += width[late] - 1
        if down is not None:
            height = np.ones(len(frame), np.int64)
            height[cell] = down
            extra += _spanned(shape, marks.closing[frame], width, height)
    tabs[frame] = np.minimum(extra, SPAN_LIMIT)
    line = (block & ~inside) | (kind <= ROW_END)
    space = (block & inside) | (kind == CELL_END)  # text behind a cell that is no cell
    return Breaks(tabs, line, space, marks.last[frame], row)


def _spans(marks: Marks, cells: Ints) -> tuple[Ints | None, Ints | None]:
    """colspan and rowspan of each cell; None where all are 1."""
    first, last = marks.first[cells], marks.last[cells]
    long = np.flatnonzero(last - first >= 12)  # <td colspan=2
    if not len(long):
        return None, None
    pages = marks.pages
    tags = [pages[start:end] for start, end in zip(first[long].tolist(), last[long].tolist(), strict=True)]
    text = b"\n".join(tags).lower()
    found = [(m.start(), m[1]) for m in _SPAN.finditer(text) if m[1] != b"1"]
    if not found:
        return None, None
    starts = np.cumsum([0] + [len(tag) + 1 for tag in tags[:-1]])
    owner = long[np.searchsorted(starts, [place for place, _ in found], "right") - 1]
    across, down = np.ones(len(cells), np.int64), np.ones(len(cells), np.int64)
    for cell, (place, number) in zip(owner.tolist(), found, strict=True):
        if text[place - 3 : place] == b"col":
            across[cell] = min(int(number), SPAN_LIMIT)
        elif text[place - 3 : place] == b"row":
            down[cell] = int(number)
    return across, down if (down > 1).any() else None


def _spanned(shape: NDArray[np.uint8], closing: Bools, width: Ints, height: Ints) -> Ints:
    """TABs that spans down add before each frame tag: page by page, in plain Python, where there are any."""
    extra = np.zeros(len(shape), np.int64)
    start = 0
    for end in [*np.flatnonzero(shape == PAGE).tolist(), len(shape)]:
        if (height[start:end] > 1).any():
            columns = (column[start:end].tolist() for column in (shape, closing, width, height))
            extra[start:end] = _spanned_page(*columns)
        start = end + 1
    return extra


def _spanned_page(shape: list[int], closing: list[bool], width: list[int], height: list[int]) -> list[int]:
    extra = [0] * len(shape)
    outer: list[tuple[dict[int, int], int]] = []
    spans: dict[int, int] = {}  # column → rows in which it is taken, the open one included
    column = -1  # next column of the open row; -1: no row is open
    for place, kind in enumerate(shape):
        if kind in (ROW, ROW_END):
            if column >= 0:
                if column:
                    extra[place] += max(max(spans, default=-1) + 1 - column, 0)
                spans = {taken: rows - 1 for taken, rows in spans.items() if rows > 1}
            column = 0 if kind == ROW else -1
        elif kind == CELL:
            column = max(column, 0)
            while column in spans:
                column += 1
                extra[place] += 1
            for taken in range(column, min(column + width[place], COLUMN_LIMIT)):
                spans[taken] = height[place]
            column += width[place]
        elif kind == TABLE and not closing[place]:
            outer.append((spans, column))
            spans, column = {}, -1
        elif kind == TABLE and outer:
            spans, column = outer.pop()
    return extra
