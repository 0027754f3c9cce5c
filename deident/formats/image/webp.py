"""WebP (RFC 9649) and BMP: the RIFF chunks of the one, the header of the other."""

from __future__ import annotations

from collections.abc import Iterator

from deident.formats.image import exif, xmp
from deident.formats.image.found import Found, decoded, readable

_EXIF, _XMP = 0x08, 0x04  # flags of VP8X
_KEPT = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP")


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each, with its padding."""
    at, last = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= last:
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > len(data):
            return
        yield data[at : at + 4], at, min(end + (end & 1), len(data))
        at = end + (end & 1)


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels."""
    for type, start, _ in chunks(data):
        body = data[start + 8 : start + 18]
        if type == b"VP8X":
            return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
        if type == b"VP8 ":
            return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
        if type == b"VP8L":
            bits = int.from_bytes(body[1:5], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def strip(data: bytes, found: Found) -> bytes:
    """The file without metadata; what it said goes into `found`."""
    out: list[bytes] = []
    end = 12
    for type, start, end in chunks(data):
        body = data[start + 8 : end]
        if type in _KEPT:
            out.append(data[start:end])
        elif type == b"EXIF":
            block = body[6:] if body[:6] == b"Exif\0\0" else body
            exif.read(block, found)
            if 1 < found.orientation < 9:
                block = exif.upright(found.orientation)
                out.append(b"EXIF" + len(block).to_bytes(4, "little") + block)
        elif type == b"XMP ":
            xmp.read(body, found)
        else:
            found.say(decoded(type), readable(body))
    if data[end:].strip(b"\0\r\n "):
        found.private.add("trailing")
        found.say("TrailingData", readable(data[end:]))
    if out and out[0][:4] == b"VP8X" and len(out[0]) > 8:
        flags = out[0][8] & ~(_EXIF | _XMP) | (_EXIF if any(one[:4] == b"EXIF" for one in out) else 0)
        out[0] = out[0][:8] + bytes([flags]) + out[0][9:]
    body = b"".join(out)
    new = data[:4] + (len(body) + 4).to_bytes(4, "little") + data[8:12] + body
    return new if out else data


def bmp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a BMP, whose height is negative where rows stand top down."""
    if data[14:18] == b"\x0c\0\0\0":
        return int.from_bytes(data[18:20], "little"), int.from_bytes(data[20:22], "little")
    return abs(int.from_bytes(data[18:22], "little", signed=True)), abs(int.from_bytes(data[22:26], "little", signed=True))
