"""Small packages built in code, and what the tests of office formats ask of any of them."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from deident.formats import Document, open_document
from deident.model import ROLES, Edit

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
NAME, ID, PHONE = "鲁定国", "110105190001010010", "13800000000"
SECRETS = ("张伟民", "欧阳雪梅", "李建国", "110101199003074578", "13800138000", "zhangwm90", "1.10101199003075E+017")
W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpg" ContentType="image/jpeg"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/docProps/thumbnail.jpg" ContentType="image/jpeg"/></Types>'
)
ROOT = (
    f'<?xml version="1.0"?><Relationships xmlns="{RELS}">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)


def package(members: dict[str, str | bytes], comment: bytes = b"") -> bytes:
    """A ZIP."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        container.comment = comment
        for name, data in members.items():
            container.writestr(name, data)
    return out.getvalue()


def docx(body: str, more: dict[str, str | bytes] | None = None, comment: bytes = b"") -> bytes:
    """A Word document with this body."""
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}><w:body>{body}</w:body></w:document>'
    return package({"[Content_Types].xml": TYPES, "_rels/.rels": ROOT, "word/document.xml": document, **(more or {})}, comment)


def run(text: str, properties: str = "") -> str:
    """A run of Word."""
    return f"<w:r>{properties and f'<w:rPr>{properties}</w:rPr>'}<w:t>{text}</w:t></w:r>"


def paragraph(*texts: str) -> str:
    """A paragraph of Word, one run a text."""
    return f"<w:p>{''.join(map(run, texts))}</w:p>"


def cell(*content: str, span: int = 1) -> str:
    """A cell of Word."""
    return f'<w:tc><w:tcPr>{f"""<w:gridSpan w:val="{span}"/>""" if span > 1 else ""}</w:tcPr>{"".join(content)}</w:tc>'


def members(data: bytes) -> dict[str, bytes]:
    """What is in a ZIP, in order."""
    with zipfile.ZipFile(BytesIO(data)) as container:
        return {info.filename: container.read(info) for info in container.infolist()}


def segments(document: Document) -> list[tuple[str, str, str]]:
    """(role, where, text) of every segment."""
    batch = document.batch()
    texts = batch.view.decode().split("\0")[:-1]
    return [(ROLES[role], batch.where.get(n, ""), text) for n, (role, text) in enumerate(zip(batch.role, texts, strict=True))]


def text(data: bytes) -> str:
    """All text of a document that is read."""
    document = open_document(data)
    assert document.status != "refused", document.reason
    return document.batch().view.decode()


def mask(data: bytes, *values: str, by: str = "*") -> bytes:
    """The document with these values replaced wherever its own view has them, and read again: none is left."""
    document = open_document(data)
    assert document.write([]) == data
    view = document.batch().view
    done = document.write(sorted(found(view, values, by)))
    after = open_document(done)
    assert after.format == document.format
    assert not found(after.batch().view, values, by), "masking again finds nothing"
    return done


def found(view: bytes, values: tuple[str, ...], by: str = "*") -> list[Edit]:
    """An edit for each place where a value stands."""
    edits = []
    for value in values:
        place = view.find(wanted := value.encode())
        while place >= 0:
            edits.append(Edit(place, place + len(wanted), by))
            place = view.find(wanted, place + len(wanted))
    return edits


def leaks(data: bytes, *values: str) -> set[str]:
    """Values that stand in a member that is no child, in a name, or in the file itself."""
    children = {child.name for child in open_document(data).children()}
    texts = [
        b"" if children else data,  # a picture may be stored as it is
        *(name.encode() for name in members(data)),
        *(one for name, one in members(data).items() if name not in children),
    ]
    return {value for value in values if any(value.encode() in one for one in texts)}


def sample(name: str) -> bytes:
    """A sample of the project, where there is one."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("no samples here")
    return path.read_bytes()
