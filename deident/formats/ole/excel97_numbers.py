"""Numbers of BIFF8 cells: as text, as dates, and which formats are dates ([MS-XLS] 2.4.126, 2.5.217)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from struct import pack, unpack, unpack_from

from deident.formats.ole.biff import Reader, Record

RK = 0x27E
_FORMAT, _XF = 0x41E, 0xE0
#: Built-in date formats, those of Chinese systems among them (ECMA-376-1, 18.8.30).
_DATES = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.|General|@', re.IGNORECASE)


class Formats:
    """Which cell formats (XF numbers) show a date."""

    def __init__(self) -> None:
        self._custom: dict[int, bool] = {}
        self._cells: list[int] = []
        self._first = datetime(1899, 12, 30)

    def epoch(self, later: bool) -> None:
        """Days are counted from 1904?"""
        if later:
            self._first = datetime(1904, 1, 1)

    def take(self, data: bytes, record: Record) -> None:
        """Learn from a record, if it is one of formats."""
        if record.kind == _XF and record.size >= 4:
            self._cells.append(unpack_from("<H", data, record.start + 2)[0])
        elif record.kind == _FORMAT and record.size > 4:
            reader = Reader(data, record.chunks)
            number = reader.number(2)
            text = "".join(
                data[run.start : run.end].decode("utf-16-le" if run.wide else "latin-1", "replace") for run in reader.plain()
            )
            self._custom[number] = re.search(r"[yde年日]", _QUOTED.sub("", text.lower())) is not None

    def dated(self, cell: int) -> bool:
        """Does this XF show a date?"""
        if cell >= len(self._cells):
            return False
        number = self._cells[cell]
        return self._custom.get(number, number in _DATES)

    def date(self, value: float) -> str:
        """1990-03-07, or the plain number where there is no such day."""
        if not 0 < value < 2_958_466:
            return plain(value)
        day = self._first + timedelta(days=value if value >= 61 or self._first.year == 1904 else value + 1)
        return day.strftime("%Y-%m-%d" if value == int(value) else "%Y-%m-%d %H:%M:%S")


def plain(value: float) -> str:
    """A number without exponent, in the 15 digits that a spreadsheet keeps."""
    if -1e15 < value < 1e15 and value == (whole := int(value)):
        return str(whole)
    if value != value or abs(value) in (float("inf"),) or (value and not 1e-9 < abs(value) < 1e21):
        return repr(value)
    text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rk(number: int) -> float:
    """An RK number (2.5.217): 30 bits of an integer or of a double, perhaps hundredths."""
    value = (
        float((number if number < 1 << 31 else number - (1 << 32)) >> 2)
        if number & 2
        else unpack("<d", pack("<II", 0, number & ~3))[0]
    )
    return float(value / 100 if number & 1 else value)


def place(row: int, column: int) -> str:
    """C7 of row 6 and column 2."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"
