"""What a ZIP holds besides its members (APPNOTE 6.3, 4.3): bytes before, between and behind them, extra fields, odd directories.

Deleted members, the other half of a polyglot, and data hung to a field that no reader shows, all stand there.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence

from deident.formats import Unreadable
from deident.formats.archive.entries import member_name

_END = b"PK\x05\x06"
#: Extra fields with sizes, times, owners (numbers) or padding alone: APPNOTE 4.5.2, Info-ZIP, ECMA-376-2 (0xa220), Java, Android.
_KNOWN = frozenset((0x0001, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875, 0xA220, 0xCAFE, 0xD935))
_UNICODE = (0x7075, 0x6375)  # a name or comment again, behind a version and a checksum


def hidden(data: bytes, container: zipfile.ZipFile, extras: bool = True) -> list[bytes]:
    """Pieces of the file that are no part of a member, in order; and the unknown extra fields.  Raises Unreadable."""
    spans: list[tuple[int, int]] = []
    found: list[bytes] = []
    for info in container.infolist():
        start = info.header_offset
        header = data[start : start + 30]
        if len(header) < 30:
            raise Unreadable("damaged")
        name, extra = struct.unpack("<HH", header[26:])
        content = start + 30 + name + extra
        if extras:
            own = member_name(info).encode()
            fields = (*unknown(data[start + 30 + name : content]), *unknown(info.extra))
            found += [field for field in fields if field != own]
        if info.is_dir() and info.compress_size > 2:
            found.append(data[content : content + info.compress_size])
        spans.append((start, _descriptor(data, content + info.compress_size, info)))
    spans += _directory(data, container)
    spans.sort()
    last = 0
    for start, end in spans:
        if start < last:  # two members share their bytes
            raise Unreadable("bomb")
        found.append(data[last:start])
        last = end
    return [piece for piece in (*found, data[last:]) if piece]


def unpacked(data: bytes, infos: Iterable[zipfile.ZipInfo]) -> bytes:
    """The file without the deflated streams of its members, which say nothing to who reads them packed: everything else that is in it.

    A stream with something behind its end stays, and all of the file where its headers do not say where they are.
    """
    pieces, last = [], 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.compress_type != zipfile.ZIP_DEFLATED:
            continue
        header = data[info.header_offset : info.header_offset + 30]
        if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
            return data
        name, extra = struct.unpack("<HH", header[26:])
        start = info.header_offset + 30 + name + extra
        end = start + info.compress_size
        if start < last or end > len(data):
            return data
        if _ends(data[start:end], info.file_size):
            pieces.append(data[last:start])
            last = end
    return b"\n".join([*pieces, data[last:]])


def _ends(stream: bytes, size: int) -> bool:
    """Whether a deflated stream is what it holds and nothing more (RFC 1951)."""
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return len(reader.decompress(stream, size + 1)) == size and reader.eof and not reader.unused_data
    except zlib.error:
        return False


def unknown(extra: bytes) -> Iterator[bytes]:
    """Extra fields that may hold text."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind not in _KNOWN:
            yield extra[at + (9 if kind in _UNICODE else 4) : at + 4 + size]
        at += 4 + size
    if at < len(extra):
        yield extra[at:]


def _descriptor(data: bytes, end: int, info: zipfile.ZipInfo) -> int:
    """Where a member ends whose content ends at `end`: behind its data descriptor (4.3.9), if it has one."""
    if not info.flag_bits & 8:
        return end
    sizes = (struct.pack("<LL", info.compress_size, info.file_size), struct.pack("<QQ", info.compress_size, info.file_size))
    for mark in (b"PK\x07\x08", b""):
        for size in sizes:
            if data.startswith(mark + struct.pack("<L", info.CRC) + size, end):
                return end + len(mark) + 4 + len(size)
    return end


def _directory(data: bytes, container: zipfile.ZipFile) -> Sequence[tuple[int, int]]:
    """Where the central directory and the records behind it stand."""
    at = container.start_dir
    spans = []
    for _ in container.infolist():
        if data[at : at + 4] != b"PK\x01\x02":
            raise Unreadable("damaged")
        size = 46 + sum(struct.unpack_from("<HHH", data, at + 28))
        spans.append((at, at + size))
        at += size
    if data.startswith(b"PK\x06\x06", at) and len(data) >= at + 56:  # ZIP64: record and locator
        spans.append((at, at + 56))
        at += 56
    end = data.rfind(_END)
    locator = end - 20
    if locator >= at and data.startswith(b"PK\x06\x07", locator):
        spans.append((locator, end))
    spans.append((end, end + 22 + len(container.comment)))
    return spans
