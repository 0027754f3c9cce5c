"""Compound files ([MS-CFB] v20210625): streams with exact places in the file's bytes, and what no stream owns.

An own reader, since libraries hang on bit-flipped files: every sector may belong to one stream only, so all chains together are
no longer than the file.  A chain that leads out of the file, into itself or into another stream is damage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import unpack, unpack_from
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.formats import Unreadable
from deident.formats.ole.compound_write import rebuilt

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST = 0xFFFFFFFA  # highest sector number (2.1)
_END = 0xFFFFFFFE
_MINI = 64
_ENTRY = 128
_STORAGE, _STREAM, _ROOT = 1, 2, 5

Span = tuple[int, int]  # start and end in the file


class Stream(NamedTuple):
    """path: names from the root down; spans: where `data` stands in the file, in order; entry: its number in the directory."""

    path: tuple[str, ...]
    data: bytes
    spans: Sequence[Span]
    entry: int


class Compound:
    """streams; storages (paths); free: spans of the file that no structure uses (free sectors, slack, names of deleted entries)."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(SIGNATURE):
            raise Unreadable("damaged")
        self.data = data
        shift: int
        mini_shift: int
        shift, mini_shift = unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise Unreadable("damaged")
        self._shift, self._size = shift, 1 << shift
        self._count = -(-(len(data) - self._size) >> shift) if len(data) > self._size else 0
        self._owned = bytearray(self._count)
        self._used = np.zeros(len(data), np.bool_)
        self._used[: 512 if shift == 9 else 4096] = True
        first_directory, _, self._cutoff, first_mini = unpack_from("<IIII", data, 48)
        self._fat = self._table()
        directory = self._chain(first_directory)
        self._use(directory)
        self._mini_fat = np.zeros(0, np.uint32)
        if first_mini <= _MOST:
            sectors = self._chain(first_mini)
            self._use(sectors)
            self._mini_fat = np.frombuffer(self._bytes(sectors), np.uint32)
        self._directory = self._bytes(directory)
        self._directory_at = [self._at(sector) for sector in directory]
        self._root: list[int] = []
        self._owned_mini = bytearray(len(self._mini_fat))
        self.storages: set[tuple[str, ...]] = set()
        self.streams: list[Stream] = []
        self._walk()
        self.free = _spans(~self._used)

    def _at(self, sector: int) -> int:
        return (sector + 1) * self._size

    def _bytes(self, sectors: Sequence[int]) -> bytes:
        return b"".join(self.data[self._at(sector) : self._at(sector + 1)] for sector in sectors)

    def _use(self, sectors: Sequence[int]) -> None:
        for sector in sectors:
            self._used[self._at(sector) : self._at(sector + 1)] = True

    def _own(self, sector: int) -> None:
        if sector >= self._count or self._owned[sector]:
            raise Unreadable("damaged")
        self._owned[sector] = 1

    def _table(self) -> NDArray[np.uint32]:
        """The FAT: one entry a sector (2.3, 2.5)."""
        data = self.data
        places = list(unpack_from("<109I", data, 76))
        further: int = unpack_from("<I", data, 68)[0]
        while further <= _MOST:
            self._own(further)
            self._use([further])
            *more, further = unpack(f"<{self._size >> 2}I", self._bytes([further]).ljust(self._size, b"\xff"))
            places += more
        sectors = [place for place in places if place <= _MOST]
        for sector in sectors:
            self._own(sector)
        self._use(sectors)
        table = self._bytes(sectors)
        return np.frombuffer(table[: len(table) & ~3], np.uint32)

    def _chain(self, start: int) -> list[int]:
        chain: list[int] = []
        sector = start
        while sector <= _MOST:
            self._own(sector)
            chain.append(sector)
            if sector >= len(self._fat):
                raise Unreadable("damaged")
            sector = int(self._fat[sector])
        return chain

    def _walk(self) -> None:
        """The directory (2.6): red-black trees of siblings; entries that no tree holds are read, too."""
        count = len(self._directory) // _ENTRY
        if not count:
            raise Unreadable("damaged")
        kinds = [self._directory[number * _ENTRY + 66] for number in range(count)]
        if kinds[0] != _ROOT:
            raise Unreadable("damaged")
        self._root = self._chain(unpack_from("<I", self._directory, 116)[0])
        seen = {0}
        stack: list[tuple[int, tuple[str, ...]]] = [(unpack_from("<I", self._directory, 76)[0], ())]
        paths: list[tuple[int, tuple[str, ...]]] = []
        while stack:
            number, above = stack.pop()
            if number >= count:
                continue
            if number in seen:
                raise Unreadable("damaged")
            seen.add(number)
            at = number * _ENTRY
            left, right, child = unpack_from("<III", self._directory, at + 68)
            paths.append((number, (*above, self._name(number))))
            stack += [(left, above), (right, above)]
            if kinds[number] == _STORAGE and len(above) < 32:
                stack.append((child, paths[-1][1]))
        paths += [
            (number, ("", self._name(number))) for number in range(count) if kinds[number] == _STREAM and number not in seen
        ]
        for number, path in sorted(paths):
            if kinds[number] == _STREAM:
                self.streams.append(self._stream(number, path))
            elif kinds[number] == _STORAGE:
                self.storages.add(path)
        for number in range(count):
            if kinds[number] == 0:
                start = self._entry_at(number)
                self._used[start : start + 66] = False

    def _entry_at(self, number: int) -> int:
        place = number * _ENTRY
        return self._directory_at[place // self._size] + place % self._size

    def _name(self, number: int) -> str:
        at = number * _ENTRY
        length: int = unpack_from("<H", self._directory, at + 64)[0]
        return self._directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")

    def _stream(self, number: int, path: tuple[str, ...]) -> Stream:
        start, size = unpack_from("<IQ", self._directory, number * _ENTRY + 116)
        if self._shift == 9:
            size &= 0xFFFFFFFF
        if size > len(self.data):
            raise Unreadable("damaged")
        spans: list[Span] = []
        rest = size
        if size and size < self._cutoff:
            for place in self._mini_chain(start, -(-size // _MINI)):
                _add(spans, place, place + min(rest, _MINI))
                rest -= min(rest, _MINI)
        elif size:
            for sector in self._chain(start):
                place = self._at(sector)
                _add(spans, place, place + min(rest, self._size))
                rest -= min(rest, self._size)
        if rest:
            raise Unreadable("damaged")
        spans = [(low, min(high, len(self.data))) for low, high in spans]  # the last sector of a file may be cut short
        for low, high in spans:
            self._used[low:high] = True
        return Stream(path, b"".join(self.data[low:high] for low, high in spans), spans, number)

    def _mini_chain(self, start: int, count: int) -> list[int]:
        """Places in the file of so many mini sectors."""
        places: list[int] = []
        sector, per = start, self._size // _MINI
        while sector <= _MOST and len(places) < count:
            if sector >= len(self._mini_fat) or self._owned_mini[sector] or sector // per >= len(self._root):
                raise Unreadable("damaged")
            self._owned_mini[sector] = 1
            places.append(self._at(self._root[sector // per]) + sector % per * _MINI)
            sector = int(self._mini_fat[sector])
        return places

    def written(self, streams: Mapping[int, bytes]) -> bytes:
        """The file with these streams (by number) in it; what no structure uses is zeroed, or gone where a length has changed."""
        if any(len(new) != len(self.streams[number].data) for number, new in streams.items()):
            all_streams = [(stream.entry, streams.get(number, stream.data)) for number, stream in enumerate(self.streams)]
            return rebuilt(self.data, self._directory, self._size, self._cutoff, all_streams)
        out = bytearray(self.data)
        for number, new in streams.items():
            at = 0
            for low, high in self.streams[number].spans:
                out[low:high] = new[at : at + high - low]
                at += high - low
        for low, high in self.free:
            out[low:high] = bytes(high - low)
        return bytes(out)


def _add(spans: list[Span], low: int, high: int) -> None:
    if spans and spans[-1][1] == low:
        spans[-1] = (spans[-1][0], high)
    elif high > low:
        spans.append((low, high))


def _spans(flags: NDArray[np.bool_]) -> list[Span]:
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
