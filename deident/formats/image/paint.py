"""Boxes of solid black over what must not be seen, in the pixels themselves, whatever their mode."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from deident.formats.image.ocr import Line, Quad

_BLACK: dict[str, float | tuple[int, ...]] = {
    "RGB": (0, 0, 0), "RGBA": (0, 0, 0, 255), "LA": (0, 255), "CMYK": (0, 0, 0, 255), "YCbCr": (0, 128, 128), "LAB": (0, 128, 128),
}  # fmt: skip
_DARK = 96  # a colour darker than this will do


def stretch(line: Line, first: int, last: int) -> Quad:
    """The box of some of a line's characters, with a margin against small errors of their places."""
    width = float(np.linalg.norm(line.box[1] - line.box[0]))
    height = float(np.linalg.norm(line.box[3] - line.box[0]))
    margin = 0.14 * height / max(width, 1.0)
    low = 0.0 if first == 0 else max(0.0, float(line.spans[first, 0]) - margin)
    high = 1.0 if last >= len(line.text) else min(1.0, float(line.spans[last - 1, 1]) + margin)
    top, bottom = line.box[1] - line.box[0], line.box[2] - line.box[3]
    quad = np.stack([line.box[0] + low * top, line.box[0] + high * top, line.box[3] + high * bottom, line.box[3] + low * bottom])
    if first == 0:
        quad[[0, 3]] -= 0.03 * height * top / max(width, 1.0)
    if last >= len(line.text):
        quad[[1, 2]] += 0.03 * height * top / max(width, 1.0)
    return quad.astype(np.float32)


def mask(size: tuple[int, int], quads: Iterable[Quad]) -> NDArray[np.bool_]:
    """(height, width), True within the boxes and a pixel around them.  `size`: width and height."""
    drawn = Image.new("L", size)
    pen = ImageDraw.Draw(drawn)
    for quad in quads:
        middle = quad.mean(axis=0)
        reach = np.maximum(np.linalg.norm(quad - middle, axis=1, keepdims=True), 1)
        corners = [(float(x), float(y)) for x, y in quad + (quad - middle) / reach * 1.5]
        pen.polygon(corners, fill=255, outline=255)
    return np.asarray(drawn) > 0


def cover(image: Image.Image, where: NDArray[np.bool_]) -> Image.Image:
    """The picture with black where the mask is True."""
    if image.mode == "PA":
        image = image.convert("RGBA")
    ink = _BLACK.get(image.mode, 0)
    if image.mode == "P":
        ink = dark(image)
    if image.mode.startswith("I;16"):
        values = np.array(image)
        values[where] = 0
        return Image.fromarray(values)
    image.paste(ink, (0, 0, *image.size), Image.fromarray(where.astype(np.uint8) * 255))
    return image


def dark(image: Image.Image) -> int:
    """The darkest entry of the palette that is not transparent; black is added where there is none and room for it."""
    palette = image.getpalette("RGB") or []
    colours = np.array(palette, np.int64).reshape(-1, 3)
    light = colours.sum(axis=1) / 3
    clear = image.info.get("transparency")
    for number in [clear] if isinstance(clear, int) else [n for n, alpha in enumerate(clear or b"") if alpha < 255]:
        if number < len(light):
            light[number] = 999
    if (not len(light) or light.min() > _DARK) and len(colours) < 256:
        image.putpalette([*palette, 0, 0, 0])
        return len(colours)
    return int(np.argmin(light))


def emptied(image: Image.Image) -> Image.Image:
    """The picture with one colour under all that is wholly transparent: nothing hides there."""
    if image.mode in ("RGBA", "LA"):
        values = np.array(image)
        values[values[:, :, -1] == 0] = 0
        return Image.fromarray(values)
    clear = image.info.get("transparency")
    if image.mode == "P" and isinstance(clear, bytes):
        gone = [number for number, alpha in enumerate(clear) if alpha == 0]
        if len(gone) > 1:
            table = np.arange(256, dtype=np.uint8)
            table[gone] = gone[0]
            new = Image.fromarray(table[np.asarray(image)])
            new.putpalette(image.getpalette("RGB") or [])
            new.info = dict(image.info)
            return new
    return image
