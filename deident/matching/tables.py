"""Tables in the canonical text: lines with TABs, their cells as columns, and the headers above them.

A table is a run of lines that hold a TAB.  Its header is found in the first rows (two rows when the header is merged), or
anywhere the number of cells changes; a table without one may still be a form: a key in one cell, its value in the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.matching.headers import Header, Headers
from deident.matching.tokens import Buffer
from deident.model import Bools, Ints

HEADER_ROWS = 4
FORM_ROWS = 200
TAB = 9


@dataclass(slots=True)
class Tables:
    """start, end   bounds of every cell (n,), in order of the text
    line         number of the line of each cell; `column` its place in the line
    kind         what the header above (or the key beside) announces: pattern number or -1
    head, heads  cue classes in the header above; in any header of the table
    amount       whether the header above names a sum of money or a measure
    open         number of the header above in `Plan.beside`, -1 for others
    kinds        kinds announced anywhere in the table, by table; `table` (n,) which table a cell is in
    """

    start: Ints
    end: Ints
    line: Ints
    column: Ints
    table: Ints
    kind: NDArray[np.int32]
    head: NDArray[np.uint64]
    heads: NDArray[np.uint64]
    header: Bools
    amount: Bools
    open: NDArray[np.int32]
    kinds: list[frozenset[int]] = field(default_factory=list)

    def cell(self, starts: Ints, ends: Ints) -> Ints:
        """The cell each stretch lies in, -1 for none."""
        at = np.searchsorted(self.start, starts, "right") - 1
        inside = np.maximum(at, 0)
        if not len(self.start):
            return np.full(len(starts), -1, np.int64)
        return np.where((at >= 0) & (ends <= self.end[inside]), inside, -1)

    def inside(self, table: int) -> Ints:
        """The cells of a table, in order."""
        return np.arange(*np.searchsorted(self.table, [table, table + 1]))

    def at(self, values: NDArray[Any], cell: Ints, none: int) -> NDArray[Any]:
        """One of the columns at the cells that `cell` found; `none` where it is -1."""
        if not len(values):
            return np.full(len(cell), none, values.dtype)
        return np.where(cell >= 0, values[np.maximum(cell, 0)], values.dtype.type(none))


def tables(buffer: Buffer, breaks: Ints, tabs: Ints, headers: Headers) -> Tables:
    """All tables of the buffer."""
    view = np.frombuffer(buffer.view, np.uint8)
    if not len(tabs):
        none = np.zeros(0, np.int64)
        bits = np.zeros(0, np.uint64)
        return Tables(
            none, none, none, none, none, none.astype(np.int32), bits, bits, none.astype(np.bool_), none.astype(np.bool_),
            none.astype(np.int32),
        )  # fmt: skip
    line_of_tab = np.searchsorted(breaks, tabs)
    first = np.flatnonzero(np.concatenate(([True], line_of_tab[1:] != line_of_tab[:-1])))
    lines = line_of_tab[first]
    borders = np.concatenate(([-1], breaks, [len(view)]))
    line_start, line_end = borders[lines] + 1, borders[lines + 1]
    start = np.sort(np.concatenate((line_start, tabs + 1)), kind="stable")  # two that are sorted: they are merged
    end = np.sort(np.concatenate((tabs, line_end)), kind="stable")
    count = np.diff(np.append(first, len(tabs))) + 1
    row = np.repeat(np.arange(len(lines)), count)
    row_first = np.cumsum(count) - count
    column = np.arange(len(start)) - row_first[row]
    ends_segment = view[np.minimum(line_end, len(view) - 1)] == 0
    fresh = np.ones(len(lines), np.bool_)
    fresh[1:] = (np.diff(lines) != 1) | ends_segment[:-1]
    table_of_row = np.cumsum(fresh) - 1
    result = Tables(
        start, end, lines[row], column, table_of_row[row], np.full(len(start), -1, np.int32),
        np.zeros(len(start), np.uint64), np.zeros(len(start), np.uint64), np.zeros(len(start), np.bool_),
        np.zeros(len(start), np.bool_), np.full(len(start), -1, np.int32),
    )  # fmt: skip
    borders_of_tables = np.append(np.flatnonzero(fresh), len(lines))
    for low, high in zip(borders_of_tables[:-1].tolist(), borders_of_tables[1:].tolist(), strict=True):
        _read_table(buffer.view, headers, result, row_first, count, low, high)
    return result


def _read_table(view: bytes, headers: Headers, result: Tables, row_first: Ints, count: Ints, low: int, high: int) -> None:
    """Find the headers of the rows low … high and note them at the cells below."""
    current: list[Header] = []
    announced: set[int] = set()
    heads = 0
    data_from = low
    changed = np.flatnonzero(np.diff(count[low:high])) + low + 1
    candidates = sorted({*range(low, min(high, low + HEADER_ROWS)), *changed[:200].tolist()})
    stop = int(row_first[high - 1] + count[high - 1])
    begin = int(row_first[low])

    def apply(until: int) -> None:
        if current and until > data_from:
            _note(result, current, int(row_first[data_from]), int(row_first[until]) if until < high else stop)

    for row in candidates:
        cells = _cells(view, result, int(row_first[row]), int(count[row]))
        read = [headers.read(cell) for cell in cells]
        if not _is_header(cells, read):
            continue
        apply(row)
        merged = bool(current) and row == data_from
        if merged:  # a second header row: what it leaves open is taken from the row above
            read += current[len(read) :]
            read = [below if below.label else above for below, above in zip(read, current + [Header()] * len(read), strict=False)]
        current, data_from = read, row + 1
        at = int(row_first[row])
        result.header[at : at + int(count[row])] = True
        announced.update(h.kind for h in read if h.kind >= 0)
        heads |= _or(read)
    apply(high)
    if not current and view[int(result.end[int(row_first[low])])] == TAB:
        announced, heads = _read_form(view, headers, result, row_first, count, low, high)
    result.heads[begin:stop] = np.uint64(heads)
    result.kinds.append(frozenset(announced))


def _or(read: list[Header]) -> int:
    bits = 0
    for header in read:
        bits |= header.classes
    return bits


def _cells(view: bytes, result: Tables, first: int, count: int) -> list[str]:
    starts, ends = result.start[first : first + count].tolist(), result.end[first : first + count].tolist()
    if ends[-1] - starts[0] > 4000:
        return []
    return [view[low:high].decode("utf-8", "replace") for low, high in zip(starts, ends, strict=True)]


def _is_header(cells: list[str], read: list[Header]) -> bool:
    """Two labels and more labels than other filled cells, or one that announces a kind in a row of short words."""
    filled = [cell for cell in cells if cell.strip()]
    labels = sum(header.label for header in read)
    if len(filled) < 2 or labels < 1:
        return False
    if any(sum(c.isdigit() for c in cell) >= 5 for cell in filled):
        return False
    kinds = sum(header.kind >= 0 for header in read)
    if labels >= 2 and labels * 2 >= len(filled):
        return len(filled) > 2 or kinds < 2 or labels == 2
    return kinds >= 2 and labels * 3 >= len(filled)


def _note(result: Tables, current: list[Header], low: int, high: int) -> None:
    """Write kind and classes of the headers to the cells low … high by their column."""
    width = int(result.column[low:high].max(initial=0)) + 1
    padded = current[:width] + [Header()] * (width - len(current))
    columns = result.column[low:high]
    result.kind[low:high] = np.array([h.kind for h in padded], np.int32)[columns]
    result.head[low:high] = np.array([h.classes for h in padded], np.uint64)[columns]
    result.amount[low:high] = np.array([h.amount for h in padded], np.bool_)[columns]
    result.open[low:high] = np.array([h.open for h in padded], np.int32)[columns]


def _read_form(
    view: bytes, headers: Headers, result: Tables, row_first: Ints, count: Ints, low: int, high: int
) -> tuple[set[int], int]:
    """Keys beside their values: 姓名 ⇥ 张三 ⇥ 身份证号 ⇥ …"""
    announced: set[int] = set()
    heads = 0
    for row in range(low, min(high, low + FORM_ROWS)):
        first = int(row_first[row])
        read = [headers.read(cell) for cell in _cells(view, result, first, int(count[row]))]
        key = Header()
        for place, header in enumerate(read):  # a key is that of all values up to the next one: 联系人 ⇥ 甲公司的 ⇥ 乙公司的
            if header.label:
                key = header
                continue
            if not key.label:
                continue
            result.header[first + place - 1] |= read[place - 1].label
            result.kind[first + place] = key.kind
            result.head[first + place] = np.uint64(key.classes)
            result.amount[first + place] = key.amount
            result.open[first + place] = key.open
            heads |= key.classes
            if key.kind >= 0:
                announced.add(key.kind)
    return announced, heads
