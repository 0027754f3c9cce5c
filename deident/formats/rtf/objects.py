"""Binary data inside RTF: hex digits or `\\binN` (RTF 1.9.1 "Pictures", "Objects"), and the OLE 1.0 objects in it ([MS-OLEDS] 2.2).

A `Blob` is one such stretch; what is of use in it is `Payload`, which can be put back with other content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from deident.formats.splice import Change

_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]+")
EXTENSIONS = {
    b"pngblip": "png", b"jpegblip": "jpg", b"emfblip": "emf", b"wmetafile": "wmf", b"dibitmap": "dib", b"wbitmap": "wbm",
    b"macpict": "pict", b"pmmetafile": "pmm",
}  # fmt: skip
_EMBEDDED = 2  # FormatID


class Payload(NamedTuple):
    """`raw[start:end]` is the file inside; `size` is the place of its length (4 bytes, -1 for none); `names` those of a package."""

    start: int
    end: int
    size: int = -1
    outer: int = -1  # place of the length around a package
    name: str = ""
    names: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Blob:
    """Source ranges of one destination's data: hex digits, or raw bytes, then with the control word before them."""

    word: bytes
    hex: list[tuple[int, int]] = field(default_factory=list)
    raw: list[tuple[int, int, int]] = field(default_factory=list)  # start of \binN, start and end of the bytes
    kind: str = ""
    twin: int = -1  # number of the child of which this is the copy for old readers

    def content(self, data: bytes) -> bytes:
        """The binary data."""
        if self.raw:
            return b"".join(data[start:end] for _, start, end in self.raw)
        digits = _NOT_HEX.sub(b"", b"".join(data[start:end] for start, end in self.hex))
        return bytes.fromhex(digits[: len(digits) & ~1].decode())

    def changes(self, new: bytes) -> list[Change]:
        """The changes of the source that put `new` there."""
        ranges = [(word, end) for word, _, end in self.raw] or self.hex
        written = b"\\bin%d %s" % (len(new), new) if self.raw else new.hex().encode()
        return [(start, end, b"" if number else written) for number, (start, end) in enumerate(ranges)]


def payload(word: bytes, raw: bytes) -> Payload:
    """The file inside; of what is no OLE object, all."""
    whole = Payload(0, len(raw))
    if word not in (b"objdata", b"datastore") or len(raw) < 12 or _number(raw, 4) != _EMBEDDED:
        return whole
    place = 8
    strings: list[bytes] = []
    for _ in range(3):  # class, topic, item
        size = _number(raw, place)
        if size < 0 or place + 4 + size > len(raw):
            return whole
        strings.append(raw[place + 4 : place + 4 + size])
        place += 4 + size
    end = place + 4 + _number(raw, place)
    if not place + 4 < end <= len(raw):
        return whole
    if strings[0].rstrip(b"\0") == b"Package" and (inner := _package(raw, place, end)):
        return inner
    return Payload(place + 4, end, place)


def _package(raw: bytes, outer: int, end: int) -> Payload | None:
    """A file dropped into the text: its name and path, then its bytes."""
    place = outer + 4
    if raw[place : place + 2] != b"\2\0":
        return None
    first = place + 2
    label_end = raw.find(b"\0", first, end)
    path_end = raw.find(b"\0", label_end + 1, end) if label_end >= 0 else -1
    if path_end < 0:
        return None
    size = _number(raw, path_end + 5)
    at = path_end + 9 + size
    if raw[path_end + 1 : path_end + 5] != b"\0\0\3\0" or size < 0 or at + 4 > end:
        return None
    start, length = at + 4, _number(raw, at)
    if length < 0 or start + length > end:
        return None
    label = raw[first:label_end]
    try:
        name = label.decode("gb18030")
    except UnicodeDecodeError:
        name = label.decode("latin-1")
    return Payload(start, start + length, at, outer, name, (first, at))


def _number(raw: bytes, place: int) -> int:
    return int.from_bytes(raw[place : place + 4], "little") if len(raw) >= place + 4 else -1


def packed(raw: bytes, place: Payload, new: bytes, name: str) -> bytes:
    """`raw` with `new` as its file, under this name; paths and the picture of the object (behind it) do not come along."""
    if place.size < 0:
        return new
    length = len(new).to_bytes(4, "little")
    if place.outer < 0:
        return raw[: place.size] + length + new + _NO_PICTURE
    label = name.encode("gb18030", "replace") + b"\0"
    names = label + label + b"\0\0\3\0" + len(label).to_bytes(4, "little") + label
    inner = b"\2\0" + names + length + new
    return raw[: place.outer] + len(inner).to_bytes(4, "little") + inner + _NO_PICTURE


_NO_PICTURE = b"\1\5\0\0\0\0\0\0"  # ObjectHeader of an empty presentation: version, FormatID 0
