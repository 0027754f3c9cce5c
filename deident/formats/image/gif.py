"""GIF89a: blocks, and frames without loss.  A frame goes to Pillow as a picture of its own, and comes back as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deident.formats.image import xmp
from deident.formats.image.found import Found, decoded, readable

_CONTROL, _COMMENT, _PLAIN, _APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_PADDING = re.compile(rb"[\0\r\n ]*")


def table(flags: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def head(data: bytes) -> int:
    """Where the blocks begin."""
    return 13 + (table(data[10]) if len(data) > 10 else 0)


def blocks(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(label, start, end): 0x2C for a picture, 0x3B for the end, else the label of an extension."""
    at = head(data)
    while at < len(data):
        start, sign = at, data[at]
        if sign == 0x3B:
            yield sign, start, start + 1
            return
        if sign == 0x2C and at + 10 < len(data):
            at += 11 + table(data[at + 9])
        elif sign == 0x21 and at + 2 < len(data):
            sign = data[at + 1]
            at += 2
        else:
            return
        while at < len(data) and data[at]:
            at += data[at] + 1
        if at >= len(data):
            return
        at += 1
        yield sign, start, at


def content(data: bytes, at: int) -> bytes:
    """What sub-blocks hold, joined."""
    out: list[bytes] = []
    while at < len(data) and data[at]:
        out.append(data[at + 1 : at + 1 + data[at]])
        at += data[at] + 1
    return b"".join(out)


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height of the screen in pixels, which grows with frames that reach beyond it."""
    width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    for label, start, _ in blocks(data):
        if label == 0x2C:
            left, top, wide, high = (int.from_bytes(data[start + n : start + n + 2], "little") for n in (1, 3, 5, 7))
            width, height = max(width, left + wide), max(height, top + high)
    return width, height


def strip(data: bytes, found: Found) -> bytes:
    """The file without comments and descriptions; what they said goes into `found`."""
    out = [data[: head(data)]]
    end, whole = head(data), False
    for label, start, end in blocks(data):
        name = data[start + 3 : start + 14]
        if label in (0x2C, 0x3B, _CONTROL) or (label == _APPLICATION and name in _LOOPS):
            out.append(data[start:end])
            whole = label == 0x3B
        elif label == _COMMENT:
            found.say("Comment", decoded(content(data, start + 2)))
        elif label == _PLAIN:
            found.say("Text", decoded(content(data, start + 2)[12:]))
        elif label == _APPLICATION and name == b"XMP DataXMP":
            xmp.read(data[start + 14 : end - 258], found)
        else:
            found.say(decoded(name), readable(content(data, start + 2)))
    if not whole:
        out.append(data[end:])
    elif _PADDING.fullmatch(data, end) is None:
        found.private.add("trailing")
        found.say("TrailingData", readable(data[end:]))
    return b"".join(out)
