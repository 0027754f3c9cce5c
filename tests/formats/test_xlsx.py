"""Sheets: what is seen of cells, and what becomes of them."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from formats.xlsx_files import MAIN, SHEET, STRINGS, book, lines, masked, parts, segments, sheet, strings, written

from deident.formats import open_document
from deident.formats.xlsx.document import XlsxDocument
from deident.model import Edit


def seen(rows: str, shared: str = "", **more: object) -> list[str]:
    return lines(XlsxDocument(book(rows, shared, **more)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="A1" t="s"><v>0</v></c>', "甲"),
        ('<c r="A1" t="s"><v> 0 </v></c>', "甲"),
        ('<c r="A1" t="s"><v>99</v></c>', "99"),
        ('<c r="A1" t="str"><f>B1</f><v>甲&amp;乙</v></c>', "甲&乙"),
        ('<c r="A1" t="inlineStr"><is><t>甲</t></is></c>', "甲"),
        ('<c r="A1" t="inlineStr"><is><r><rPr><b/></rPr><t>138</t></r><r><t>0013</t></r></is></c>', "1380013"),
        ('<c r="A1"><v>13800138000</v></c>', "13800138000"),
        ('<c r="A1" t="n"><v>1.3800138E10</v></c>', "13800138000"),
        ('<c r="A1"><v>13800138000.0</v></c>', "13800138000"),
        ('<c r="A1"><v>1.10101199003075E+17</v></c>', "110101199003075000"),
        ('<c r="A1"><v>1.1010119900307458E+017</v></c>', "110101199003075000"),
        ('<c r="A1"><v>110101199003074578</v></c>', "110101199003074578"),
        ('<c r="A1"><v>615.8099999999999</v></c>', "615.81"),
        ('<c r="A1"><v>0.5</v></c>', "0.5"),
        ('<c r="A1" s="1"><v>32939</v></c>', "1990-03-07"),
        ('<c r="A1" s="2"><v>32939.5</v></c>', "1990-03-07 12:00"),
        ('<c r="A1" s="77"><v>32939</v></c>', "32939"),
        ('<c r="A1" t="d"><v>1990-03-07</v></c>', "1990-03-07"),
        ('<c t="str"><v>甲_x000D_&#10;乙_x4E01_</v></c>', "甲  乙丁"),
        ("<c r='A1' t='str'><v>甲</v></c>", "甲"),
        ('<c r="A1" t="str"><v>甲<!-- x -->乙<![CDATA[丙]]></v></c>', "甲乙丙"),
        ('<c r="A1"\n t="str" ><v\n>甲</v ></c>', "甲"),
    ],
)
def test_cells(cell: str, shown: str) -> None:
    assert seen(f'<row r="1">{cell}</row>') == [shown]


def test_days_since_1904() -> None:
    data = book('<row r="1"><c r="A1" s="1"><v>31477</v></c></row>')
    old = parts(data)["xl/workbook.xml"].replace("<workbookPr/>", '<workbookPr date1904="1"/>')
    assert lines(XlsxDocument(book('<row r="1"><c r="A1" s="1"><v>31477</v></c></row>', more={"xl/workbook.xml": old}))) == [
        "1990-03-07"
    ]


def cell(place: str, text: object) -> str:
    return f'<c r="{place}"><v>{text}</v></c>'


def test_columns_keep_their_place() -> None:
    rows = (
        f'<row r="1">{cell("A1", 1)}{cell("C1", 2)}{cell("D1", 3)}</row><row r="2">{cell("C2", 4)}{cell("D2", 5)}</row>'
        f'<row r="3">{cell("A3", 6)}{cell("B3", 7)}</row>'
    )
    assert seen(rows) == ["1\t\t2\t3", "\t\t4\t5", "6\t7\t\t"]


def test_a_title_and_a_gap_have_one_cell_more() -> None:
    rows = f'<row r="1">{cell("A1", 9)}</row><row r="4">{cell("A4", 1)}{cell("B4", 2)}</row><row r="5">{cell("A5", 1)}{cell("B5", 2)}</row>'
    assert seen(rows) == ["9\t\t", "\t\t", "1\t2", "1\t2"]


def test_far_columns_stay_near() -> None:
    assert seen(f'<row r="1">{cell("A1", 1)}{cell("XFD1", 2)}</row>') == ["1\t\t\t\t2"]


def test_sparse_sheets_stay_small() -> None:
    wide = "".join(cell(f"{chr(65 + a)}{chr(65 + b)}1", 1) for a in range(20) for b in range(26))
    rows = "".join(f'<row r="{n}">{cell(f"A{n}", 1)}{cell(f"TZ{n}", 2)}</row>' for n in range(2, 9000))
    document = XlsxDocument(book(f'<row r="1">{wide}</row>{rows}'))
    assert len(document.batch().view) < 1_000_000
    assert lines(document)[-1] == "1" + "\t" * 16 + "2"


def test_rows_in_any_order() -> None:
    assert seen(f'<row r="2">{cell("B2", 4)}{cell("A2", 3)}</row><row r="1">{cell("A1", 1)}{cell("B1", 2)}</row>') == [
        "1\t2",
        "3\t4",
    ]


def test_cells_without_a_place() -> None:
    assert seen("<row><c><v>1</v></c><c/><c><v>2</v></c></row><row><c><v>3</v></c></row>") == ["1\t\t2", "3\t\t\t"]


def test_a_prefix_for_all_names() -> None:
    xml = f'<?xml version="1.0"?><x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    data = book(xml, shared=f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>甲</x:t></x:si></x:sst>')
    assert lines(XlsxDocument(data)) == ["甲\t7"]
    new = masked(data, "7")[SHEET]
    assert '<x:c t="str" r="B1"><x:v>***</x:v>' in new


def test_utf16_parts() -> None:
    xml = sheet('<row r="1"><c r="A1"><v>13800138000</v></c></row>').replace("UTF-8", "UTF-16")
    data = book("<?xml", more={SHEET: xml.encode("utf-16")})
    assert lines(XlsxDocument(data)) == ["13800138000"]
    assert '<c t="str" r="A1"><v>***</v>' in masked(data, "13800138000")[SHEET]


def test_strings_of_many_runs() -> None:
    shared = strings(
        '<r><rPr><b/></rPr><t>张</t></r><r><t xml:space="preserve">伟 &amp; 民</t></r><rPh sb="0" eb="1"><t>zhang</t></rPh>',
        "left 李建国",
    )
    document = XlsxDocument(book('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared))
    assert lines(document) == ["张伟 & 民"]
    assert "left 李建国" in segments(document)[1] and "zhang" in "".join(segments(document))
    new = masked(book('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared), "张伟 & 民", "left 李建国", "zhang")[STRINGS]
    assert not any(value in new for value in ("张", "伟", "民", "李", "zhang")) and new.count("***") == 3


def test_what_else_stands_among_the_cells() -> None:
    rows = '<row r="1" foo="13800138000"><c r="A1" bar="张伟民"><v>1</v></c>stray 李建国</row><!-- 欧阳雪梅 -->'
    document = XlsxDocument(book(rows))
    rest = "".join(segments(document)[1:])
    assert all(value in rest for value in ("13800138000", "张伟民", "李建国", "欧阳雪梅"))
    new = masked(book(rows), "13800138000", "张伟民", "李建国", "欧阳雪梅")[SHEET]
    assert '<row r="1" foo="***"><c r="A1" bar="***"><v>1</v></c>stray ***</row><!-- *** -->' in new


def test_a_number_becomes_text_and_keeps_its_style() -> None:
    rows = '<row r="1"><c r="A1" s="1" t="n"><v>32939</v></c><c r="B1" s="2"><v>1.3800138E10</v></c><c r="C1"><v>5</v></c></row>'
    document = XlsxDocument(book(rows))
    view = document.batch().view
    date, phone = view.find(b"1990-03-07"), view.find(b"13800138000")
    edits = [Edit(date + 5, date + 7, "**"), Edit(date + 8, date + 10, "**"), Edit(phone + 3, phone + 7, "****")]
    new = parts(document.write(edits))[SHEET]
    assert (
        '<c r="A1" s="1" t="str"><v>1990-**-**</v></c><c t="str" r="B1" s="2"><v>138****8000</v></c><c r="C1"><v>5</v></c>' in new
    )


def test_an_edit_over_cells_keeps_the_cells() -> None:
    rows = '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c></row>'
    document = XlsxDocument(book(rows, strings("甲", "乙")))
    at = document.batch().view.index("乙".encode())
    assert "<si><t></t></si><si><t>*</t></si>" in parts(document.write([Edit(at, at + 7, "*")]))[STRINGS]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<f>B1&amp;&quot;13800138000&quot;</f>", "<f>B1&amp;&quot;***&quot;</f>"),
        ('<f>IF(B1,"13800138000","")</f>', '<f>IF(B1,"***","")</f>'),
        ("<f>13800138000</f>", '<f>"***"</f>'),
        ("<f>B1*13800138000+2</f>", '<f>B1*"***"+2</f>'),
        ("<f>'13800138000'!A1</f>", ""),
        ("<f>B1</f>", "<f>B1</f>"),
        ('<f>"1380013"&amp;"8000"</f>', ""),
    ],
)
def test_formulas(before: str, after: str) -> None:
    data = book(
        f'<row r="1"><c r="A1" t="str">{before}<v>13800138000</v></c></row>',
        more={"xl/calcChain.xml": f'<calcChain xmlns="{MAIN}"><c r="A1" i="1"/></calcChain>'},
    )
    new = masked(data, "13800138000")
    assert f'<c r="A1" t="str">{after}<v>***</v></c>' in new[SHEET]
    assert ("xl/calcChain.xml" in new) == bool(after)
    assert ("calcChain" in new["[Content_Types].xml"] + new["xl/_rels/workbook.xml.rels"]) == bool(after)
    openpyxl.load_workbook(BytesIO(written(data, "13800138000")))


def test_a_shared_formula_goes_from_all_its_cells() -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">张三!B1</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c></row>'
    )
    assert '<c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c>' in masked(book(rows), "张三")[SHEET]


def test_a_quote_in_a_replacement_stays_in_the_string() -> None:
    data = book('<row r="1"><c r="A1"><f>"张三"</f><v>0</v></c></row>')
    assert '<f>"a""b"</f>' in masked(data, "张三", new='a"b')[SHEET]


def test_where_cells_are() -> None:
    rows = '<row r="2"><c r="B2"><v>138</v></c><c r="AB2" t="str"><f>"甲"</f><v>甲</v></c></row>'
    document = XlsxDocument(book(rows, strings("left")))
    view = document.batch().view
    assert document.locate(view.index(b"138") + 2) == "公示名单表!B2"
    assert document.locate(view.index("甲".encode())) == "公示名单表!AB2"
    assert document.locate(view.rindex("甲".encode())) == "公示名单表!AB2 formula"
    assert document.locate(view.index(b"left")) == "shared strings"
    assert document.locate(0) == "公示名单表"
    for name in ("张三", "欧阳雪梅", "id 110101"):
        document = XlsxDocument(book(rows, name=name))
        assert document.locate(document.batch().view.index(b"138")) == "Sheet1!B2"


def test_names_of_sheets_stay_valid_and_are_followed() -> None:
    rows = '<row r="1"><c r="A1"><f>张三!B1+\'张三\'!B2</f><v>1</v></c></row>'
    data = book(rows, name="张三", inside="<definedNames><definedName name=\"x\">'张三'!$A$1</definedName></definedNames>")
    document = XlsxDocument(data)
    name = document.batch().view.index("张三".encode())
    new = document.write([Edit(name, name + 6, "张*")])
    assert openpyxl.load_workbook(BytesIO(new)).sheetnames == ["张＊"]
    assert "<f>'张＊'!B1+'张＊'!B2</f>" in parts(new)[SHEET]
    assert ">'张＊'!$A$1<" in parts(new)["xl/workbook.xml"]


def test_binary_workbooks_need_another_program() -> None:
    document = open_document(book(more={"xl/workbook.bin": b"\x83\x01"}), "a.xlsb")
    assert (document.status, document.reason) == ("unscannable", "needs-office")
