"""Fonts keep no character that no page shows any more, and draw the others as before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from fontTools.cffLib import CFFFontSet, FDArrayIndex, FDSelect, FontDict, buildOrder, topDictOperators
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from pypdf import PdfReader

from deident.formats.pdf.subset import prune
from deident.formats.pdf.tounicode import pruned

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
LETTERS = "ABCD张伟民"
NAMES = [".notdef", *(f"uni{ord(letter):04X}" if letter > "z" else letter for letter in LETTERS)]
GONE = "BD伟"


def shape(pen: Any, number: int) -> None:
    """A rectangle that is different for every glyph."""
    for x, y in ((50, 0), (50, 100 * number), (80 * number, 100 * number), (80 * number, 0)):
        (pen.moveTo if (x, y) == (50, 0) else pen.lineTo)((x, y))
    pen.closePath()


def program(truetype: bool) -> bytes:
    """A font of LETTERS; glyph n is letter n - 1."""
    built = FontBuilder(1000, isTTF=truetype)
    built.setupGlyphOrder(NAMES)
    built.setupCharacterMap({ord(letter): NAMES[number] for number, letter in enumerate(LETTERS, 1)})
    glyphs = {}
    for number, name in enumerate(NAMES):
        pen = TTGlyphPen(None) if truetype else T2CharStringPen(700, None)
        shape(pen, number + 1)
        glyphs[name] = pen.glyph() if truetype else pen.getCharString()
    built.setupGlyf(glyphs) if truetype else built.setupCFF("Test", {}, glyphs, {})
    built.setupHorizontalMetrics(dict.fromkeys(NAMES, (700, 0)))
    built.setupHorizontalHeader(ascent=900, descent=-100)
    built.setupNameTable({"familyName": "Test"})
    built.setupOS2()
    built.setupPost(keepGlyphNames=True)
    out = BytesIO()
    built.save(out)
    return out.getvalue()


def bare() -> bytes:
    """The CFF table alone."""
    return TTFont(BytesIO(program(False))).getTableData("CFF ")  # type: ignore[no-any-return]


def to_unicode(pdf: Pdf, digits: int) -> Stream:
    lines = [f"<{number:0{digits}X}> <{ord(letter):04X}>" for number, letter in enumerate(LETTERS, 1)]
    return Stream(pdf, f"{len(lines)} beginbfchar\n{chr(10).join(lines)}\nendbfchar\n".encode())


def composite(pdf: Pdf, key: str, data: bytes, kind: Name, **entries: object) -> Object:
    """A Type 0 font; code = glyph number."""
    descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name.Test, Flags=4, CIDSet=Stream(pdf, b"\xff"))
    descriptor[key] = Stream(pdf, data, **({"Subtype": Name(str(entries.pop("Subtype")))} if "Subtype" in entries else {}))
    system = Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0)
    below = Dictionary(
        Type=Name.Font, Subtype=kind, BaseFont=Name.Test, CIDSystemInfo=system, FontDescriptor=descriptor, **entries
    )
    below.W = Array([0, Array([700] * 4), 4, 7, 700])
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name.Test,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(below)]),
            ToUnicode=to_unicode(pdf, 4),
        )
    )


def simple(pdf: Pdf, key: str, data: bytes, kind: Name) -> Object:
    """A font of one byte; code = glyph number, by names."""
    descriptor = Dictionary(Type=Name.FontDescriptor, FontName=Name.Test, Flags=32, CharSet=pikepdf.String("/B/D"))
    descriptor[key] = Stream(pdf, data, **({"Subtype": Name.Type1C} if key == "/FontFile3" else {}))
    encoding = Dictionary(Type=Name.Encoding, Differences=Array([1, *(Name(f"/{name}") for name in NAMES[1:])]))
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=kind,
            BaseFont=Name.Test,
            FontDescriptor=descriptor,
            Encoding=encoding,
            FirstChar=1,
            LastChar=7,
            Widths=Array([700] * 7),
            ToUnicode=to_unicode(pdf, 2),
        )
    )


def type3(pdf: Pdf) -> Object:
    glyphs = {
        f"/{name}": Stream(pdf, f"700 0 0 0 700 700 d1 50 0 {80 * n} {100 * n} re f".encode()) for n, name in enumerate(NAMES, 1)
    }
    encoding = Dictionary(Type=Name.Encoding, Differences=Array([0, *(Name(f"/{name}") for name in NAMES)]))
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=Array([0, 0, 700, 900]),
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
            CharProcs=Dictionary(glyphs),
            Encoding=encoding,
            FirstChar=0,
            LastChar=7,
            Widths=Array([700] * 8),
            ToUnicode=to_unicode(pdf, 2),
        )
    )


FONTS: dict[str, tuple[int, Callable[[Pdf], Object]]] = {
    "truetype composite": (
        2,
        lambda pdf: composite(pdf, "/FontFile2", program(True), Name.CIDFontType2, CIDToGIDMap=Name.Identity),
    ),
    "truetype mapped": (
        2,
        lambda pdf: composite(
            pdf,
            "/FontFile2",
            program(True),
            Name.CIDFontType2,
            CIDToGIDMap=Stream(pdf, bytes(n for g in range(8) for n in (0, g))),
        ),
    ),
    "truetype simple": (1, lambda pdf: simple(pdf, "/FontFile2", program(True), Name.TrueType)),
    "cff simple": (1, lambda pdf: simple(pdf, "/FontFile3", bare(), Name.Type1)),
    "cff composite": (2, lambda pdf: composite(pdf, "/FontFile3", bare(), Name.CIDFontType0, Subtype="/CIDFontType0C")),
    "opentype composite": (2, lambda pdf: composite(pdf, "/FontFile3", program(False), Name.CIDFontType0, Subtype="/OpenType")),
    "type 3": (1, type3),
}
KEPT = [number for number, letter in enumerate(LETTERS, 1) if letter not in GONE]


def document(size: int, font: Callable[[Pdf], Object]) -> tuple[Pdf, Object]:
    """A page that shows the letters that are not gone."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(300, 50)).obj
    page.Resources = Dictionary(Font=Dictionary(F=font(pdf)))
    shown = b"".join(code.to_bytes(size, "big") for code in KEPT).hex()
    page.Contents = Stream(pdf, f"BT /F 30 Tf 10 10 Td <{shown}> Tj ET".encode())
    return pdf, page.Resources.Font.F


def saved(pdf: Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    return out.getvalue()


def drawn(data: bytes) -> np.ndarray:
    with pdfium.PdfDocument(data) as pdf:
        return pdf[0].render(scale=3, grayscale=True).to_numpy().copy()


@pytest.mark.parametrize("kind", FONTS)
def test_only_what_is_shown_stays(kind: str) -> None:
    pdf, font = document(*FONTS[kind])
    before = saved(pdf)
    assert (drawn(before) < 128).sum() > 1000
    assert prune(pdf, {font.objgen: set(KEPT)}) == []
    after = saved(pdf)
    assert (drawn(before) == drawn(after)).all()
    assert PdfReader(BytesIO(after)).pages[0].extract_text() == PdfReader(BytesIO(before)).pages[0].extract_text() == "AC张民"
    for trace in (b"uni4F1F", b"<4F1F>", b"/CharSet", b"/CIDSet"):
        assert trace not in after, trace
    with pikepdf.open(BytesIO(after)) as new:
        assert outlines(new.pages[0].obj.Resources.Font.F) <= set(KEPT) | {0}
    with pikepdf.open(BytesIO(after)) as new:  # once more: nothing left to do
        assert prune(new, {new.pages[0].obj.Resources.Font.F.objgen: set(KEPT)}) == []
        assert (drawn(saved(new)) == drawn(before)).all()


def outlines(font: Object) -> set[int]:
    """Glyphs that draw something."""
    if "/CharProcs" in font:
        return {NAMES.index(name[1:]) for name in font.CharProcs.keys()}  # noqa: SIM118
    one = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    if "/FontFile2" in one.FontDescriptor:
        glyphs = TTFont(BytesIO(one.FontDescriptor.FontFile2.read_bytes()))
        return {number for number, name in enumerate(glyphs.getGlyphOrder()) if glyphs["glyf"][name].numberOfContours}
    data = one.FontDescriptor.FontFile3.read_bytes()
    if data[:4] == b"OTTO":
        top = TTFont(BytesIO(data))["CFF "].cff.topDictIndex[0]
    else:
        fonts = CFFFontSet()
        fonts.decompile(BytesIO(data), None)
        top = fonts.topDictIndex[0]
    return {number for number, name in enumerate(top.charset) if top.CharStrings[name].bytecode not in (b"\x0e", None)}


def test_widths() -> None:
    pdf, font = document(*FONTS["truetype composite"])
    prune(pdf, {font.objgen: {1, 2, 5}})
    assert font.DescendantFonts[0].W.unparse().split() == b"[ 1 [ 700 700 ] 5 [ 700 ] ]".split()
    pdf, font = document(*FONTS["truetype simple"])
    prune(pdf, {font.objgen: {1, 3}})
    assert [int(width) for width in font.Widths] == [700, 0, 700, 0, 0, 0, 0]
    assert list(font.Encoding.Differences) == [1, Name.A, 3, Name.C]


def test_what_fonts_share_is_kept_for_both() -> None:
    for other_known in (True, False):
        pdf, font = document(*FONTS["truetype composite"])
        other = pdf.make_indirect(Dictionary(font))
        pdf.pages[0].obj.Resources.Font.G = other
        used = {font.objgen: {1}} | ({other.objgen: {2}} if other_known else {})
        assert prune(pdf, used) == ([] if other_known else ["Test"])
        kept = outlines(font)
        assert kept == ({0, 1, 2} if other_known else set(range(8)))
        assert (b"<4F1F>" in font.ToUnicode.read_bytes()) is not other_known


def test_a_broken_program_stays_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    for data in (b"", b"junk", program(True)[:500]):
        pdf, font = document(2, lambda pdf, data=data: composite(pdf, "/FontFile2", data, Name.CIDFontType2))  # type: ignore[misc]
        assert prune(pdf, {font.objgen: {1}}) == ["Test"]
        assert font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes() == data
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"2 beginbfchar <01> <5F20> <02> <4F1F> endbfchar", b"1 beginbfchar\n<01> <5F20>\nendbfchar"),
        (b"1 beginbfrange <00><04> <0040> endbfrange", b"2 beginbfchar\n<01> <0041>\n<03> <0043>\nendbfchar"),
        (b"1 beginbfrange <01> <03> [<41> <42> <43 44>] endbfrange", b"2 beginbfchar\n<01> <41>\n<03> <43 44>\nendbfchar"),
        (b"1 beginbfchar <02> <42> endbfchar x", b" x"),
        (b"1 beginbfrange <0000> <FFFFFFFF> <0041> endbfrange", b"2 beginbfchar\n<0001> <0042>\n<0003> <0044>\nendbfchar"),
        (b"beginbfchar <01", b"beginbfchar <01"),
    ],
)
def test_to_unicode(before: bytes, after: bytes) -> None:
    assert pruned(before, {1, 3}) == after


@pytest.mark.skipif(not SAMPLES.exists(), reason="no samples here")
@pytest.mark.parametrize("name", ["libreoffice", "chromium_wqy", "chromium"])
def test_samples_are_drawn_as_before(name: str) -> None:
    from deident.formats.pdf.fonts import Font

    with pikepdf.open(SAMPLES / f"{name}.pdf") as pdf:
        before = drawn(saved(pdf))
        used: dict[tuple[int, int], set[int]] = {}
        page = pdf.pages[0].obj
        streams = [(pdf.pages[0], page.Resources)]
        streams += [
            (x, x.get("/Resources", page.Resources))
            for x in pdf.objects
            if isinstance(x, Stream) and x.get("/Subtype") == Name.Form
        ]
        for stream, resources in streams:
            font = None
            for operands, operator in pikepdf.parse_content_stream(stream):
                if str(operator) == "Tf":
                    font = Font(resources.Font[str(operands[0])])
                elif font and str(operator) in ("Tj", "TJ", "'", '"'):
                    for one in operands[-1] if str(operator) == "TJ" else [operands[-1]]:
                        if isinstance(one, pikepdf.String):
                            used.setdefault(font.id, set()).update(code.code for code in font.codes(bytes(one)))
        assert prune(pdf, used) == []
        assert (drawn(saved(pdf)) == before).all()


def keyed_by_cid() -> bytes:
    """The bare CFF with ten times the glyph numbers as CIDs."""
    fonts = CFFFontSet()
    fonts.decompile(BytesIO(bare()), None)
    top = fonts.topDictIndex[0]
    names, strings = list(top.charset), top.CharStrings
    for name in names:
        strings[name].decompile()
    cids = [".notdef", *(f"cid{number * 10:05d}" for number in range(1, len(names)))]
    strings.charStrings = {cid: strings.charStrings[name] for cid, name in zip(cids, names, strict=True)}
    top.charset, top.ROS, top.CIDCount = cids, ("Adobe", "Identity", 0), 1000
    inner = FontDict(fonts.strings)
    inner.Private, inner.FontName = top.Private, "Test"
    array, select = FDArrayIndex(), FDSelect(format=3)
    array.strings, array.GlobalSubrs = fonts.strings, fonts.GlobalSubrs
    array.append(inner)
    select.gidArray = [0] * len(names)
    top.FDArray = strings.fdArray = array
    top.FDSelect = strings.fdSelect = select
    for key in ("Private", "Encoding"):
        top.rawDict.pop(key, None)
        if hasattr(top, key):
            delattr(top, key)
    top.order = buildOrder(topDictOperators)
    out = BytesIO()
    fonts.compile(out, TTFont(recalcBBoxes=False))
    return out.getvalue()


def test_cff_keyed_by_cid() -> None:
    pdf, font = document(2, lambda pdf: composite(pdf, "/FontFile3", keyed_by_cid(), Name.CIDFontType0, Subtype="/CIDFontType0C"))
    pdf.pages[0].obj.Contents = Stream(pdf, b"BT /F 30 Tf 10 10 Td <000A001E00320046> Tj ET")
    before = saved(pdf)
    assert prune(pdf, {font.objgen: {10, 30, 50, 70}}) == []
    assert (drawn(before) == drawn(saved(pdf))).all() and (drawn(before) < 128).sum() > 1000
    assert outlines(font) == {0, 1, 3, 5, 7}
    fonts = CFFFontSet()
    fonts.decompile(BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile3.read_bytes()), None)
    assert "cid00020" not in fonts.topDictIndex[0].charset
