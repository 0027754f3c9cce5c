"""JPEG (ITU-T T.81): segments.  What is kept: the image, JFIF's and Adobe's marks of how to show it, the colour profile, how it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deident.formats.image import exif, xmp
from deident.formats.image.found import Found, decoded, readable

_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")  # after entropy-coded data, in which FF00 and RSTn stand
_BARE = (0x01, *range(0xD0, 0xD9))  # markers without a length
_FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each; that of a scan holds its coded data.  The last one is EOI, if there is one."""
    at, size = 2, len(data)
    while found := _MARKER.search(data, at):
        marker, start, body = found[1][0], found.start(), found.end()
        if marker == 0xD9:
            yield marker, start, body
            return
        end = body if marker in _BARE else min(size, body + max(2, int.from_bytes(data[body : body + 2], "big")))
        if marker == 0xDA:
            after = _MARKER.search(data, end)
            end = after.start() if after else size
        yield marker, start, end
        at = end


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels."""
    for marker, start, _ in segments(data):
        if marker in _FRAMES:
            return int.from_bytes(data[start + 7 : start + 9], "big"), int.from_bytes(data[start + 5 : start + 7], "big")
        if marker == 0xDA:
            break
    return None


def strip(data: bytes, found: Found) -> bytes:
    """The file without metadata; what it said goes into `found`."""
    out = [data[:2]]
    end, whole = 2, False
    for marker, start, end in segments(data):
        body, kept = start + 4, data[start:end]
        if marker == 0xE0 and data[body : body + 5] == b"JFIF\0":
            if any(data[body + 12 : body + 14]):
                found.private.add("thumbnail")
                kept = data[start : body - 2] + b"\0\x10" + data[body : body + 12] + b"\0\0"
        elif marker == 0xE1 and data[body : body + 6] == b"Exif\0\0":
            before = found.orientation
            exif.read(data[body + 6 : end], found)
            kept = b""
            if 1 < found.orientation < 9 and before == 1:
                block = b"Exif\0\0" + exif.upright(found.orientation)
                kept = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
        elif 0xE0 <= marker <= 0xEF and not (
            (marker == 0xE2 and data[body : body + 12] == b"ICC_PROFILE\0")
            or (marker == 0xEE and data[body : body + 5] == b"Adobe")
        ):
            _tell(marker, data[body:end], found)
            kept = b""
        elif marker == 0xFE:
            found.say("Comment", decoded(data[body:end]))
            kept = b""
        out.append(kept)
        whole = whole or marker == 0xD9
    if not whole:
        out.append(data[end:])
    elif data[end:].strip(b"\0\r\n "):
        found.private.add("trailing")
        found.say("TrailingData", readable(data[end:]))
    return b"".join(out)


def _tell(marker: int, body: bytes, found: Found) -> None:
    if body[:4] == b"http":  # XMP, and its extension, whose 40 bytes of header do not hinder
        xmp.read(body[body.find(b"\0") + 1 :], found)
    elif marker == 0xED:
        xmp.photoshop(body, found)
    elif body[:4] == b"JFXX" or body[:4] == b"MPF\0":
        found.private.add("thumbnail")
    else:
        found.say(f"APP{marker & 15}", readable(body))
