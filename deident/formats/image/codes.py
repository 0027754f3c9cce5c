"""QR codes in pixels, by OpenCV (which the extra `ocr` brings): what they say, and where they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from deident.formats.image.ocr import Pixels, Quad

_LONG = 1800  # pixels: larger pictures are made smaller


class Code(NamedTuple):
    """One code.  `box`: its corners, in pixels."""

    text: str
    box: Quad


def read(pixels: Pixels) -> list[Code]:
    """The codes of a picture that can be decoded."""
    import cv2

    height, width = pixels.shape[:2]
    if min(height, width) < 21 or max(height, width) > 16 * min(height, width):
        return []
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, _LONG / max(height, width))
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    try:
        _, texts, boxes, _ = cv2.QRCodeDetector().detectAndDecodeMulti(grey)
    except (cv2.error, UnicodeDecodeError):
        return []
    if boxes is None:
        return []
    found = [Code(_clean(text), np.asarray(box, np.float32) / scale) for text, box in zip(texts, boxes, strict=False)]
    return [code for code in found if code.text]


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:4096]
