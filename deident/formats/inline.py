"""Pictures and documents inside text: `data:` URLs in base64 (RFC 2397), as WeChat articles, pasted editors, style sheets, saved pages
and API answers have them.

Each is a child of the document; a masked one is put back in its place.  Small ones are the icons every site is full of.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence

from deident.formats import Child
from deident.formats.splice import Change

LEAST = 400  # characters of base64: 300 bytes are no picture in which text could be read
#: A picture by its type, a document by how it begins: PDF, ZIP, OLE, RTF.
_PICTURE = re.compile(
    rb"data:(?:image\\?/(png|jpe?g|gif|bmp|webp|tiff?)|[\w.+\\/-]{1,100})(?:;[\w=-]+)*;base64,(?(1)|(?-i:(?=JVBERi|UEsDB|0M8R4K|e1xydG)))"
    rb"((?:[A-Za-z0-9+/\r\n]|\\/){%d,}={0,2})" % LEAST,
    re.I,
)


def holds(data: bytes) -> bool:
    """Does the page hold a picture?"""
    return b";base64," in data and _PICTURE.search(data) is not None


def pictures(data: bytes) -> list[tuple[int, int, Child]]:
    """Start and end of the base64 of each picture, and the picture; what cannot be decoded is left out."""
    out = []
    for number, found in enumerate(_PICTURE.finditer(data) if b";base64," in data else (), 1):
        code = found[2].translate(None, b"\r\n\\")
        try:
            content = base64.b64decode(code + b"=" * (-len(code) % 4), validate=True)
        except (binascii.Error, ValueError):
            content = found[2]
        name = f"picture {number}.{found[1].decode().lower()}" if found[1] else f"file {number}"
        out.append((*found.span(2), Child(name, content)))
    return out


def replaced(data: bytes, children: Mapping[int, Child | None]) -> list[Change]:
    """The changes of the page that put other pictures into it."""
    found = pictures(data) if children else []
    return [(*found[number][:2], base64.b64encode(child.data)) for number, child in sorted(children.items()) if child is not None]


def together(text: Sequence[Change], pictures: Sequence[Change]) -> list[Change]:
    """Both in order; a picture goes before text that an edit would change inside of it."""
    spans = [(start, end) for start, end, _ in pictures]
    kept = [one for one in text if not any(start < one[1] and one[0] < end for start, end in spans)]
    return sorted([*kept, *pictures], key=lambda one: one[:2])
