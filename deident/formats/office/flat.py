"""Office documents in one XML file: flat OpenDocument (ODF 1.3 part 3, 3.1.2), flat OPC, Word and Excel of 2003.

They are read as their packages are, so that a number over several runs is one.  What they hold in base64 is not unpacked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from deident.formats import LIMITS, Child, Limits
from deident.formats.document import Assembly
from deident.formats.odf.reader import OdfReader
from deident.formats.office.attributes import attribute, number
from deident.formats.office.ooxml import OoxmlReader
from deident.formats.office.package import PackageDocument
from deident.formats.office.reader import Reader
from deident.formats.parts import Part, PartsDocument
from deident.formats.tags import Token, attributes
from deident.formats.xlsx.bookparts import shown

_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(document|package|wordDocument|Workbook)\s")
_BINARY = frozenset((b"binarydata", b"bindata"))


class FlatDocument(PackageDocument):
    """See the module."""

    format = "flat"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        PartsDocument.__init__(self, data, name, limits)
        self.entries, self._children, self._decoded, self.steps, self._urls, self._stories = [], [], {}, {}, [], []
        self.add("document.xml", data)

    def read_part(self, part: Part, out: Assembly) -> None:
        """The only one."""
        view = self.decoded(part).view
        found = _ROOT.search(view)
        kind = found[1] if found else b""
        reader = OdfReader(view) if kind == b"document" else BookXml(view) if kind == b"Workbook" else WordXml(view)
        self.take(part, out, reader)

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The file."""
        return parts.get("document.xml", self.data)


class WordXml(OoxmlReader):
    """Word in one file."""

    def other(self, token: Token) -> None:
        """See Reader; files inside stay as they are."""
        if self.name.rpartition(b":")[2].lower() in _BINARY:
            self.unseen = "part-unseen"
        else:
            super().other(token)


class BookXml(Reader):
    """Excel of 2003: Worksheet, Table, Row, Cell, Data; comments hang in cells."""

    _data: Token | None = None
    _column = 0

    def start_row(self, token: Token) -> None:
        """A row."""
        self.story.row()
        self._column = 0

    def end_row(self, token: Token) -> None:
        """It ends."""
        self.story.row_end()

    def start_table(self, token: Token) -> None:
        """A sheet's cells."""
        self.story.table()

    def end_table(self, token: Token) -> None:
        """They end."""
        self.story.table_end()
        self.cut()

    def start_cell(self, token: Token) -> None:
        """A cell: it may stand further to the right, and take several columns."""
        at = number(attribute(self.view, token, b"index")) if b"Index" in self.view[token.start : token.end] else 0
        self.story.skip(at - 1 - self._column if at > self._column + 1 else 0)
        self.story.cell()
        self._column = max(at, self._column + 1) + self._merged(token)
        self.story.skip(self._merged(token))

    def _merged(self, token: Token) -> int:
        wide = attribute(self.view, token, b"mergeacross")
        return number(wide) if wide else 0

    def start_data(self, token: Token) -> None:
        """What a cell holds, or a comment."""
        self._data = None if token.closed else token

    def end_data(self, token: Token) -> None:
        """It ends."""
        self._data = None

    def start_comment(self, token: Token) -> None:
        """A comment."""
        self.push(token, self.apart, "comment", "comment")

    def characters(self, token: Token) -> None:
        """Text of a cell, in however many pieces; a number that changes is text."""
        if self._data is None:
            super().characters(token)
            return
        view, map = shown(self.view, token.start, token.end) if token.kind == "text" else self.plain(token)
        self.story.text(token.start, view, map)
        further: list[tuple[int, int, bytes | None]] = [(*span, b"String") for span in _types(self.view, self._data)]
        if further:
            self.steps.append((token.start, token.end, further))


def _types(view: bytes, token: Token) -> Iterator[tuple[int, int]]:
    """Where it says that a cell is no text."""
    for name, start, end in attributes(view, token):
        if name.rpartition(b":")[2] == b"Type" and view[start:end] != b"String":
            yield start, end
