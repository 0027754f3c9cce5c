"""Property sets of compound files ([MS-OLEPS] v20210625): title, author, company, custom properties, with exact places.

`properties` gives what stands in a stream; junk gives less, never an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import error, unpack_from
from typing import NamedTuple

from deident.formats.ole.units import WIDE

NAMES = ("\x05SummaryInformation", "\x05DocumentSummaryInformation")
_CUSTOM = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae")
_SUMMARY = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
_LABELS = {
    True: {2: "title", 3: "subject", 4: "author", 5: "keywords", 6: "comments", 7: "template", 8: "last-author", 9: "revision", 18: "program"},
    False: {2: "category", 14: "manager", 15: "company", 26: "content-type", 27: "status"},
}  # fmt: skip
_I2, _I4, _R8, _DATE, _STRING, _BYTES, _WIDE, _CLIP, _VARIANT, _VECTOR = 2, 3, 5, 7, 0x1E, 0x41, 0x1F, 0x47, 0x0C, 0x1000
_CODECS = {1200: WIDE, 65001: "utf-8", 936: "gb18030", 54936: "gb18030", 20936: "gb18030", 950: "big5", 10008: "gb18030"}
_MOST = 5000  # properties of a stream, elements of a vector


class Property(NamedTuple):
    """label: what it is; the value's bytes stand from `start` to `end` of the stream; codec: of units.py, "number" or "picture"."""

    label: str
    start: int
    end: int
    codec: str


def properties(data: bytes) -> list[Property]:
    """All strings, numbers and pictures of a property set stream."""
    found: list[Property] = []
    try:
        for number in range(min(unpack_from("<I", data, 24)[0], 8)):
            kind = data[28 + 20 * number : 44 + 20 * number]
            found += _set(data, kind, unpack_from("<I", data, 44 + 20 * number)[0])
    except error:
        pass
    return found


def _set(data: bytes, kind: bytes, at: int) -> Iterator[Property]:
    count = min(unpack_from("<I", data, at + 4)[0], _MOST)
    places = [unpack_from("<II", data, at + 8 + 8 * number) for number in range(count) if at + 16 + 8 * number <= len(data)]
    page = next(
        (unpack_from("<H", data, at + offset + 4)[0] for name, offset in places if name == 1 and at + offset + 6 <= len(data)),
        1252,
    )
    codec = _CODECS.get(page, "latin-1" if page == 1252 else "gb18030")
    labels = dict(_LABELS[kind == _SUMMARY]) if kind != _CUSTOM else {}
    for name, offset in places:
        if name == 0 and kind == _CUSTOM:
            yield from _dictionary(data, at + offset, codec, labels)
    for name, offset in places:
        if name > 1:
            try:
                yield from _value(data, at + offset, labels.get(name, ""), codec)
            except error:
                pass


def _dictionary(data: bytes, at: int, codec: str, labels: dict[int, str]) -> Iterator[Property]:
    """Names of custom properties (2.17)."""
    count = min(unpack_from("<I", data, at)[0], _MOST)
    at += 4
    for _ in range(count):
        if at + 8 > len(data):
            return
        name, size = unpack_from("<II", data, at)
        size *= 2 if codec == WIDE else 1
        end = at + 8 + size
        if end > len(data):
            return
        text = data[at + 8 : end].decode(codec, "ignore").split("\0")[0]
        labels[name] = text.translate(dict.fromkeys(range(32), " "))[:80]
        yield Property("property", at + 8, at + 8 + len(text.encode(codec)), codec)
        at = -(-end // 4) * 4 if codec == WIDE else end


def _value(data: bytes, at: int, label: str, codec: str) -> Iterator[Property]:
    kind = unpack_from("<H", data, at)[0]
    if kind & _VECTOR:
        count, inner = min(unpack_from("<I", data, at + 4)[0], _MOST), kind & 0xFFF
        at += 8
        for _ in range(count):
            own = inner
            if inner == _VARIANT:
                own, at = unpack_from("<H", data, at)[0], at + 4
            if own not in (_STRING, _WIDE, _I4):
                return
            size = 4 if own == _I4 else 4 + unpack_from("<I", data, at)[0] * (2 if own == _WIDE else 1)
            if own != _I4:
                yield from _one(data, at, own, label, codec)
            at += size if own == _STRING else -(-size // 4) * 4
        return
    yield from _one(data, at + 4, kind, label, codec)


def _one(data: bytes, at: int, kind: int, label: str, codec: str) -> Iterator[Property]:
    if kind in (_STRING, _WIDE):
        size = unpack_from("<I", data, at)[0] * (2 if kind == _WIDE else 1)
        used = WIDE if kind == _WIDE else codec
        start, end = at + 4, min(at + 4 + size, len(data))
        text = data[start:end]
        if used == WIDE:
            while text[-2:] == b"\0\0":
                text = text[:-2]
        else:
            text = text.rstrip(b"\0")
        if text:
            yield Property(label, start, start + len(text), used)
    elif kind == _R8 and at + 8 <= len(data):
        yield Property(label, at, at + 8, "number")
    elif kind in (_CLIP, _BYTES):
        size = unpack_from("<I", data, at)[0]
        end = min(at + 4 + size, len(data))
        if kind == _CLIP and end > at + 8:
            yield Property(label, at + 8, end, "picture")
        elif end - at - 4 >= 4 and data[at + 5 : at + 8 : 2] == b"\0\0"[:2]:
            yield Property(label, at + 4, end - (end - at - 4) % 2, WIDE)  # a list of links: strings in a blob
