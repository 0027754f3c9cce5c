"""gzip files member by member (RFC 1952): many records of a WARC are a member each, and a header may hold a name and a comment."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from deident.formats import Limits, Unreadable
from deident.formats.archive.container import most

MAGIC = b"\x1f\x8b"
CHUNK = 1 << 16
PIECE = 1 << 20


class Zipped(NamedTuple):
    """A gzip member: `start:end` in the file, what it unpacks to, and the text in its header (without the NULs)."""

    start: int
    end: int
    data: bytes
    name: bytes
    comment: bytes
    extra: bytes
    mtime: int


def members(data: bytes, limits: Limits) -> Iterator[Zipped]:
    """The members, as far as they follow each other.  Raises Unreadable."""
    at = 0
    while data.startswith(MAGIC, at):
        name, comment, extra = _header(data, at)
        content, end = inflate(data, at, most(len(data) - at, limits), 31)
        limits.take(len(content))
        yield Zipped(at, end, content, name, comment, extra, int.from_bytes(data[at + 4 : at + 8], "little"))
        at = end
    if not at:
        raise Unreadable("damaged")


def inflate(data: bytes, at: int, most: int, bits: int) -> tuple[bytes, int]:
    """One deflated stream from `at` on, and where it ends.  bits: as zlib's wbits.  Raises Unreadable."""
    worker = zlib.decompressobj(bits)
    pieces: list[bytes] = []
    size = 0
    while not worker.eof:
        chunk = worker.unconsumed_tail
        if not chunk:
            chunk = data[at : at + CHUNK]
            at += len(chunk)
        try:
            piece = worker.decompress(chunk, PIECE)
        except zlib.error:
            raise Unreadable("damaged") from None
        if not piece and not chunk and not worker.eof:
            raise Unreadable("damaged")
        size += len(piece)
        if size > most:
            raise Unreadable("bomb")
        pieces.append(piece)
    return b"".join(pieces), at - len(worker.unused_data)


def _header(data: bytes, at: int) -> tuple[bytes, bytes, bytes]:
    """Name, comment, extra field (2.3)."""
    if len(data) < at + 18:
        raise Unreadable("damaged")
    flags = data[at + 3]
    place = at + 10
    name = comment = extra = b""
    if flags & 4:
        size = int.from_bytes(data[place : place + 2], "little")
        extra = data[place + 2 : place + 2 + size]
        place += 2 + size
    if flags & 8:
        name = _text(data, place)
        place += len(name) + 1
    if flags & 16:
        comment = _text(data, place)
    return name, comment, extra


def _text(data: bytes, place: int) -> bytes:
    end = data.find(b"\0", place)
    if end < 0:
        raise Unreadable("damaged")
    return data[place:end]


def packed(data: bytes, name: bytes = b"", comment: bytes = b"", mtime: int = 0) -> bytes:
    """One gzip member."""
    worker = zlib.compressobj(6, zlib.DEFLATED, -15)
    flags = (8 if name else 0) | (16 if comment else 0)
    header = MAGIC + bytes((8, flags)) + mtime.to_bytes(4, "little") + b"\0\xff"
    text = b"".join(one.replace(b"\0", b"") + b"\0" for one in (name, comment) if one)
    tail = zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return header + text + worker.compress(data) + worker.flush() + tail
