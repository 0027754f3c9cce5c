"""Formats: bytes → Document → Batch, and edits back into bytes.  One format, one file; which one is seen by content.

A document is opened by `open_document`, which never raises on junk: what cannot be read is a `BinaryDocument`, whose status
says so.  The format modules are imported when the first file of their kind arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from deident.model import Batch, Edit


@dataclass(frozen=True, slots=True)
class Limits:
    """What hostile input may cost: larger files are refused, further segments run together, deeper nesting stays as text."""

    max_bytes: int = 200 << 20
    max_segments: int = 200_000
    max_depth: int = 100


LIMITS = Limits()


class Document(Protocol):
    """One file as its format sees it."""

    @property
    def format(self) -> str:
        """Name of the format: "html", "delimited" …"""

    @property
    def encoding(self) -> str:
        """One of charset.ENCODINGS; "" for binary data."""

    @property
    def warnings(self) -> list[str]:
        """Ids of what may have kept text from being seen: "bad-bytes", "entity-declaration" …"""

    def batch(self) -> Batch:
        """The canonical text of this one document."""

    def write(self, edits: Sequence[Edit]) -> bytes:
        """The bytes with the edits (offsets in `batch().view`) made; without edits the original bytes."""


def open_document(data: bytes, name: str = "", limits: Limits = LIMITS) -> Document:
    """The document these bytes are.  `name` is only a hint; it may be empty."""
    from deident.formats.binary import BinaryDocument
    from deident.formats.sniff import sniff

    if len(data) > limits.max_bytes:
        return BinaryDocument(data, "refused", f"larger than {limits.max_bytes >> 20} MiB")
    format, hint = sniff(data, name)
    if format == "html":
        from deident.formats.html import HtmlDocument

        return HtmlDocument(data, name, limits)
    if format == "markup":
        from deident.formats.markup import MarkupDocument

        return MarkupDocument(data, name, limits)
    if format == "json":
        from deident.formats.jsontext import JsonDocument

        return JsonDocument(data, name, limits)
    if format == "delimited":
        from deident.formats.delimited import DelimitedDocument

        return DelimitedDocument(data, name, limits)
    if format == "plain":
        from deident.formats.plain import PlainDocument

        return PlainDocument(data, name, limits)
    return BinaryDocument(data, "unscannable", hint)


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
