"""Excel 97–2003 workbooks (BIFF8, [MS-XLS] v20230221): sheets as tables, and every other string that has a known place.

A cell shows its value: text, a number in full, a date as 1990-03-07 where its format says so.  Numbers of more than 15 digits end in
zeros, as Excel shows them.  Cells of pivot caches and of other workbooks that were kept along are tables, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import error, unpack_from
from typing import NamedTuple

from deident.formats import Unreadable, locators
from deident.formats.ole.biff import Reader, Record, Run, all_shown, characters, records, shown
from deident.formats.ole.excel97_boxes import Cell, unshared
from deident.formats.ole.excel97_numbers import RK, Formats, place, plain, rk
from deident.formats.ole.units import NUMBER, WIDE, Characters, Piece, numeral
from deident.formats.ole.word97 import OldFormat, Strings

_BOF, _EOF, _SHEET, _SST, _PASSWORD, _EPOCH = 0x809, 0x0A, 0x85, 0xFC, 0x2F, 0x22
_LABEL, _RICH, _LABEL_SST, _NUMBER, _RK, _MULTI, _FORMULA, _RESULT = 0x204, 0xD6, 0xFD, 0x203, RK, 0xBD, 0x06, 0x207
_NOTE, _TEXT, _OBJECT, _USER, _OUTSIDE, _PIVOT_TEXT, _PIVOT_NUMBER = 0x1C, 0x1B6, 0x5D, 0x5C, 0x5A, 0xCD, 0xC9
_CELLS = (_LABEL, _RICH, _LABEL_SST, _NUMBER, _RK, _MULTI)
_LINES = {0x14: "header", 0x15: "footer"}
_BIFF8 = 0x0600
_WITH_FORMULAS = (0x18, 0x1BE, 0x1B1, 0x4BC, 0x221)  # Lbl, Dv, CF, ShrFmla, Array
_LITERAL = re.compile(rb"(\x17[^\0][\0\1])|\x1f", re.DOTALL)


class Sheet(NamedTuple):
    """A sheet, or a chart in one."""

    name: str
    cells: list[Cell]


class Workbook:
    """sheets in the order of the file; beside: other texts; numbers: where, view and map of numbers that are in no cell; runs: (start,
    end, codec) of all text and numbers in the source."""

    def __init__(self, data: bytes, start: int) -> None:
        """`data` stands at `start` of the source.  Raises OldFormat, Unreadable."""
        if len(data) < 8 or unpack_from("<H", data)[0] != _BOF or unpack_from("<H", data, 4)[0] != _BIFF8:
            raise OldFormat
        self._data, self._start = data, start
        self.sheets: list[Sheet] = []
        self.beside: list[Strings] = []
        self.numbers: list[tuple[str, Piece]] = []
        self.runs: list[tuple[int, int, str]] = []
        self._names: dict[int, str] = {}
        self._strings: list[list[Run]] = []
        self._pieces: list[Piece] = []
        self._seen = bytearray()
        self._formats = Formats()
        self._open: list[Sheet] = []
        self._begun: set[int] = set()
        self._texts: list[tuple[int, Characters]] = []
        self._notes: dict[int, str] = {}
        self._object = 0
        self._waiting: tuple[int, int] | None = None  # the cell whose text is in the next record
        for record in records(data):
            try:
                self._take(record)
            except (IndexError, error):
                continue
        if self._open or not self._names.keys() <= self._begun:
            raise Unreadable("damaged")  # cut off, or a length that is wrong: cells would go unseen
        for index, runs in enumerate(self._strings):  # of no cell: left over from an old version
            if not self._seen[index]:
                self._say("meta", "strings", "", runs)

    def _take(self, record: Record) -> None:
        data, kind = self._data, record.kind
        sheet = self._open[-1] if self._open else Sheet("", [])
        if kind == _BOF:
            self._begun.add(record.at)
            number = list(self._names).index(record.at) + 1 if record.at in self._names else 0
            self._open.append(Sheet(locators.sheet(self._names[record.at], number) if number else sheet.name, []))
        elif kind == _EOF and self._open:
            if self._open.pop().cells:
                self.sheets.append(sheet._replace(cells=unshared(sheet.cells, data, self._start, self.runs)))
            if len(self._open) == 0:
                self._comments(sheet.name)
        elif kind == _PASSWORD:
            raise Unreadable("encrypted")
        elif kind == _FORMULA:
            self._waiting = self._formula(record, sheet)
            self._literals(record, sheet.name)
        elif kind == _RESULT:
            if self._waiting:
                sheet.cells.append(Cell(*self._waiting, self._string(Reader(data, record.chunks).plain())))
            self._waiting = None
        elif kind in _CELLS:
            sheet.cells.extend(self._cells(record))
        elif kind == _OBJECT and record.size >= 8:
            self._object = unpack_from("<H", data, record.start + 6)[0]
        elif kind == _TEXT and record.size >= 12 and len(record.chunks) > 1:
            reader = Reader(data, record.chunks[1:])
            count = unpack_from("<H", data, record.start + 10)[0]
            self._texts.append((self._object, self._text(reader.characters(count, reader.number(1)))))
        elif kind == _NOTE and record.size > 10:
            row, column, _, object = unpack_from("<4H", data, record.start)
            self._notes[object] = f"{sheet.name}!{place(row, column)}"
            self._say("meta", self._notes[object], "author：", Reader(data, record.chunks, 8).plain())
        else:
            self._global(record, sheet)

    def _comments(self, sheet: str) -> None:
        """Texts of notes and shapes, when all notes of the sheet are known."""
        for object, text in self._texts:
            note = self._notes.get(object)
            self.beside.append(Strings("comment" if note else "text", note or f"{sheet} shape", "", text))
        self._texts, self._notes = [], {}

    def _global(self, record: Record, sheet: Sheet) -> None:
        """What belongs to the workbook or to the page of a sheet."""
        data, kind = self._data, record.kind
        reader = Reader(data, record.chunks)
        if kind == _SHEET:
            at = reader.number(4)
            reader.skip(2)
            runs = reader.plain(1)
            self._names[at] = shown(data, 0, runs)[0].decode()
            self._say("meta", "sheet", "sheet：", runs)
        elif kind == _SST:
            reader.skip(4)
            try:
                for _ in range(reader.number(4)):
                    self._strings.append(reader.rich())
                    self._keep(self._strings[-1])
            except IndexError:
                raise Unreadable("damaged") from None
            self._pieces = all_shown(data, self._start, self._strings)
            self._seen = bytearray(len(self._strings))
        elif kind == _EPOCH:
            self._formats.epoch(reader.number(2) == 1)
        elif kind in _LINES and record.size > 2:
            self._say("meta", f"{sheet.name} {_LINES[kind]}", "", reader.plain())
        elif kind == _USER:
            self._say("meta", "user", "author：", reader.plain())
        elif kind == _OUTSIDE:
            self._outside(record)
        elif kind == _PIVOT_TEXT and record.size > 3:
            self._say("meta", "pivot", "", reader.plain())
        elif kind == _PIVOT_NUMBER and record.size >= 8:
            self._number("pivot", record.start)
        elif kind in _WITH_FORMULAS:
            self._literals(record, sheet.name)
        else:
            self._formats.take(data, record)

    def _cells(self, record: Record) -> Iterator[Cell]:
        data, at = self._data, record.start
        row, column = unpack_from("<HH", data, at) if record.size >= 4 else (0, 0)
        if record.kind == _LABEL_SST and record.size >= 10:
            index = unpack_from("<I", data, at + 6)[0]
            if index >= len(self._strings):
                raise Unreadable("damaged")
            self._seen[index] = 1
            yield Cell(row, column, self._pieces[index], record.at)
        elif record.kind in (_LABEL, _RICH) and record.size > 8:
            yield Cell(row, column, self._string(Reader(data, record.chunks, 6).plain()))
        elif record.kind == _NUMBER and record.size >= 14:
            yield Cell(row, column, self._value(unpack_from("<d", data, at + 6)[0], at + 4, at + 6, 8))
        elif record.kind == _RK and record.size >= 10:
            yield Cell(row, column, self._value(rk(unpack_from("<I", data, at + 6)[0]), at + 4, at + 6, 4))
        elif record.kind == _MULTI:
            for number in range((record.size - 6) // 6):
                place = at + 4 + 6 * number
                yield Cell(row, column + number, self._value(rk(unpack_from("<I", data, place + 2)[0]), place, place + 2, 4))

    def _formula(self, record: Record, sheet: Sheet) -> tuple[int, int] | None:
        """The cached result as a cell, or the cell whose text follows."""
        data, at = self._data, record.start
        if record.size < 20:
            return None
        row, column = unpack_from("<HH", data, at)
        if data[at + 12 : at + 14] == b"\xff\xff":
            return (row, column) if data[at + 6] == 0 else None
        sheet.cells.append(Cell(row, column, self._value(unpack_from("<d", data, at + 6)[0], at + 4, at + 6, 8)))
        return None

    def _literals(self, record: Record, where: str) -> None:
        """Texts and large numbers in formulas, by their tokens (2.5.198.89, 2.5.198.79); lists of choices are texts with NULs."""
        data = self._data
        for found in _LITERAL.finditer(data, record.start, record.end):
            at = found.end()
            if found[1]:
                count, two = data[at - 2], data[at - 1]
                end = at + count * (1 + two)
                text = data[at:end].decode("utf-16-le" if two else "latin-1", "replace")
                if 1 < count == len(text) and end <= record.end and text.replace("\0", "").isprintable() and "\ufffd" not in text:
                    self._say("meta", where, "", [Run(at, end, bool(two))])
            elif at + 8 <= record.end:
                value = unpack_from("<d", data, at)[0]
                if 1e6 <= value < 1e19 and value == int(value):
                    self._number(where, at)

    def _outside(self, record: Record) -> None:
        """Values of another workbook that were kept (2.4.64)."""
        reader = Reader(self._data, record.chunks)
        last, first = reader.number(1), reader.number(1)
        reader.skip(2)
        for _ in range(max(0, last - first) + 1):
            kind = reader.number(1)
            if kind == 1:
                self._number("external", reader.at)
                reader.skip(8)
            elif kind == 2:
                self._say("meta", "external", "", reader.plain())
            else:
                reader.skip(8)

    def _value(self, value: float, format_at: int, at: int, width: int) -> Piece:
        self.runs.append((self._start + at, self._start + at + width, NUMBER))
        dated = self._formats.dated(unpack_from("<H", self._data, format_at)[0])
        return numeral(self._formats.date(value) if dated else plain(value), self._start + at, width)

    def _number(self, where: str, at: int) -> None:
        """A double beside the cells."""
        start = self._start + at
        self.runs.append((start, start + 8, NUMBER))
        self.numbers.append((where, numeral(plain(unpack_from("<d", self._data, at)[0]), start, 8)))

    def _keep(self, runs: list[Run]) -> None:
        self.runs += [(self._start + run.start, self._start + run.end, WIDE if run.wide else "latin-1") for run in runs]

    def _string(self, runs: list[Run]) -> Piece:
        self._keep(runs)
        return shown(self._data, self._start, runs)

    def _text(self, runs: list[Run]) -> Characters:
        self._keep(runs)
        return characters(self._data, self._start, runs)

    def _say(self, role: str, where: str, label: str, runs: list[Run]) -> None:
        if runs:
            self.beside.append(Strings(role, where, label, self._text(runs)))
