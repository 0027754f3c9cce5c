"""Documents whose text does not stand in the file's own bytes: packages, PDF, compound files, mail.

Their source is what they were unpacked to: the parts, one after the other.  A format reads text out of parts into an Assembly (maps
shifted by `part.start`); `write` makes the edits in the parts and hands those that changed to `pack`.

Readers do all that may fail on a damaged file in `__init__` (open_document turns what they raise into a refusal).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from deident.formats import LIMITS, Child, Limits
from deident.formats.document import Assembly
from deident.formats.splice import Change, apply, changes
from deident.model import Batch, Edit, SourceMap
from deident.text.charset import encode


class Part(NamedTuple):
    """Unpacked bytes and where they begin in the source of the document."""

    name: str
    data: bytes
    start: int

    @property
    def end(self) -> int:
        """Where they end in the source."""
        return self.start + len(self.data)


class PartsDocument:
    """Base of all such documents.  Subclasses set `format`, fill `parts` (add) and implement `read` and `pack`."""

    format = ""
    encoding = ""
    archive = False

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        self.data, self.name, self.limits = data, name, limits
        self.parts: list[Part] = []
        self.warnings: list[str] = []
        self.status, self.reason = "clean", ""
        self._batch: Batch | None = None

    def add(self, name: str, data: bytes) -> Part:
        """A further part."""
        part = Part(name, data, self.parts[-1].end if self.parts else 0)
        self.parts.append(part)
        return part

    def unseen(self, reason: str, status: str = "partial") -> None:
        """Something could not be read: the document is not clean, whatever the rest holds.  The first reason stays."""
        if self.status == "clean":
            self.status, self.reason = status, reason

    def warn(self, *warnings: str) -> None:
        """Add warnings, each once."""
        self.warnings += [warning for warning in dict.fromkeys(warnings) if warning not in self.warnings]

    def read(self, out: Assembly) -> None:
        """Put the canonical text of all parts into `out`."""
        raise NotImplementedError

    def batch(self) -> Batch:
        """See Document."""
        if self._batch is None:
            out = Assembly(self.limits)
            self.read(out)
            size = self.parts[-1].end if self.parts else 0
            self._batch = out.batch(size, SourceMap.identity(size))
            self.warn(*out.warnings)
        return self._batch

    def children(self) -> Iterable[Child]:
        """See Document."""
        return ()

    def locate(self, place: int) -> str:
        """See Document."""
        return ""

    def escape(self, text: str) -> str:
        """A replacement as it must be written in this format."""
        return text

    def encode(self, text: str, offset: int) -> bytes:
        """A replacement as bytes at this offset of the source."""
        return encode(self.escape(text), "utf-8")

    def changes(self, edits: Sequence[Edit]) -> list[Change]:
        """What the edits change in the source, in order, apart."""
        return changes(self.batch().map, edits, self.encode) if edits else []

    def by_part(self, edits: Sequence[Edit]) -> Iterator[tuple[Part, list[Change]]]:
        """The parts that change, and the changes with offsets in their own bytes."""
        all_changes = self.changes(edits)
        if not all_changes:
            return
        begins = np.array([part.start for part in self.parts], np.int64)
        numbers = np.searchsorted(begins, np.array([start for start, _, _ in all_changes], np.int64), "right") - 1
        cuts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(all_changes)]
        for low, high in pairwise(cuts):
            part = self.parts[int(numbers[low])]
            yield part, [(start - part.start, end - part.start, new) for start, end, new in all_changes[low:high]]

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document."""
        new = {part.name: apply(part.data, own) for part, own in self.by_part(edits)}
        return self.pack(new, children or {}) if new or children else self.data

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The file with these parts and children in place of the old ones."""
        raise NotImplementedError

    def source(self, start: int, end: int) -> bytes:
        """See Document."""
        return b"".join(
            part.data[max(start - part.start, 0) : max(end - part.start, 0)] for part in self.parts if part.end > start
        )

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """See Document."""
        return [(self.data, ""), *((part.data, "utf-8") for part in self.parts)]
