"""Glyphs that a reader of the page does not see although they are there: under a box, white, invisible, clipped, off the page.

Each page is rendered once (pdfium), without its rotation; where the render is uniform over the whole box of a glyph nothing was
drawn that anybody could read.  Uniform means: no step between neighbouring pixels, counted by an integral image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

DPI = 100
PIXELS = 4000  # a side
_STEP = 12  # of 255: what the eye does not see
_LIGHT = 224  # a uniform box at least this light is paper, or text in its colour
_RUN = 3  # glyphs in a row whose middle is covered, where the cover is lower than their boxes
_INSET = 0.08  # of a glyph's box: its edge may belong to what stands beside it
_MIDDLE = 0.22
_LEAST = 5.0  # pixels of a box, either way
_OUTSIDE = 0.25  # of a glyph's box on the page: less is off the page

Box = tuple[float, float, float, float]


class Hidden(NamedTuple):
    """Numbers of glyphs of one page.

    covered: under a box that is not the colour of paper ("fake-redaction"); unseen: in the colour of the paper, invisible
    (rendering mode 3, a layer that is off, clipped) or off the page ("hidden-text").  No glyph is in both.
    """

    covered: set[int]
    unseen: set[int]


def find(data: bytes, pages: Sequence[Sequence[Box]]) -> list[Hidden]:
    """What cannot be seen of the glyphs of each page, in the order of `pages`.

    `pages`: a box (x0, y0, x1, y1) a glyph, in user space of the page (origin bottom left, before its rotation, points).
    A blank box (no area) is never given back: hand in one for spaces.  A page that pdfium cannot render has nothing hidden.
    """
    result = [Hidden(set(), set()) for _ in pages]
    if not any(pages):
        return result
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        return result
    try:
        if document.get_formtype():
            document.init_forms()
        for number, boxes in enumerate(pages):
            if boxes and number < len(document):
                try:
                    result[number] = _page(document, number, np.asarray(boxes, np.float64))
                except (pdfium.PdfiumError, ValueError, MemoryError):
                    continue
    finally:
        document.close()
    return result


def _page(document: pdfium.PdfDocument, number: int, boxes: NDArray[np.float64]) -> Hidden:
    page = document[number]
    page.set_rotation(0)
    media = page.get_mediabox()
    left, bottom, right, top = media
    crop = page.get_cropbox()
    if crop != media:  # ISO 32000-2, 14.11.2.1: what is shown is what both have in common
        left, bottom, right, top = max(left, crop[0]), max(bottom, crop[1]), min(right, crop[2]), min(top, crop[3])
    width, height = right - left, top - bottom
    if not (width > 0 and height > 0):
        return Hidden(set(), set())
    scale = min(DPI / 72, PIXELS / max(width, height))
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True)
    image = np.array(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, -1)
    bitmap.close()
    page.close()
    across, down = image.shape[1] / width, image.shape[0] / height
    x = np.sort((boxes[:, [0, 2]] - left) * across, axis=1)
    y = np.sort((top - boxes[:, [1, 3]]) * down, axis=1)
    blank = (x[:, 1] - x[:, 0] <= 0) | (y[:, 1] - y[:, 0] <= 0) | ~np.isfinite(boxes).all(axis=1)
    x, y = np.where(blank[:, None], 0, x), np.where(blank[:, None], 0, y)
    x, y = _at_least(x, y)
    shown = _overlap(x, image.shape[1]) * _overlap(y, image.shape[0])
    off = ~blank & (shown < _OUTSIDE)
    steps = _steps(image)
    inside = ~blank & ~off
    light = _level(image, x, y)
    whole = inside & _uniform(steps, x, y, _INSET)
    middle = inside & _uniform(steps, x, y, _MIDDLE) & (light < _LIGHT)
    covered = whole & (light < _LIGHT) | _runs(middle, _RUN)
    unseen = off | whole & ~covered
    return Hidden(set(np.flatnonzero(covered).tolist()), set(np.flatnonzero(unseen).tolist()))


def _at_least(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The boxes, those that hug their ink made larger: the stem of an I or a full stop must not fill its box."""
    wide, high = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]
    for sides, length, other in ((x, wide, high), (y, high, wide)):
        sides += np.outer(np.where(length > 0, np.maximum(0, np.maximum(_LEAST, 0.4 * other) - length) / 2, 0), (-1, 1))
    return x, y


def _overlap(sides: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Share of each stretch (n, 2) that lies within 0 … size."""
    length = np.maximum(sides[:, 1] - sides[:, 0], 1e-9)
    both: NDArray[np.float64] = np.minimum(sides[:, 1], size) - np.maximum(sides[:, 0], 0)
    return np.maximum(both, 0) / length


def _steps(image: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Integral images (height + 1, width + 1) of the steps to the right and down."""
    found = []
    for axis in (1, 0):
        step = np.abs(np.diff(image.astype(np.int16), axis=axis)) > _STEP
        total = np.zeros((step.shape[0] + 1, step.shape[1] + 1), np.int32)
        np.cumsum(np.cumsum(step, axis=0, dtype=np.int32), axis=1, out=total[1:, 1:])
        found.append(total)
    return found[0], found[1]


def _pixels(sides: NDArray[np.float64], inset: float, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last pixel (exclusive; at least one) of stretches made smaller at both ends."""
    trim = (sides[:, 1] - sides[:, 0]) * inset
    first = np.clip(np.floor(sides[:, 0] + trim + 0.5), 0, size - 1).astype(np.int64)
    last = np.clip(np.ceil(sides[:, 1] - trim - 0.5), 0, size).astype(np.int64)
    return first, np.maximum(last, first + 1)


def _uniform(
    steps: tuple[NDArray[np.int32], NDArray[np.int32]], x: NDArray[np.float64], y: NDArray[np.float64], inset: float
) -> NDArray[np.bool_]:
    right, down = steps
    x0, x1 = _pixels(x, inset, down.shape[1] - 1)
    y0, y1 = _pixels(y, inset, right.shape[0] - 1)
    still: NDArray[np.bool_] = (_sum(right, x0, x1 - 1, y0, y1) == 0) & (_sum(down, x0, x1, y0, y1 - 1) == 0)
    return still


def _sum(
    total: NDArray[np.int32], x0: NDArray[np.int64], x1: NDArray[np.int64], y0: NDArray[np.int64], y1: NDArray[np.int64]
) -> NDArray[np.int32]:
    return total[y1, x1] - total[y0, x1] - total[y1, x0] + total[y0, x0]


def _level(image: NDArray[np.uint8], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Light in the middle of each box."""
    across = np.clip(x.mean(axis=1), 0, image.shape[1] - 1).astype(np.int64)
    down = np.clip(y.mean(axis=1), 0, image.shape[0] - 1).astype(np.int64)
    level: NDArray[np.uint8] = image[down, across]
    return level


def _runs(flags: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """Only those flags that stand in a row of at least `least`."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.view(np.int8), [0]))))
    keep = np.zeros(len(flags), np.bool_)
    for start, end in edges.reshape(-1, 2)[edges[1::2] - edges[::2] >= least].tolist():
        keep[start:end] = True
    return keep
