"""Marks of a large XML part as arrays (XML 1.0, 2.4-2.8, 3.1): a sheet of a workbook has millions of them.

`marks` takes NumPy's way where the XML is as programs write it (only tags, each `<` with its `>`), else reads it mark by mark.
Both give the same arrays (tests/formats/test_marks.py).  Nothing is expanded, nothing raises, the text between marks is all there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

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


class Marks(NamedTuple):
    """Marks, (n,) each: `start:end` from `<` to behind `>`, kind, and number of the name (0: another).

    The texts between, (m,) each: `text_start:text_end`, and `after`, the mark that stands before (-1: none).
    """

    start: Ints
    end: Ints
    kind: NDArray[np.int8]
    name: NDArray[np.int8]
    text_start: Ints
    text_end: Ints
    after: Ints


def padded(data: bytes) -> NDArray[np.uint8]:
    """The bytes, and zeros behind them."""
    return np.frombuffer(data + bytes(PAD), np.uint8)


def prefix(data: bytes) -> bytes:
    """The prefix that the root element's name has, with its colon."""
    found = _ROOT.search(data, 0, 1 << 16)
    return found[1] + b":" if found and found[1] else b""


def marks(data: bytes, names: Sequence[bytes]) -> Marks:
    """All marks; `names` (of one to three letters, with the root's prefix or without any) count from 1."""
    return fast(data, names) or plain(data, names)


def fast(data: bytes, names: Sequence[bytes]) -> Marks | None:
    """The marks where there are only tags behind the XML declaration; None for any other XML."""
    codes = padded(data)
    start = np.flatnonzero(codes == ord("<"))
    end = np.flatnonzero(codes == ord(">")) + 1
    if not len(start) or len(start) != len(end) or (end <= start).any() or (end[:-1] > start[1:]).any():
        return None
    first = codes[start + 1]
    kind = np.where(first == ord("/"), CLOSE, np.where(codes[end - 2] == ord("/"), EMPTY, OPEN)).astype(np.int8)
    odd = np.flatnonzero((first < ord("A")) & (first != ord("/")) | (first > ord("z")) | (end - start < 3))
    if len(odd):  # only the XML declaration may be there
        if len(odd) > 1 or odd[0] or not data.startswith(b"<?xml ", int(start[0])) or data[int(end[0]) - 2] != ord("?"):
            return None
        kind[0] = OTHER
    at = start + 1 + (kind == CLOSE)
    own = np.ones(len(at), np.bool_)
    for place, letter in enumerate(mark := prefix(data)):
        own &= codes[at + place] == letter
    at = at + len(mark)
    name = _names(codes, np.minimum(at, len(data)), names)
    name[~own | (kind == OTHER)] = 0
    bounds = np.concatenate((np.zeros(1, np.int64), end)), np.append(start, len(data))
    filled = np.flatnonzero(bounds[0] < bounds[1])
    return Marks(start, end, kind, name, bounds[0][filled], bounds[1][filled], filled - 1)


def _names(codes: NDArray[np.uint8], at: Ints, names: Sequence[bytes]) -> NDArray[np.int8]:
    key = np.zeros(len(at), np.uint32)
    alive = np.ones(len(at), np.bool_)
    for place in range(4):
        letter = codes[at + place]
        alive &= ~_AFTER[letter]
        key |= np.where(alive, letter, 0).astype(np.uint32) << np.uint32(8 * place)
    result = np.zeros(len(at), np.int8)
    for number, name in enumerate(names, 1):
        result[key == int.from_bytes(name, "little")] = number
    return result


def plain(data: bytes, names: Sequence[bytes]) -> Marks:
    """The marks of any XML, one by one; the content of CDATA counts as text."""
    own = prefix(data)
    numbers = {own + name: number for number, name in enumerate(names, 1)}
    rows: list[tuple[int, int, int, int]] = []
    texts: list[tuple[int, int, int]] = []
    place = 0
    for found in _MARK.finditer(data):
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
    if place < len(data):
        texts.append((place, len(data), len(rows) - 1))
    table, text = np.array(rows, np.int64).reshape(-1, 4).T, np.array(texts, np.int64).reshape(-1, 3).T
    return Marks(table[0], table[1], table[2].astype(np.int8), table[3].astype(np.int8), text[0], text[1], text[2])
