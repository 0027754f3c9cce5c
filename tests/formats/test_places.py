"""Every place of every format in which a value can stand: it is seen, masked, gone from all that others read, and the file is whole.

Each case is a file of its own with an identity number and a mobile number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from xml.etree import ElementTree

import pytest
from formats.office_cases import members
from formats.place_files import mails, others, pdfs
from formats.place_office import ID, KEEP, PHONE, office
from formats.second_readers import plain, readings, traces
from pikepdf import Pdf, PdfError, Stream

from deident import Scanner
from deident.formats import open_document


@cache
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.mark.filterwarnings("ignore")  # the second readers tell what they think of such files
@pytest.mark.parametrize("made", [office, mails, pdfs, others])
def test_values_are_gone(made: Callable[[], dict[str, bytes]]) -> None:
    files = made()
    wrong = {}
    for (name, data), (done, report) in zip(files.items(), scanner().mask_many(list(files.items())), strict=True):
        if report.status != "masked" or done is None:
            wrong[name] = report.reason or report.status
        elif left := unpacked(name, done):
            wrong[name] = f"still holds {left}"
        elif KEEP in text(data) and KEEP not in text(done):
            wrong[name] = "lost other text"
        else:
            whole(done)
    assert not wrong


def text(data: bytes) -> str:
    return open_document(data).batch().view.decode()


def unpacked(name: str, data: bytes) -> set[str]:
    """What can still be got out of a file; of PDF all streams and strings (the programs of `traces` take half a second each)."""
    if not data.startswith(b"%PDF"):
        return {value for value, _ in traces(name, data, (ID, PHONE))}
    found = [data]
    with Pdf.open(BytesIO(data)) as file:
        for one in file.objects:
            found.append(one.unparse(resolved=True))
            if isinstance(one, Stream):
                try:
                    found.append(one.read_bytes())
                except PdfError:  # a picture
                    continue
    return {value for value in (ID, PHONE) for part in found for text in readings(part) if value in plain(text)}


def whole(data: bytes) -> None:
    """The parts of a package are still XML."""
    for name, content in members(data).items() if data.startswith(b"PK") else ():
        if name.endswith((".xml", ".rels", ".vml")) and content:
            ElementTree.fromstring(content)
