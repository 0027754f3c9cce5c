"""Tags of TIFF 6.0 and Exif 2.32: directories of 12-byte entries, as they stand in EXIF blocks and in TIFF files themselves."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from deident.formats.image.found import Found, decoded

ORIENTATION, THUMBNAIL, GPS, SUBS = 0x0112, 0x0201, 0x8825, 0x014A
XMP, IPTC, PHOTOSHOP = 0x02BC, 0x83BB, 0x8649
_POINTERS = {0x8769: "Exif", GPS: "GPS", 0xA005: "Interop", SUBS: "Sub"}
_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4)  # bytes of each type of value, by its number
_MOST = 4096  # directories, and entries of one
_NAMES = {
    0x010D: "DocumentName", 0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x011D: "PageName", 0x0131: "Software",
    0x0132: "DateTime", 0x013B: "Artist", 0x013C: "HostComputer", 0x8298: "Copyright", 0x9003: "DateTimeOriginal",
    0x9286: "UserComment", 0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords", 0x9C9F: "XPSubject",
    0xA420: "ImageUniqueID", 0xA430: "CameraOwnerName", 0xA431: "BodySerialNumber", 0xA435: "LensSerialNumber",
}  # fmt: skip
_OWN = {
    0xA430: "author",
    0xA431: "serial",
    0xA435: "serial",
    0xC62F: "serial",
    0x927C: "maker",
    0x013B: "author",
    0x9C9D: "author",
}


class Entry(NamedTuple):
    """One tag: the directory it stands in, where its 12 bytes are, and where its value is (offsets in the block)."""

    group: str
    tag: int
    type: int
    many: int
    at: int
    value: int
    size: int


class Directory(NamedTuple):
    """One directory: its name ("0", "1" … for pages, "Exif", "GPS" …), where its count of entries stands, and the entries."""

    group: str
    at: int
    entries: list[Entry]
    next: int


def order(data: bytes) -> str:
    """ "<" or ">", "" where this is no such block."""
    return "<" if data[:4] == b"II*\0" else ">" if data[:4] == b"MM\0*" else ""


def directories(data: bytes) -> Iterator[Directory]:
    """All of them, pages first.  Whatever points outside the block is left out."""
    sign = order(data)
    if not sign or len(data) < 8:
        return
    (at,) = struct.unpack_from(sign + "I", data, 4)
    todo, seen, page = [("0", at, True)], set[int](), 0
    while todo and len(seen) < _MOST:
        group, at, chain = todo.pop(0)
        if at in seen or not 8 <= at <= len(data) - 2:
            continue
        seen.add(at)
        found = _directory(data, sign, group, at)
        yield found
        if chain and found.next:
            page += 1
            todo.insert(0, (str(page), found.next, True))
        for entry in found.entries:
            if entry.tag in _POINTERS and entry.type in (4, 13):
                todo += [(_POINTERS[entry.tag], place, False) for place in numbers(data, sign, entry)[:16]]


def _directory(data: bytes, sign: str, group: str, at: int) -> Directory:
    (count,) = struct.unpack_from(sign + "H", data, at)
    entries: list[Entry] = []
    end = at + 2 + 12 * count
    for place in range(at + 2, min(end, len(data) - 11, at + 2 + 12 * _MOST), 12):
        tag, type, many = struct.unpack_from(sign + "HHI", data, place)
        size = many * (_SIZES[type] if type < len(_SIZES) else 0)
        value = place + 8 if size <= 4 else struct.unpack_from(sign + "I", data, place + 8)[0]
        if value + size <= len(data):
            entries.append(Entry(group, tag, type, many, place, value, size))
    after = struct.unpack_from(sign + "I", data, end)[0] if end + 4 <= len(data) else 0
    return Directory(group, at, entries, after)


def numbers(data: bytes, sign: str, entry: Entry) -> list[int]:
    """Whole numbers of an entry."""
    letter = {1: "B", 3: "H", 4: "I", 13: "I"}.get(entry.type)
    count = min(entry.many, 1 << 20)
    return list(struct.unpack_from(f"{sign}{count}{letter}", data, entry.value)) if letter else []


def read(data: bytes, found: Found) -> None:
    """What an EXIF block says goes into `found`."""
    sign = order(data)
    for directory in directories(data):
        if directory.group == "GPS" and any(entry.tag in (1, 2, 3, 4) for entry in directory.entries):
            found.private.add("gps")
        for entry in directory.entries:
            if entry.tag == ORIENTATION and directory.group == "0" and entry.type == 3:
                found.orientation = (numbers(data, sign, entry) or [1])[0]
            tell(entry, data[entry.value : entry.value + entry.size], found)
            if entry.tag == THUMBNAIL:
                found.private.add("thumbnail")


def tell(entry: Entry, value: bytes, found: Found) -> None:
    """The text of one tag, and what it is about."""
    from deident.formats.image import xmp

    if entry.group != "Interop" and entry.group != "GPS" and entry.tag in _OWN and value.strip(b"\0 "):
        found.private.add(_OWN[entry.tag])
    if entry.tag == XMP:
        xmp.read(value, found)
    elif entry.tag == IPTC:
        xmp.iptc(value, found)
    elif entry.tag == PHOTOSHOP:
        xmp.photoshop(value, found)
    elif entry.group in ("GPS", "Interop"):
        return
    elif 0x9C9B <= entry.tag <= 0x9C9F:
        found.say(_NAMES[entry.tag], value.decode("utf-16-le", "ignore"))
    elif entry.tag == 0x9286:
        wide = "utf-16-le" if value[9:10] == b"\0" else "utf-16-be"
        found.say("UserComment", value[8:].decode(wide, "ignore") if value[:7] == b"UNICODE" else decoded(value[8:]))
    elif entry.type == 2:
        found.say(_NAMES.get(entry.tag, f"EXIF {entry.tag:04X}"), decoded(value))


def upright(orientation: int) -> bytes:
    """An EXIF block that says nothing but how the picture stands (tag 0x0112)."""
    return struct.pack("<4sIHHHIHHI", b"II*\0", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)
