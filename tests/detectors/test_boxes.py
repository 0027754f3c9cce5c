"""Numbers with a digit in each box: found in the row of boxes, masked box by box, in every format that has tables."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from itertools import pairwise
from struct import pack

import docx
import openpyxl
import pytest
from formats.ole_files import record, workbook
from generated import many, resident_id
from hypothesis import given
from hypothesis import strategies as st

from deident.engine import Scanner

ID, TEL, CARD = "52010219010315904X", "19900001234", "6217002430104190203"
SCANNER = Scanner(ner=False)


def found(text: str) -> list[tuple[str, str]]:
    said = SCANNER.scan(text)
    columns = (said.kind.tolist(), said.start.tolist(), said.end.tolist())
    return [(said.kinds[kind].id, text[start:end]) for kind, start, end in zip(*columns, strict=True)]


@pytest.mark.parametrize("between", ["\t", " ", "  ", " \t "])
def test_an_id_in_boxes(between: str) -> None:
    number = between.join(ID)
    assert found(f"公民身份号码\t{number}\t性别\t男") == [("resident_id", number)]
    assert found(f"登记表：{number}，男") == [("resident_id", number)], "its checks are enough"
    assert found(f"户\t3\t{number}\t5\t人") == [("resident_id", number)], "beside other boxes"


@pytest.mark.parametrize(
    "text",
    [
        "得票\t" + "\t".join("520102190103159045"),  # the check digit is wrong
        "得票\t" + "\t".join("520102190113159046"),  # the month is
        "公民身份号码\t" + "\t".join("5201021901031590453"),  # one digit too many
        "序号\t" + "\t".join("123456789") + "\n得票\t" + "\t".join("5201021901031590"),
        "得分：" + " ".join(TEL),  # nothing calls it a phone
        "联系电话\t" + "\t".join(TEL + "2"),
        "共 1 2 3 4 5 6 7 8 9 10 11 12 页",
        "联系电话\t1\t9\t9\t*\t*\t*\t*\t*\t*\t*\t*",
    ],
)
def test_digits_in_cells_that_are_no_number(text: str) -> None:
    assert found(text) == []


def test_a_mistyped_id_that_is_called_one() -> None:
    assert found("公民身份号码\t" + "\t".join("520102190103159045")) == [("resident_id_invalid", "\t".join("520102190103159045"))]


def test_phones_and_accounts_must_be_called_so() -> None:
    assert found("联系电话\t" + "\t".join(TEL))[0][0] == "mobile"
    assert SCANNER.mask("联系电话\t" + "\t".join(TEL)) == "联系电话\t1\t9\t9" + "\t*" * 8


def test_each_box_keeps_its_place() -> None:
    masked = SCANNER.mask("公民身份号码\t" + "\t".join(ID) + "\t性别\t男")
    assert masked == "公民身份号码\t5\t2" + "\t*" * 16 + "\t性别\t男"
    assert SCANNER.mask(masked) == masked
    report = SCANNER.scan_many([("a.txt", ("公民身份号码\t" + "\t".join(ID)).encode())])[0]
    assert [finding.preview for finding in report.findings] == ["52" + "*" * 16]


def test_a_number_broken_over_lines_is_masked_alike_beside_boxes() -> None:
    broken = ("b.txt", "姓名\t身份证号\n甲\t520102\n19010315904X\t乙".encode())
    boxes = ("a.txt", ("公民身份号码\t" + "\t".join(ID)).encode())
    alone = SCANNER.mask_many([broken])[0][0]
    assert alone is not None and b"19010315904X" not in alone
    assert SCANNER.mask_many([boxes, broken])[1][0] == alone


@given(st.randoms(use_true_random=False), st.sampled_from(["\t", " "]))
@many
def test_every_id(chance: random.Random, between: str) -> None:
    number = resident_id(chance)
    text = f"身份证号{between}{between.join(number)}{between}完"
    assert (("resident_id", between.join(number))) in found(text)
    masked = SCANNER.mask(text)
    assert found(masked) == [] and masked.count("\t") == text.count("\t") * (between == "\t")


def rows(strings: bool, more: Sequence[Sequence[str]] = ()) -> bytes:
    """A workbook with shared strings, as spreadsheet programs write it; without `strings` the digits are numbers."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("登记表")
        for row, cells in enumerate([["序号", "姓名"], ["1", "甲"], ["公民身份号码", *ID], ["居民户数", "9"], *more]):
            for column, cell in enumerate(cells):
                if cell.isdigit() and not strings:
                    sheet.write_number(row, column, int(cell))
                else:
                    sheet.write_string(row, column, cell)
    return out.getvalue()


@pytest.mark.parametrize("strings", [True, False])
def test_a_shared_digit_stays_where_it_is_another_s(strings: bool) -> None:
    data = rows(strings, [["是否", "X", "5", "2"]])
    [(out, report)] = SCANNER.mask_many([("a.xlsx", data)])
    assert report.status == "masked" and [finding.where for finding in report.findings] == ["登记表!B3"] and out is not None
    cells = [[cell.value for cell in row if cell.value is not None] for row in openpyxl.load_workbook(io.BytesIO(out)).active]
    one = str if strings else int
    assert cells == [
        ["序号", "姓名"],
        [one(1), "甲"],
        ["公民身份号码", one(5), one(2), *"*" * 16],
        ["居民户数", one(9)],
        ["是否", "X", one(5), one(2)],
    ]
    again = SCANNER.mask_many([("a.xlsx", out)])[0]
    assert again[0] == out


def workbook97(rows: Sequence[Sequence[str]], strings: bool) -> bytes:
    """An .xls; shared strings, or numbers where there are digits."""
    signs = sorted({cell for row in rows for cell in row})
    shared = b"".join(b"\xff\xfe" + pack("<HB", len(sign), 1) + sign.encode("utf-16-le") for sign in signs)
    cells = b""
    for row, signs_of_row in enumerate(rows):
        for column, sign in enumerate(signs_of_row):
            if sign.isdigit() and not strings:
                cells += record(0x27E, pack("<HHHI", row, column, 0, int(sign) << 2 | 2))
            else:
                cells += record(0xFD, pack("<HHHI", row, column, 0, signs.index(sign)))
    return workbook([shared], cells)


@pytest.mark.parametrize("strings", [True, False])
@pytest.mark.parametrize(
    ("label", "number", "left"),
    [("公民身份号码", ID, "52" + "0" * 16), ("联系电话", TEL, "199" + "0" * 8), ("银行账号", CARD, "0" * 15 + "0203")],
)
def test_a_workbook_of_excel_97(label: str, number: str, left: str, strings: bool) -> None:
    xlrd = pytest.importorskip("xlrd")
    [(out, report)] = SCANNER.mask_many([("a.xls", workbook97([["户数", "1"], [label, *number], ["人数", "9"]], strings))])
    assert report.status == "masked" and len(report.findings) == 1 and out is not None
    sheet = xlrd.open_workbook(file_contents=out).sheet_by_index(0)
    assert (
        "".join(str(sheet.cell_value(1, 1 + place)).removesuffix(".0") for place in range(len(number))).replace("*", "0") == left
    )
    assert [float(sheet.cell_value(0, 1)), float(sheet.cell_value(2, 1))] == [1, 9], "no other cell changes"
    assert SCANNER.mask_many([("a.xls", out)])[0][0] == out


def test_a_table_of_word() -> None:
    document = docx.Document()
    table = document.add_table(2, 19)
    for row, text in enumerate((ID, TEL)):
        for place, sign in enumerate([("公民身份号码", "联系电话")[row], *text]):
            table.cell(row, place).text = sign
    data = io.BytesIO()
    document.save(data)
    [(out, report)] = SCANNER.mask_many([("a.docx", data.getvalue())])
    assert report.status == "masked" and out is not None
    masked = docx.Document(io.BytesIO(out)).tables[0]
    assert "".join(cell.text for cell in masked.rows[0].cells[1:]) == "52" + "*" * 16
    assert all(len(cell.text) == 1 for cell in masked.rows[0].cells[1:])
    assert "".join(cell.text for cell in masked.rows[1].cells[1:]) == "199" + "*" * 8


def test_a_table_of_a_page() -> None:
    page = "<table><tr><td>公民身份号码</td>" + "".join(f"<td>{sign}</td>" for sign in ID) + "</tr></table>"
    [(out, report)] = SCANNER.mask_many([("a.html", page.encode())])
    assert report.status == "masked" and out is not None
    assert out.decode() == page.replace("".join(f"<td>{sign}</td>" for sign in ID[2:]), "<td>*</td>" * 16)


def test_lines_of_a_csv() -> None:
    data = ("公民身份号码," + ",".join(ID) + "\n").encode()
    [(out, _)] = SCANNER.mask_many([("a.csv", data)])
    assert out == ("公民身份号码,5,2" + ",*" * 16 + "\n").encode()


def test_a_data_frame() -> None:
    import pandas as pd

    import deident.integrations.pandas  # noqa: F401  the accessor

    frame = pd.DataFrame([["甲", *ID]], columns=["姓名", *(f"第{place}位" for place in range(18))])
    masked = frame.deident.mask().iloc[0, 1:].tolist()
    assert masked == ["5", "2", *"*" * 16]


def test_rows_of_boxes_take_linear_time() -> None:
    import time

    took = []
    for size in (20_000, 160_000):
        text = "得票\t" + "\t".join("52" * (size // 2))
        began = time.process_time()
        SCANNER.scan(text)
        took.append(time.process_time() - began)
    assert all(after < 20 * max(before, 0.05) for before, after in pairwise(took))
