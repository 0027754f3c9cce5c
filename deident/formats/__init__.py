"""Formats: bytes → Document → Batch, and edits back into bytes.  One format, one file; which one is seen by content.

A document is opened by `open_document`, which never raises on junk: what cannot be read is a `BinaryDocument`, whose status
says so.  The format modules are imported when the first file of their kind arrives (READERS); one whose library is not installed
leaves its files `unscannable`, with the extra to install.

Text formats are their own source.  Everything else (parts.py) has a source made of its decoded parts, one after the other; pictures,
embedded packages and attachments are its `children`, documents of their own that are written back with it.  An archive holds nothing
but children, which are judged apart from each other.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import NamedTuple, Protocol

import numpy as np

from deident.model import Batch, Edit


class Unreadable(Exception):
    """A reader gives up on a file: `status` "refused" (a limit, damage) or "unscannable"; `reason`: a key of report.reasons."""

    def __init__(self, reason: str, status: str = "refused") -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(slots=True)
class Budget:
    """What one file may still unfold to, all levels together: bytes and members."""

    bytes: int
    members: int

    def take(self, size: int, members: int = 0) -> None:
        """Spend some.  Raises Unreadable when there is no more."""
        self.bytes -= size
        self.members -= members
        if self.bytes < 0:
            raise Unreadable("bomb")
        if self.members < 0:
            raise Unreadable("too-many-members")


@dataclass(frozen=True, slots=True)
class Limits:
    """What hostile input may cost: larger files are refused, further segments run together, deeper nesting stays as text.

    max_bytes    of a file, and of one member that is unpacked
    max_total    bytes that a file unfolds to, all levels together; max_members likewise
    max_ratio    unpacked to packed size of a member above 1 MiB
    levels       of files within files
    """

    max_bytes: int = 200 << 20
    max_segments: int = 200_000
    max_depth: int = 100
    max_total: int = 1 << 30
    max_members: int = 10_000
    max_ratio: int = 200
    levels: int = 4
    budget: Budget | None = None

    def fresh(self) -> Limits:
        """The same with a budget, if there is none yet."""
        return self if self.budget else replace(self, budget=Budget(self.max_total, self.max_members))

    def deeper(self) -> Limits:
        """For what is inside: one level less, the same budget."""
        return replace(self.fresh(), levels=self.levels - 1)

    def take(self, size: int, members: int = 0) -> None:
        """Spend from the budget.  Raises Unreadable."""
        if self.budget:
            self.budget.take(size, members)


LIMITS = Limits()


class Child(NamedTuple):
    """A file inside a document: its name there (with folders, no value hidden), and its bytes."""

    name: str
    data: bytes


class Document(Protocol):
    """One file as its format sees it."""

    @property
    def format(self) -> str:
        """Name of the format: "html", "delimited" …"""

    @property
    def encoding(self) -> str:
        """One of charset.ENCODINGS; "" for binary data, whose locators are its own."""

    @property
    def status(self) -> str:
        """ "clean" where all of it was seen, "partial", "unscannable" or "refused"; `reason` says why, a key of report.reasons."""

    @property
    def reason(self) -> str:
        """See `status`."""

    @property
    def warnings(self) -> list[str]:
        """Ids of what may have kept text from being seen or what was found hidden: "bad-bytes", "entity-declaration" …"""

    @property
    def archive(self) -> bool:
        """Are the children documents of their own, judged apart and left out when they cannot be read?"""

    @property
    def limits(self) -> Limits:
        """Those it was opened with."""

    def batch(self) -> Batch:
        """The canonical text of this one document (without its children)."""

    def children(self) -> Iterable[Child]:
        """The files inside, always in the same order.  Raises Unreadable."""

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """The bytes with the edits (offsets in `batch().view`) made; without edits and children the original bytes.

        `children`: number in `children()` → what stands there now; None: left out (of an archive).
        """

    def locate(self, place: int) -> str:
        """Human locator of a place in `batch().view` ("Sheet1!C7", "page 3"); "" where its segment says enough."""

    def source(self, start: int, end: int) -> bytes:
        """Bytes of what `batch().map` leads to: the file's own for text, else its unpacked parts one after the other."""

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """What a second reader sees: raw or unpacked bytes and their encoding, without the children.  For `verify`."""


class Reader(NamedTuple):
    """Where a format is read, and the extra that brings its library ("" for none)."""

    module: str
    document: str
    extra: str = ""


#: Format (as `sniff` names it) → reader.
READERS: Mapping[str, Reader] = {
    "html": Reader("html", "HtmlDocument"),
    "markup": Reader("markup", "MarkupDocument"),
    "json": Reader("jsontext", "JsonDocument"),
    "delimited": Reader("delimited", "DelimitedDocument"),
    "plain": Reader("plain", "PlainDocument"),
    "docx": Reader("office.docx", "DocxDocument"),
    "pptx": Reader("office.pptx", "PptxDocument"),
    "xlsx": Reader("xlsx.document", "XlsxDocument"),
    "odf": Reader("odf.document", "OdfDocument"),
    "ofd": Reader("ofd.document", "OfdDocument"),
    "flat": Reader("office.flat", "FlatDocument"),
    "package": Reader("office.package", "PackageDocument"),
    "ole": Reader("ole.document", "opened"),
    "rtf": Reader("rtf.document", "RtfDocument"),
    "pdf": Reader("pdf.document", "PdfDocument", "pdf"),
    "image": Reader("image.document", "ImageDocument"),
    "metafile": Reader("image.metafile", "MetafileDocument"),
    "zip": Reader("archive.zip", "ZipArchive"),
    "tar": Reader("archive.tar", "TarArchive"),
    "stream": Reader("archive.stream", "StreamArchive"),
    "7z": Reader("archive.seven", "SevenArchive", "archives"),
    "rar": Reader("archive.rar", "RarArchive", "archives"),
    "mail": Reader("archive.mail", "MailDocument"),
    "warc": Reader("archive.warc", "WarcArchive"),
    "wacz": Reader("archive.wacz", "WaczArchive"),
}


def open_document(data: bytes, name: str = "", limits: Limits = LIMITS) -> Document:
    """The document these bytes are.  `name` is only a hint; it may be empty."""
    from deident.formats.binary import BinaryDocument
    from deident.formats.sniff import sniff

    limits = limits.fresh()
    if len(data) > limits.max_bytes:
        return BinaryDocument(data, "refused", f"larger than {limits.max_bytes >> 20} MiB")
    format, hint = sniff(data, name)
    reader = READERS.get(format)
    if reader is None:
        return BinaryDocument(data, "unscannable", hint)
    if limits.levels < 0:
        return BinaryDocument(data, "refused", "too-deep")
    try:
        module = import_module(f"deident.formats.{reader.module}")
    except ImportError as problem:
        if not reader.extra or (problem.name or "").startswith("deident"):
            raise
        return BinaryDocument(data, "unscannable", f"needs:{reader.extra}", format)
    try:
        document: Document = getattr(module, reader.document)(data, name, limits)
        if not document.encoding:
            document.batch()  # where a damaged file fails
    except Unreadable as problem:
        return BinaryDocument(data, problem.status, problem.reason, format)
    except MemoryError:
        return BinaryDocument(data, "refused", "bomb", format)
    except Exception:  # noqa: BLE001  the libraries raise whatever they like on a damaged file; it is data, not our error
        if os.environ.get("DEIDENT_DEBUG") == "1":
            traceback.print_exc(file=sys.stderr)
        return BinaryDocument(data, "refused", "damaged", format)
    return document


def join(documents: Sequence[Document]) -> Batch:
    """Many documents as one batch; document numbers are places in `documents`."""
    from deident.text.maps import concat, shift

    batches = [document.batch() for document in documents]
    sizes = np.array([batch.sources[-1] for batch in batches], np.int64)
    firsts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    view, map = concat([(b.view, shift(b.map, first)) for b, first in zip(batches, firsts[:-1].tolist(), strict=True)])
    counts = np.array([len(batch.document) for batch in batches], np.int64)
    segments = [np.zeros(1, np.int64)]
    where: dict[int, str] = {}
    size = number = 0
    for batch in batches:
        segments.append(batch.segments[1:] + size)
        where |= {number + own: text for own, text in batch.where.items()}
        size += len(batch.view)
        number += len(batch.document)
    roles = np.concatenate([batch.role for batch in batches]) if batches else np.zeros(0, np.uint8)
    return Batch(view, np.concatenate(segments), np.repeat(np.arange(len(batches)), counts), roles, map, firsts, where)
