"""The fastest plain reader of each format: what it costs to get at the text and do nothing with it."""

from __future__ import annotations

import email
import email.policy
import io
import re
import tarfile
import zipfile
from functools import cache
from typing import Any


def _texts(data: bytes, members: str, element: bytes) -> int:
    """Length of the text of an element in the members whose name matches."""
    found = 0
    pattern = re.compile(rb"<" + element + rb"(?:\s[^>]*)?>([^<]+)<")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        for name in file.namelist():
            if re.search(members, name):
                found += sum(len(text) for text in pattern.findall(file.read(name)))
    return found


def docx_re(data: bytes) -> object:
    """The runs of the body, by an expression."""
    return _texts(data, r"word/document\.xml$", rb"w:t")


def docx_library(data: bytes) -> object:
    """Paragraphs and cells, by python-docx."""
    import docx

    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return len(cells), sum(len(one.text) for one in document.paragraphs)


def pptx_re(data: bytes) -> object:
    """The runs of all slides, by an expression."""
    return _texts(data, r"ppt/slides/", rb"a:t")


def pptx_library(data: bytes) -> object:
    """The frames of all slides, by python-pptx."""
    from pptx import Presentation

    slides = Presentation(io.BytesIO(data)).slides
    return sum(len(shape.text_frame.text) for slide in slides for shape in slide.shapes if shape.has_text_frame)


def calamine(data: bytes) -> object:
    """All cells as Python values, by calamine (Rust)."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def openpyxl(data: bytes) -> object:
    """All cells, by openpyxl without styles."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))


def ofd_re(data: bytes) -> object:
    """The TextCodes of all pages, by an expression."""
    return _texts(data, r"Content\.xml$", rb"ofd:TextCode")


def rtf_re(data: bytes) -> object:
    """The characters written as numbers, by an expression."""
    return "".join(chr(int(one) & 0xFFFF) for one in re.findall(rb"\\u(-?\d+)\?", data))


def ole(data: bytes) -> object:
    """The main stream as UTF-16, by olefile."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        return len(file.openstream("WordDocument").read().decode("utf-16-le", "replace"))


def pdfium(data: bytes) -> object:
    """The text of all pages, by PDFium."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return sum(len(document[number].get_textpage().get_text_bounded()) for number in range(len(document)))
    finally:
        document.close()


def pdfminer(data: bytes) -> object:
    """The same by pdfminer.six."""
    from pdfminer.high_level import extract_text

    return len(extract_text(io.BytesIO(data)))


@cache
def _recogniser() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


def rapidocr(data: bytes) -> object:
    """One pass of RapidOCR with its defaults over the pixels."""
    import numpy as np
    from PIL import Image

    return _recogniser()(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


def unzip(data: bytes) -> list[tuple[str, bytes]]:
    """All members, by zipfile."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return [(name, file.read(name)) for name in file.namelist()]


def untar(data: bytes) -> list[tuple[str, bytes]]:
    """All members, by tarfile."""
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        return [(one.name, inner.read()) for one in file if (inner := file.extractfile(one))]


def py7zr(data: bytes) -> list[tuple[str, bytes]]:
    """All members, by py7zr."""
    import py7zr
    from py7zr.io import BytesIOFactory

    memory = BytesIOFactory(1 << 30)
    with py7zr.SevenZipFile(io.BytesIO(data)) as file:
        file.extractall(factory=memory)
    return [(name, one.read()) for name, one in memory.products.items()]


def mail(data: bytes) -> list[tuple[str, bytes]]:
    """All parts decoded, by email."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]
    return [(part.get_filename() or "text.txt", bytes(part.get_payload(decode=True))) for part in parts]


def fastwarc(data: bytes) -> list[tuple[str, bytes]]:
    """All payloads, by FastWARC (C++)."""
    from fastwarc.warc import ArchiveIterator

    return [(f"{number}.html", record.reader.read()) for number, record in enumerate(ArchiveIterator(io.BytesIO(data)))]
