"""What no structure explains: runs of text in binary data, for leftovers of old versions, unknown records and free sectors.

Random bytes look like Han letters as soon as they are read as UTF-16, so a run counts only where it has digits, an address sign, or
enough common Han letters, or a length or NULs around it, as strings have.  Each byte belongs to one run at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from deident.formats.ole.units import WIDE
from deident.model import Bools, Ints

DIGITS = 6  # fewest digits of a run without Han
FREE = 6  # fewest characters of a run of Han with nothing around it
_ASCII, _SIGN, _COMMON, _RARE = 1, 2, 3, 4
_UTF8 = re.compile(rb"(?:[\x20-\x7e]|[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf]|\xe2\x80[\x90-\xbf])*"
                   rb"[\xe4-\xe9][\x80-\xbf]{2}(?:[\x20-\x7e]|[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf]|\xe2\x80[\x90-\xbf])+")  # fmt: skip
_GBK = re.compile(rb"(?:[\x20-\x7e]|[\x81-\xfe][\x40-\x7e\x80-\xfe])+")
_PAIR = re.compile(rb"[\x20-\x7e]|([\xa1-\xd7][\xa1-\xfe])|([\x81-\xfe][\x40-\x7e\x80-\xfe])")
_HAN8 = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
_ASCII8 = re.compile(rb"[\x20-\x7e]{6,}")
_MAIL = re.compile(rb"[0-9A-Za-z._%+-]{2}@[0-9A-Za-z]")
_IDS = re.compile(
    rb"\{?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}?|_[0-9]{10}\b|MBD[0-9A-F]{8}"
)


def runs(data: bytes, taken: Bools) -> Iterator[tuple[int, int, str]]:
    """(start, end, codec) of all runs outside of `taken` (one flag a byte, (len(data),)), in no order."""
    taken = taken.copy()
    for odd in (0, 1):
        for start, end in _wide(data, taken, odd):
            taken[start:end] = True
            yield start, end, WIDE
    bytes_left = np.frombuffer(data, np.uint8).copy()
    bytes_left[taken] = 0
    rest = bytes_left.tobytes()
    for found in _UTF8.finditer(rest):
        han = len(_HAN8.findall(found[0]))
        if han >= 3 or (han == 2 and _alone(rest, found.start(), found.end())):
            yield found.start(), found.end(), "utf-8"
            bytes_left[found.start() : found.end()] = 0
    rest = bytes_left.tobytes()
    for found in _GBK.finditer(rest):
        if found.end() - found.start() >= 4 and _is_gbk(found[0], _alone(rest, found.start(), found.end())):
            yield found.start(), found.end(), "gb18030"
            bytes_left[found.start() : found.end()] = 0
    for found in _ASCII8.finditer(bytes_left.tobytes()):
        if _enough(found[0]):
            yield found.start(), found.end(), "latin-1"


def _enough(run: bytes) -> bool:
    run = _IDS.sub(b"", run)
    return len(run) - len(run.translate(None, b"0123456789")) >= DIGITS or _MAIL.search(run) is not None


def _alone(data: bytes, start: int, end: int) -> bool:
    return (start == 0 or not data[start - 1]) and (end == len(data) or not data[end])


def _is_gbk(run: bytes, alone: bool) -> bool:
    common = other = 0
    for found in _PAIR.finditer(run):
        common += found.lastindex == 1
        other += found.lastindex == 2
    return common + other >= 2 and ((alone and not other) or (common >= FREE and common >= 4 * other))


@cache
def _classes() -> NDArray[np.uint8]:
    """Of every UTF-16 unit: 0 none, else ASCII, a Chinese sign, common Han (GB 2312 level 1), or other Han."""
    table = np.zeros(0x10000, np.uint8)
    table[0x4E00:0x9FA6] = table[0x3400:0x4DB6] = _RARE
    for lead, last in [*((lead, 0xFE) for lead in range(0xB0, 0xD8)), (0xA1, 0xFE), (0xA3, 0xFE)]:
        for trail in range(0xA1, last + 1):
            try:
                table[ord(bytes((lead, trail)).decode("gb18030"))] = _COMMON if lead >= 0xB0 else _SIGN
            except (UnicodeDecodeError, TypeError):
                pass
    table[0x20:0x7F] = _ASCII
    table[[0xA0, 0xB7]] = _ASCII
    return table


def _wide(data: bytes, taken: Bools, odd: int) -> Iterator[tuple[int, int]]:
    """Runs of UTF-16LE that begin at even (odd) places."""
    count = (len(data) - odd) // 2
    if count < 2:
        return
    units = np.frombuffer(data, "<u2", count, odd)
    kind = _classes()[units]
    kind[taken[odd : odd + 2 * count].reshape(count, 2).any(1)] = 0
    edges = np.flatnonzero(np.diff((kind > 0).astype(np.int8), prepend=0, append=0))
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts >= 2
    starts, ends = starts[long], ends[long]
    if not len(starts):
        return

    def count_of(flags: Bools) -> Ints:
        sums = np.concatenate(([0], np.cumsum(flags, dtype=np.int64)))
        counted: Ints = sums[ends] - sums[starts]
        return counted

    size = ends - starts
    letters, common, han = count_of(kind == _ASCII), count_of(kind == _COMMON), count_of(kind >= _COMMON)
    digits = count_of(((units >= 0x30) & (units <= 0x39)) | ((units >= 0xFF10) & (units <= 0xFF19)))
    signs = count_of(units == 0x40)
    mostly = 20 * common >= 17 * han
    keep = ((digits >= DIGITS) | ((signs > 0) & (letters >= 6))) & (mostly | (2 * letters >= size))
    keep |= (han >= FREE - 1) & (size >= FREE) & mostly
    letters_two = count_of(_split(units) & (kind >= _COMMON))
    maybe = np.flatnonzero(~keep & (common >= 1) & (han >= 2) & (han - common <= 2) & (letters_two < han))
    for place in maybe.tolist():
        low, high = odd + 2 * int(starts[place]), odd + 2 * int(ends[place])
        keep[place] = _counted(data, low, int(size[place])) or (
            common[place] == han[place] and data[low - 2 : low] in (b"\0\0", b"") and data[high : high + 2] in (b"\0\0", b"")
        )
    for place in np.flatnonzero(keep).tolist():
        low, high = odd + 2 * int(starts[place]), odd + 2 * int(ends[place])
        if han[place] or _enough(data[low:high:2]):
            yield low, high


def _split(units: NDArray[np.uint16]) -> Bools:
    """Which units are two letters of ASCII text?"""
    low, high = units & 0xFF, units >> 8
    return (low > 0x20) & (low < 0x7F) & (high > 0x20) & (high < 0x7F)


def _counted(data: bytes, at: int, size: int) -> bool:
    """Does a length stand before it?  In characters or bytes, with or without a closing NUL, in 1, 2 or 4 bytes, or before BIFF flags."""
    before = data[max(0, at - 4) : at].rjust(4, b"\xff")
    two = int.from_bytes(before[2:], "little")
    sizes = (size, size + 1, 2 * size, 2 * size + 2)
    return (
        two in sizes
        or int.from_bytes(before, "little") in sizes
        or (before[3] in (1, 5, 9) and (int.from_bytes(before[1:3], "little") == size or before[2] == size))
    )
