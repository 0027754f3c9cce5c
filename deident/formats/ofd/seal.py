"""Signed values and seals (GM/T 0031, GB/T 38540): DER (X.690) whose strings name signers and organisations, and the seal's picture.

What changes is encoded again with the lengths around it; the signature does not hold afterwards anyway.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from deident.formats.splice import Change, apply
from deident.model import SourceMap
from deident.text.charset import decode
from deident.text.maps import MapBuilder, shift

_STRINGS = (12, 18, 19, 20, 22, 26, 30)  # UTF8String … BMPString
_WIDE = 30
_OCTETS, _BITS = 4, 3
_DEPTH = 40
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"PK\3\4", b"II*\0", b"MM\0*")


class Item(NamedTuple):
    """Tag; start of the head; start and end of the content; where a value inside an octet or bit string begins (-1: none)."""

    tag: int
    head: int
    start: int
    end: int
    inner: int


def is_der(data: bytes) -> bool:
    """Is all of it one sequence?"""
    return data[:1] == b"\x30" and (found := _item(data, 0, len(data))) is not None and found.end == len(data)


def _item(data: bytes, place: int, end: int) -> Item | None:
    """What begins here."""
    if place + 2 > end:
        return None
    tag, size, start = data[place], data[place + 1], place + 2
    if size >= 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or start + count > end:
            return None
        size, start = int.from_bytes(data[start : start + count], "big"), start + count
    stop = start + size
    if stop > end:
        return None
    inner = start if tag & 0x20 else -1
    if tag in (_OCTETS, _BITS):
        first = start + (tag == _BITS)
        nested = _item(data, first, stop) if data[first : first + 1] == b"\x30" else None
        inner = first if nested and nested.end == stop else -1
    return Item(tag, place, start, stop, inner)


def leaves(data: bytes) -> Iterator[Item]:
    """All that holds nothing further, in order."""
    stack = [(0, len(data), 0)]
    while stack:
        place, end, depth = stack.pop()
        if (found := _item(data, place, end)) is None:
            continue
        stack.append((found.end, end, depth))
        if found.inner >= 0 and depth < _DEPTH:
            stack.append((found.inner, found.end, depth + 1))
        else:
            yield found


def strings(data: bytes) -> Iterator[tuple[Item, bytes, SourceMap]]:
    """The strings: text and its map to the data."""
    for item in leaves(data):
        if item.tag & 0xDF in _STRINGS and item.end - item.start > 3:
            if item.tag & 0xDF == _WIDE:
                yield item, *_wide(data, item)
            else:
                decoded = decode(data[item.start : item.end])
                yield item, decoded.view, shift(decoded.map, item.start)


def _wide(data: bytes, item: Item) -> tuple[bytes, SourceMap]:
    built = MapBuilder()
    for place in range(item.start, item.end - 1, 2):
        one = data[place : place + 2].decode("utf-16-be", "replace")
        built.atomic(place, 2, (one if one >= " " else " ").encode())
    return built.finish()


def encoding(data: bytes, item: Item) -> str:
    """Of a string."""
    return "utf-16-be" if item.tag & 0xDF == _WIDE else decode(data[item.start : item.end]).encoding


def pictures(data: bytes) -> list[Item]:
    """Octet strings that are files."""
    return [item for item in leaves(data) if item.tag == _OCTETS and data.startswith(_PICTURES, item.start)]


def rebuilt(data: bytes, changes: Sequence[Change]) -> bytes:
    """`data` with changes of its leaves (in order)."""
    starts = [start for start, _, _ in changes]

    def level(place: int, end: int, depth: int) -> bytes:
        out: list[bytes] = []
        while (item := _item(data, place, end)) is not None:
            own = changes[bisect_left(starts, item.start) : bisect_left(starts, item.end)]
            if not own:
                out.append(data[place : item.end])
            else:
                if item.inner >= 0 and depth < _DEPTH:
                    content = data[item.start : item.inner] + level(item.inner, item.end, depth + 1)
                else:
                    moved = [(low - item.start, high - item.start, new) for low, high, new in own]
                    content = apply(data[item.start : item.end], moved)
                out += (data[place : place + 1], _length(len(content)), content)
            place = item.end
        return b"".join(out) + data[place:end]

    return level(0, len(data), 0)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(digits),)) + digits
