"""What the applications of a format show of a file: LibreOffice, python-docx, python-pptx, openpyxl, calamine, xlrd, odfpy, antiword, catdoc,
poppler, pdfium, html.parser; and whether two such texts differ in more than values."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

from formats.samples import ADDRESS, VALUES
from formats.second_readers import IGNORED, RADICALS, program


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def _html(data: bytes) -> str:
    reader = _Html()
    reader.feed(_plain(data))
    return "".join(reader.said)


def _plain(data: bytes) -> str:
    if data.startswith(b"\xff\xfe"):
        return data.decode("utf-16")
    return min((data.decode(encoding, "replace") for encoding in ("utf-8", "gb18030")), key=lambda text: text.count("\ufffd"))


def _docx(data: bytes) -> str:
    import docx

    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def _pptx(data: bytes) -> str:
    from pptx import Presentation

    said = []
    for slide in Presentation(io.BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                said.append(shape.text_frame.text)
            if shape.has_table:
                said += [cell.text for row in shape.table.rows for cell in row.cells]
        if slide.has_notes_slide:
            said.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(said)


def _openpyxl(data: bytes) -> str:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return "\n".join(
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None
    )


def _calamine(data: bytes) -> str:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return "\n".join(str(value) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for value in row)


def _xlrd(data: bytes) -> str:
    import xlrd

    book = xlrd.open_workbook(file_contents=data)
    return "\n".join(str(value) for sheet in book.sheets() for number in range(sheet.nrows) for value in sheet.row_values(number))


def _odf(data: bytes) -> str:
    from odf import opendocument, teletype

    return str(teletype.extractText(opendocument.load(io.BytesIO(data)).body))


def _pdfium(data: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    said = []
    for number in range(len(document)):
        page = document[number].get_textpage()
        said.append(page.get_text_bounded())
        page.close()
    document.close()
    return "\n".join(said)


def _xls2csv(data: bytes) -> str:
    text = program("xls2csv", "-d", "utf-8", "{}", data=data).decode("utf-8", "replace")
    return "\n".join(cell for row in csv.reader(io.StringIO(text)) for cell in row)


def _run(*command: str) -> Callable[[bytes], str]:
    return lambda data: program(*command, data=data).decode("utf-8", "replace")


#: Suffix → name of the application's reader → text.
SHOWN: Mapping[str, Mapping[str, Callable[[bytes], str]]] = {
    "docx": {"python-docx": _docx}, "pptx": {"python-pptx": _pptx}, "xlsx": {"openpyxl": _openpyxl, "calamine": _calamine},
    "odt": {"odfpy": _odf}, "ods": {"odfpy": _odf, "calamine": _calamine},
    "doc": {"antiword": _run("antiword", "-m", "UTF-8.txt", "{}"), "catdoc": _run("catdoc", "-d", "utf-8", "{}")},
    "xls": {"xlrd": _xlrd, "calamine": _calamine, "xls2csv": _xls2csv}, "ppt": {"catppt": _run("catppt", "-d", "utf-8", "{}")},
    "pdf": {"pdfium": _pdfium, "pdftotext": _run("pdftotext", "-raw", "{}", "-")},
    "html": {"html.parser": _html}, "txt": {"text": _plain}, "json": {"text": _plain}, "js": {"text": _plain}, "csv": {"text": _plain},
}  # fmt: skip


def texts(suffix: str, data: bytes) -> Iterator[tuple[str, str]]:
    """(reader, text) of every application that is there."""
    for name, reader in SHOWN.get(suffix, {}).items():
        if name not in ("antiword", "catdoc", "xls2csv", "catppt", "pdftotext") or shutil.which(name):
            yield name, reader(data)


_FILTERS = {
    "txt:Text (encoded):UTF8": ("docx", "doc", "odt", "rtf"),
    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1": ("xlsx", "xls", "ods"),
    "pdf": ("pptx", "ppt"),
}


def office(files: Mapping[str, bytes], folder: Path) -> dict[str, str]:
    """What LibreOffice shows of each file (name without folders → data): one call for a kind; a file it cannot open is missing."""
    out = {}
    for number, (filter, suffixes) in enumerate(_FILTERS.items()):
        source, target = folder / f"in{number}", folder / f"out{number}"
        source.mkdir(parents=True)
        paths = [source / name for name in files if name.rpartition(".")[2] in suffixes]
        for path in paths:
            path.write_bytes(files[path.name])
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", filter]
        subprocess.run([*command, "--outdir", str(target), *map(str, paths)], capture_output=True, check=False, timeout=240)
        for path in paths:
            made = sorted(target.glob(f"{path.stem}[.-]*"))
            if made:
                out[path.name] = "\n".join(_pdfium(one.read_bytes()) if filter == "pdf" else _csv(one) for one in made)
    return out


def _csv(path: Path) -> str:
    text = path.read_text("utf-8-sig", "replace")
    return "\n".join(cell for row in csv.reader(io.StringIO(text)) for cell in row) if path.suffix == ".csv" else text


#: What is masked besides the values: what a program made of them, what stood for them.
_MORE = (
    r"1\.1010119900307[0-9]*[eE]\+0*17", "110101199003074000", r"13800138000\.0", r"1101\*+4578", r"138\*+\"?0000", r"138\*+8000", "138-0013-8000",
    "一三八零零一三八零零零", r'"138"\+"0013"\+"8000"', r'"\*+"\+""\+""', "5byg5Lyf5rCRMTEwMTAxMTk5MDAzMDc0NTc4", "(?<=50:07)ZWM",
    r"138\*{4}", r"\A邮件\Z",  # what a number format shows; a word in a column of names
)  # fmt: skip
_VALUE = re.compile("|".join((*_MORE, *map(re.escape, sorted((*VALUES, ADDRESS), key=len, reverse=True)))))


#: Readers that give a cell a line.
CELLS = ("openpyxl", "calamine", "xlrd", "xls2csv")


def bare(text: str, star: str = "*") -> str:
    """Without blanks, tags and disguises, and `star` for every value or mask: equal texts differ in nothing but values."""
    text = IGNORED.sub("", unicodedata.normalize("NFKC", text)).translate(RADICALS)
    text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    text = re.sub(r"\s|<[^<>]*>", "", text)
    return re.sub(r'"\*+"|\*+', star, _VALUE.sub("*", text))


def cells(before: str, after: str) -> list[tuple[str, str]]:
    """Cells (a line each) that differ in more than values; a number may have become 0."""
    pairs = [(bare(old), bare(new)) for old, new in zip(before.split("\n"), after.split("\n"), strict=True)]
    return [(old, new) for old, new in pairs if old != new and not (old == "*" and new in ("0", "0.0"))]
