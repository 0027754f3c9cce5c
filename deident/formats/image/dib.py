"""Device-independent bitmaps ([MS-WMF] 2.2.2.9) and those of EMF+ ([MS-EMFPLUS] 2.2.2.2) as pixels, and pixels back into the same bytes."""

from __future__ import annotations

from struct import error, pack, unpack_from
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Codes = NDArray[np.uint32]

_MASKS = {16: (0x7C00, 0x3E0, 0x1F), 24: (0xFF0000, 0xFF00, 0xFF), 32: (0xFF0000, 0xFF00, 0xFF)}
_ALPHA = 0xFF000000
_LIST = 1  # DIB_PAL_COLORS: colours of a palette that is elsewhere
_PIXELS = 50_000_000
STRAIGHT, MULTIPLIED = "straight", "multiplied"
#: What `parse` gives where the bits are a file of their own, or must be read by another program.
FILES = {1: "bmp", 2: "bmp", 4: "jpg", 5: "png"}


class Dib(NamedTuple):
    """height: rows that are there; upward: the lowest comes first; palette: (n, 3) RGB; masks: red, green, blue; alpha: how it is meant."""

    width: int
    height: int
    depth: int
    stride: int
    upward: bool
    palette: Bytes | None
    masks: tuple[int, int, int]
    alpha: str
    start: int  # of the bits behind the header, in a packed bitmap
    packing: int  # biCompression

    @property
    def size(self) -> int:
        """Bytes of its bits."""
        return self.stride * self.height

    def _rows(self, bits: bytes) -> Bytes:
        return np.frombuffer(bits, np.uint8, self.size).reshape(self.height, self.stride).copy()

    def codes(self, bits: bytes) -> Codes:
        """Numbers of the pixels, (height, width), top row first."""
        rows, wide = self._rows(bits), self.width
        rows = rows[::-1] if self.upward else rows
        if self.depth <= 8:
            each = np.unpackbits(rows, axis=1) if self.depth == 1 else rows
            if self.depth == 4:
                each = np.stack((rows >> 4, rows & 15), axis=2).reshape(self.height, -1)
            return each[:, :wide].astype(np.uint32)
        count = self.depth // 8
        parts = rows[:, : wide * count].reshape(self.height, wide, count).astype(np.uint32)
        codes: Codes = sum((parts[:, :, place] << np.uint32(8 * place) for place in range(1, count)), parts[:, :, 0])
        return codes

    def pixels(self, bits: bytes, all: bool = False) -> Bytes:
        """(height, width, 3) RGB, or (…, 4) with alpha where it says anything, or is wanted in any case."""
        codes = self.codes(bits)
        if self.palette is not None:
            found: Bytes = self.palette[np.minimum(codes, len(self.palette) - 1)]
            return found
        colour = np.stack([_channel(codes, mask) for mask in self.masks], axis=2)
        alpha = _channel(codes, _ALPHA)[:, :, None] if self.alpha else None
        if alpha is None or not (all or (alpha.any() and int(alpha.min()) < 255)):
            return colour
        if self.alpha == MULTIPLIED:
            whole = np.minimum(colour.astype(np.uint32) * 255 // np.maximum(alpha, 1).astype(np.uint32), 255)
            colour = np.where(alpha > 0, whole, colour).astype(np.uint8)
        return np.concatenate((colour, alpha), axis=2)

    def painted(self, bits: bytes, new: Bytes) -> bytes:
        """The bits with new pixels (as `pixels` gives them); pixels that did not change keep their bytes."""
        old = self.pixels(bits)
        changed = (old != new).any(axis=2)
        if not changed.any():
            return bits
        codes = self.codes(bits)
        codes[changed] = self._coded(codes[changed], new[changed])
        rows = self._rows(bits)
        if self.depth == 1:
            fresh = np.unpackbits(rows, axis=1)
            fresh[:, : self.width] = codes[::-1] if self.upward else codes
            rows = np.packbits(fresh, axis=1)
        else:
            codes = codes[::-1] if self.upward else codes
            if self.depth == 4:
                nibbles = np.stack((rows >> 4, rows & 15), axis=2).reshape(self.height, -1)
                nibbles[:, : self.width] = codes
                rows = (nibbles[:, ::2] << 4 | nibbles[:, 1::2]).astype(np.uint8)
            else:
                count = max(self.depth // 8, 1)
                parts = np.stack([codes >> np.uint32(8 * place) & np.uint32(255) for place in range(count)], axis=2)
                rows[:, : self.width * count] = parts.reshape(self.height, -1)
        return rows.tobytes() + bits[self.size :]

    def _coded(self, codes: Codes, new: Bytes) -> Codes:
        """Numbers of colours, (n,); `codes` are those that stood there."""
        colour = new[:, :3].astype(np.int64)
        if self.palette is not None:
            kinds, which = np.unique(colour, axis=0, return_inverse=True)
            far = ((kinds[:, None, :] - self.palette[None].astype(np.int64)) ** 2).sum(axis=2)
            nearest: Codes = far.argmin(axis=1)[which.reshape(-1)].astype(np.uint32)
            return nearest
        whole = 0
        for mask in self.masks:
            whole |= mask
        if new.shape[1] == 4:
            alpha = new[:, 3].astype(np.int64)
            colour = colour * alpha[:, None] // 255 if self.alpha == MULTIPLIED else colour
            whole |= _ALPHA
            codes = codes & np.uint32(~whole & 0xFFFFFFFF) | (alpha << 24).astype(np.uint32)
        else:
            codes = codes & np.uint32(~whole & 0xFFFFFFFF)
        for place, mask in enumerate(self.masks):
            shift = (mask & -mask).bit_length() - 1
            codes = codes | (colour[:, place] * (mask >> shift) // 255 << shift).astype(np.uint32)
        return codes


def _channel(codes: Codes, mask: int) -> Bytes:
    shift = (mask & -mask).bit_length() - 1
    most = mask >> shift
    values = (codes & np.uint32(mask)) >> np.uint32(shift)
    return (values.astype(np.float64) * (255 / most)).astype(np.uint8) if most != 255 else values.astype(np.uint8)


def parse(head: bytes, usage: int = 0, rows: int = 0, alpha: str = "") -> Dib | None:
    """A bitmap by its header and palette; rows: how many are there, if not all.  None for what cannot be read."""
    try:
        (size,) = unpack_from("<I", head)
        if size == 12:
            width, tall, _, depth = unpack_from("<HHHH", head, 4)
            packing = used = 0
        elif size >= 40:
            width, tall, _, depth, packing, _, _, _, used = unpack_from("<iiHHIIiiI", head, 4)
        else:
            return None
        masks = _MASKS.get(depth, (0, 0, 0))
        start = size
        if packing == 3 and depth in (16, 32):
            masks = unpack_from("<III", head, 40)
            start += 12 if size == 40 else 0
    except error:
        return None
    height = min(abs(tall), rows or abs(tall))
    if packing in FILES:
        return Dib(
            width, height, depth, 0, tall > 0, None, (0, 0, 0), "", start + 4 * min(used or (1 << depth & 0x1FF), 256), packing
        )
    entry = (2 if usage == _LIST else 4) if size > 12 else 3
    count = min(used or 1 << depth, 1 << depth) if depth <= 8 else min(used, 1 << 16)
    palette = None
    if depth <= 8:
        colours = np.frombuffer(head[start : start + count * entry], np.uint8)
        if usage == _LIST or not len(colours) or len(colours) % entry:
            return None
        palette = np.ascontiguousarray(colours.reshape(-1, entry)[:, 2::-1])
    if not _sane(width, height, depth, packing, masks if depth > 8 else (1, 1, 1)):
        return None
    stride = (width * depth + 31) // 32 * 4
    return Dib(
        width, height, depth, stride, tall > 0, palette, masks, alpha if depth == 32 else "", start + count * entry, packing
    )


def _sane(width: int, height: int, depth: int, packing: int, masks: tuple[int, int, int]) -> bool:
    return (
        0 < width < 1 << 16
        and 0 < height < 1 << 16
        and width * height <= _PIXELS
        and depth in (1, 4, 8, 16, 24, 32)
        and packing in (0, 3)
        and all(masks)
    )


def raster(width: int, height: int, stride: int, pixel_format: int, raw: bytes) -> Dib | None:
    """A bitmap of EMF+ by its PixelFormat ([MS-EMFPLUS] 2.1.1.25), without the palette's bytes; None for what cannot be read."""
    depth = pixel_format >> 8 & 0xFF
    masks = (0xF800, 0x7E0, 0x1F) if pixel_format & 0xFF == 6 else _MASKS.get(depth, (0, 0, 0))
    palette, start = None, 0
    if pixel_format & 0x10000:
        count = int.from_bytes(raw[4:8], "little") if len(raw) >= 8 else 0
        start = 8 + 4 * count
        if not 0 < count <= 256 or start > len(raw):
            return None
        palette = np.ascontiguousarray(np.frombuffer(raw[8:start], np.uint8).reshape(-1, 4)[:, 2::-1])
    if not _sane(width, height, depth, 0, masks if depth > 8 else (1, 1, 1)) or abs(stride) * 8 < width * depth:
        return None
    if depth <= 8 and palette is None:
        return None
    alpha = (MULTIPLIED if pixel_format & 0x80000 else STRAIGHT) if pixel_format & 0x40000 and depth == 32 else ""
    return Dib(width, height, depth, abs(stride), stride < 0, palette, masks, alpha, start, 0)


def written(pixels: Bytes) -> bytes:
    """Pixels as a BMP file: 24 bits, or 32 with alpha."""
    height, width, count = pixels.shape
    stride = (width * count + 3) // 4 * 4
    rows = np.zeros((height, stride), np.uint8)
    order = [2, 1, 0, 3][:count]
    rows[:, : width * count] = pixels[::-1, :, order].reshape(height, -1)
    head = 40 if count == 3 else 108
    info = pack("<IiiHHIIiiII", head, width, height, 1, 8 * count, 3 if count == 4 else 0, stride * height, 2835, 2835, 0, 0)
    if count == 4:
        info += pack("<IIII", 0xFF0000, 0xFF00, 0xFF, _ALPHA).ljust(68, b"\0")
    start = 14 + head
    return b"BM" + pack("<IHHI", start + stride * height, 0, 0, start) + info + rows.tobytes()


def read(data: bytes) -> Bytes | None:
    """Pixels of a BMP file without compression."""
    dib = parse(data[14:], alpha=STRAIGHT) if data.startswith(b"BM") and len(data) > 54 else None
    start = int.from_bytes(data[10:14], "little")
    if dib is None or dib.packing not in (0, 3) or len(data) - start < dib.size:
        return None
    return dib.pixels(data[start:], True)
