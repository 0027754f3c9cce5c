"""Small documents of every format to be damaged by fuzz.py: made here, and the samples of `../shared` where they are.

Each made one says a canary: a resident ID with its label, of somebody born in 1900 who never lived.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import made, synthesis

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples" / "formats"
CANARY = synthesis.resident_id(random.Random(5))
OTHER = synthesis.resident_id(random.Random(6))
#: What must not be overlooked.
CANARIES = (CANARY, OTHER)
_WRONG = b"110101199003074578"  # stands in the samples; its last digit is wrong, so that without its label it is no ID number
TEXT = f"申请人鲁定国，身份证号：{CANARY}，联系电话：13800000000"
LARGE = 20_000  # bytes: larger samples are taken seldom, they are slow


class Seed(NamedTuple):
    """A file to be damaged."""

    name: str
    data: bytes


def _planted(data: bytes, old: bytes = _WRONG) -> bytes:
    """The file with a canary in the place of another number, where it is not packed or packed by ZIP alone."""
    if data[:4] != b"PK\3\4":
        for encoding in ("ascii", "utf-16-le"):
            data = data.replace(old.decode().encode(encoding), CANARY.encode(encoding))
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            infos = file.infolist()
            if sum(info.file_size for info in infos) > 1 << 22:
                return data
            parts: dict[str, str | bytes] = {info.filename: _planted(file.read(info), old) for info in infos}
    except zipfile.BadZipFile:
        return data
    return made.packed(parts, ("mimetype",)) if len(parts) == len(infos) else data


def _rows(make: Callable[[int], bytes]) -> Callable[[], bytes]:
    return lambda: _planted(make(4), next(made.roster(1))[2].encode())


def _page(text: str, charset: str = "utf-8") -> bytes:
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>公示</title></head><body><p>{text}</p><!-- {OTHER} -->'
        f'<table><tr><th>姓名</th><th>身份证号</th></tr><tr><td>鲁定国</td><td>{CANARY[:9]}<b>{CANARY[9:]}</b></td></tr></table>'
        f'<a href="/q?sfz={OTHER}" title="身份证号：{OTHER}">查</a></body></html>'
    ).encode(charset)  # fmt: skip


_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _types(main: str, kind: str) -> dict[str, str | bytes]:
    types = (
        f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>'
    )
    root = (
        f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="{main}"/></Relationships>'
    )
    return {"[Content_Types].xml": types, "_rels/.rels": root}


def _docx() -> bytes:
    def paragraph(*runs: str) -> str:
        return f"<w:p>{''.join(f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"

    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in cells)}</w:tr>"

    body = (
        paragraph("任前公示")
        + paragraph(TEXT)
        + paragraph("身份证号：", OTHER[:7], OTHER[7:])
        + f"<w:tbl>{row('姓名', '身份证号')}{row('鲁定国', CANARY)}</w:tbl>"
        + f'<w:p><w:del w:id="3" w:author="鲁定国"><w:r><w:delText>身份证号：{OTHER}</w:delText></w:r></w:del></w:p>'
        + f'<w:p><w:r><w:instrText>HYPERLINK "http://a.cn/?sfz={OTHER}"</w:instrText></w:r></w:p>'
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    rels = (
        f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="c" Type="{_OFFICE}/comments" Target="comments.xml"/></Relationships>'
    )
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{TEXT}</dc:title><dc:creator>鲁定国</dc:creator></cp:coreProperties>'
    )
    return made.packed(
        _types("word/document.xml", "wordprocessingml.document")
        | {
            "word/document.xml": f"{head}<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": rels,
            "word/comments.xml": f'{head}<w:comments {_W}><w:comment w:id="0" w:author="a">{paragraph(TEXT)}</w:comment></w:comments>',
            "docProps/core.xml": f"{head}{core}",
        }
    )


def _xlsx() -> bytes:
    """Shared and inline strings, a formula with its cached value, a comment, a hidden row, a defined name, a number format."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, hidden = book.add_worksheet("名册"), book.add_worksheet("底")
        sheet.write_row(0, 0, ("姓名", "身份证号", "电话", "金额"))
        sheet.write_row(1, 0, ("鲁定国", CANARY, 13800000000, 300))
        sheet.write_row(2, 0, ("胥云霞", OTHER, "13900000000", 200), book.add_format({"num_format": '"***"@;;;"***"'}))
        sheet.write_formula(3, 1, "=B2", None, CANARY)
        sheet.write_comment("A2", TEXT)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_footer(f"&L{TEXT}")
        hidden.write(0, 0, f"身份证号：{OTHER}")
        hidden.hide()
        book.define_name("证件", f'="{OTHER}"')
        book.set_properties({"title": "名册", "comments": TEXT})
    return out.getvalue()


def _pptx() -> bytes:
    from pptx import Presentation
    from pptx.util import Inches

    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "公示", TEXT
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(3), Inches(6), Inches(1)).table
    for place, value in enumerate(("姓名", "身份证号", "鲁定国", OTHER)):
        table.cell(place // 2, place % 2).text = value
    slide.notes_slide.notes_text_frame.text = f"身份证号：{OTHER}"
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def _odt() -> bytes:
    inside = f"<text:p>{TEXT}</text:p><text:p>身份证号：<text:span>{OTHER[:5]}</text:span>{OTHER[5:]}</text:p>"
    cells = "".join(f"<table:table-cell><text:p>{one}</text:p></table:table-cell>" for one in ("身份证号", CANARY))
    return made.odf(
        f"<office:text>{inside}<table:table><table:table-row>{cells}</table:table-row></table:table></office:text>", "text"
    )


def _rtf() -> bytes:
    return (
        r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 Song;}}{\info{\author lu}{\title " + CANARY + "}}"
        + "".join(one if ord(one) < 128 else f"\\u{(ord(one) ^ 0x8000) - 0x8000}?" for one in TEXT)
        + r"\par {\b ID} " + OTHER + r"\par {\v hidden " + OTHER + r"}\trowd\cellx1000\cellx2000 ID\cell " + CANARY + r"\cell\row}"
    ).encode("ascii")  # fmt: skip


def _pdf(font: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setAuthor("鲁定国")
    canvas.setTitle(TEXT)
    for _ in range(2):
        canvas.setFont(font, 12)
        canvas.drawString(60, 780, TEXT)
        for top, row in enumerate((("姓名", "身份证号"), ("鲁定国", OTHER), ("胥云霞", CANARY))):
            canvas.drawString(60, 700 - 20 * top, row[0])
            canvas.drawString(160, 700 - 20 * top, row[1])
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry(f"身份证号：{OTHER}", "a")
        canvas.linkURL(f"http://a.cn/?sfz={OTHER}", (60, 60, 90, 90))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _ofd() -> bytes:
    whole = made.ofd(1)
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    top, foot = (
        parts["Doc_0/Pages/P0/Content.xml"].split(b"<ofd:TextObject", 1)[0].decode(),
        "</ofd:Layer></ofd:Content></ofd:Page>",
    )
    objects = "".join(
        f'<ofd:TextObject ID="{line}" Boundary="10 {10 + 6 * line} 190 5" Font="2" Size="4"><ofd:TextCode X="0" Y="4" '
        f'DeltaX="g {len(text) - 1} 4">{text}</ofd:TextCode></ofd:TextObject>'
        for line, text in enumerate((TEXT, f"身份证号：{OTHER}", "任前公示"), 10)
    )  # fmt: skip
    return made.packed({**parts, "Doc_0/Pages/P0/Content.xml": top + objects + foot})


def _picture(format: str, frames: int = 1) -> bytes:
    from PIL import Image, ImageDraw

    images = []
    for number in range(frames):
        image = Image.new("RGB", (240, 80), (250, 250, 230 - number))
        pen = ImageDraw.Draw(image)
        for x in range(10, 200, 8):
            pen.rectangle((x, 24, x + 3, 46), fill=(20, 20, 120))
        images.append(image)
    out, more = io.BytesIO(), dict[str, Any]()
    if format == "PNG":
        from PIL.PngImagePlugin import PngInfo

        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_itxt("Comment", TEXT, zip=True)
        more["pnginfo"].add_text("Author", CANARY)
    if format == "JPEG":
        exif = Image.Exif()
        exif[0x010E] = CANARY
        more["exif"], more["comment"] = exif, CANARY.encode()
    if frames > 1:
        more |= {"save_all": True, "append_images": images[1:]}
    images[0].save(out, format, **more)
    return out.getvalue()


def _vint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))


def _rar(files: dict[str, bytes]) -> bytes:
    """RAR 5.0, members stored."""

    def block(fields: bytes) -> bytes:
        body = _vint(len(fields)) + fields
        return zlib.crc32(body).to_bytes(4, "little") + body

    out = b"Rar!\x1a\x07\x01\x00" + block(b"\1\0\0")
    for name, data in files.items():
        own = _vint(4) + _vint(len(data)) + _vint(0o100640) + zlib.crc32(data).to_bytes(4, "little") + b"\0\1"
        out += block(b"\2\2" + _vint(len(data)) + own + _vint(len(name.encode())) + name.encode()) + data
    return out + block(b"\5\0\0")


def _wacz() -> bytes:
    body = made.warc({"a": _page(TEXT)})
    return made.packed(
        {
            "datapackage.json": json.dumps({"profile": "data-package", "resources": [{"path": "archive/a.warc.gz"}]}),
            "archive/a.warc.gz": body,
            "indexes/index.cdx": f'cn,a)/ 20260101000000 {{"url": "http://a.cn/?sfz={OTHER}", "filename": "a.warc.gz"}}\n',
            "pages/pages.jsonl": json.dumps({"url": "http://a.cn/", "title": TEXT}, ensure_ascii=False) + "\n",
        },
        ("archive/a.warc.gz",),
    )


def _epub() -> bytes:
    return made.packed({"mimetype": "application/epub+zip", "META-INF/container.xml": "<container/>", "a.xhtml": _page(TEXT)})


@cache
def _files() -> dict[str, bytes]:
    return {
        "公示/名单.txt": TEXT.encode(),
        "b.csv": f"姓名,身份证号\n鲁定国,{OTHER}\n".encode("gb18030"),
        f"{OTHER}.html": _page(TEXT),
    }


def _legacy() -> Iterator[Seed]:
    """Made by LibreOffice where it is."""
    for suffix, make in (("docx", _docx), ("xlsx", _xlsx), ("pptx", _pptx)):
        data = made.converted(make(), suffix, to := {"docx": "doc", "xlsx": "xls", "pptx": "ppt"}[suffix])
        if data:
            yield Seed(f"a.{to}", data)


def _mail() -> bytes:
    return made.eml({"名单.html": _page(TEXT), "b.txt": TEXT.encode()})


def _mhtml() -> bytes:
    return (
        b"MIME-Version: 1.0\r\nSubject: a\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; "
        b"charset=utf-8\r\nContent-Location: http://a.cn/\r\n\r\n" + _page(TEXT) + b"\r\n--b--\r\n"
    )


def _sheet() -> str:
    return f'姓名,身份证号,备注\r\n鲁定国,{CANARY},"a,b"\r\n胥云霞,="{OTHER}",\r\n'


def _data() -> str:
    return json.dumps(
        {
            "title": "公示",
            "rows": [{"姓名": "鲁定国", "身份证号": CANARY}, {"html": f"<p>身份证号：{OTHER}</p>", "n": 13800000000}],
        }
    )


def _feed() -> str:
    return f'<?xml version="1.0"?><rss><item sfz="{OTHER}"><d><![CDATA[<p>{TEXT}</p>]]></d><身份证号>{CANARY}</身份证号></item></rss>'


#: Format → suffixes of the samples that are such, and makers by name.
FORMATS: dict[str, tuple[tuple[str, ...], dict[str, Callable[[], bytes]]]] = {
    "plain": ((".txt",), {"a.txt": lambda: f"公示\n{TEXT}\n{OTHER}\n".encode(), "b.txt": lambda: TEXT.encode("gb18030"), "c.txt": lambda: TEXT.encode("utf-16")}),
    "delimited": ((".csv",), {"a.csv": lambda: _sheet().encode("utf-8-sig"), "b.csv": lambda: _sheet().encode("gb18030")}),
    "json": ((".json", ".js"), {"a.json": lambda: _data().encode()}),
    "markup": ((".xml",), {"a.xml": lambda: _feed().encode()}),
    "html": ((".html",), {"a.html": lambda: _page(TEXT), "b.html": lambda: _page(TEXT, "gb18030")}),
    "docx": ((".docx",), {"a.docx": _docx}),
    "xlsx": ((".xlsx",), {"a.xlsx": _xlsx, "b.xlsx": _rows(made.xlsx)}),
    "pptx": ((".pptx",), {"a.pptx": _pptx}),
    "odf": ((".odt", ".ods"), {"a.odt": _odt, "a.ods": _rows(made.ods)}),
    "ofd": ((".ofd",), {"a.ofd": _ofd}),
    "package": ((), {"a.epub": _epub}),
    "rtf": ((".rtf",), {"a.rtf": _rtf}),
    "ole": ((".doc", ".xls", ".ppt"), {}),
    "pdf": ((".pdf",), {"a.pdf": lambda: _pdf(made.song()), "b.pdf": lambda: _pdf(made.embedded() or made.song())}),
    "image": ((".jpg", ".png", ".gif", ".tiff"), {
        "a.png": lambda: _picture("PNG"), "a.jpg": lambda: _picture("JPEG"), "a.gif": lambda: _picture("GIF", 2),
        "a.tiff": lambda: _picture("TIFF", 2), "a.webp": lambda: _picture("WEBP", 2), "a.bmp": lambda: _picture("BMP"),
    }),
    "zip": ((".zip",), {"a.zip": lambda: made.packed(dict(_files())), "b.zip": lambda: made.packed({"内.docx": _docx(), "a.tar": made.tar(_files())})}),
    "tar": ((), {"a.tar": lambda: made.tar(_files())}),
    "stream": ((".gz",), {
        "a.txt.gz": lambda: gzip.compress(TEXT.encode(), mtime=0), "a.tar.gz": lambda: gzip.compress(made.tar(_files()), mtime=0),
        "a.html.bz2": lambda: bz2.compress(_page(TEXT)), "a.txt.xz": lambda: lzma.compress(TEXT.encode()),
    }),
    "7z": ((".7z",), {"a.7z": lambda: made.seven(_files())}),
    "rar": ((), {"a.rar": lambda: _rar(_files())}),
    "mail": ((".eml", ".mhtml"), {"a.eml": _mail, "a.mhtml": _mhtml}),
    "warc": ((".warc.gz",), {"a.warc.gz": lambda: made.warc({"a": _page(TEXT), "b": _page("任前公示")}), "a.warc": lambda: gzip.decompress(made.warc({"a": _page(TEXT)}))}),
    "wacz": ((), {"a.wacz": _wacz}),
}  # fmt: skip


@cache
def seeds(format: str, samples: bool = True) -> tuple[list[Seed], list[Seed]]:
    """The seeds of a format: small ones, and those to be taken seldom."""
    suffixes, makers = FORMATS[format]
    small = [Seed(name, make()) for name, make in makers.items()]
    if format == "ole" and samples:
        small += _legacy()
    large: list[Seed] = []
    for path in sorted(SAMPLES.rglob("*")) if samples else ():
        if (
            path.is_file()
            and path.name.endswith(suffixes)
            and suffixes
            and (format == "warc" or not path.name.endswith(".warc.gz"))
        ):
            seed = Seed(path.name, _planted(path.read_bytes()))
            (large if len(seed.data) > LARGE or path.parent.name == "hostile" else small).append(seed)
    return small, large
