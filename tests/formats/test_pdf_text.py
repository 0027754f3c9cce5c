"""PDF: text as it is read, rows and cells, and what is not known."""

from __future__ import annotations

import time
from io import BytesIO

import pikepdf
import pytest

pytest.importorskip("pikepdf")
pytest.importorskip("reportlab")

from formats.pdf_files import SAMPLES, SONG, made, opened, shown, view
from reportlab.pdfgen.canvas import Canvas

from deident.formats import open_document
from deident.formats.pdf.cmaps import parse
from deident.formats.pdf.cuts import hidden

HEAD = ("序号", "姓名", "身份证号")
ROWS = (("1", "鲁定国", "110105190001010010"), ("2", "胥云霞", "110105190502020027"))


def test_text_cells_and_paragraphs() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(200, 800, "关 于 公 示")
        for y, row in zip((780, 760, 740), (HEAD, *ROWS), strict=True):
            for x, cell in zip((60, 120, 220), row, strict=True):
                canvas.drawString(x, y, cell)

    assert shown(made(draw)).split("\n")[1:4] == ["\t".join(row) for row in (HEAD, *ROWS)]


def test_rules_make_cells_however_narrow() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.grid([60, 90, 127, 240], [700, 720, 740, 760])
        for y, row in zip((745, 725, 705), (HEAD, *ROWS), strict=True):
            for x, cell in zip((61, 91, 127.5), row, strict=True):
                canvas.drawString(x, y, cell)

    assert shown(made(draw)).split("\n")[:3] == ["\t".join(row) for row in (HEAD, *ROWS)]


def test_a_value_goes_on_in_the_next_line_of_its_cell() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.grid([60, 120, 182], [700, 760])
        canvas.drawString(64, 740, "鲁定国")
        canvas.drawString(122, 740, "1101051900")
        canvas.drawString(122, 720, "01010010")

    assert shown(made(draw)) == "鲁定国\t110105190001010010\n"


def test_a_number_goes_on_in_the_next_line_of_a_paragraph() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(84, 780, "经审查，以下申请人符合条件，现予公示。公示期间如有异议，请拨打电话13800")
        canvas.drawString(60, 764, "000000，联系人为住房保障科。")

    assert "13800000000" in shown(made(draw, pagesize=(560, 842)))


def test_spaced_characters_stay_together() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 780, "身份证：", charSpace=1)
        for place, digit in enumerate("110105190001010010"):
            canvas.rect(160 + 16 * place, 760, 16, 16) if place < 0 else None
            canvas.drawString(160 + 16 * place, 780, digit)

    assert "110105190001010010" in shown(made(draw))


def test_columns_of_running_text_are_read_one_after_the_other() -> None:
    left = ("关于开展住房保障工作的通知要求", "各单位认真落实有关规定并且及时", "报送材料联系电话为一三八零零零")
    right = ("另外需要说明的是本次公示的期限", "为七个工作日在此期间任何单位和", "个人均可以向我局反映有关的情况")

    def draw(canvas: Canvas) -> None:
        for x, lines in ((60, left), (320, right)):
            for place, line in enumerate(lines):
                canvas.drawString(x, 780 - 20 * place, line)

    assert shown(made(draw)).replace("\n", "").startswith("".join(left))


def test_text_turned_and_drawn_twice() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rotate(90)
        canvas.drawString(60, -200, "电话13800000000")
        canvas.drawString(60.2, -200, "电话13800000000")

    assert shown(made(draw)) == "电话13800000000\n电话13800000000\n"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("reportlab", "ID 110101199003074578 tail text stays"),
        ("libreoffice", "欧阳雪梅\t110101199003074578\t1000.50"),
        ("chromium", "4\t欧阳雪梅\t110101199003074578\t1004.50"),
        ("chromium_wqy", "序号\t姓名\t身份证\t金额\n0\t张伟民\t110101199003074578\t1000.50"),
        ("oldwps_gbk", "竖排张伟民尾"),
        ("oldwps_gbk", "UCS2 张伟民110101199003074578尾"),
        ("no_tounicode", "联系电话：13800138000"),  # by the character map of the embedded font
        ("hostile/enc_owner", "申请人：张伟民"),
    ],
)
def test_samples_are_read(name: str, wanted: str) -> None:
    path = SAMPLES / f"{name}.pdf"
    if not path.exists():
        pytest.skip("no samples here")
    assert wanted in shown(path.read_bytes())


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("trunc", "unscannable", "unmapped-glyphs"),
        ("enc_user", "refused", "encrypted"),
        ("bomb", "refused", "bomb"),
        ("recursive", "clean", ""),
    ],
)
def test_hostile_samples(name: str, status: str, reason: str) -> None:
    path = SAMPLES / f"hostile/{name}.pdf"
    if not path.exists():
        pytest.skip("no samples here")
    document = open_document(path.read_bytes(), path.name)
    assert (document.status, document.reason) == (status, reason)


def stripped(data: bytes) -> bytes:
    """The file without what its fonts say of characters."""
    with pikepdf.open(BytesIO(data)) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == pikepdf.Name.Font:
                for key in ("/ToUnicode", "/Encoding"):
                    if key in one and key == "/ToUnicode":
                        del one[key]
            if isinstance(one, pikepdf.Stream) and "/Length1" in one:
                one.write(one.read_bytes().replace(b"cmap", b"xmap", 1))
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_characters_nobody_knows_are_never_clean() -> None:
    path = SAMPLES / "no_tounicode.pdf"
    if not path.exists():
        pytest.skip("no samples here")
    document = open_document(stripped(path.read_bytes()), "a.pdf")
    assert (document.status, document.reason) == ("unscannable", "unmapped-glyphs")


def test_letters_drawn_as_curves_are_said() -> None:
    def draw(canvas: Canvas) -> None:
        for place in range(20):
            canvas.circle(100, 100 + place, 5)

    assert opened(made(draw)).reason == "image-needs-ocr"


def test_locators() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 780, "第一页")
        canvas.showPage()
        canvas.setFont(SONG, 12)
        canvas.drawString(60, 780, "第二页")

    document = opened(made(draw))
    text = document.batch().view
    assert [document.locate(text.find(word.encode())) for word in ("第一页", "第二页")] == ["page 1", "page 2"]


def test_strings_are_segments_with_labels() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setAuthor("鲁定国")
        canvas.setTitle("公示")

    assert {"author：鲁定国", "公示"} <= set(view(opened(made(draw))).split("\0"))


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ("鲁定国", "鲁**", [(1, 3, "**")]),
        ("13800000000", "138****0000", [(3, 7, "****")]),
        ("1990年5月3日", "1990年", [(5, 9, "")]),
        ("青溪县老街3号", "青溪县***", [(3, 7, "***")]),
        ("鲁定国", "李国强", [(0, 3, "李国强")]),
        ("鲁定国", "", [(0, 3, "")]),
        ("甲", "甲", []),
    ],
)
def test_what_of_a_value_goes(old: str, new: str, gone: list[tuple[int, int, str]]) -> None:
    assert hidden(old, new) == gone


def test_maps_of_characters_are_read_under_limits() -> None:
    begun = time.perf_counter()
    map = parse(b"1 beginbfrange <00000000> <FFFFFFFF> <4E00> endbfrange " * 50 + b"beginbfchar " * 20_000)
    assert len(map.texts) <= 1 << 17 and time.perf_counter() - begun < 5
    assert parse(b"2 beginbfrange <01> <02> <4E00> <03> <04> [<4E09> <56DB>] endbfrange").texts == {
        1: "一",
        2: "丁",
        3: "三",
        4: "四",
    }
    embedded = parse(b"1 begincodespacerange <00> <7F> endcodespacerange 1 begincodespacerange <8140> <FEFE> endcodespacerange "
                     b"1 begincidrange <8140> <8150> 100 endcidrange")  # fmt: skip
    assert embedded.split(b"a\x81\x41b") == [b"a", b"\x81\x41", b"b"] and embedded.cid(b"\x81\x41") == 101
