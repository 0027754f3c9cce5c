"""What a picture says besides its pixels, read and taken away without touching them: by segment, chunk, block or tag."""

from __future__ import annotations

from deident.formats.image import gif, jpeg, png, tiff, webp
from deident.formats.image.found import Found


def kind(data: bytes) -> str:
    """ "jpeg", "png", "gif", "tiff", "webp", "bmp", or ""."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith((b"II*\0", b"MM\0*")):
        return "tiff"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return "bmp" if data.startswith(b"BM") else ""


def sizes(data: bytes) -> list[tuple[int, int]]:
    """Width and height in pixels, as the header has them (of a TIFF every page's); nothing where the header is broken."""
    if kind(data) == "tiff":
        return tiff.sizes(data)
    readers = {"jpeg": jpeg.size, "png": png.size, "gif": gif.size, "webp": webp.size, "bmp": webp.bmp_size}
    reader = readers.get(kind(data))
    found = reader(data) if reader else None
    return [found] if found else []


def strip(data: bytes) -> tuple[bytes, Found]:
    """The file without metadata, and what it said.  Colour profile and orientation stay.  Equal bytes where there is none."""
    found = Found()
    strips = {"jpeg": jpeg.strip, "png": png.strip, "gif": gif.strip, "tiff": tiff.strip, "webp": webp.strip}
    by = strips.get(kind(data))
    return (by(data, found) if by else data), found
