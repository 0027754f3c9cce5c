"""Text of legacy Office files: runs of UTF-16LE or of an 8-bit code page as characters, and characters as view and map.

A run keeps its length when it is written to (ole.py), so `Places` remembers which bytes of the source are text in which codec.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.model import Ints, SourceMap

Codes = NDArray[np.uint32]
WIDE = "utf-16-le"
NUMBER = "number"  # eight bytes of a double or four of an RK value: all zero is the number 0
BECOMES = "becomes "  # and bytes as hexadecimal digits: what stands there whatever the replacement is
Piece = tuple[bytes, SourceMap]


class Characters(NamedTuple):
    """codes: code points, (n,) uint32; source, width: the bytes each one stands for, (n,) int64; width 0: inserted."""

    codes: Codes
    source: Ints
    width: Ints

    def where(self, chosen: NDArray[np.bool_]) -> Characters:
        """Those that are chosen."""
        return Characters(self.codes[chosen], self.source[chosen], self.width[chosen])

    def copy(self) -> tuple[Codes, Ints, Ints]:
        """The columns, to be written to."""
        return self.codes.copy(), self.source.copy(), self.width.copy()

    def part(self, start: int, end: int) -> Characters:
        """Those from `start` to `end`."""
        return Characters(self.codes[start:end], self.source[start:end], self.width[start:end])


def wide(data: bytes, start: int) -> Characters:
    """UTF-16LE at `start` of the source.  Surrogates stay single; `built` joins them."""
    codes = np.frombuffer(data[: len(data) & ~1], "<u2").astype(np.uint32)
    source = start + 2 * np.arange(len(codes), dtype=np.int64)
    return Characters(codes, source, np.full(len(codes), 2, np.int64))


def narrow(data: bytes, start: int, codec: str = "latin-1") -> Characters:
    """One byte a character."""
    codes = _table(codec)[np.frombuffer(data, np.uint8)]
    return Characters(codes, start + np.arange(len(codes), dtype=np.int64), np.ones(len(codes), np.int64))


def multi(data: bytes, start: int, codec: str) -> Characters:
    """Text of a code page in which characters have several lengths (short runs only)."""
    text = data.decode(codec, "surrogateescape")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
    width = np.array([len(character.encode(codec, "surrogateescape")) for character in text], np.int64)
    codes[(codes >= 0xD800) & (codes < 0xE000)] = 0xFFFD
    return Characters(codes, start + np.cumsum(width) - width, width)


@cache
def _table(codec: str) -> Codes:
    """Code point of every byte; what the code page leaves open is as in Latin-1."""
    codes = np.arange(256, dtype=np.uint32)
    for byte in range(0x80, 0xA0):
        try:
            codes[byte] = ord(bytes((byte,)).decode(codec))
        except UnicodeDecodeError:
            pass
    return codes


def read(data: bytes, start: int, codec: str) -> Characters:
    """A run in any codec."""
    if codec == WIDE:
        return wide(data, start)
    return narrow(data, start, codec) if codec in ("latin-1", "cp1252") else multi(data, start, codec)


def inserted(text: str, source: int = 0) -> Characters:
    """Characters that have no source."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return Characters(codes, np.full(len(codes), source, np.int64), np.zeros(len(codes), np.int64))


def joined(parts: Sequence[Characters]) -> Characters:
    """One after the other."""
    if not parts:
        return inserted("")
    return Characters(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def built(characters: Characters) -> Piece:
    """View and map.  Controls become blanks (inserted ones, cell and line breaks, stay), lone surrogates U+FFFD."""
    codes, source, width = characters.copy()
    if not len(codes):
        return b"", SourceMap(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), 0)
    high = (codes >= 0xD800) & (codes < 0xDC00)
    low = (codes >= 0xDC00) & (codes < 0xE000)
    if high.any() or low.any():
        pair = high[:-1] & low[1:] & (source[1:] == source[:-1] + 2)
        first = np.flatnonzero(pair)
        codes[first] = 0x10000 + ((codes[first] - 0xD800) << 10) + (codes[first + 1] - 0xDC00)
        width[first] = 4
        keep = np.ones(len(codes), np.bool_)
        keep[first + 1] = False
        codes, source, width = codes[keep], source[keep], width[keep]
        codes[(codes >= 0xD800) & (codes < 0xE000)] = 0xFFFD
    codes[((codes < 0x20) | (codes == 0x7F)) & (width > 0)] = 0x20
    length = np.ones(len(codes), np.int64)
    length += codes > 0x7F
    length += codes > 0x7FF
    length += codes > 0xFFFF
    view = np.cumsum(length) - length
    exact = (length == 1) & (width == 1)
    head = np.ones(len(codes), np.bool_)
    head[1:] = ~(exact[1:] & exact[:-1] & (source[1:] == source[:-1] + 1)) & ((width[1:] > 0) | (width[:-1] > 0))
    first = np.flatnonzero(head)
    size = int(length.sum())
    spans = np.where(exact[first], np.diff(view[first], append=size), width[first])
    view, source = view[first], source[first]
    twice = (np.diff(view, append=size) == spans) & (spans > 1) & ~exact[first]
    if twice.any():  # told apart from exact pieces, see text/maps.py
        times = twice.astype(np.int64) + 1
        second = np.cumsum(times)[twice] - 1
        view, source, spans = np.repeat(view, times), np.repeat(source, times), np.repeat(spans, times)
        view[second] += 1
    return codes.tobytes().decode("utf-32-le").encode(), SourceMap(view, source, spans, size)


def short(text: str, start: int, unit: int) -> Piece:
    """The same as `built` for a short text without controls and surrogates whose characters have `unit` bytes each."""
    data = text.encode()
    if unit == 1 and len(data) == len(text):
        zero = np.zeros(1, np.int64)
        return data, SourceMap(zero, zero + start, zero + len(data), len(data))
    if len(data) == 3 * len(text) and unit == 2:  # nothing but Han
        steps = _steps(len(text))
        return data, SourceMap(3 * steps, start + 2 * steps, np.full(len(text), 2, np.int64), len(data))
    begins: list[int] = []
    source: list[int] = []
    at, place = 0, start
    for character in text:
        code = ord(character)
        length = 1 if code < 0x80 else 2 if code < 0x800 else 3
        begins.append(at)
        source.append(place)
        if length == unit == 2:
            begins.append(at + 1)
            source.append(place)
        at += length
        place += unit
    columns = np.array((begins, source), np.int64)
    return data, SourceMap(columns[0], columns[1], np.full(len(begins), unit, np.int64), at)


@cache
def _steps(count: int) -> Ints:
    return np.arange(count, dtype=np.int64)


def numeral(text: str, start: int, width: int) -> Piece:
    """A number as text for its `width` bytes."""
    data = text.encode()
    twice = len(data) == width > 1
    columns = np.array(((0, 1), (start, start), (width, width)) if twice else ((0,), (start,), (width,)), np.int64)
    return data, SourceMap(columns[0], columns[1], columns[2], len(data))


def apart(text: bytes) -> Piece:
    """A separator."""
    zero = np.zeros(1, np.int64)
    return text, SourceMap(zero, zero, zero, len(text))


class Places:
    """Which bytes of the source are text, and in which codec."""

    def __init__(self) -> None:
        self._all: list[tuple[int, int, str]] = []
        self._starts: list[int] = []

    def add(self, start: int, end: int, codec: str) -> None:
        """A run."""
        if end > start:
            self._all.append((start, end, codec))
            self._starts = []

    def mask(self, start: int, end: int) -> NDArray[np.bool_]:
        """For every byte of the source from `start` to `end`: is it in a run?  (end - start,) bool."""
        steps = np.zeros(end - start + 1, np.int64)
        if self._all:
            low, high = np.array([(a, b) for a, b, _ in self._all], np.int64).clip(start, end).T - start
            steps += np.bincount(low, minlength=len(steps)) - np.bincount(high, minlength=len(steps))
        return np.cumsum(steps[:-1]) > 0

    def split(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """A range cut where the codec changes; what is in no run is left out."""
        if not self._starts:
            self._all.sort()
            self._starts = [low for low, _, _ in self._all]
        out: list[tuple[int, int, str]] = []
        at = max(0, bisect_right(self._starts, start) - 1)
        while at < len(self._all) and self._all[at][0] < end:
            low, high, codec = self._all[at]
            low, high = max(low, start, out[-1][1] if out else 0), min(high, end)
            if low < high:
                out.append((low, high, codec))
            at += 1
        return out
