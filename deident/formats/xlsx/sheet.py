"""A sheet of a workbook (ECMA-376-1, 18.3): its cells as stretches of the Middle, its formulas, and what else stands in it.

Cells are read as arrays, whatever their number (marks.py, cells.py); the few that need a closer look (dates, numbers with an exponent)
are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deident.formats.xlsx.cells import NUMBER, SHARED, attributes, digits
from deident.formats.xlsx.marks import CLOSE, OPEN, Marks, marks, padded, prefix
from deident.formats.xlsx.middle import Middle, decoded, gathered, places
from deident.formats.xlsx.shown import Book, show, unshared
from deident.formats.xlsx.strings import TELLING, Stretches, inside, loose, owners, told
from deident.model import Bools, Ints, SourceMap
from deident.text.maps import compose

_NAMES = (b"c", b"v", b"f", b"t", b"is", b"r", b"row", b"rPh")
_ROUGH = bytes(ord("0") if 48 <= code <= 57 else ord("@") if code in b"@&" or code > 127 else code for code in range(256))
_C, _V, _F, _T, _IS, _R, _ROW, _READING = range(1, 9)


@dataclass(slots=True)
class Sheet:
    """Offsets are those of the part's text, except `at` (of the Middle).

    row, column   of each cell that holds something (n,), from 1, in order of the text
    first         its first piece (n,); pieces (m,): `at`, `length` in the Middle; shown: the cell shows a number in another way
    value, value_end, tag, tag_end, kind, typed   of values in `<v>` that are no shared string: where they stand, the tag of their
                  cell (behind its name), its type, and whether that may be written there, all (k,)
    formulas      (start, end, tag, row, column) of each
    rest          what is neither cell nor formula, between the rows; readings: how cells are spoken
    outside       stretches before and behind the rows
    """

    name: str = ""
    row: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    column: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    first: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    at: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    length: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    shown: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))
    value: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    value_end: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    tag: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    tag_end: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    kind: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    typed: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))
    formulas: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    rest: Stretches = field(default_factory=list)
    readings: Stretches = field(default_factory=list)
    outside: Stretches = field(default_factory=list)
    used: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # numbers of the shared strings that its cells show


def read_sheet(data: bytes, way: SourceMap, book: Book, middle: Middle, name: str = "") -> Sheet:
    """All of it; `way` leads from the part's text `data` to the source."""
    sheet = Sheet(name)
    low, high = _rows(data)
    if low < 0:
        sheet.outside = [(0, len(data))]
        return sheet
    sheet.outside = [(0, low), (high, len(data))]
    mark = prefix(data)
    found = marks(data, _NAMES, low, high, mark)
    if not len(found.start):  # no row: text without any mark at the most
        sheet.outside = [(0, len(data))]
        return sheet
    codes = padded(data)
    opened = (found.name == _C) & (found.kind != CLOSE)
    opens = np.flatnonzero(opened)
    tag, tag_end = found.start[opens].astype(np.int64) + 2 + len(mark), found.end[opens].astype(np.int64)
    own = attributes(data, codes, tag, tag_end)
    row, column = _placed(found, opens, own.row, own.column)
    owner = owners(found)
    named = np.where((owner >= 0) & (found.kind[owner] == OPEN), found.name[owner], 0)
    cell = np.cumsum(opened, dtype=np.int32)[owner].astype(np.int64) - 1
    cell[owner < 0] = -1
    spoken = inside(found, _READING)[owner]
    values = np.isin(named, (_V, _T)) & (cell >= 0) & ~spoken
    of_formula = (named == _F) & (cell >= 0)
    start, end = found.text_start, found.text_end
    sheet.readings = _pairs(start, end, (named == _T) & spoken)
    sheet.rest = own.rest + loose(data, found, ~values & ~of_formula & ~((named == _T) & spoken))
    sheet.rest += _tags(data, codes, found, len(mark))
    sheet.formulas = [
        (a, b, int(tag[c]), int(row[c]), int(column[c]))
        for a, b, c in zip(start[of_formula].tolist(), end[of_formula].tolist(), cell[of_formula].tolist(), strict=True)
    ]
    start, end, cell, in_v = start[values], end[values], cell[values], named[values] == _V
    type = own.type[cell]
    at, length, shown = _pieces(data, codes, way, middle, start, end)
    shared = in_v & (type == SHARED)
    number = _index(data, codes, start, end, shared, len(book.strings.start))
    taken = number >= 0
    at[taken], length[taken] = book.strings.start[number[taken]], book.strings.length[number[taken]]
    sheet.used = np.flatnonzero(np.bincount(number[taken]))
    numeric = in_v & (type == NUMBER)
    show(data, codes, way, book, middle, own.style[cell], start, end, numeric, at, length, shown)
    written = in_v & (~taken | unshared(way, book, middle, number, cell, start, end, at, length, shown))
    sheet.value, sheet.value_end, sheet.kind = start[written], end[written], type[written]
    sheet.typed = own.typed[cell[written]]
    sheet.tag, sheet.tag_end = tag[cell[written]], tag_end[cell[written]]
    filled = length > 0
    cell, sheet.at, sheet.length, sheet.shown = cell[filled], at[filled], length[filled], shown[filled]
    sheet.first = np.flatnonzero(np.diff(cell, prepend=-1))
    sheet.row, sheet.column = row[cell[sheet.first]], column[cell[sheet.first]]
    return sheet


def _rows(data: bytes) -> tuple[int, int]:
    """Where the rows begin and end, -1 for none."""
    mark = prefix(data)
    low = data.find(b"<" + mark + b"sheetData")
    high = data.rfind(b"</" + mark + b"sheetData")
    return (data.find(b">", low) + 1, high) if 0 <= low < high else (-1, -1)


def _placed(found: Marks, opens: Ints, row: Ints, column: Ints) -> tuple[Ints, Ints]:
    """Rows and columns; where cells do not say them they are counted."""
    unknown = (row == 0) | (column == 0)
    if unknown.any():
        line = np.cumsum((found.name == _ROW) & (found.kind != CLOSE))[opens]
        line = np.maximum(line, 1)
        begins = np.flatnonzero(np.diff(line, prepend=-1))
        place = np.arange(len(line)) - np.repeat(begins, np.diff(begins, append=len(line))) + 1
        row, column = np.where(unknown, line, row), np.where(unknown, place, column)
    return row, column


def _tags(data: bytes, codes: NDArray[np.uint8], found: Marks, mark: int) -> Stretches:
    """Values of attributes of the tags that are not cells, where they tell anything."""
    size = np.array([0, 0, 1, 1, 1, 2, 1, 3, 3], np.int32)[found.name] + 2 + mark + (found.kind != OPEN)
    more = (found.end - found.start != size) & (found.name != _C)
    low, high = found.start[more], found.end[more]
    joined = gathered(codes, low, high - low).tobytes()
    rough = joined.translate(_ROUGH)  # (rows have many attributes, which hardly ever tell anything)
    if not (b"@" in rough or b"00000000" in rough) or not TELLING.search(joined):
        return []
    return [place for a, b in zip(low.tolist(), high.tolist(), strict=True) for place in told(data, a, b)]


def _pairs(start: Ints, end: Ints, chosen: Bools) -> Stretches:
    return list(zip(start[chosen].tolist(), end[chosen].tolist(), strict=True))


def _pieces(
    data: bytes, codes: NDArray[np.uint8], way: SourceMap, middle: Middle, start: Ints, end: Ints
) -> tuple[Ints, Ints, Bools]:
    """The text of the part as a view of the Middle, and where there these stretches are."""
    view, map = decoded(data)
    base = middle.add(view, compose(map, way))
    low, high = places(map, start), places(map, end)
    return base + low, high - low, np.zeros(len(start), np.bool_)


def _index(data: bytes, codes: NDArray[np.uint8], start: Ints, end: Ints, shared: Bools, count: int) -> Ints:
    """Numbers of the shared strings that cells show; -1 where there is none."""
    number = np.full(len(start), -1, np.int64)
    rows = np.flatnonzero(shared)
    number[rows] = digits(codes, start[rows], end[rows])
    for row in rows[number[rows] < 0].tolist():
        text = data[int(start[row]) : int(end[row])].strip()
        number[row] = int(text) if text.isdigit() and len(text) < 10 else -1
    number[number >= count] = -1
    return number
