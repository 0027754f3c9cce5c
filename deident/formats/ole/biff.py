"""BIFF8 records and strings ([MS-XLS] v20230221): the parts of the workbook stream, and text that runs over CONTINUE records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import unpack_from
from typing import NamedTuple

import numpy as np

from deident.formats.ole.units import Characters, Piece, built, joined, narrow, short, wide
from deident.model import SourceMap

CONTINUE = 0x3C
Chunk = tuple[int, int]  # start and end of a record's data in the stream


class Record(NamedTuple):
    """kind: its number; chunks: its data and that of the CONTINUE records behind it."""

    kind: int
    at: int
    chunks: Sequence[Chunk]

    @property
    def start(self) -> int:
        """Where its own data begin."""
        return self.chunks[0][0]

    @property
    def end(self) -> int:
        """Where its own data end."""
        return self.chunks[0][1]

    @property
    def size(self) -> int:
        """Of its own data."""
        return self.chunks[0][1] - self.chunks[0][0]


def records(data: bytes) -> Iterator[Record]:
    """All records, each with its CONTINUE records; ends at the first that cannot be one."""
    at, size = 0, len(data)
    while at + 4 <= size:
        kind, length = unpack_from("<HH", data, at)
        if (not kind and not length) or at + 4 + length > size:
            return
        first, chunks = at, [(at + 4, at + 4 + length)]
        at += 4 + length
        while at + 4 <= size and data[at : at + 2] == b"\x3c\0":
            length = unpack_from("<H", data, at + 2)[0]
            if at + 4 + length > size:
                break
            chunks.append((at + 4, at + 4 + length))
            at += 4 + length
        yield Record(kind, first, chunks)


class Run(NamedTuple):
    """A stretch of one string's characters in the stream."""

    start: int
    end: int
    wide: bool


class Reader:
    """Reads along the data of a record and its CONTINUE records.  Raises IndexError at the end."""

    def __init__(self, data: bytes, chunks: Sequence[Chunk], at: int = 0) -> None:
        self.data, self.chunks, self.chunk = data, chunks, 0
        self.at = chunks[0][0] + at

    def _next(self) -> None:
        self.chunk += 1
        self.at = self.chunks[self.chunk][0]

    def skip(self, count: int) -> None:
        """Past so many bytes."""
        while count > self.chunks[self.chunk][1] - self.at:
            count -= max(0, self.chunks[self.chunk][1] - self.at)
            self._next()
        self.at += count

    def number(self, size: int) -> int:
        """An unsigned number; numbers are never split."""
        if self.at >= self.chunks[self.chunk][1]:
            self._next()
        if self.at + size > self.chunks[self.chunk][1]:
            raise IndexError
        self.at += size
        return int.from_bytes(self.data[self.at - size : self.at], "little")

    def characters(self, count: int, flags: int) -> list[Run]:
        """So many characters; each CONTINUE record begins with flags of its own (2.5.293)."""
        runs: list[Run] = []
        while count:
            unit = 2 if flags & 1 else 1
            room = (self.chunks[self.chunk][1] - self.at) // unit
            taken = min(room, count)
            if taken > 0:
                runs.append(Run(self.at, self.at + taken * unit, unit == 2))
            self.at += max(0, taken) * unit
            count -= max(0, taken)
            if count:
                self._next()
                flags = self.number(1)
        return runs

    def rich(self) -> list[Run]:
        """A string with its formats and phonetics: XLUnicodeRichExtendedString."""
        count, flags = self.number(2), self.number(1)
        formats = self.number(2) if flags & 8 else 0
        extra = self.number(4) if flags & 4 else 0
        runs = self.characters(count, flags)
        self.skip(4 * formats + extra)
        return runs

    def plain(self, size: int = 2) -> list[Run]:
        """A string with a length of so many bytes: XLUnicodeString, ShortXLUnicodeString."""
        count = self.number(size)
        return self.characters(count, self.number(1)) if count else []


def all_shown(data: bytes, start: int, strings: Sequence[Sequence[Run]]) -> list[Piece]:
    """View and map of very many strings, made at once."""
    if not strings:
        return []
    runs = np.array([run for string in strings for run in string] or [Run(0, 0, False)], np.int64)
    own = np.repeat(np.arange(len(strings)), [len(string) for string in strings] if runs[0, 1] else [0] * len(strings))
    unit = runs[:, 2] + 1
    count = (runs[:, 1] - runs[:, 0]) // unit
    number = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    place = np.repeat(runs[:, 0], count) + number * np.repeat(unit, count)
    two = np.repeat(runs[:, 2], count)
    raw = np.frombuffer(data, np.uint8)
    codes = raw[place].astype(np.uint32)
    codes |= (raw[np.minimum(place + 1, len(raw) - 1)].astype(np.uint32) << 8) * two.astype(np.uint32)
    sizes = np.bincount(own, count[: len(own)], len(strings)).astype(np.int64)
    ends = np.cumsum(sizes)  # a line break behind every string
    text = Characters(np.insert(codes, ends, 10), np.insert(place + start, ends, 0), np.insert(two + 1, ends, 0))
    view, map = built(text)
    breaks = np.flatnonzero(np.frombuffer(view, np.uint8) == 10)
    firsts = np.concatenate(([0], breaks[:-1] + 1))
    pieces: list[Piece] = []
    places = (
        column.tolist() for column in (firsts, breaks, np.searchsorted(map.view, firsts), np.searchsorted(map.view, breaks))
    )
    for first, end, low, last in zip(*places, strict=True):
        if end == first:
            pieces.append((b"", SourceMap(_NONE, _NONE, _NONE, 0)))
        else:
            own_map = SourceMap(map.view[low:last] - first, map.source[low:last], map.width[low:last], end - first)
            pieces.append((view[first:end], own_map))
    return pieces


_NONE = np.zeros(1, np.int64)


def characters(data: bytes, start: int, runs: Sequence[Run]) -> Characters:
    """Of a stream that stands at `start` of the source."""
    return joined([(wide if run.wide else narrow)(data[run.start : run.end], start + run.start) for run in runs])


def shown(data: bytes, start: int, runs: Sequence[Run]) -> Piece:
    """View and map of a string."""
    if len(runs) == 1 and runs[0].end - runs[0].start < 400:
        raw = data[runs[0].start : runs[0].end]
        text = raw.decode("utf-16-le", "surrogatepass") if runs[0].wide else raw.decode("latin-1")
        if text.isprintable() and len(text) * (1 + runs[0].wide) == len(raw):
            return short(text, start + runs[0].start, 1 + runs[0].wide)
    return built(characters(data, start, runs))
