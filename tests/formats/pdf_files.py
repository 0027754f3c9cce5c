"""PDF files made for tests (reportlab), and what is asked of masked ones."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from deident.formats import Document, open_document
from deident.model import Edit

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
#: The synthetic values of the samples, as they stand in them.
VALUES = ("张伟民", "110101199003074578", "13800138000", "欧阳雪梅", "李建国", "张伟⺠")
SONG = "STSong-Light"


def made(draw: Callable[[Canvas], object], **options: object) -> bytes:
    """A file that `draw` fills; Song 12 is set on its first page."""
    if SONG not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    out = BytesIO()
    canvas = Canvas(out, invariant=1, **options)
    canvas.setFont(SONG, 12)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def opened(data: bytes) -> Document:
    """As `open_document`, which must have read it."""
    document = open_document(data, "a.pdf")
    assert document.format == "pdf" and document.status != "refused", document.reason
    return document


def view(document: Document) -> str:
    """Canonical text, segments apart by NUL."""
    return document.batch().view.decode()


def shown(data: bytes) -> str:
    """Text of the pages."""
    return view(opened(data)).split("\0")[0]


def masked(value: str) -> str:
    """As the engine masks: a family name, three and four digits stay."""
    return value[0] + "*" * (len(value) - 1) if len(value) < 5 else value[:3] + "*" * (len(value) - 7) + value[-4:]


def edits(document: Document, values: Iterable[str], mask: Callable[[str], str] = masked) -> list[Edit]:
    """An edit for each place of each value."""
    out, text = [], document.batch().view
    for value in values:
        at = text.find(value.encode())
        while at >= 0:
            out.append(Edit(at, at + len(value.encode()), mask(value)))
            at = text.find(value.encode(), at + 1)
    return sorted(out)


def without(data: bytes, values: Iterable[str], mask: Callable[[str], str] = masked) -> bytes:
    """The file with these values masked."""
    document = opened(data)
    return document.write(edits(document, values, mask))


def pixels(data: bytes, page: int = 0, scale: float = 2.0) -> NDArray[np.int16]:
    """(height, width) grey values of a page."""
    document = pdfium.PdfDocument(data)
    try:
        return np.array(document[page].render(scale=scale, grayscale=True).to_numpy(), np.int16).squeeze()
    finally:
        document.close()


def program(name: str, *arguments: str, data: bytes, folder: Path) -> bytes:
    """What a program prints about a file; `{}` among the arguments is its name."""
    path = folder / "a.pdf"
    path.write_bytes(data)
    command = [shutil.which(name) or name, *(one.format(path) for one in arguments)]
    return subprocess.run(command, capture_output=True, check=False).stdout
