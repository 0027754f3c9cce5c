"""Office documents, one for each place in which a value can stand (tables: places_ooxml.py, places_odf.py)."""

from __future__ import annotations

import base64
import re

from formats import xlsx_files
from formats.office_cases import docx, package
from formats.places_odf import ODF, PPTX, PPTX_PARTS
from formats.places_ooxml import DOCX, DOCX_PARTS, XLSX, XLSX_PARTS

ID, PHONE, KEEP = "520102195304041032", "13951027519", "其余文字保留不动"
TEXT = f"身份证号：{ID}，手机：{PHONE}"
_PREFIX = re.compile(r"(?:[</ \"'])([A-Za-z][\w-]*):(?=[A-Za-z][\w-]*[\s=/>])")
_ODF = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}


def filled(template: str) -> str:
    return template.replace("@T", TEXT).replace("@I", ID).replace("@P", PHONE)


def named(root: str, inside: str) -> str:
    """An element in which all prefixes are declared that occur in it."""
    prefixes = sorted(set(_PREFIX.findall(f"<{root} {inside}")) - {"xml", "xmlns"})
    return f"<{root} " + " ".join(f'xmlns:{one}="urn:{one}"' for one in prefixes) + f">{inside}</{root.split()[0]}>"


def part(template: str) -> str:
    """A part as it stands in its package; what it says of namespaces was left out of the table."""
    return named("a:part", filled(template))


def word(body: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    inside = f"<w:body>{filled(body)}<w:p><w:r><w:t>{KEEP}</w:t></w:r></w:p></w:body>"
    return docx("", {"word/document.xml": named("w:document", inside), **(more or {})})


def excel(
    rows: str = "", after: str = "", inside: str = "", before: str = "", more: dict[str, str | bytes] | None = None
) -> bytes:
    first = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{KEEP}</t></is></c></row>'
    sheet = named(
        f'worksheet xmlns="{xlsx_files.MAIN}"', f"{filled(before)}<sheetData>{first}{filled(rows)}</sheetData>{filled(after)}"
    )
    return xlsx_files.book(more={xlsx_files.SHEET: sheet, **(more or {})}, inside=filled(inside))


def slides(shapes: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    slide = named("p:sld", f"<p:cSld><p:spTree><a:p><a:r><a:t>{KEEP}</a:t></a:r></a:p>{filled(shapes)}</p:spTree></p:cSld>")
    return package({"[Content_Types].xml": "<Types/>", "ppt/slides/slide1.xml": slide, **(more or {})})


def opendocument(kind: str, slots: dict[str, str]) -> bytes:
    """slots: body, before, styles, meta, scripts; all others are members."""
    own = {name: filled(slots.get(name, "")) for name in ("before", "body", "styles", "meta", "scripts")}
    name = f"office:{_ODF[kind]}"
    keep = {
        "odt": f"<text:p>{KEEP}</text:p>",
        "ods": f"<table:table><table:table-row><table:table-cell><text:p>{KEEP}</text:p></table:table-cell></table:table-row></table:table>",
        "odp": f"<draw:page><draw:frame><draw:text-box><text:p>{KEEP}</text:p></draw:text-box></draw:frame></draw:page>",
    }[kind]
    body = f"{own['scripts']}<office:body><{name}>{own['before']}{keep}{own['body']}</{name}></office:body>"
    return package(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{_ODF[kind]}",
            "content.xml": named("office:document-content", body),
            "styles.xml": named("office:document-styles", own["styles"]),
            "meta.xml": named("office:document-meta", f"<office:meta>{own['meta']}</office:meta>"),
            "META-INF/manifest.xml": "<manifest/>",
            **{key: named("x:part", filled(value)) for key, value in slots.items() if key not in own},
        }
    )


def split(before: str, after: str, text: str = TEXT) -> str:
    return "".join(before + one + after for one in text)


def office() -> dict[str, bytes]:
    runs = f"<w:p>{split('<w:r><w:t>', '</w:t></w:r>')}</w:p>"
    code = base64.b64encode(TEXT.encode("utf-16-le")).decode()
    keep = f"<w:p><w:r><w:t>{KEEP}</w:t></w:r></w:p>"
    row = f'<Row><Cell><Data ss:Type="String">{TEXT}</Data><Comment><ss:Data><B>{TEXT[:9]}</B>{TEXT[9:]}</ss:Data></Comment></Cell></Row>'
    sheet = f'<Worksheet><Table>{row}<Row><Cell><Data ss:Type="Number">{PHONE}</Data></Cell><Cell><Data>{KEEP}</Data></Cell></Row></Table></Worksheet>'
    spans = f"<text:p>{split('<text:span>', '</text:span>')}</text:p><text:p>{KEEP}</text:p>"
    custom = f"<property name='手机'><vt:i8>{PHONE}</vt:i8></property><property name='{ID}'><vt:i4>1</vt:i4></property><property><vt:blob>{code}</vt:blob></property>"
    cases = {
        "docx split": word(runs),
        "docx references": word(f"<w:p><w:r><w:t>{split('&#', ';', '').join(f'&#{ord(one)};' for one in TEXT)}</w:t></w:r></w:p>"),
        "docx field data": word(f'<w:p><w:r><w:fldChar w:fldCharType="begin"><w:fldData>{code}</w:fldData></w:fldChar></w:r></w:p>'),
        "docx recipients": word(more={"word/recipientData.xml": part(f"<w:uniqueTag w:val='{code}'/>")}),
        "docx relation": word(f'<w:hyperlink r:id="r{ID}">{TEXT}</w:hyperlink>', {"word/_rels/document.xml.rels": f'<Relationships><Relationship Id="r{ID}" Type="http://x/{PHONE}" Target="a"/></Relationships>'}),
        "docx html": word(more={"word/afchunk.dat": f"<html><body title='{TEXT}'>{TEXT}</body></html>"}),
        "docx docx": word(more={"word/afchunk.docx": word(runs)}),
        "docx custom": word(more={"docProps/custom.xml": named("Properties", custom)}),
        "xlsx name": xlsx_files.book(f'<row r="2"><c r="A2"><f>手机{PHONE}!A1</f><v>1</v></c></row>', name=f"手机{PHONE}"),
        "xlsx printer": excel(more={"xl/printerSettings/printerSettings1.bin": TEXT.encode("utf-16-le") + bytes((1, 4, 0, 6)) + bytes(100)}),
        "odt settings": opendocument("odt", {"settings.xml": f"<config:config-item config:type='long'>{PHONE}</config:config-item><config:config-item>{code}</config:config-item>"}),
        "fodt": f'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:t"><office:body>{spans}</office:body></office:document>'.encode(),
        "flat opc": f'<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage" xmlns:w="urn:w">{runs}{keep}</pkg:package>'.encode(),
        "word 2003": f'<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"><w:body>{runs}{keep}</w:body></w:wordDocument>'.encode(),
        "excel 2003": f'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">{sheet}</Workbook>'.encode(),
    }  # fmt: skip
    cases |= {f"docx {key}": word(body) for key, body in DOCX.items()}
    cases |= {f"docx {key}": word(more={key: part(body)}) for key, body in DOCX_PARTS.items()}
    cases |= {f"xlsx {key}": excel(*slots) for key, slots in XLSX.items()}
    cases |= {f"xlsx {key}": excel(more={key: part(body)}) for key, body in XLSX_PARTS.items()}
    cases |= {f"pptx {key}": slides(body) for key, body in PPTX.items()}
    cases |= {f"pptx {key}": slides(more={key: part(body)}) for key, body in PPTX_PARTS.items()}
    return cases | {key: opendocument(key[:3], slots) for key, slots in ODF.items()}
