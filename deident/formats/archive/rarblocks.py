"""Blocks of RAR files (technote of RAR 5.0; technote of RAR 4): what no reader of members shows, comments above all."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

FIVE, FOUR = b"Rar!\x1a\x07\x01\x00", b"Rar!\x1a\x07\x00"


class Piece(NamedTuple):
    """Bytes outside of members: kind "comment" (as written), "packed" (a comment that is compressed), "rest" (behind the end);
    "broken" where the blocks cannot be followed: readers stop there and say nothing."""

    kind: str
    data: bytes


def pieces(data: bytes) -> Iterator[Piece]:
    """All such bytes, as far as the blocks can be followed."""
    return _five(data) if data.startswith(FIVE) else _four(data) if data.startswith(FOUR) else iter(())


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A vint and where it ends."""
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            break
    return value, at


def _five(data: bytes) -> Iterator[Piece]:
    at = len(FIVE)
    while at + 7 < len(data):
        size, start = _number(data, at + 4)
        end = start + size
        kind, place = _number(data, start)
        flags, place = _number(data, place)
        content = 0
        if flags & 1:
            _, place = _number(data, place)
        if flags & 2:
            content, place = _number(data, place)
        if not size or end + content > len(data) or zlib.crc32(data[at + 4 : end]) != int.from_bytes(data[at : at + 4], "little"):
            break
        if kind == 4:  # what follows is encrypted
            return
        if kind == 3:
            own, place = _number(data, place)  # flags, size, attributes, (time, checksum,) method, system, name
            for _ in range(2):
                _, place = _number(data, place)
            place += (4 if own & 2 else 0) + (4 if own & 4 else 0)
            method, place = _number(data, place)
            _, place = _number(data, place)
            length, place = _number(data, place)
            if data[place : place + length] == b"CMT":
                yield Piece("packed" if method >> 7 & 7 else "comment", data[end : end + content])
        at = end + content
        if kind == 5:
            if at < len(data):
                yield Piece("rest", data[at:])
            return
    yield Piece("broken", b"")


def _four(data: bytes) -> Iterator[Piece]:
    at = len(FOUR)
    while at + 7 <= len(data):
        kind, flags = data[at + 2], int.from_bytes(data[at + 3 : at + 5], "little")
        size = int.from_bytes(data[at + 5 : at + 7], "little")
        content = int.from_bytes(data[at + 7 : at + 11], "little") if flags & 0x8000 or kind in (0x74, 0x7A) else 0
        if kind == 0x73 and flags & 0x80:  # headers encrypted
            return
        if size < 7 or at + size + content > len(data):
            yield Piece("broken", b"")
            return
        if kind == 0x75:
            yield Piece("packed", data[at + 13 : at + size])
        elif kind == 0x7A and data[at + 32 : at + 35] == b"CMT":
            stored = data[at + 25] == 0x30
            yield Piece("comment" if stored else "packed", data[at + size : at + size + content])
        elif kind == 0x73 and flags & 2:
            yield Piece("packed", data[at + 13 : at + size])
        at += size + content
        if kind == 0x7B:
            break
    if at < len(data):
        yield Piece("rest", data[at:])
