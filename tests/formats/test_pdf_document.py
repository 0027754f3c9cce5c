"""PDF: what is masked is gone, whoever reads the file; everything else stays where it was."""

from __future__ import annotations

import random
import re
import shutil
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pikepdf")
pytest.importorskip("reportlab")

import pikepdf
from formats.pdf_files import SAMPLES, SONG, VALUES, edits, made, masked, opened, pixels, program, shown, view, without
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from deident.formats import Child, open_document
from deident.formats.pdf.readback import text
from deident.model import Edit

ID, PHONE, NAME = "110105190001010010", "13800000000", "鲁定国"
READ = ("reportlab", "libreoffice", "chromium", "chromium_wqy", "oldwps_gbk", "incremental", "no_tounicode", "hostile/enc_owner")
need = pytest.mark.skipif(any(shutil.which(name) is None for name in ("pdftotext", "qpdf")), reason="needs poppler and qpdf")


def sample(name: str) -> bytes:
    path = SAMPLES / f"{name}.pdf"
    if not path.exists():
        pytest.skip("no samples here")
    return path.read_bytes()


def hide(data: bytes) -> bytes:
    """A sample with all its values masked, those written in full width and in its attachment too."""
    document = opened(data)
    found = edits(document, VALUES)
    plain = view(document)
    for run in re.finditer("[０-９]{11,18}", plain):
        start = len(plain[: run.start()].encode())
        found.append(Edit(start, start + len(run[0].encode()), "*" * len(run[0])))
    children = {
        number: Child(child.name, b"-") for number, child in enumerate(document.children()) if child.name.endswith(".txt")
    }
    return document.write(sorted(found), children)


def page(*lines: str, size: int = 12) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(SONG, size)
        for place, line in enumerate(lines):
            canvas.drawString(60, 780 - 24 * place, line)

    return made(draw)


def changed(data: bytes, edit: object) -> bytes:
    """The file after `edit` (a function of the open pdf)."""
    with pikepdf.open(BytesIO(data)) as pdf:
        edit(pdf)  # type: ignore[operator]
        out = BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def contents(data: bytes) -> bytes:
    """Of the first page."""
    with pikepdf.open(BytesIO(data)) as pdf:
        return pdf.pages[0].Contents.read_bytes()


@pytest.mark.parametrize("name", READ)
@need
def test_samples_are_masked_for_every_reader(name: str, tmp_path: Path) -> None:
    data = sample(name)
    new = hide(data)
    unpacked = program("qpdf", "--qdf", "--object-streams=disable", "{}", "-", data=new, folder=tmp_path).upper()
    read = program("pdftotext", "{}", "-", data=new, folder=tmp_path).decode() + text(new).decode()
    for value in VALUES:
        assert value not in read
        for encoding in ("utf-8", "utf-16-be", "gb18030"):
            raw = value.encode(encoding).upper()
            assert raw not in unpacked and raw.hex().upper().encode() not in unpacked
        assert not any(value.encode() in content for content, _ in opened(new).contents())
    assert b"No syntax or stream encoding errors" in program("qpdf", "--check", "{}", data=new, folder=tmp_path)


@pytest.mark.parametrize("name", READ)
def test_masking_again_changes_nothing(name: str) -> None:
    data = sample(name)
    document = opened(data)
    assert document.write([]) == data
    new = document.write(edits(document, VALUES))
    again = opened(new)
    assert not edits(again, VALUES)
    if name in ("libreoffice", "chromium_wqy", "hostile/enc_owner"):  # in the others the old file's history shows, too
        wanted = view(document).split("\0")[0]
        for value in VALUES:
            wanted = wanted.replace(value, masked(value))
        assert view(again).split("\0")[0] == wanted
    assert hide(data) == hide(data)


@pytest.mark.parametrize("name", ["libreoffice", "chromium", "chromium_wqy", "no_tounicode", "oldwps_gbk"])
def test_nothing_moves(name: str, tmp_path: Path) -> None:
    drawn = pixels
    if name in ("chromium_wqy", "no_tounicode"):  # their widths are fractions, which pdfium cuts off: a tenth of a point a line
        if shutil.which("pdftoppm") is None:
            pytest.skip("needs poppler")

        def drawn(data: bytes) -> np.ndarray:
            picture = program("pdftoppm", "-r", "144", "-gray", "{}", data=data, folder=tmp_path)
            return np.asarray(Image.open(BytesIO(picture)), np.int16)

    data = sample(name)
    before, after = drawn(data), drawn(hide(data))
    dark = after < 8
    boxes = np.zeros_like(dark)  # with some pixels around them: thick dark areas
    for y, x in np.argwhere(dark[8:, 8:] & dark[:-8, :-8] & dark[8:, :-8] & dark[:-8, 8:]):
        boxes[max(0, y - 3) : y + 12, max(0, x - 3) : x + 12] = True
    assert boxes.any() and not ((np.abs(before - after) > 24) & ~boxes).any()


def test_the_rest_of_a_line_stays_where_it_was() -> None:
    data = page(f"申请人{NAME}，电话{PHONE}尾", f"身份证{ID}尾")
    new = without(data, (NAME, PHONE, ID))
    before, after = pixels(data), pixels(new)
    assert shown(new) == "申请人鲁**，电话138****0000尾\n身份证110***********0010尾\n"
    tail = before[:, 700:]
    assert not (np.abs(tail - after[:, 700:]) > 24)[:, :0].any() and NAME not in text(new).decode()
    assert (np.abs(before - after) > 24).any()


def test_one_displacement_and_one_box_for_a_value() -> None:
    new = without(page(f"电话{PHONE}尾"), [PHONE])
    content = contents(new)
    assert content.count(b"ActualText") == 1 and content.count(b"\nf\n") == 1 and b"(****)" in content


def test_a_mark_is_read_as_what_it_says() -> None:
    for mask, wanted in ((lambda _: "李国强", "李国强"), (lambda _: "某", "某"), (lambda _: "", "")):
        assert shown(without(page(f"申请人{NAME}。"), [NAME], mask)) == f"申请人{wanted}。\n"


@pytest.mark.parametrize("operator", ["Tj", "'", '"', "TJ"])
def test_every_showing_operator(operator: str) -> None:
    codes = "电话13800000000尾".encode("utf-16-be").hex().encode()
    shows = {
        "Tj": b"<%s> Tj" % codes,
        "'": b"<%s> '" % codes,
        '"': b'3 1 <%s> "' % codes,
        "TJ": b"[%s] TJ" % b" -40 ".join(b"<%s>" % codes[at : at + 4] for at in range(0, len(codes), 4)),
    }

    def edit(pdf: Pdf) -> None:
        name = next(iter(pdf.pages[0].Resources.Font.keys()))
        for key, font in pdf.pages[0].Resources.Font.items():
            if font.get("/Subtype") == Name.Type0:
                name = key
        pdf.pages[0].Contents = pdf.make_stream(
            b"q BT %s 12 Tf 14 TL 60 700 Td " % name.encode() + shows[operator] + b" (\0a) Tj ET"
        )

    data = changed(page("甲"), edit)
    new = without(data, [PHONE])
    before, after = pixels(data), pixels(new)
    assert shown(new).startswith("电话138****0000尾")
    kept = np.ones_like(before, np.bool_)
    kept[240:320, 100:] = False
    right = slice(120 + 2 * 130, None)
    assert not (np.abs(before - after) > 24)[kept].any() and not (np.abs(before - after) > 24)[:, right].any()


def test_a_form_on_two_pages_is_changed_once() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.beginForm("head")
        canvas.setFont(SONG, 12)
        canvas.drawString(60, 780, f"联系人{NAME}{PHONE}")
        canvas.endForm()
        canvas.doForm("head")
        canvas.showPage()
        canvas.doForm("head")

    data = made(draw)
    document = opened(data)
    places = edits(document, [PHONE])
    assert len(places) == 2
    new = document.write(places[:1])
    assert shown(new) == f"联系人{NAME}138****0000\n" * 2
    with pikepdf.open(BytesIO(new)) as pdf:
        forms = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == Name.Form]
        assert len(forms) == 1 and forms[0].read_bytes().count(b"ActualText") == 1


def test_forms_appearances_patterns_and_left_overs() -> None:
    def edit(pdf: Pdf) -> None:
        first = pdf.pages[0]
        fonts = first.Resources
        show = f"<{NAME.encode('utf-16-be').hex()}> Tj ET".encode()
        name = next(key for key, font in fonts.Font.items() if font.get("/Subtype") == Name.Type0)
        show = b"BT %s 12 Tf 10 10 Td " % name.encode() + show
        form = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 99, 99]), Resources=fonts)
        stamp = pdf.make_stream(show, form)
        note = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([0, 0, 99, 99]), AP=Dictionary(N=stamp))
        first.Annots = Array([pdf.make_indirect(note)])
        left = pdf.make_stream(show, form)
        tile = Dictionary(
            Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1, BBox=Array([0, 0, 99, 99]), XStep=99, YStep=99
        )
        tile.Resources = fonts
        pdf.Root.Left = Array([left, pdf.make_stream(show, tile)])
        first.Contents = pdf.make_stream(
            first.Contents.read_bytes() + b" /Span <</ActualText (\xfe\xff\x9c\x81\x5b\x9a\x56\xfd)>> BDC EMC"
        )

    data = changed(page("甲"), edit)
    document = opened(data)
    assert len(edits(document, [NAME])) == 4  # two patterns and left-overs that say the same are two
    assert not edits(opened(document.write(edits(document, [NAME]))), [NAME])


def test_actual_text_around_a_value_goes_with_it() -> None:
    def edit(pdf: Pdf) -> None:
        first = pdf.pages[0]
        content = first.Contents.read_bytes()
        first.Contents = pdf.make_stream(b"/Span <</ActualText (" + PHONE.encode() + b") /Alt (x)>> BDC " + content + b" EMC")

    document = opened(changed(page(f"电话{PHONE}"), edit))
    new = document.write(edits(document, [PHONE])[:1])
    assert PHONE.encode() not in contents(new)


def test_fonts_forget_what_is_gone() -> None:
    data = sample("libreoffice")
    new = without(data, VALUES)
    with pikepdf.open(BytesIO(new)) as pdf:
        fonts = [one for one in pdf.objects if isinstance(one, Dictionary) and "/ToUnicode" in one]
        maps = b"".join(font.ToUnicode.read_bytes() for font in fonts)
    assert "伟".encode("utf-16-be").hex().encode() not in maps.lower()
    assert "申".encode("utf-16-be").hex().encode() in maps.lower()


def test_earlier_versions_are_read_and_dropped() -> None:
    old = page(f"申请人{NAME}")
    with pikepdf.open(BytesIO(page("已公示"))) as pdf:
        content = pdf.pages[0].Contents.read_bytes()
    root = pikepdf.open(BytesIO(old))
    number = root.pages[0].Contents.objgen[0]
    update = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(content), content)
    start = len(old)
    last = int(re.findall(rb"startxref\s+(\d+)", old)[-1])
    size = int(root.trailer.Size)
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d /Root %d 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        number, start, size, root.Root.objgen[0], last, start + len(update))  # fmt: skip
    data = old + update + table
    document = opened(data)
    assert shown(data) == "已公示\n" and "earlier-versions" in document.warnings
    (place,) = edits(document, [NAME])
    new = document.write([place])
    assert shown(new) == "已公示\n" and not edits(opened(new), [NAME]) and new.count(b"%%EOF") == 1


def test_pictures_are_children() -> None:
    photo = Image.effect_noise((120, 80), 60).convert("RGB")
    jpeg = BytesIO()
    photo.save(jpeg, "JPEG")

    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 780, "甲")
        canvas.drawImage(ImageReader(photo), 60, 500, 240, 160)
        canvas.drawImage(ImageReader(BytesIO(jpeg.getvalue())), 60, 300, 240, 160)
        canvas.drawInlineImage(photo.convert("L"), 60, 100, 240, 160)
        canvas.drawImage(ImageReader(photo.resize((20, 20))), 300, 100, 20, 20)

    data = made(draw)
    document = opened(data)
    children = [child for child in document.children() if child.data]
    assert [child.name for child in children] == ["page 1 image 1.png", "page 1 image 2.jpg", "page 1 image 3.png"]
    painted = {}
    for number, child in enumerate(document.children()):
        if child.data:
            new = Image.open(BytesIO(child.data)).convert("RGB")
            new.paste((255, 0, 0), (0, 0, 60, 80))
            out = BytesIO()
            new.save(out, "JPEG" if child.name.endswith("jpg") else "PNG")
            painted[number] = Child(child.name, out.getvalue())
    again = opened(document.write([], painted))
    for child in again.children():
        if child.data:
            assert Image.open(BytesIO(child.data)).convert("RGB").getpixel((20, 40))[0] > 240
    before, after = pixels(data), pixels(document.write([], painted))
    assert (np.abs(before - after) > 24)[:, 120:360].any() and not (np.abs(before - after) > 24)[:, 610:].any()


def test_pictures_and_values_of_one_page_together() -> None:
    photo = Image.effect_noise((60, 60), 60)

    def draw(canvas: Canvas) -> None:
        canvas.drawInlineImage(photo, 60, 100, 240, 160)
        canvas.drawString(60, 780, f"电话{PHONE}")

    document = opened(made(draw))
    out = BytesIO()
    Image.new("L", (60, 60), 0).save(out, "PNG")
    new = document.write(edits(document, [PHONE]), {0: Child("a.png", out.getvalue())})
    assert shown(new) == "电话138****0000\n" and pixels(new)[1300, 300] < 8


def test_hidden_text_is_said() -> None:
    def covered(canvas: Canvas) -> None:
        canvas.drawString(60, 780, f"身份证{ID}")
        canvas.rect(50, 770, 300, 30, fill=1)

    def white(canvas: Canvas) -> None:
        canvas.setFillGray(1)
        canvas.drawString(60, 780, f"身份证{ID}")

    def plain(canvas: Canvas) -> None:
        canvas.setFillGray(0.9)
        canvas.rect(50, 770, 300, 30, fill=1)
        canvas.setFillGray(0)
        canvas.drawString(60, 780, f"身份证{ID}")

    assert [opened(made(draw)).warnings for draw in (covered, white, plain)] == [["fake-redaction"], ["hidden-text"], []]
    assert opened(without(made(plain), [ID])).warnings == []  # a box of ours is none


def test_signatures_are_said() -> None:
    def edit(pdf: Pdf) -> None:
        signature = Dictionary(
            Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1, 2, 3]), Contents=String(b"\0" * 20)
        )
        field = Dictionary(
            FT=Name.Sig, T=String("s"), V=pdf.make_indirect(signature), Subtype=Name.Widget, Rect=Array([0, 0, 0, 0])
        )
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(field)]), SigFlags=3)

    document = opened(changed(page(f"电话{PHONE}"), edit))
    document.write(edits(document, [PHONE]))
    assert "signature-broken" in document.warnings


def test_stray_operators_do_not_move_boxes() -> None:
    def edit(pdf: Pdf) -> None:
        first = pdf.pages[0]
        first.Contents = pdf.make_stream(b"Q Q 2 0 0 2 0 0 cm q " + first.Contents.read_bytes().replace(b" ET", b" "))

    data = changed(page(f"电话{PHONE}尾"), edit)
    new = without(data, [PHONE])
    assert shown(new) == "电话138****0000尾\n"
    with pikepdf.open(BytesIO(new)) as pdf:
        names = [str(one.operator) for one in pikepdf.parse_content_stream(pdf.pages[0])]
    assert names.count("q") == names.count("Q") and names[::-1].index("ET") < names[::-1].index("BT")


@pytest.mark.parametrize("junk", [b"BT [ (a) TJ ET", b"(never ended", b"<</A 1 BDC"])
def test_what_is_lost_in_a_stream_is_said(junk: bytes) -> None:
    def edit(pdf: Pdf) -> None:
        first = pdf.pages[0]
        first.Contents = pdf.make_stream(junk + b" " + first.Contents.read_bytes())

    document = open_document(changed(page(f"电话{PHONE}"), edit), "a.pdf")
    assert (document.status, document.reason) == ("partial", "damaged")


@pytest.mark.parametrize("name", ["reportlab", "oldwps_gbk", "libreoffice"])
def test_damaged_files_never_raise(name: str) -> None:
    data, dice = sample(name), random.Random(7)
    for _ in range(25):
        junk = bytearray(data)
        for _ in range(dice.choice((1, 4, 30))):
            junk[dice.randrange(len(junk))] = dice.randrange(256)
        if dice.random() < 0.2:
            del junk[dice.randrange(len(junk)) :]
        begun = time.perf_counter()
        document = open_document(bytes(junk), "a.pdf")
        batch = document.batch()
        assert document.write([]) == bytes(junk)
        assert batch.view.endswith(b"\0") and time.perf_counter() - begun < 20


def test_a_page_of_which_the_text_cannot_be_taken_out_becomes_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    data = page(f"ID {VALUES[1]}", "other text")
    document = opened(data)
    monkeypatch.setattr("deident.formats.pdf.document.cut", lambda *_: {0: []})  # a writer that takes nothing out
    out = document.write(edits(document, [VALUES[1]]))
    assert (document.status, document.reason) == ("partial", "rasterised")
    again = opened(out)
    assert VALUES[1] not in view(again) and len(list(again.children())) == 1
