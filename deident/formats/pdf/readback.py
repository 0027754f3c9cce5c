"""What others see of a PDF: pdfium's text, the unpacked streams, glyphs that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from pikepdf import Dictionary, Name, Pdf

from deident.formats.pdf import hidden
from deident.formats.pdf.body import Body
from deident.formats.pdf.glyphs import Floats, Placed
from deident.formats.pdf.page import Page
from deident.formats.pdf.paths import Box

_FONTS = ("/Length1", "/Length2", "/Length3")
_SURE = 11  # characters by which a value is itself and no chance
_LOW, _HIGH = -0.15, 0.85  # ems around a baseline


def still(data: bytes, values: Sequence[str]) -> list[int]:
    """Pages (0 …) in whose text pdfium still reads one of these values of _SURE letters or digits: what the writer could not reach."""
    wanted = {bare for value in values if len(bare := _bare(value)) >= _SURE}
    if not wanted:
        return []
    with pdfium.PdfDocument(data) as shown:
        return [
            number for number in range(len(shown)) if (page := _bare(_page(shown, number))) and any(one in page for one in wanted)
        ]


def _bare(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).upper()


def _page(shown: pdfium.PdfDocument, number: int) -> str:
    try:
        read: str = shown[number].get_textpage().get_text_bounded()
    except pdfium.PdfiumError:
        return ""
    return read


def unseen(data: bytes, body: Body) -> list[str]:
    """Warnings: is there text under covers, or otherwise hidden?"""
    found = hidden.find(data, [_suspect(page) for page in body.pages])
    covered = unseen = False
    for page, numbers in zip(body.pages, found, strict=True):
        if numbers.covered or numbers.unseen:
            text = page.text().text
            covered = covered or _says(text, numbers.covered)
            unseen = unseen or _says(text, numbers.unseen)
    return ["fake-redaction"] * covered + ["hidden-text"] * unseen


def _says(text: Sequence[str], numbers: Set[int]) -> bool:
    """Do these glyphs say anything?  A single sign does not."""
    return sum(text[number].isalnum() for number in numbers) > 1


def _suspect(page: Page) -> list[Box]:
    """Boxes of the glyphs of a page, if any of them may be hidden."""
    found = boxes(page.text())
    shown = found[found[:, 2] > found[:, 0]]
    left, bottom, right, top = page.box
    inside = len(shown) == 0 or (
        (shown.min(0)[:2] > (left - 2, bottom - 2)).all() and (shown.max(0)[2:] < (right + 2, top + 2)).all()
    )
    return [] if inside and not page.doubtful() else [(a, b, c, d) for a, b, c, d in found.tolist()]


def boxes(glyphs: Placed) -> Floats:
    """(n, 4) x0 y0 x1 y1 of each glyph in page space; no area for blanks and for masks."""
    x, y, dx, dy, ux, uy = glyphs.place
    low = np.where(glyphs.vertical, -0.5, _LOW)
    high = np.where(glyphs.vertical, 0.5, _HIGH)
    xs = np.stack([x + ux * low, x + dx + ux * low, x + ux * high, x + dx + ux * high])
    ys = np.stack([y + uy * low, y + dy + uy * low, y + uy * high, y + dy + uy * high])
    out = np.stack([xs.min(0), ys.min(0), xs.max(0), ys.max(0)], axis=1)
    blank = np.array([not text.strip() for text in glyphs.text], np.bool_) | glyphs.mask
    out[blank, 2:] = out[blank, :2]
    return out


def text(data: bytes) -> bytes:
    """The text of all pages as pdfium reads it, UTF-8."""
    out: list[str] = []
    try:
        document = pdfium.PdfDocument(data)
        try:
            for page in document:
                try:
                    out.append(page.get_textpage().get_text_bounded())
                except pdfium.PdfiumError:
                    continue
        finally:
            document.close()
    except pdfium.PdfiumError:
        pass
    return "\n".join(out).encode("utf-8", "replace")


def streams(pdf: Pdf) -> Iterator[tuple[bytes, str]]:
    """All streams unpacked, except pictures and font programs."""
    for one in pdf.objects:
        if not isinstance(one, pikepdf.Stream):
            continue
        entries: Dictionary = one.stream_dict
        if entries.get("/Subtype") == Name.Image or any(key in entries for key in _FONTS):
            continue
        try:
            yield one.read_bytes(), ""
        except Exception:  # noqa: BLE001  qpdf raises what it likes on a damaged stream
            continue
