"""What stands in a workbook beside its cells."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from formats.xlsx_files import HEAD, LINK, MAIN, PACKAGE, SHEET, book, masked, parts, segments, sheet, written

from deident.formats.xlsx.document import XlsxDocument

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def text(more: dict[str, str | bytes]) -> str:
    return "\n".join(segments(XlsxDocument(book(more=more))))


@pytest.mark.parametrize(
    ("name", "xml", "seen"),
    [
        (
            "xl/comments1.xml",
            f'<comments xmlns="{MAIN}"><authors><author>张三</author></authors><commentList><comment ref="A1" authorId="0"><text>'
            "<r><t>电话138</t></r><r><rPr><b/></rPr><t>00138000</t></r></text></comment></commentList></comments>",
            ["author：张三", "电话13800138000"],
        ),
        (
            "xl/threadedComments/threadedComment1.xml",
            '<ThreadedComments><threadedComment ref="A1" personId="{1}"><text>请联系张三</text></threadedComment></ThreadedComments>',
            ["text：请联系张三"],
        ),
        (
            "xl/persons/person.xml",
            '<personList><person displayName="Zhang San" id="{1}" userId="zs@example.gov.cn" providerId="AD"/></personList>',
            ["displayName：Zhang San", "userId：zs@example.gov.cn"],
        ),
        (
            "xl/drawings/drawing1.xml",
            f'<d xmlns:a="{DRAWING}"><cNvPr id="1" name="x" descr="张三的照片"/><a:p><a:r><a:t>张</a:t></a:r><a:r><a:t>三</a:t></a:r></a:p></d>',
            ["descr：张三的照片", "张三"],
        ),
        (
            "xl/drawings/vmlDrawing1.vml",
            '<xml><v:textbox xmlns:v="v"><div><font size="1">138</font><font>00138000</font></div></v:textbox></xml>',
            ["13800138000"],
        ),
        (
            "xl/externalLinks/externalLink1.xml",
            f'<externalLink xmlns="{MAIN}"><externalBook><sheetNames><sheetName val="张三"/></sheetNames><sheetDataSet><sheetData><row r="1">'
            '<cell r="A1"><v>1.10101199003075E+17</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>',
            ["val：张三", "v：110101199003075000"],
        ),
        (
            "xl/revisions/revisionLog1.xml",
            f'<revisions xmlns="{MAIN}"><rcc><oc r="A1" t="inlineStr"><is><t>张三</t></is></oc><nc r="A1"><v>13800138000</v></nc></rcc></revisions>',
            ["张三", "v：13800138000"],
        ),
        ("xl/tables/table1.xml", f'<table xmlns="{MAIN}"><tableColumns><tableColumn id="1" name="张三"/></tableColumns></table>', ["name：张三"]),
        (
            "xl/connections.xml",
            f'<connections xmlns="{MAIN}"><connection id="1" description="张三的库"><dbPr command="SELECT 13800138000"/></connection></connections>',
            ["description：张三的库", "13800138000"],
        ),
        (
            "customXml/item1.xml",
            "<data><人>张三</人></data>",
            ["人：张三"],
        ),
    ],
)  # fmt: skip
def test_seen_and_masked(name: str, xml: str, seen: list[str]) -> None:
    found = text({name: HEAD + xml})
    for line in seen:
        assert line in found
    values = [line.rpartition("：")[2] for line in seen]
    new = masked(book(more={name: HEAD + xml}), *values)[name]
    assert not any(value in new for value in values)
    assert "1.101" not in new and "张" not in new and "138" not in new


def test_numbers_of_other_books_become_text() -> None:
    xml = f'<externalLink xmlns="{MAIN}"><row r="1"><cell r="A1"><v>13800138000</v></cell><cell r="B1" t="n"><v>5</v></cell></row></externalLink>'
    name = "xl/externalLinks/externalLink1.xml"
    assert (
        '<cell t="str" r="A1"><v>***</v></cell><cell r="B1" t="n"><v>5</v>' in masked(book(more={name: xml}), "13800138000")[name]
    )


def test_caches_of_charts_stay_numbers() -> None:
    name = "xl/charts/chart1.xml"
    xml = (
        f'<c:chartSpace xmlns:c="{CHART}"><c:cat><c:strRef><c:f>公示名单表!$A$1</c:f><c:strCache><c:pt idx="0"><c:v>张三</c:v></c:pt></c:strCache>'
        '</c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>13800138000</c:v></c:pt><c:pt idx="1"><c:v>5</c:v></c:pt>'
        "</c:numCache></c:numRef></c:val></c:chartSpace>"
    )
    new = masked(book(more={name: xml}), "张三", "13800138000")[name]
    assert "<c:v>***</c:v>" in new and '<c:pt idx="0"><c:v>0</c:v></c:pt><c:pt idx="1"><c:v>5</c:v>' in new


def test_pivot_caches() -> None:
    definition, records = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotCache/pivotCacheRecords1.xml"
    more = {
        definition: f'<pivotCacheDefinition xmlns="{MAIN}"><cacheFields><cacheField name="姓名"><sharedItems><s v="张三"/></sharedItems></cacheField>'
        '<cacheField name="电话"><sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" minValue="13800138000" '
        'maxValue="13800138001"/></cacheField></cacheFields></pivotCacheDefinition>',
        records: f'<pivotCacheRecords xmlns="{MAIN}"><r><x v="0"/><n v="13800138000"/></r><r><x v="0"/><n v="13800138001"/></r></pivotCacheRecords>',
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{LINK}/pivotCacheRecords" Target="pivotCacheRecords1.xml"/></Relationships>',
    }
    found = text(dict(more))
    assert "姓名：张三" in found and "电话：13800138000\n电话：13800138001" in found
    new = masked(book(more=more), "张三", "13800138000", "13800138001")
    assert '<r><x v="0"/><s v="***"/></r><r><x v="0"/><s v="***"/></r>' in new[records]
    assert '<sharedItems containsMixedTypes="1" containsNumber="1"/>' in new[definition] and '<s v="***"/>' in new[definition]
    only = masked(
        book(more={**more, definition: more[definition].replace('minValue="13800138000" maxValue="13800138001"', "")}),
        "13800138000",
    )
    assert 'containsMixedTypes="1" containsNumber="1"/>' in only[definition] and "containsString" not in only[definition]


def test_settings_of_printers_keep_their_length() -> None:
    raw = "打印机张伟民".encode("utf-16-le") + bytes(8) + "13800138000".encode("utf-16-le") + b"\x01\x02 plain zhangwm90 \x00"
    name = "xl/printerSettings/printerSettings1.bin"
    data = book(more={name: raw})
    document = XlsxDocument(data)
    assert not list(document.children())
    new = ZipFile(BytesIO(written(data, "打印机张伟民", "13800138000", "zhangwm90"))).read(name)
    assert len(new) == len(raw)
    text = new.decode("utf-16-le", "replace") + new.decode("latin-1")
    assert not any(value in text for value in ("张伟民", "13800138000", "zhangwm90"))


def test_lists_links_and_names() -> None:
    after = (
        '<autoFilter ref="A1:B9"><filterColumn colId="0"><filters><filter val="张三"/></filters></filterColumn></autoFilter>'
        '<dataValidations count="1"><dataValidation type="list" prompt="请选张三" sqref="A1"><formula1>"张三,李四"</formula1></dataValidation></dataValidations>'
        '<hyperlinks><hyperlink ref="A1" location="公示名单表!A1" display="张三" tooltip="李四"/></hyperlinks><headerFooter><oddFooter>&amp;C张三</oddFooter></headerFooter>'
    )
    inside = '<definedNames><definedName name="张三">13800138000</definedName><definedName name="y">张三!A1</definedName></definedNames>'
    data = book("<?xml", more={SHEET: sheet('<row r="1"><c r="A1"><v>1</v></c></row>', after)}, inside=inside)
    new = masked(data, "张三", "李四", "13800138000", new="某")
    whole = new[SHEET] + new["xl/workbook.xml"]
    assert not any(value in whole for value in ("张三", "李四", "13800138000"))
    assert '<formula1>"某,某"</formula1>' in whole and '>"某"</definedName>' in whole and ">#REF!</definedName>" in whole
    openpyxl.load_workbook(BytesIO(written(data, "李四")))


def test_hidden_sheets_are_read() -> None:
    data = book('<row r="1" hidden="1"><c r="A1"><v>13800138000</v></c></row>')
    xml = parts(data)["xl/workbook.xml"].replace("sheetId", 'state="veryHidden" sheetId')
    assert "13800138000" in text({"xl/workbook.xml": xml, SHEET: parts(data)[SHEET]})
