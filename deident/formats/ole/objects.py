"""Files inside the streams of a compound file: pictures by their signature, embedded packages, and OLE 1 packages.

One that is a stream of its own may have another length.  Others take the room that they have: a masked one that is shorter is filled up, a
picture that is longer is blanked, anything else that is longer cannot be written.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator, Sequence
from struct import unpack_from
from typing import NamedTuple

from deident.formats import Limits, Unreadable
from deident.formats.ole.biff import CONTINUE
from deident.formats.parts import Part

_SIGNATURE = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xdb\xe0-\xef\xc0-\xc4\xfe]")
#: Heads of metafiles and of bitmaps without a file header ([MS-ODRAW] 2.2.23): nobody here reads them.
_CLOSED = re.compile(
    rb"(?:[\x40\x50]\x3d\x1a|[\x60\x70]\x21\x1b|[\x20\x30]\x54\x1c|[\x80\x90]\x7a\x1f|[\x40\x50]\x6e\x29)\xf0", re.DOTALL
)
_DRAWINGS = 0xEB
_STORAGE = 0x1011  # ExOleObjStg
_SMALL = 2048  # bytes of a picture that can hold no text to read
_PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAG7buVgAAAABJRU5ErkJggg==")
_JPEG = b64decode(
    "/9j/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAA"
    "AAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)


class Object(NamedTuple):
    """A file inside.  spans: where it stands in the source, in order; kind: png, jpeg, packed (zlib behind its size), stream (all of one),
    native (of OLE 1, its size before it) or file."""

    name: str
    data: bytes
    spans: Sequence[tuple[int, int]]
    kind: str

    def stream(self, old: bytes, start: int, data: bytes) -> bytes:
        """The stream it stands in (`old`, at `start` of the source) with other content.  For the kinds stream and native."""
        low, high = self.spans[0][0] - start, self.spans[0][1] - start
        if self.kind == "stream":
            return data
        size = len(old) - 4 + len(data) - (high - low)
        return size.to_bytes(4, "little") + old[4 : low - 4] + len(data).to_bytes(4, "little") + data + old[high:]

    def fitted(self, data: bytes) -> bytes:
        """Other content in the same room.  Raises Unreadable."""
        room = sum(high - low for low, high in self.spans)
        if self.kind == "packed":
            data = len(data).to_bytes(4, "little") + zlib.compress(data, 9)
        if len(data) > room and self.kind in ("png", "jpeg"):
            data = _PNG if self.kind == "png" else _JPEG
        if len(data) > room:
            raise Unreadable("not-written")
        return data.ljust(room, b"\0")


class Layer(NamedTuple):
    """Bytes of a stream without what stands between them; places: (offset in `data`, place in the source), in order."""

    data: bytes
    places: Sequence[tuple[int, int]]

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """Places of a stretch in the source."""
        out: list[tuple[int, int]] = []
        for number, (offset, place) in enumerate(self.places):
            limit = self.places[number + 1][0] if number + 1 < len(self.places) else len(self.data)
            low, high = max(start, offset), min(end, limit)
            if low < high:
                out.append((place + low - offset, place + high - offset))
        return out


def objects(parts: Sequence[Part], limits: Limits) -> tuple[list[Object], bool]:
    """(all files inside, are there pictures that cannot be read?)."""
    found: list[Object] = []
    closed = False
    for part in parts:
        name = part.name.split("/")[-1]
        if part.data.startswith(b"PK\x03\x04") or (
            name in ("CONTENTS", "Contents", "EmbeddedOdf", "package_stream") and part.data
        ):
            ending = "zip" if part.data.startswith(b"PK") else "bin"
            found.append(Object(f"{part.name}.{ending}", part.data, [(part.start, part.end)], "stream"))
        elif name == "\x01Ole10Native":
            found += _native(part)
        else:
            layer = _drawings(part) if name == "Workbook" else Layer(part.data, [(0, part.start)])
            found += _pictures(part.name, layer)
            closed = closed or any(_size(layer.data, head.start()) > _SMALL for head in _CLOSED.finditer(layer.data))
            if name == "PowerPoint Document":
                found += _storages(part, limits)
    return found, closed


def _size(data: bytes, at: int) -> int:
    """Of the record that begins here, if it ends in the data."""
    size: int = unpack_from("<I", data, at + 4)[0] if at + 8 <= len(data) else 0
    return size if at + 8 + size <= len(data) else 0


def _drawings(part: Part) -> Layer:
    """All records of drawings, as one."""
    pieces: list[bytes] = []
    places: list[tuple[int, int]] = []
    size = 0
    data, at, kind = part.data, 0, 0
    while at + 4 <= len(data):
        next_kind, length = unpack_from("<HH", data, at)
        kind = kind if next_kind == CONTINUE else next_kind
        at += 4
        if kind == _DRAWINGS and at + length <= len(data):
            places.append((size, part.start + at))
            pieces.append(data[at : at + length])
            size += length
        at += length
    return Layer(b"".join(pieces), places)


def _pictures(name: str, layer: Layer) -> Iterator[Object]:
    at = number = 0
    data = layer.data
    while found := _SIGNATURE.search(data, at):
        start = found.start()
        kind = "png" if data[start] == 0x89 else "jpeg"
        end = (_png_end if kind == "png" else _jpeg_end)(data, start)
        at = max(end, start + 3)
        if end:
            number += 1
            yield Object(f"{name}/{number}.{kind}", data[start:end], layer.spans(start, end), kind)


def _png_end(data: bytes, at: int) -> int:
    """Behind IEND; 0 where it is none (PNG 5.3)."""
    at += 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        at += 12 + size
        if kind == b"IEND":
            return at if at <= len(data) else 0
    return 0


def _jpeg_end(data: bytes, at: int) -> int:
    """Behind EOI; 0 where it is none (ITU-T T.81, B.1)."""
    at += 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xDA:
            end = data.find(b"\xff\xd9", at)
            return end + 2 if end >= 0 else 0
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0


def _native(part: Part) -> Iterator[Object]:
    """Ole10Native: sizes, label, file name, paths, then the file."""
    data, at = part.data, 6
    for _ in range(2):
        at = data.find(b"\0", at) + 1
        if not at:
            return
    name = data[6:at].split(b"\0")[1].decode("gb18030", "replace").replace("\\", "/").split("/")[-1]
    at += 4
    if at + 4 > len(data):
        return
    at += 4 + unpack_from("<I", data, at)[0]
    if at + 4 > len(data):
        return
    size = unpack_from("<I", data, at)[0]
    if 0 < size <= len(data) - at - 4:
        start = part.start + at + 4
        body = data[at + 4 : at + 4 + size]
        yield Object(name or "package", body, [(start, start + size)], "native")


def _storages(part: Part, limits: Limits) -> Iterator[Object]:
    """Embedded documents of a presentation: compound files, most of them packed."""
    for found in re.finditer(rb"[\x00\x10]\x00\x11\x10", part.data):
        at = found.start()
        size = _size(part.data, at)
        start, end = at + 8, at + 8 + size
        body = part.data[start:end]
        if part.data[at] == 0x10 and size > 6 and body[4] == 0x78:
            most = min(limits.max_bytes, limits.max_ratio * size)
            unpacked = zlib.decompressobj()
            try:
                inner = unpacked.decompress(body[4:], most)
            except zlib.error:
                continue
            if unpacked.unconsumed_tail:
                raise Unreadable("bomb")
            limits.take(len(inner))
            yield Object(f"{part.name}/{at}.ole", inner, [(part.start + start, part.start + end)], "packed")
        elif body.startswith(b"\xd0\xcf\x11\xe0"):
            yield Object(f"{part.name}/{at}.ole", body, [(part.start + start, part.start + end)], "file")
