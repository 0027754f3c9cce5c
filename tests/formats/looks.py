"""What pages and pictures look like before and after: where pixels differ, and where values stood."""

from __future__ import annotations

import io
import unicodedata
from typing import Any

import numpy as np
import pypdf
import pypdfium2
from formats.samples import ADDRESS, VALUES
from formats.second_readers import IGNORED, RADICALS
from numpy.typing import NDArray
from PIL import Image

SCALE = 2.0  # pixels a point
Box = tuple[float, float, float, float]  # left, bottom, right, top
Pixels = NDArray[np.int16]


def rendered(data: bytes, scale: float = SCALE) -> list[Pixels]:
    """Every page as pdfium draws it, with annotations and forms."""
    document = pypdfium2.PdfDocument(data)
    if document.get_formtype():
        document.init_forms()
    pages = [
        document[number].render(scale=scale, may_draw_forms=True).to_numpy().astype(np.int16) for number in range(len(document))
    ]
    document.close()
    return pages


def values(data: bytes, page: int) -> list[Box]:
    """Boxes, in points, in which pdfium finds a value, line by line; and those of annotations that hold one."""
    document = pypdfium2.PdfDocument(data)
    text = document[page].get_textpage()
    chars, places = [], []
    for number in range(text.count_chars()):
        char = unicodedata.normalize("NFKC", IGNORED.sub("", text.get_text_range(number, 1))).translate(RADICALS).strip()
        chars.append(char)
        places += [number] * len(char)
    whole, found = "".join(chars), []
    for value in (*VALUES, ADDRESS):
        at = whole.find(value)
        while at >= 0:
            found += _lines([text.get_charbox(places[one], loose=True) for one in range(at, at + len(value))])
            at = whole.find(value, at + 1)
    text.close()
    document.close()
    for note in pypdf.PdfReader(io.BytesIO(data)).pages[page].get("/Annots", ()):
        held = note.get_object()
        if any(value in str(part) for value in VALUES for part in (held.get("/V"), held.get("/Contents"), held.get("/DA"))):
            found.append(tuple(float(one) for one in held["/Rect"]))
    return found


def _lines(boxes: list[Box]) -> list[Box]:
    """Boxes of characters run together where they stand side by side."""
    found: list[Box] = []
    for left, bottom, right, top in boxes:
        if found and abs(found[-1][1] - bottom) < (top - bottom) / 2 and left >= found[-1][0]:
            last = found[-1]
            found[-1] = (last[0], min(last[1], bottom), max(last[2], right), max(last[3], top))
        else:
            found.append((left, bottom, right, top))
    return found


def outside(before: Pixels, after: Pixels, boxes: list[Box], scale: float = SCALE, margin: int = 3, tolerance: int = 0) -> int:
    """How many pixels differ that lie in none of the boxes (points from the lower left corner)."""
    assert before.shape == after.shape
    differs = np.abs(before - after).max(axis=2) > tolerance
    height = differs.shape[0]
    for left, bottom, right, top in boxes:
        rows = slice(max(int(height - top * scale) - margin, 0), int(height - bottom * scale) + margin + 2)
        differs[rows, max(int(left * scale) - margin, 0) : int(right * scale) + margin + 2] = False
    return int(differs.sum())


def frames(data: bytes) -> list[Pixels]:
    """Every frame of a picture, as RGBA."""
    picture: Any = Image.open(io.BytesIO(data))
    found = []
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        found.append(np.asarray(picture.convert("RGBA")).astype(np.int16))
    return found


def ink(frame: Pixels) -> tuple[slice, slice]:
    """Rows and columns of what is written in a frame, whatever its transparency."""
    rows, columns = np.nonzero(frame[:, :, :3].min(axis=2) < 128)
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
