"""PNG (ISO/IEC 15948, third edition with animation): chunks.  Kept: what belongs to showing the picture."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from deident.formats.image import exif, xmp
from deident.formats.image.found import Found, decoded, readable

_KEPT = (
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"pHYs", b"bKGD", b"sBIT", b"hIST", b"acTL", b"fcTL",
    b"fdAT",
)  # fmt: skip
_MOST = 1 << 20  # bytes a compressed text may unfold to


def chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each, up to IEND."""
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            return
        yield data[at + 4 : at + 8], at, end
        if data[at + 4 : at + 8] == b"IEND":
            return
        at = end


def chunk(type: bytes, body: bytes) -> bytes:
    """One chunk with its check sum."""
    return len(body).to_bytes(4, "big") + type + body + zlib.crc32(type + body).to_bytes(4, "big")


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels."""
    if data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def strip(data: bytes, found: Found) -> bytes:
    """The file without metadata; what it said goes into `found`."""
    out = [data[:8]]
    end, whole = 8, False
    for type, start, end in chunks(data):
        body = data[start + 8 : end - 4]
        if type[:1].isupper() or type in _KEPT:
            out.append(data[start:end])
        elif type == b"eXIf":
            exif.read(body, found)
            if 1 < found.orientation < 9:
                out.append(chunk(type, exif.upright(found.orientation)))
        else:
            _tell(type, body, found)
        whole = whole or type == b"IEND"
    if not whole:
        out.append(data[end:])
    elif data[end:].strip(b"\0\r\n "):
        found.private.add("trailing")
        found.say("TrailingData", readable(data[end:]))
    return b"".join(out)


def _tell(type: bytes, body: bytes, found: Found) -> None:
    if type not in (b"tEXt", b"zTXt", b"iTXt"):
        if type != b"tIME":
            found.say(decoded(type), readable(body))
        return
    key, _, rest = body.partition(b"\0")
    if type == b"zTXt":
        rest = inflated(rest[1:])
    elif type == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        rest = inflated(rest) if packed else rest
    label = decoded(key) or "Text"
    if label.startswith("XML:") or rest.lstrip()[:9] == b"<?xpacket":
        xmp.read(rest, found)
        return
    if label.lower() in ("author", "artist"):
        found.private.add("author")
    if label.startswith("Raw profile type"):
        _profile(rest, found)
        return
    found.say(label, decoded(rest))


def _profile(rest: bytes, found: Found) -> None:
    """ImageMagick's way: name, length, and the block in hexadecimal."""
    try:
        block = bytes.fromhex(b"".join(rest.split()[2:]).decode("ascii"))
    except ValueError:
        return
    if block[:6] == b"Exif\0\0":
        exif.read(block[6:], found)
    elif block[:1] == b"<":
        xmp.read(block, found)
    else:
        xmp.photoshop(block, found)
        xmp.iptc(block, found)


def inflated(data: bytes) -> bytes:
    """A zlib stream, as far as it is sound and not too long."""
    try:
        return zlib.decompressobj().decompress(data, _MOST)
    except zlib.error:
        return b""
