"""Excel workbooks (ECMA-376-1, 18): sheets as tables, whatever is hidden in them, and all that stands beside them.

One text segment a sheet, its name as the first line; its formulas (script) behind it.  Shared strings are read where cells show them;
those that no cell shows any more are read, too.  Every cell can be located: `Sheet1!C7`.
"""

from __future__ import annotations

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
from deident.model import Ints, SourceMap
from deident.text.maps import compose, concat, empty, shift

_LEFT = "shared strings"  # that no cell shows


class SheetsDocument(BookDocument):
    """A workbook as it is read; xlsx.py writes it."""

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.shown = np.zeros((2, 0), np.int64)  # cells that show a number in another way: where in the view
        self._places: list[tuple[int, int, str, Text | None]] = []  # start and end in the view of sheets and formulas, what it is
        self._begins: list[int] = []

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
        return self.locate_all(np.array([place], np.int64))[0]

    def locate_all(self, places: Ints) -> list[str]:
        """`locate` of each place (n,), in their order."""
        out = np.full(len(places), "", object)
        numbers = np.searchsorted(np.array(self._begins, np.int64), places, "right") - 1
        for number in sorted({*numbers[numbers >= 0].tolist()}):
            start, end, label, text = self._places[number]
            rows = np.flatnonzero((numbers == number) & (places <= end))
            out[rows] = label
            if text is not None and label != _LEFT:
                cell = np.searchsorted(text.start, places[rows] - start, "right") - 1
                rows, cell = rows[cell >= 0], cell[cell >= 0]
                out[rows] = _addresses(label, text.row[cell], text.column[cell])
        named: list[str] = out.tolist()
        return named


def _addresses(label: str, rows: Ints, columns: Ints) -> list[str]:
    """`Sheet1!C7` for each row and column (from 1)."""
    column, which = np.unique(columns, return_inverse=True)
    heads = [f"{label}!{_letters(one)}" for one in column.tolist()]
    return [heads[head] + str(row) for head, row in zip(which.tolist(), rows.tolist(), strict=True)]


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
