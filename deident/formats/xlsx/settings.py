"""Binary parts in which programs leave names in passing: settings of printers (DEVMODE: UTF-16 strings at fixed places), properties.

Their text is read as runs of letters, UTF-16LE and single bytes; an edit blanks the letters with as many others, so that all
lengths stay.
"""

from __future__ import annotations

import re

from deident.text.maps import MapBuilder

_WIDE = re.compile(rb"(?:[\x20-\x7e]\0|[\x00-\xff][\x4e-\x9f]){2,}")
_NARROW = re.compile(rb"[\x20-\x7e]{5,}|(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}")


def read(data: bytes, start: int, out: MapBuilder) -> None:
    """Lines of what looks like text, with their places from `start` on."""
    for pattern, wide in ((_WIDE, True), (_NARROW, False)):
        for found in pattern.finditer(data):
            if wide:
                for place in range(found.start(), found.end(), 2):
                    out.atomic(
                        start + place, 2, data[place : place + 2].decode("utf-16-le", "replace").encode("utf-8", "replace")
                    )
            else:
                out.copy(start + found.start(), found[0])
            out.insert(b"\n")


def blanked(data: bytes, start: int, end: int) -> bytes:
    """What stands there afterwards: asterisks, of two bytes each where the text was wide."""
    size = end - start
    wide = (size % 2 == 0 and b"\0" in data[start:end]) or any(
        code >= 0x4E for code in data[start + 1 : end : 2][:1] if code > 0x7F
    )
    return (b"*\0" * (size // 2)) if wide else b"*" * size
