"""Text in base64 within XML: form fields of old (ECMA-376-1, 17.16.13), tags of recipients, blobs, settings of printers.

It is read as lines of letters, UTF-16LE and single bytes, where these hold a number that tells; an edit removes all of the base64,
since nobody sees it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from deident.formats.office.attributes import SURE
from deident.formats.tags import Token, attributes
from deident.model import SourceMap
from deident.text.maps import MapBuilder

LEAST = 24  # characters
_LONG = re.compile(rb"[A-Za-z0-9+/]{%d}" % LEAST)
_CODE = re.compile(rb"[A-Za-z0-9+/\s]{%d,}={0,2}\s*" % LEAST)
_WIDE = re.compile(rb"(?:[\x20-\x7e]\0|[\x00-\xff][\x4e-\x9f\xff]){4,}")
_NARROW = re.compile(rb"(?:[\x20-\x7e]|[\xe3-\xef][\x80-\xbf]{2}){4,}")


def line(view: bytes, name: bytes, start: int, end: int) -> tuple[bytes, SourceMap] | None:
    """`name：text` and its map, where this stretch is base64 that tells.  One byte less is the source, so that a step has more."""
    if end - start < LEAST or not (text := unpacked(view[start:end])):
        return None
    out = MapBuilder()
    out.insert(name + "：".encode())
    out.atomic(start, end - start - 1, text)
    return out.finish()


def unpacked(code: bytes) -> bytes:
    """What a person could read in it; b"" where it is no base64, or holds nothing that tells."""
    if not _CODE.fullmatch(code):
        return b""
    code = code.translate(None, b" \t\r\n")
    if code.isdigit() or len(code.rstrip(b"=")) % 4 == 1:
        return b""
    data = base64.b64decode(code.rstrip(b"=") + b"=" * (-len(code.rstrip(b"=")) % 4))
    lines = [found[0].decode("utf-16-le", "ignore").encode("utf-8", "ignore") for found in _WIDE.finditer(data)]
    lines += [found[0] for found in _NARROW.finditer(data)]
    return b" ".join(line for line in lines if SURE.search(line))


def coded(view: bytes, token: Token) -> Iterator[tuple[bytes, int, int]]:
    """Attributes that may be base64: name, start, end of the value."""
    if token.end - token.start > LEAST and _LONG.search(view, token.start, token.end):
        yield from attributes(view, token)
