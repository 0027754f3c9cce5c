"""Numbers of cells as a reader of the sheet sees them: dates by their format, whole numbers as digits.

ECMA-376-1: 18.8.30 (numFmt, the codes of formats), 18.17.4.1 (dates as serial numbers, both systems).  Spreadsheets keep 15
significant digits and write what a double holds; numbers are shown with those 15.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from html import unescape

import numpy as np
from numpy.typing import NDArray

_BUILTIN = frozenset((*range(14, 23), *range(27, 37), *range(50, 59)))
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?numFmt\s([^<>]*)>")
_STYLES = re.compile(rb"<(?:[\w.-]+:)?cellXfs\b.*?</(?:[\w.-]+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:[\w.-]+:)?xf[\s/>][^<>]*")
_ID = re.compile(rb"""\bnumFmtId\s*=\s*["']\s*(\d{1,9})""")
_CODE = re.compile(rb"""\bformatCode\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LITERAL = re.compile(r'"[^"]*"?|\\.|[_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]?', re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(rb"[+-]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][+-]?\d{1,3})?\Z")
_LONGEST = 30  # digits that are written out
_KEPT = 15  # significant digits


def is_date(code: str) -> bool:
    """Does a number with this format code look like a date?  (Of a year, a month or a day, not of hours alone.)"""
    code = _LITERAL.sub("", code.split(";")[0]).lower()
    if "general" in code or "[" in code or re.search(r"[0#?]", re.sub(r"[hms:.]+0*", "", code)):
        return False
    return bool(re.search(r"[yd]|aaa|e+(?![+-])", code)) or ("m" in code and not re.search(r"[hs]", code))


def date_styles(styles: bytes) -> NDArray[np.bool_]:
    """By number of a cell's style (`s`): is its format one of dates?"""
    own: dict[int, bool] = {}
    for found in _FORMAT.finditer(styles):
        number, code = _ID.search(found[1]), _CODE.search(found[1])
        if number and code:
            own[int(number[1])] = is_date(unescape((code[1] or code[2] or b"").decode("utf-8", "replace")))
    block = _STYLES.search(styles)
    result = []
    for style in _STYLE.findall(block[0]) if block else ():
        number = _ID.search(style)
        id = int(number[1]) if number else 0
        result.append(own.get(id, id in _BUILTIN))
    return np.array(result, np.bool_)


def plain(written: bytes) -> bytes:
    """A number in digits where it is whole and not too long, and without a double's noise: 1.10101199003075E+17, 0.1000000000000001.

    >>> plain(b"1.3800138E10"), plain(b"1.1010119900307458E+17"), plain(b"615.8099999999999"), plain(b"1.5E-9")
    (b'13800138000', b'110101199003075000', b'615.81', b'1.5E-9')
    """
    if not _NUMBER.match(written) or written.isdigit():
        return written
    try:
        value = Decimal(written.decode())
    except InvalidOperation:
        return written
    digits = len(value.as_tuple().digits)
    if digits > _KEPT and (b"." in written or b"e" in written.lower()):
        value = Decimal(f"{value:.{_KEPT - 1}e}")
    if value == value.to_integral_value():
        return format(value.to_integral_value(), "f").encode() if value.adjusted() < _LONGEST else written
    return format(value.normalize(), "f").encode() if digits > _KEPT and b"e" not in written.lower() else written


def dates(serials: NDArray[np.float64], since_1904: bool = False) -> list[bytes]:
    """`1990-03-07`, with hour and minute where there are any; b"" for what is no date, (n,)."""
    base = np.datetime64("1904-01-01" if since_1904 else "1899-12-30", "m")
    known = (serials >= 1) & (serials < 2_958_466)
    minutes = np.round(np.where(known, serials, 1) * 1440).astype(np.int64)
    if not since_1904:
        minutes += np.where(serials < 60, 1440, 0)  # the spreadsheets' own 29 February 1900 is number 60
    times = base + minutes.astype("timedelta64[m]")
    texts: list[bytes] = np.datetime_as_string(times, unit="D").astype("S").tolist()
    for row in np.flatnonzero(minutes % 1440).tolist():
        texts[row] += b" %02d:%02d" % divmod(int(minutes[row]) % 1440, 60)
    for row in np.flatnonzero(~known).tolist():
        texts[row] = b""
    return texts
