"""Settings of printers (ECMA-376-1, 15.2.15): binary data in which names of devices, users and documents stand as strings.

The strings are read, UTF-16 (Windows) or ASCII (macOS); what changes is written as stars of the same width, since offsets lead
into these data.
"""

from __future__ import annotations

import re

from deident.formats.splice import Change
from deident.text.charset import Decoded
from deident.text.maps import MapBuilder

PRINTER = re.compile(r"(?:\A|/)printerSettings\d*\.bin\Z", re.I)
_WIDE = re.compile(rb"(?:[\x20-\x7e]\0|[\0-\xff][\x4e-\x9f]){3,}")
_NARROW = re.compile(rb"[\x20-\x7e]{4,}")


def strings(data: bytes) -> Decoded:
    """The strings, a line each."""
    out = MapBuilder()
    for found in (_WIDE if wide(data) else _NARROW).finditer(data):
        if wide(data):
            for place in range(found.start(), found.end(), 2):
                out.atomic(place, 2, data[place : place + 2].decode("utf-16-le").encode())
        else:
            out.copy(found.start(), found[0])
        out.insert(b"\n")
    return Decoded(*out.finish(), "utf-8")


def wide(data: bytes) -> bool:
    """Is it UTF-16?  The settings of macOS are XML in ASCII."""
    return b"<?xml" not in data[:256]


def starred(data: bytes, changes: list[Change]) -> list[Change]:
    """The changes as stars."""
    star = b"*\0" if wide(data) else b"*"
    return [(start, end, star * ((end - start) // len(star))) for start, end, _ in changes]
