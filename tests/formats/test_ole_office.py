"""Legacy files that LibreOffice made of generated documents: found, masked, read again by other programs, the rest of the text equal."""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from struct import pack

import pytest
import xlrd
from docx import Document as Docx
from formats.ole_files import compound, record
from openpyxl import Workbook as Xlsx
from pptx import Presentation as Pptx
from pptx.util import Inches
from python_calamine import load_workbook

from deident.formats import Child, open_document
from deident.formats.ole.convert import ConvertedDocument
from deident.formats.ole.document import OleDocument
from deident.model import Edit

NAME, ID, PHONE = "鲁定国", "110105190001010010", "13800000000"
SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
pytestmark = pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")


def made(folder: Path, name: str, data: bytes, kind: str) -> bytes:
    """`data` (a file called `name`) converted by LibreOffice; kind: "doc" or "xls:MS Excel 95"."""
    (folder / name).write_bytes(data)
    profile = (folder / "profile").as_uri()
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        kind,
        "--outdir",
        str(folder),
        str(folder / name),
    ]
    subprocess.run(command, capture_output=True, timeout=170, check=True)
    return (folder / f"{Path(name).stem}.{kind.partition(':')[0]}").read_bytes()


def masked(data: bytes, name: str = "") -> bytes:
    """Both values replaced in the document and in what is inside it."""
    document = open_document(data, name)
    assert document.status == "clean", document.reason
    view, values = document.batch().view, (NAME, ID, PHONE)
    edits = [Edit(*found.span(), "*" * len(value)) for value in values for found in re.finditer(value.encode(), view)]
    children = {
        number: Child(child.name, masked(child.data, child.name))
        for number, child in enumerate(document.children())
        if child.name.endswith((".ole", ".zip"))
    }
    done = document.write(edits, children)
    for value in values:
        assert not any(value.encode(codec) in done for codec in ("utf-8", "utf-16-le", "gb18030"))
    return done


def said(program: str, folder: Path, data: bytes, *options: str) -> str:
    """What a program reads."""
    (folder / "read").write_bytes(data)
    done = subprocess.run([program, *options, str(folder / "read")], capture_output=True, timeout=60, check=True)
    return "".join(done.stdout.decode("utf-8", "replace").split())


def starred(text: str) -> str:
    for value in (NAME, ID, PHONE):
        text = text.replace(value, "*" * len(value))
    return text


def docx() -> bytes:
    document = Docx()
    document.core_properties.author, document.core_properties.title = NAME, f"关于{NAME}的公示"
    document.add_heading("救助名单公示", 1)
    paragraph = document.add_paragraph("申请人：鲁")
    paragraph.add_run("定").bold = True
    paragraph.add_run("国，身份证号1101051900").italic = True
    paragraph.add_run("01010010")
    table = document.add_table(3, 3)
    for row, cells in zip(table.rows, (("序号", "姓名", "电话"), ("1", NAME, PHONE), ("2", "", "无")), strict=True):
        for cell, value in zip(row.cells, cells, strict=True):
            cell.text = value
    table.rows[1].cells[0].add_paragraph("甲")
    document.add_paragraph("Contact: 13800000000 (plain Latin text)")
    for number in range(300):
        document.add_paragraph(f"第{number}段：本公示自发布之日起七日内有效。")
    document.sections[0].header.paragraphs[0].text = f"经办人{NAME}"
    document.sections[0].footer.paragraphs[0].text = f"电话{PHONE}"
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_word(tmp_path: Path) -> None:
    data = made(tmp_path, "a.docx", docx(), "doc")
    document = open_document(data)
    view = document.batch().view.decode()
    body = view[: view.index("\0")]
    assert f"申请人：{NAME}，身份证号{ID}\n" in body
    assert f"序号\t姓名\t电话\n1 甲\t{NAME}\t{PHONE}\n2\t\t无\n" in body
    assert body.index("第0段") < body.index("第299段")
    done = masked(data)
    assert len(done) == len(data)
    for program, options in (("antiword", ["-w", "0", "-m", "UTF-8.txt"]), ("catdoc", ["-w", "-d", "utf-8"])):
        if shutil.which(program):
            assert said(program, tmp_path, done, *options) == starred(said(program, tmp_path, data, *options))
    text = made(tmp_path, "masked.doc", done, "txt:Text (encoded):UTF8").decode("utf-8-sig")
    assert text == starred(made(tmp_path, "plain.doc", data, "txt:Text (encoded):UTF8").decode("utf-8-sig"))
    assert "*" * 18 in text


def xlsx() -> bytes:
    book = Xlsx()
    sheet = book.active
    sheet.title = "名单"
    sheet.append(["姓名", "身份证号", "电话", "出生日期", "地址", "数字"])
    for number in range(400):
        sheet.append([NAME if number % 7 == 0 else f"居民{number}号", ID if number % 5 == 0 else f"编号{number}", 13800000000 if number % 3 == 0 else number + 0.5,
                      None, f"青溪县老街镇第{number}号院，旁边是卫生院和小学，说明文字很长很长很长" * 3 + (NAME if number % 50 == 0 else ""), number])  # fmt: skip
    sheet["D3"] = 32939
    sheet["D3"].number_format = 'yyyy"年"m"月"d"日"'
    other = book.create_sheet("隐藏")
    other.sheet_state = "hidden"
    other["C7"] = f"联系{PHONE}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_excel(tmp_path: Path) -> None:
    data = made(tmp_path, "a.xlsx", xlsx(), "xls")
    document = open_document(data)
    view = document.batch().view
    text = view.decode()
    assert text.startswith(f"姓名\t身份证号\t电话\t出生日期\t地址\t数字\n{NAME}\t{ID}\t{PHONE}\t\t青溪县老街镇第0号院")
    assert "\n居民1号\t编号1\t1.5\t1990-03-07\t青溪县" in text
    assert document.locate(view.find(f"联系{PHONE}".encode())) == "隐藏!C7"
    done = masked(data)
    assert len(done) == len(data)
    before, after = xlrd.open_workbook(file_contents=data), xlrd.open_workbook(file_contents=done)
    again = load_workbook(BytesIO(done))
    for number, sheet in enumerate(before.sheets()):
        calamine = again.get_sheet_by_index(number).to_python(skip_empty_area=False)
        for row in range(sheet.nrows):
            expected = [
                starred(value) if isinstance(value, str) else 0.0 if value == 13800000000 else value
                for value in sheet.row_values(row)
            ]
            assert after.sheet_by_index(number).row_values(row) == expected
            assert [value for value in calamine[row] if isinstance(value, str) and value] == [
                value for value in expected if isinstance(value, str) and value
            ]
    if shutil.which("xls2csv"):
        expected = starred(said("xls2csv", tmp_path, data, "-d", "utf-8")).replace("*" * 11 + '","', '0","')
        assert "*" * 18 in said("xls2csv", tmp_path, done, "-d", "utf-8") and NAME not in expected
    assert "青溪县老街镇第399号院" in made(tmp_path, "masked.xls", done, "csv:Text - txt - csv (StarCalc):44,34,76").decode(
        "utf-8-sig"
    )


def pptx() -> bytes:
    show = Pptx()
    for number in range(3):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = f"第{number}页 {NAME}"
        frame = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(4), Inches(1)).text_frame
        frame.text = "电话138"
        frame.paragraphs[0].add_run().text = "00000000"
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(5), Inches(1)).table
    for row, cells in enumerate((("姓名", "证件"), (NAME, ID))):
        for column, value in enumerate(cells):
            table.cell(row, column).text = value
    slide.notes_slide.notes_text_frame.text = f"备注{PHONE}"
    out = BytesIO()
    show.save(out)
    return out.getvalue()


def test_powerpoint(tmp_path: Path) -> None:
    data = made(tmp_path, "a.pptx", pptx(), "ppt")
    document = open_document(data)
    view = document.batch().view
    text = view.decode()
    assert f"姓名\t证件\n{NAME}\t{ID}\n" in text and f"电话{PHONE}" in text and f"备注{PHONE}" in text
    assert [document.locate(view.find(f"第{number}页".encode())) for number in range(3)] == ["slide 1", "slide 2", "slide 3"]
    done = masked(data)
    if shutil.which("catppt"):
        assert said("catppt", tmp_path, done, "-d", "utf-8") == starred(said("catppt", tmp_path, data, "-d", "utf-8"))
    odp = re.sub(r"<[^>]*>", "", made(tmp_path, "masked.ppt", done, "fodp").decode())
    assert NAME not in odp and PHONE not in odp and "第2页" in odp


@pytest.mark.parametrize("kind", ["doc", "xls", "ppt"])
def test_samples(kind: str) -> None:
    if not (path := SAMPLES / f"leaky.{kind}").exists():
        pytest.skip("no samples here")
    data = path.read_bytes()
    document = open_document(data)
    values = (
        "张伟民",
        "欧阳雪梅",
        "李建国",
        "110101199003074578",
        "110101199003075000",
        "13800138000",
        "zhangwm90@example.gov.cn",
    )
    edits = [
        Edit(*found.span(), "*" * len(value)) for value in values for found in re.finditer(value.encode(), document.batch().view)
    ]
    done = document.write(edits)
    again = open_document(done)
    assert isinstance(again, OleDocument)
    assert again.status == "clean"
    for part in again.parts_alone():
        assert not any(value.encode(codec) in part for value in values for codec in ("utf-8", "utf-16-le", "gb18030"))


def excel5(*rows: tuple[str, ...]) -> bytes:
    """A workbook of 1995 (BIFF5): strings in the system's code page."""
    begin, end = pack("<HHHHI", 0x500, 5, 0, 0, 0)[:8], record(0x0A, b"")
    head = record(0x809, begin) + record(0x42, pack("<H", 936))
    name = "名单".encode("gbk")
    at = len(head) + 4 + 7 + len(name) + len(end)
    head += record(0x85, pack("<IBBB", at, 0, 0, len(name)) + name) + end
    cells = b"".join(
        record(0x204, pack("<HHHH", row, column, 0, len(value.encode("gbk"))) + value.encode("gbk"))
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    )
    body = head + record(0x809, pack("<HHHH", 0x500, 0x10, 0, 0)) + cells + end
    return compound({"Book": body.ljust(4096, b"\0")})


def test_old_versions_are_converted() -> None:
    data = excel5(("姓名", "电话"), (NAME, PHONE), ("无", ID))
    document = open_document(data, "a.xls")
    assert isinstance(document, ConvertedDocument), document.reason
    assert (document.format, document.suffix) == ("xlsx", ".xlsx")
    assert "converted:xlsx" in document.warnings
    assert document.write([]) == data
    done = masked(data)
    again = open_document(done)
    assert again.format == "xlsx"
    view = again.batch().view.decode()
    assert "姓名\t电话\n***\t***********" in view and NAME not in view


def test_what_office_cannot_read_either() -> None:
    document = open_document(compound({"Book": b"x" * 5000}), "a.xls")
    assert document.status in ("refused", "unscannable")
