"""Frames of a GIF without loss: each goes to Pillow as a picture of its own; only those that are painted come back, by index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deident.formats import Unreadable
from deident.formats.image import gif

_MOST = 400_000_000  # pixels of all frames
_GREY = bytes(number for number in range(256) for _ in "RGB")


class Frame(NamedTuple):
    """Where a picture stands in the file and on the screen."""

    start: int  # of its descriptor in the file
    end: int
    left: int
    top: int
    width: int
    height: int
    palette: bytes
    data: int  # where the code size and the coded pixels begin
    disposal: int
    clear: int  # transparent index, -1 for none


class GifReel:
    """See frames.Reel."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.width, self.height = gif.size(data) or (0, 0)
        self.all = list(_frames(data))
        if self.width * self.height * max(1, len(self.all)) > _MOST:
            raise Unreadable("bomb")
        if not self.all:
            raise Unreadable("damaged")

    def frames(self) -> Iterator[Image.Image]:
        """As they appear, RGBA."""
        for screen, _ in self._screens():
            yield Image.fromarray(screen)

    def _screens(self) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int32]]]:
        """What is seen, (h, w, 4), and which frame each pixel comes from, (h, w); -1: none."""
        screen = np.zeros((self.height, self.width, 4), np.uint8)
        owner = np.full((self.height, self.width), -1, np.int32)
        for number, frame in enumerate(self.all):
            before = (screen.copy(), owner.copy()) if frame.disposal == 3 else None
            index = indices(self.data, frame)
            colours = np.frombuffer(frame.palette.ljust(768, b"\0")[:768], np.uint8).reshape(-1, 3)
            place = (slice(frame.top, frame.top + frame.height), slice(frame.left, frame.left + frame.width))
            index = index[: max(0, self.height - frame.top), : max(0, self.width - frame.left)]
            drawn = index != frame.clear
            screen[place][drawn, :3] = colours[index[drawn]]
            screen[place][drawn, 3] = 255
            owner[place][drawn] = number
            yield screen.copy(), owner
            if before is not None:
                screen, owner = before
            elif frame.disposal == 2:
                screen[place], owner[place] = 0, -1

    def painted(self, masks: Mapping[int, NDArray[np.bool_]]) -> bytes:
        """The frames that a masked pixel comes from are covered there, whenever they were drawn."""
        covered: dict[int, NDArray[np.bool_]] = {}
        for number, (_, owner) in enumerate(self._screens()):
            if number in masks:
                for one in np.unique(owner[masks[number]]).tolist():
                    if one >= 0:
                        frame = self.all[one]
                        mask = covered.setdefault(one, np.zeros((frame.height, frame.width), np.bool_))
                        part = (masks[number] & (owner == one))[
                            frame.top : frame.top + frame.height, frame.left : frame.left + frame.width
                        ]
                        mask[: part.shape[0], : part.shape[1]] |= part
        out, last = list[bytes](), 0
        for number in sorted(covered):
            frame = self.all[number]
            index = indices(self.data, frame).copy()
            index[covered[number]] = _dark(frame)
            flags = frame.start + 9  # of which one says that rows are interlaced
            out += [self.data[last:flags], bytes([self.data[flags] & ~0x40]), self.data[flags + 1 : frame.data], coded(index)]
            last = frame.end
        return b"".join([*out, self.data[last:]])


def _frames(data: bytes) -> Iterator[Frame]:
    common = data[13 : gif.head(data)]
    disposal, clear = 0, -1
    for label, start, end in gif.blocks(data):
        if label == 0xF9 and end - start >= 8:
            flags = data[start + 3]
            disposal, clear = flags >> 2 & 7, data[start + 6] if flags & 1 else -1
        elif label == 0x2C:
            left, top, width, height = (int.from_bytes(data[start + n : start + n + 2], "little") for n in (1, 3, 5, 7))
            own = gif.table(data[start + 9])
            palette = data[start + 10 : start + 10 + own] or common
            yield Frame(start, end, left, top, width, height, palette, start + 10 + own, disposal, clear)
            disposal, clear = 0, -1


def indices(data: bytes, frame: Frame) -> NDArray[np.uint8]:
    """Palette numbers of a frame, (height, width)."""
    if not 0 < frame.width * frame.height <= 50_000_000:
        raise Unreadable("bomb" if frame.width * frame.height else "damaged")
    size = frame.width.to_bytes(2, "little") + frame.height.to_bytes(2, "little")
    interlace = bytes([data[frame.start + 9] & 0x40])
    alone = b"".join((
        b"GIF87a", size, b"\xf7\0\0", _GREY, b",\0\0\0\0", size, interlace, data[frame.data : frame.end], b";",
    ))  # fmt: skip
    with Image.open(BytesIO(alone), formats=["GIF"]) as image:
        found = np.asarray(image)
    if found.shape != (frame.height, frame.width):
        raise Unreadable("damaged")
    return found


def coded(index: NDArray[np.uint8]) -> bytes:
    """Code size and LZW data of a frame (GIF89a, appendix F), in rows from the top."""
    out = BytesIO()
    Image.fromarray(index).save(out, "GIF", optimize=False, interlace=False)
    new = out.getvalue()
    frame = next(_frames(new))
    if not np.array_equal(indices(new, frame), index):
        raise Unreadable("not-written")
    return new[frame.data : frame.end]


def _dark(frame: Frame) -> int:
    """The darkest colour that can be seen."""
    colours = np.frombuffer(frame.palette[: len(frame.palette) // 3 * 3], np.uint8).reshape(-1, 3)
    light = colours.astype(np.int64).sum(axis=1)
    if 0 <= frame.clear < len(light):
        light[frame.clear] = 999
    return int(np.argmin(light)) if len(light) else 0
