"""Documents of every format, made in code from a seed: rosters and prose of `synthesis`, in which nobody is real.

Each maker takes a size (rows, paragraphs, slides, pages, bytes) and gives bytes.  Libraries that only make files (XlsxWriter,
python-docx, python-pptx, reportlab) are those of the extra `test`; what they are too slow for is written as XML directly.
"""

from __future__ import annotations

import gzip
import io
import random
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks import synthesis

HEADER = ("序号", "姓名", "身份证号", "联系电话", "住址", "补贴金额（元）")
FONT = Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
_STAMP = (2026, 1, 1, 0, 0, 0)


def roster(count: int, seed: int = 1) -> Iterator[tuple[int, str, str, str, str, int]]:
    """Rows under HEADER."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        address = f"白水镇老鹰岩村{chance.randint(1, 9)}组{chance.randint(1, 80)}号"
        yield (
            number, synthesis.name(chance), synthesis.resident_id(chance), synthesis.mobile(chance), address,
            chance.randint(8, 300) * 10,
        )  # fmt: skip


def prose(count: int, seed: int = 1) -> Iterator[str]:
    """Paragraphs; one in eight names somebody."""
    chance = random.Random(seed)
    for number in range(count):
        text = "".join(synthesis.sentence(chance) for _ in range(chance.randint(1, 4)))
        if number % 8 == 3:
            text += (
                f"联系人：{synthesis.name(chance)}，身份证号：{synthesis.resident_id(chance)}，手机：{synthesis.mobile(chance)}。"
            )
        yield text


def packed(members: Mapping[str, str | bytes], stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            file.writestr(info, data)
    return out.getvalue()


def xlsx(rows: int) -> bytes:
    """A workbook with one sheet; IDs and telephones are text, amounts numbers."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名册")
        sheet.write_row(0, 0, HEADER)
        for place, row in enumerate(roster(rows), 1):
            sheet.write_row(place, 0, row)
    return out.getvalue()


def docx(paragraphs: int) -> bytes:
    """Prose with a table of 20 rows after every 200 paragraphs."""
    import docx

    document = docx.Document()
    for number, text in enumerate(prose(paragraphs)):
        document.add_paragraph(text)
        if number % 200 == 199:
            table = document.add_table(rows=0, cols=len(HEADER))
            for row in (HEADER, *roster(20, number)):
                for cell, value in zip(table.add_row().cells, row, strict=True):
                    cell.text = str(value)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pptx(slides: int) -> bytes:
    """Slides with a title and eight paragraphs."""
    from pptx import Presentation

    show = Presentation()
    texts = list(prose(8 * slides))
    for number in range(slides):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = f"白水镇补贴资金公示（{number + 1}）"
        slide.placeholders[1].text = "\n".join(texts[8 * number : 8 * number + 8])
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"'
)
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def odf(body: str, kind: str) -> bytes:
    """An OpenDocument package around its body (`kind`: "text" or "spreadsheet")."""
    type = f"application/vnd.oasis.opendocument.{kind}"
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    listed = (
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{type}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    )
    content = f"{head}<office:document-content {_ODF}><office:body>{body}</office:body></office:document-content>"
    manifest = f'{head}<manifest:manifest xmlns:manifest="{_MANIFEST}" manifest:version="1.2">{listed}</manifest:manifest>'
    return packed({"mimetype": type, "content.xml": content, "META-INF/manifest.xml": manifest}, ("mimetype",))


def ods(rows: int) -> bytes:
    """As LibreOffice writes it, without styles."""

    def cell(value: object) -> str:
        what = f'float" office:value="{value}' if isinstance(value, int) else "string"
        return f'<table:table-cell office:value-type="{what}"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in (HEADER, *roster(rows)))
    return odf(f'<office:spreadsheet><table:table table:name="名册">{lines}</table:table></office:spreadsheet>', "spreadsheet")


_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def ofd(pages: int) -> bytes:
    """GB/T 33190: pages of 40 lines, a TextCode a line with its steps."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    texts = [text[:46] for text in prose(40 * pages)]
    for place in range(3, len(texts), 8):
        texts[place] = next(roster(1, place))[2].join(("身份证号：", "，姓名：鲁定国"))
    members: dict[str, str | bytes] = {
        "OFD.xml": f'{head}<ofd:OFD {_OFD} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{"0" * 32}</ofd:DocID>'
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"{head}<ofd:Document {_OFD}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID></ofd:CommonData><ofd:Pages>"
        + "".join(f'<ofd:Page ID="{number}" BaseLoc="Pages/P{number}/Content.xml"/>' for number in range(pages))
        + "</ofd:Pages></ofd:Document>",
    }
    for number in range(pages):
        objects = []
        for line, text in enumerate(texts[40 * number : 40 * number + 40]):
            steps = " ".join("4" if ord(one) > 0x2000 else "2" for one in text[:-1])
            objects.append(
                f'<ofd:TextObject ID="{line + 10}" Boundary="10 {10 + 6 * line} 190 5" Font="2" Size="4">'
                f'<ofd:TextCode X="0" Y="4" DeltaX="{steps}">{escape(text)}</ofd:TextCode></ofd:TextObject>'
            )
        members[f"Doc_0/Pages/P{number}/Content.xml"] = (
            f"{head}<ofd:Page {_OFD}><ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area><ofd:Content>"
            f'<ofd:Layer ID="3">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'
        )
    return packed(members)


def rtf(paragraphs: int) -> bytes:
    r"""As Word writes Chinese: `\uN?` for every character that is not ASCII."""

    def coded(text: str) -> str:
        return "".join(one if ord(one) < 128 else f"\\u{(ord(one) ^ 0x8000) - 0x8000}?" for one in text)

    body = "".join(f"\\pard\\f0\\fs32 {coded(text)}\\par\n" for text in prose(paragraphs))
    return (r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil FangSong;}}" + body + "}").encode("ascii")


def converted(data: bytes, suffix: str, to: str) -> bytes | None:
    """A document in another format by LibreOffice; None where there is none."""
    program = shutil.which("soffice")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, f"a.{suffix}")
        source.write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            to,
            "--outdir",
            folder,
        ]
        subprocess.run([*command, str(source)], check=False, capture_output=True, timeout=180)
        made = source.with_suffix("." + to.partition(":")[0])
        return made.read_bytes() if made.exists() else None


@cache
def song() -> str:
    """A registered font for Chinese that the reader has to bring (Adobe-GB1)."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


@cache
def embedded() -> str:
    """A registered TrueType font that goes into the file in part, with ToUnicode; "" where it is not installed."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if not FONT.exists():
        return ""
    pdfmetrics.registerFont(TTFont("zenhei", str(FONT)))
    return "zenhei"


def pdf(pages: int, font: str = "") -> bytes:
    """Pages of 36 lines, one in three pages a table."""
    from reportlab.pdfgen.canvas import Canvas

    font = font or song()
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    texts = prose(36 * pages)
    for number in range(pages):
        canvas.setFont(font, 10.5)
        for line in range(36):
            text = next(texts)
            if number % 3 == 2 and line < 20:
                row = HEADER if not line else next(roster(1, 20 * number + line))
                for left, value in zip((40, 80, 130, 260, 350, 500), row, strict=True):
                    canvas.drawString(left, 790 - 20 * line, str(value))
            else:
                text = text if line % 8 != 3 else text[text.rindex("联系人") :] if "联系人" in text else text
                canvas.drawString(40, 790 - 20 * line, text[:48])
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def scan(number: int = 1) -> bytes:
    """A page of A4 at 150 dpi as a JPEG, the first two lines of it for 0; needs Pillow and FONT."""
    from PIL import Image, ImageDraw, ImageFont

    lines = 30 if number else 2
    image = Image.new("L", (1240, 1754 if number else 250), 248)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), 26)
    for line, text in enumerate(prose(lines, number + 1)):
        shown = text[text.index("联系人") :] if "联系人" in text else text
        pen.text((100, 120 + 50 * line), shown[:40], fill=20, font=font)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, dpi=(150, 150))
    return out.getvalue()


def pages(size: int) -> dict[str, bytes]:
    """Pages of a site by name."""
    return {f"公示/{number}.html": page for number, page in enumerate(synthesis.html_pages(size, people=synthesis.CRAWL))}


def tar(files: Mapping[str, bytes]) -> bytes:
    """Not packed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_767_225_600
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def seven(files: Mapping[str, bytes]) -> bytes:
    """LZMA2, solid; needs py7zr."""
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(data, name)
    return out.getvalue()


def eml(files: Mapping[str, bytes]) -> bytes:
    """A message with the files attached."""
    message = EmailMessage(policy=SMTP)
    message["Subject"], message["From"], message["To"] = "公示材料", "鲁定国 <lu@example.cn>", "gs@example.cn"
    message.set_content("\n".join(prose(10)))
    for name, data in files.items():
        message.add_attachment(data, maintype="text", subtype="html", filename=name.rpartition("/")[2])
    return message.as_bytes()


def warc(files: Mapping[str, bytes]) -> bytes:
    """A response for each page, each record a gzip member (ISO 28500, Annex D)."""
    out = []
    for number, data in enumerate(files.values()):
        body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(data) + data
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
            f"WARC-Target-URI: http://www.example.cn/{number}.html\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        out.append(gzip.compress(head.encode() + body + b"\r\n\r\n", 6, mtime=0))
    return b"".join(out)
