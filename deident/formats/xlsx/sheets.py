"""Excel workbooks (ECMA-376-1, 18): sheets as tables, whatever is hidden in them, and all that stands beside them.

One text segment a sheet, its name as the first line; its formulas (script) behind it.  Shared strings are read where cells show them;
those that no cell shows any more are read, too.  Every cell can be located: `Sheet1!C7`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from deident.formats import LIMITS, Limits
from deident.formats.document import Assembly
from deident.formats.escapes import entities
from deident.formats.office.flow import flat
from deident.formats.xlsx import formula, workbook
from deident.formats.xlsx.bookdocument import BookDocument
from deident.formats.xlsx.layout import Text, lay
from deident.formats.xlsx.middle import Middle, decoded, through
from deident.formats.xlsx.sheet import Sheet, read_sheet
from deident.formats.xlsx.strings import Strings
from deident.model import SourceMap
from deident.text.maps import compose, concat, empty, shift

_LEFT = "shared strings"  # that no cell shows


class SheetsDocument(BookDocument):
    """A workbook as it is read; xlsx.py writes it."""

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.shown = np.zeros((2, 0), np.int64)  # cells that show a number in another way: where in the view
        self._places: list[tuple[int, int, str, Text | None]] = []  # start and end in the view of sheets and formulas, what it is
        self._begins: list[int] = []
        self._cells: dict[int, tuple[list[int], ...]] = {}

    def read(self, out: Assembly) -> None:
        """The sheets first, then all other parts."""
        middle = Middle()
        book = self.book(middle)
        sheets, titles = [], []
        used = np.zeros(len(book.strings.start), np.bool_)
        for entry, label in zip(self.sheet_entries, self.labels, strict=True):
            part = self.members.get(entry.part)
            titles.append(self._title(entry, middle))
            sheet = read_sheet(self.decoded(part).view, self.way(part), book, middle, label) if part else Sheet()
            if part:
                self.sheets[part.name] = sheet
            used[sheet.used] = True
            sheets.append(sheet)
        left = _column(book.strings, np.flatnonzero(~used & (book.strings.length > 0)))
        self._tables([*sheets, left], [*titles, (0, 0)], middle, out)
        if name := self.linked.get("sharedStrings"):
            self.stretches(self.members[name], out, "text", "sharedStrings readings", book.strings.readings)
            self.stretches(self.members[name], out, "attribute", "sharedStrings", book.strings.rest)
        self._begins = [one[0] for one in self._places]
        super().read(out)

    def _title(self, entry: workbook.Entry, middle: Middle) -> tuple[int, int]:
        """The sheet's name: start in the middle, length."""
        if not entry.name:
            return 0, 0
        text, map = decoded(self.main_view[entry.start : entry.end])
        return middle.add(text, compose(shift(map, entry.start), self.way(self.members[self.main]))), len(text)

    def _tables(self, sheets: Sequence[Sheet], titles: Sequence[tuple[int, int]], middle: Middle, out: Assembly) -> None:
        """Put the text of all sheets out, each with its formulas behind it."""
        view, map = middle.finish()
        texts = [lay(sheet, view, title) for sheet, title in zip(sheets, titles, strict=True)]
        whole = through(concat([(b"", text.map) for text in texts])[1], map)
        ends = np.cumsum([len(text.view) for text in texts], dtype=np.int64)
        cuts = [0, *np.searchsorted(whole.view, ends).tolist()]
        shown = []
        for number, text in enumerate(texts):
            if len(text.view) > 1:
                changed = np.flatnonzero(text.shown)
                shown.append(np.stack((text.start[changed], text.start[changed] + text.size[changed])) + out.size)
                label = self.labels[number] if number < len(self.labels) else _LEFT
                self._places.append((out.size, out.size + len(text.view), label, text._replace(view=b"", map=empty())))
                rows, first = slice(cuts[number], cuts[number + 1]), int(ends[number]) - len(text.view)
                own = SourceMap(whole.view[rows] - first, whole.source[rows], whole.width[rows], len(text.view))
                out.extend(text.view, own)
                out.end("text", label)
            if sheets[number].formulas:
                self._put_formulas(number, sheets[number], out)
        self.shown = np.concatenate([self.shown, *shown], axis=1)

    def _put_formulas(self, number: int, sheet: Sheet, out: Assembly) -> None:
        part = self.members[self.sheet_entries[number].part]
        view, way, label = self.decoded(part).view, self.way(part), self.labels[number]
        for start, end, _, row, column in sheet.formulas:
            raw = view[start:end]
            if formula.TELLING.search(raw):
                text, map = entities(flat(raw))
                cell = f"{label}!{_letters(column)}{row} formula"
                self._places.append((out.size, out.size + len(text), cell, None))
                out.extend(text, compose(shift(map, start), way))
                out.insert(b"\n")
        out.end("script", f"{label} formulas")

    def locate(self, place: int) -> str:
        """`Sheet1!C7`; of formulas `Sheet1!C7 formula`."""
        number = bisect_right(self._begins, place) - 1
        if number < 0 or place > self._places[number][1]:
            return ""
        start, _, label, text = self._places[number]
        if text is None or label == _LEFT:
            return label
        if number not in self._cells:
            self._cells[number] = tuple(part.tolist() for part in (text.start, text.row, text.column))  # looked up one by one
        starts, rows, columns = self._cells[number]
        cell = bisect_right(starts, place - start) - 1
        return f"{label}!{_letters(columns[cell])}{rows[cell]}" if cell >= 0 else label


@lru_cache(16384)
def _letters(column: int) -> str:
    """A for 1, AA for 27 …"""
    text = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        text = chr(65 + letter) + text
    return text


def _column(strings: Strings, chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Sheet:
    """Strings as a sheet of one column."""
    count = len(chosen)
    return Sheet(
        "", np.arange(1, count + 1), np.ones(count, np.int64), np.arange(count), strings.start[chosen], strings.length[chosen],
        np.zeros(count, np.bool_),
    )  # fmt: skip
