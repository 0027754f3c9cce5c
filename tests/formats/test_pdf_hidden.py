"""What a page's reader does not see: under boxes, white, invisible, in a layer that is off, clipped, off the page; and raster."""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from pypdf import PdfReader

from deident.formats.pdf import strings
from deident.formats.pdf.hidden import Box, Hidden, find
from deident.formats.pdf.raster import rasterise

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
WIDTH, HEIGHT = 300, 200


def page(content: str, **entries: object) -> bytes:
    """One page with Helvetica as /F, a layer that is off as /off."""
    pdf = Pdf.new()
    one = pdf.add_blank_page(page_size=(WIDTH, HEIGHT)).obj
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("x")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    one.Resources = Dictionary(Font=Dictionary(F=font), Properties=Dictionary(off=layer))
    one.Contents = Stream(pdf, content.encode())
    for name, value in entries.items():
        one[f"/{name}"] = value
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def boxes(data: bytes) -> tuple[list[list[Box]], list[str]]:
    """Glyph boxes by pdfium; blank ones for spaces."""
    found: tuple[list[list[Box]], list[str]] = ([], [])
    with pdfium.PdfDocument(data) as document:
        for one in document:
            text = one.get_textpage()
            letters = [text.get_text_range(n, 1)[:1] or " " for n in range(text.count_chars())]
            found[0].append([text.get_charbox(n, loose=True) if c.strip() else (0, 0, 0, 0) for n, c in enumerate(letters)])
            found[1].append("".join(letters))
    return found


def seen(data: bytes) -> list[tuple[str, str]]:
    """(covered, unseen) text of each page."""
    places, texts = boxes(data)
    return [
        tuple("".join(text[n] for n in sorted(numbers)) for numbers in hidden)
        for hidden, text in zip(find(data, places), texts, strict=True)
    ]  # type: ignore[misc]


LINE = "BT /F 12 Tf 20 150 Td (13800138000) Tj ET "


@pytest.mark.parametrize(
    ("content", "covered", "unseen"),
    [
        (LINE, "", ""),
        (LINE + "0 g 15 140 120 30 re f", "13800138000", ""),
        (LINE + "1 0 0 rg 15 140 120 30 re f", "13800138000", ""),
        (LINE + "0 g 15 148 120 11 re f", "13800138000", ""),  # lower than the glyphs' boxes
        (LINE + "1 g 15 140 120 30 re f", "", "13800138000"),
        ("1 g " + LINE, "", "13800138000"),
        ("0 g 15 140 120 30 re f 1 g " + LINE, "", ""),
        ("0 0 1 rg 15 140 120 30 re f " + LINE, "13800138000", ""),
        ("3 Tr " + LINE, "", "13800138000"),
        ("/OC /off BDC " + LINE + "EMC", "", "13800138000"),
        ("q 0 0 5 5 re W n " + LINE + "Q", "", "13800138000"),
        (LINE.replace("20 150", "20 -50"), "", "13800138000"),
        (LINE.replace("20 150", "20 195"), "", ""),
        (LINE.replace("13800138000", "IlIl11.....---||||"), "", ""),
        (LINE.replace("12 Tf", "4 Tf"), "", ""),
        (LINE + "0 g 15 140 45 30 re f", "138001", ""),
        ("0.5 g 0 0 300 200 re f 0 g " + LINE, "", ""),
    ],
)
def test_tricks(content: str, covered: str, unseen: str) -> None:
    assert seen(page(content)) == [(covered, unseen)]


def test_box_as_annotation() -> None:
    mark = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([15, 140, 150, 170]), F=4)
    data = page(LINE)
    with pikepdf.open(BytesIO(data)) as pdf:
        mark.AP = Dictionary(
            N=Stream(pdf, b"0 g 0 0 135 30 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 135, 30]))
        )
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(mark)])
        out = BytesIO()
        pdf.save(out)
    assert seen(out.getvalue()) == [("13800138000", "")]


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_rotated_and_cropped_pages(angle: int) -> None:
    data = page(LINE + "0 g 15 140 45 30 re f", Rotate=angle, CropBox=Array([10, 100, 300, 200]))
    assert find(data, boxes(page(LINE))[0])[0] == Hidden(set(range(6)), set())
    assert find(page(LINE, CropBox=Array([0, 0, 300, 100])), boxes(page(LINE))[0])[0].unseen == set(range(11))


def test_nothing_to_look_at() -> None:
    nothing = Hidden(set(), set())
    assert find(b"junk", [[(0, 0, 9, 9)]]) == [nothing]
    assert find(page(LINE), [[], [(0, 0, 9, 9)]]) == [nothing, nothing]
    assert find(page(LINE), [[(5, 5, 5, 9), (float("nan"), 0, 1, 1)]]) == [nothing]


@pytest.mark.skipif(not SAMPLES.exists(), reason="no samples here")
def test_samples() -> None:
    covered = "张伟民110101199003074578结束"
    gone = "隐藏层110101199003074578OCR隐形层13800138000白字13800138000页面外110101199003074578"
    expected = {
        "reportlab": (covered, ""),
        "oldwps_gbk": ("", gone),
        "libreoffice": ("", ""),
        "chromium": ("", ""),
        "no_tounicode": ("", ""),
    }
    for name, what in expected.items():
        assert seen((SAMPLES / f"{name}.pdf").read_bytes()) == [what], name


def test_many_glyphs_are_quick() -> None:
    data = page(LINE)
    many = [[(x % 290, x % 190, x % 290 + 5, x % 190 + 8) for x in range(100_000)]]
    begun = time.perf_counter()
    find(data, many)
    assert time.perf_counter() - begun < 1


def drawn(data: bytes, number: int = 0) -> np.ndarray:
    with pdfium.PdfDocument(data) as document:
        return document[number].render(scale=1, grayscale=True).to_numpy().astype(int)


def two_pages() -> bytes:
    with pikepdf.open(BytesIO(page(LINE, Rotate=90))) as pdf:
        pdf.pages.append(pdf.pages[0])
        widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=pikepdf.String("a"), V=pikepdf.String("secret"))
        widget.Rect = Array([0, 0, 9, 9])
        field = pdf.make_indirect(widget)
        pdf.pages[0].obj.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
        pdf.trailer["/Info"] = pdf.make_indirect(Dictionary(Author=pikepdf.String("secret")))
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_all_pages_as_pictures() -> None:
    data = two_pages()
    new = rasterise(data)
    with pikepdf.open(BytesIO(new)) as pdf:
        assert strings.collect(pdf) == [] and len(pdf.pages) == 2
    assert [one.extract_text() for one in PdfReader(BytesIO(new)).pages] == ["", ""]
    assert drawn(new).shape == drawn(data).shape == (WIDTH, HEIGHT, 1) or drawn(new).shape[:2] == (WIDTH, HEIGHT)
    assert np.abs(drawn(new) - drawn(data)).mean() < 1
    assert b"secret" not in new


def test_one_page_as_a_picture() -> None:
    data = two_pages()
    new = rasterise(data, pages=[0])
    first, second = PdfReader(BytesIO(new)).pages
    assert first.extract_text() == "" and "13800138000" in second.extract_text()
    assert (drawn(new, 1) == drawn(data, 1)).all() and np.abs(drawn(new) - drawn(data)).mean() < 1
    with pikepdf.open(BytesIO(new)) as pdf:
        assert [one.text for one in strings.collect(pdf)] == ["x"] and len(pdf.Root.AcroForm.Fields) == 0
        assert "/OCProperties" in pdf.Root  # else the other page would show what is off


def test_large_pages_stay_within_bounds() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(14_400, 7_200))
    out = BytesIO()
    pdf.save(out)
    with pikepdf.open(BytesIO(rasterise(out.getvalue()))) as new:
        picture = new.pages[0].obj.Resources.XObject.Page
        assert max(picture.Width, picture.Height) == 4000
        assert [float(side) for side in new.pages[0].mediabox] == [0, 0, 14_400, 7_200]
