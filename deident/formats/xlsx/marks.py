"""Marks of a large XML part as arrays (XML 1.0, 2.4-2.8, 3.1): a sheet of a workbook has millions of them.

`marks` takes NumPy's way where the XML is as programs write it (only tags, each `<` with its `>`), else reads it mark by mark.
Both give the same arrays (tests/formats/test_xlsx_laws.py).  Nothing is expanded, nothing raises, the text between marks is all there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.model import Ints

OPEN, CLOSE, EMPTY, OTHER = range(4)
_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?[A-Za-z_][\w.-]*[\s>/]")
_MARK = re.compile(
    rb"<!--(?:.*?)(?:-->|\Z)|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|<\?(?:.*?)(?:\?>|\Z)|<![^<>]*>"
    rb"""|<(?P<close>/?)(?P<name>[A-Za-z_:\x80-\xff][^\s/<>"']*)(?:[^<>"']|"[^"]*"|'[^']*')*+>""",
    re.DOTALL,
)
_AFTER = np.zeros(256, np.bool_)  # what may follow a name
_AFTER[list(b" \t\r\n/>")] = True
PAD = 32  # bytes that may be read behind the end
_BLOCK = 1 << 19  # bytes


Offsets = NDArray[np.signedinteger[Any]]  # four bytes each where that is enough: there are millions


class Marks(NamedTuple):
    """Marks, (n,) each: `start:end` from `<` to behind `>`, kind, and number of the name (0: another).

    The texts between, (m,) each: `text_start:text_end`, and `after`, the mark that stands before (-1: none).
    """

    start: Offsets
    end: Offsets
    kind: NDArray[np.int8]
    name: NDArray[np.int8]
    text_start: Ints
    text_end: Ints
    after: Ints


def padded(data: bytes) -> NDArray[np.uint8]:
    """The bytes, and zeros behind them."""
    return np.frombuffer(data + bytes(PAD), np.uint8)


def prefix(data: bytes, low: int = 0, high: int = 1 << 62) -> bytes:
    """The prefix that the first element's name has, with its colon."""
    found = _ROOT.search(data, low, min(high, low + (1 << 16)))
    return found[1] + b":" if found and found[1] else b""


def marks(data: bytes, names: Sequence[bytes], low: int = 0, high: int | None = None, mark: bytes = b"") -> Marks:
    """All marks of `data[low:high]`; `names` (of one to three letters, with the prefix `mark`, else with that of the first element)
    count from 1."""
    high = len(data) if high is None else high
    mark = mark or prefix(data, low, high)
    return fast(data, names, low, high, mark) or plain(data, names, low, high, mark)


def fast(data: bytes, names: Sequence[bytes], low: int, high: int, mark: bytes) -> Marks | None:
    """The marks where there are only tags behind the XML declaration; None for any other XML.  Read by blocks of whole tags: what
    is made of one stays in the processor's cache."""
    codes, short, last, count = padded(data), _short(names), low, 0
    size: type[np.signedinteger[Any]] = np.int32 if high < 1 << 31 else np.int64
    blocks: list[Marks] = []
    while low < high:
        stop = data.rfind(b">", low, min(low + _BLOCK, high)) + 1 or data.find(b">", low, high) + 1 or high
        at = np.flatnonzero((codes[low:stop] & 0xFD) == ord("<")) + low  # `<` and `>` differ in one bit
        start, end = at[::2], at[1::2] + 1
        if len(start) != len(end) or (codes[start] != ord("<")).any() or (codes[end - 1] != ord(">")).any():
            return None
        first = codes[start + 1]
        close = first == ord("/")
        kind = np.where(close, CLOSE, np.where(codes[end - 2] == ord("/"), EMPTY, OPEN)).astype(np.int8)
        odd = np.flatnonzero((first < ord("A")) & ~close | (first > ord("z")) | (end - start < 3))
        if len(odd):  # only the XML declaration may be there
            if (
                count
                or len(odd) > 1
                or odd[0]
                or not data.startswith(b"<?xml ", int(start[0]))
                or data[int(end[0]) - 2] != ord("?")
            ):
                return None
            kind[0] = OTHER
        name = _names(codes, start + 1 + close, mark, names, short)
        name[kind == OTHER] = 0
        before = np.concatenate((np.full(1, last), end))[: len(start)]
        filled = np.flatnonzero(before < start)
        small = at.astype(size)
        blocks.append(Marks(small[::2], small[1::2] + 1, kind, name, before[filled], start[filled], filled + (count - 1)))
        low, count, last = stop, count + len(start), int(end[-1]) if len(end) else last
    if not count:
        return None
    if last < high:
        rest = (np.full(1, place) for place in (last, high, count - 1))
        blocks.append(Marks(start[:0], end[:0], kind[:0], name[:0], *rest))
    return Marks(*map(np.concatenate, zip(*blocks, strict=True)))


def _short(names: Sequence[bytes]) -> NDArray[np.int8]:
    """What two bytes say of a name, by the number that they are: its own number, -1 for a longer one."""
    table = np.full((256, 256), -1, np.int8)  # second byte, first byte
    table[_AFTER] = 0
    table[:, _AFTER] = 0
    for number, name in enumerate(names, 1):
        if len(name) == 1:
            table[_AFTER, name[0]] = number
    return table.reshape(-1)


def _names(codes: NDArray[np.uint8], at: Ints, mark: bytes, names: Sequence[bytes], short: NDArray[np.int8]) -> NDArray[np.int8]:
    own = np.ones(len(at), np.bool_)
    for place, code in enumerate(mark):
        own &= codes[np.minimum(at + place, len(codes) - 1)] == code
    at = np.minimum(at + len(mark), len(codes) - PAD)
    result: NDArray[np.int8] = short[codes[at] | codes[at + 1].astype(np.uint16) << 8]
    long = np.flatnonzero(result < 0)
    at, key, alive = at[long], np.zeros(len(long), np.uint32), np.ones(len(long), np.bool_)
    for place in range(4):
        letter = codes[at + place]
        alive &= ~_AFTER[letter]
        key |= np.where(alive, letter, 0).astype(np.uint32) << np.uint32(8 * place)
    result[long] = 0
    for number, name in enumerate(names, 1):
        result[long[key == int.from_bytes(name, "little")]] = number
    result[~own] = 0
    return result


def plain(data: bytes, names: Sequence[bytes], low: int, high: int, mark: bytes) -> Marks:
    """The marks of any XML, one by one; the content of CDATA counts as text."""
    numbers = {mark + name: number for number, name in enumerate(names, 1)}
    rows: list[tuple[int, int, int, int]] = []
    texts: list[tuple[int, int, int]] = []
    place = low
    for found in _MARK.finditer(data, low, high):
        if found.start() > place:
            texts.append((place, found.start(), len(rows) - 1))
        place = found.end()
        name = found["name"]
        if name is None:
            kind = OTHER
        else:
            kind = CLOSE if found["close"] else EMPTY if data[place - 2] == ord("/") else OPEN
        rows.append((found.start(), place, kind, numbers.get(name, 0) if name else 0))
        if found["cdata"]:
            texts.append((*found.span("cdata"), len(rows) - 1))
    if place < high:
        texts.append((place, high, len(rows) - 1))
    table, text = np.array(rows, np.int64).reshape(-1, 4).T, np.array(texts, np.int64).reshape(-1, 3).T
    return Marks(table[0], table[1], table[2].astype(np.int8), table[3].astype(np.int8), text[0], text[1], text[2])
