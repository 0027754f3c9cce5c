"""One list in every format that an office saves it in: the same findings, the same verdicts, and masked in each."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from random import Random

import docx
import pytest
import xlsxwriter
from generated import resident_id

from deident.engine import Scanner
from deident.model import FileReport

SOFFICE = shutil.which("soffice")
TITLE = "青溪县马官镇2025年第三季度农村低保对象公示名单"
HEADERS = ("姓名", "身份证号码", "家庭住址", "联系电话", "保障人口", "月保障金额（元）")
ROWS = (
    ("陈一一", resident_id(Random(1)), "青溪县马官镇余官村3组12号", "13800001234", "2", "620"),
    ("罗二二", resident_id(Random(2)), "青溪县马官镇大坝村1组7号", "13900005678", "1", "380"),
    ("欧阳三三", resident_id(Random(3)), "青溪县马官镇余官村5组", "15000004321", "4", "1240"),
)
BEFORE = "现将马官镇2025年第三季度农村最低生活保障对象名单公示如下，公示期7天。监督电话：0851-36220123。"
AFTER = ("经办人：王小明，联系电话：0851-36220123。", "青溪县民政局", "2025年9月20日")
GONE = [value for row in ROWS for value in (row[1], row[3])]


def text_document() -> bytes:
    document = docx.Document()
    document.add_heading(TITLE, 0)
    document.add_paragraph(BEFORE)
    table = document.add_table(rows=1, cols=len(HEADERS))
    table.style = "Table Grid"
    for cell, header in zip(table.rows[0].cells, HEADERS, strict=True):
        cell.text = header
    for row in ROWS:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    for line in AFTER:
        document.add_paragraph(line)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def workbook() -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Sheet1")
    sheet.merge_range(0, 0, 0, len(HEADERS) - 1, TITLE)
    for number, row in enumerate((HEADERS, *ROWS), 1):
        for column, value in enumerate(row):
            if number > 1 and column >= 3:
                sheet.write_number(number, column, int(value))
            else:
                sheet.write_string(number, column, value)
    book.close()
    return out.getvalue()


def saved_as(source: bytes, suffix: str, formats: tuple[str, ...], folder: Path) -> dict[str, bytes]:
    """The document as LibreOffice saves it in other formats."""
    path = folder / f"list.{suffix}"
    path.write_bytes(source)
    made = {suffix: source}
    for format in formats:
        command = [str(SOFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", format]
        subprocess.run([*command, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=120)
        made[format] = (folder / f"list.{format}").read_bytes()
    return made


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.fixture(scope="module")
def notices(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    return saved_as(text_document(), "docx", ("pdf", "odt", "doc", "rtf", "html"), tmp_path_factory.mktemp("notices"))


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    return saved_as(workbook(), "xlsx", ("ods", "xls"), tmp_path_factory.mktemp("books"))


def said(report: FileReport) -> list[tuple[str, str, str]]:
    return [(finding.kind, finding.action, finding.preview) for finding in report.findings]


@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")
def test_a_notice_is_the_same_in_every_format(scanner: Scanner, notices: Mapping[str, bytes]) -> None:
    results = dict(zip(notices, scanner.mask_many([(f"list.{format}", data) for format, data in notices.items()]), strict=True))
    first = said(results["docx"][1])
    assert [kind for kind, action, _ in first if action == "mask"] == ["resident_id", "home_address", "mobile"] * 3
    assert sum(action == "keep" for _, action, _ in first) == 6, "two hotlines, three names on such a list, the clerk"
    for format, (out, report) in results.items():
        assert (report.status, report.doc_type) == ("masked", "social_assistance"), format
        assert said(report) == first, format
        assert out is not None and not any(value.encode() in out for value in GONE), format


@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")
def test_a_workbook_is_the_same_in_every_format(scanner: Scanner, books: Mapping[str, bytes]) -> None:
    results = dict(zip(books, scanner.mask_many([(f"list.{format}", data) for format, data in books.items()]), strict=True))
    first = said(results["xlsx"][1])
    assert [kind for kind, action, _ in first if action == "mask"] == ["resident_id", "home_address", "mobile"] * 3
    for format, (out, report) in results.items():
        assert report.status == "masked", format
        assert said(report) == first, format
        assert out is not None and not any(value.encode() in out for value in GONE), format
    places = [finding.where for finding in results["xlsx"][1].findings if finding.kind == "mobile"]
    assert places == ["Sheet1!D3", "Sheet1!D4", "Sheet1!D5"]
    for format in ("ods", "xls"):
        assert [f.where for f in results[format][1].findings if f.kind == "mobile"] == places, format
