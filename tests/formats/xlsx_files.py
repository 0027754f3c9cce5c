"""Small workbooks made in code: the parts that matter to a test, the rest as any program writes it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

from deident.formats.xlsx.document import XlsxDocument
from deident.model import Edit

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" xfId="0"/><xf numFmtId="14"/><xf numFmtId="170"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def sheet(rows: str, after: str = "") -> str:
    """A sheet's part with these rows."""
    return f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{LINK}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def strings(*items: str) -> str:
    """Shared strings; what begins with `<` is the inside of an item."""
    inside = "".join(f"<si>{item if item.startswith('<') else f'<t>{item}</t>'}</si>" for item in items)
    return f'{HEAD}<sst xmlns="{MAIN}">{inside}</sst>'


def book(
    rows: str = "", shared: str = "", more: Mapping[str, str | bytes] | None = None, name: str = "公示名单表", inside: str = ""
) -> bytes:
    """A workbook of one sheet.  `more`: further parts, or others in place of these; `inside` goes into the workbook's part."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
            for part, kind in (
                ("xl/workbook.xml", "sheet.main"), (SHEET, "worksheet"), ("xl/styles.xml", "styles"), (STRINGS, "sharedStrings"),
                ("xl/calcChain.xml", "calcChain"),
            )
            if part != "xl/calcChain.xml" or part in (more or {})
        )
        + "</Types>",
        "_rels/.rels": _links(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINK}"><workbookPr/><sheets><sheet name="{name}" sheetId="1" '
        f'r:id="rId1"/></sheets>{inside}</workbook>',
        "xl/_rels/workbook.xml.rels": _links(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml"),
            ("rId3", "sharedStrings", "sharedStrings.xml"),
            *([("rId4", "calcChain", "calcChain.xml")] if "xl/calcChain.xml" in (more or {}) else []),
        ),
        "xl/styles.xml": STYLES,
        STRINGS: shared or strings("甲"),
        SHEET: rows if rows.startswith("<?xml") else sheet(rows),
        **(more or {}),
    }  # fmt: skip
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for part, data in parts.items():
            container.writestr(part, data)
    return out.getvalue()


def _links(*links: tuple[str, str, str]) -> str:
    inside = "".join(f'<Relationship Id="{id}" Type="{LINK}/{kind}" Target="{target}"/>' for id, kind, target in links)
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def segments(document: XlsxDocument) -> list[str]:
    """Text of each segment."""
    batch = document.batch()
    return [batch.view[a : b - 1].decode() for a, b in zip(batch.segments[:-1], batch.segments[1:], strict=True)]


def lines(document: XlsxDocument) -> list[str]:
    """Lines of the first sheet, without its name."""
    return segments(document)[0].split("\n")[1:-1]


def masked(data: bytes, *values: str, new: str = "***") -> dict[str, str]:
    """The parts of the workbook with these values replaced wherever the view has them."""
    return parts(written(data, *values, new=new))


def written(data: bytes, *values: str, new: str = "***") -> bytes:
    """The workbook with these values replaced."""
    document = XlsxDocument(data, "a.xlsx")
    view, edits = document.batch().view, []
    for value in values:
        raw, at = value.encode(), -1
        while (at := view.find(raw, at + 1)) >= 0:
            edits.append(Edit(at, at + len(raw), new))
        assert any(view[a:b] == raw for a, b, _ in edits), value
    return document.write(edits)


def parts(data: bytes) -> dict[str, str]:
    """All parts as text."""
    with zipfile.ZipFile(BytesIO(data)) as container:
        return {name: container.read(name).decode("utf-8", "replace") for name in container.namelist()}
