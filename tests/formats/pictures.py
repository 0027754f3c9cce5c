"""Small pictures drawn in code.  All people are invented."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deident.formats import Document, open_document
from deident.formats.image import ocr
from deident.model import Edit

Image = pytest.importorskip("PIL.Image")
ImageDraw = pytest.importorskip("PIL.ImageDraw")
ImageFont = pytest.importorskip("PIL.ImageFont")

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
FONT = Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
NAME, ID, TEL = "鲁定国", "110105190001010010", "13800000000"
SIZE = (300, 120)
WHERE = (10, 20, 210, 50)  # left, top, right, bottom of what fake() reads

needs_ocr = pytest.mark.skipif(not ocr.ready() or not FONT.exists(), reason="needs the extra ocr and the font wqy-zenhei")


def picture(mode: str = "RGB", seed: int = 0) -> Any:
    """Stripes of soft colours, a dark bar where fake() reads its text."""
    ramp = np.linspace(120, 255, SIZE[0] * SIZE[1]).reshape(SIZE[1], SIZE[0])
    image = Image.fromarray((ramp[..., None] * [1, 0.9, 0.8]).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for x in range(WHERE[0], WHERE[2], 8):
        pen.rectangle((x, WHERE[1] + 4, x + 3, WHERE[3] - 4), fill=(20, 20, 120))
    pen.rectangle((20 + 20 * seed, 80, 60 + 20 * seed, 100), fill=(200, 0, 0))
    if mode in ("RGBA", "LA"):
        values = np.array(image.convert(mode))
        values[110:, :, -1] = 0
        return Image.fromarray(values)
    if mode == "P":
        return image.quantize(64)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 200)
    return image.convert(mode)


def saved(images: Any, format: str, **more: Any) -> bytes:
    """One picture or several as a file."""
    first, *rest = images if isinstance(images, list) else [images]
    out = io.BytesIO()
    first.save(out, format, **({"save_all": True, "append_images": rest} if rest else {}), **more)
    return out.getvalue()


def line(text: str, left: float, top: float, right: float, bottom: float, score: float = 0.99) -> ocr.Line:
    """A line as it would be read, all characters of one width."""
    box = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    edges = np.linspace(0, 1, len(text) + 1)
    return ocr.Line(text, score, box, np.stack([edges[:-1], edges[1:]], axis=1).astype(np.float32))


def fake(monkeypatch: pytest.MonkeyPatch, *lines: ocr.Line) -> None:
    """A recogniser that reads the same in every picture, and no codes."""
    monkeypatch.setattr(ocr, "ready", lambda: True)
    monkeypatch.setattr(ocr, "read", lambda pixels: list(lines))
    monkeypatch.setattr("deident.formats.image.codes.read", lambda pixels: [])


def text(document: Document) -> str:
    return document.batch().view.decode()


def edits(document: Document, *values: str) -> list[Edit]:
    """One for each place of each value."""
    view, found = document.batch().view, list[Edit]()
    for value in values:
        raw = value.encode()
        at = view.find(raw)
        while at >= 0:
            found.append(Edit(at, at + len(raw), "*"))
            at = view.find(raw, at + 1)
    return sorted(found)


def opened(data: bytes, name: str = "a.jpg") -> Document:
    document = open_document(data, name)
    assert document.format == "image", (document.format, document.status, document.reason)
    return document


def looks(data: bytes) -> list[Any]:
    """All frames as they are seen, (h, w, 4) int each."""
    image = Image.open(io.BytesIO(data))
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        values = np.asarray(image.convert("RGBA")).astype(int)
        values[values[..., 3] == 0] = 0
        found.append(values)
    return found
