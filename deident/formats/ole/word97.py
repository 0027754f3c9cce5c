"""Word 97–2003 binary documents ([MS-DOC] v11.2): the piece table's text, as the reader sees it, and who wrote it.

Text is one segment: body, footnotes, endnotes, text boxes; cells apart by TAB, rows and paragraphs by LF.  What stands in headers, comments
and field codes has segments of its own.  The text that fast saves left behind is not in the piece table: raw.py finds it.
"""

from __future__ import annotations

from struct import unpack_from
from typing import NamedTuple

import numpy as np

from deident.formats import Unreadable
from deident.formats.ole.units import WIDE, Characters, Codes, inserted, joined, narrow, wide
from deident.formats.ole.word97_rows import Paragraphs, paragraphs
from deident.model import Bools

MAGIC = 0xA5EC
WORD97 = 0x00C1  # lowest nFib with this layout
_PAIRS = 0x9A  # FibRgFcLcb97
_COUNTS = 0x4C  # ccpText and the seven after it
_CLX, _PAPX = 33, 13
_NAMES = ((36, "author：", False), (51, "author：", True), (71, "saved-by：", True), (32, "", True))
_LINES = (0x0B, 0x0C, 0x0D, 0x0E)
_BEGIN, _SEPARATE, _END = 0x13, 0x14, 0x15
_ENCRYPTED, _WHICH_TABLE = 0x0100, 0x0200


class OldFormat(Exception):
    """Written by a version whose layout is another one."""


class Strings(NamedTuple):
    """Text beside the body: role, where, label, characters."""

    role: str
    where: str
    label: str
    text: Characters


class Word:
    """body: characters of the one text; beside: other texts; runs: (start, end, codec) of all text in the source."""

    def __init__(self, main: bytes, start: int, tables: dict[str, tuple[bytes, int]]) -> None:
        """`main` stands at `start` of the source; `tables`: name → (stream, its start)."""
        if len(main) < _PAIRS + 8 * 93 and len(main) < 0x200:
            raise Unreadable("damaged")
        magic, fib, flags = unpack_from("<H", main, 0)[0], unpack_from("<H", main, 2)[0], unpack_from("<H", main, 10)[0]
        if magic != MAGIC or fib < WORD97:
            raise OldFormat
        if flags & _ENCRYPTED:
            raise Unreadable("encrypted")
        name = "1Table" if flags & _WHICH_TABLE else "0Table"
        if name not in tables:
            raise Unreadable("damaged")
        self._main, self._start = main, start
        self._table, self._table_start = tables[name]
        self.runs: list[tuple[int, int, str]] = []
        text = self._pieces()
        rows = paragraphs(main, *self._pair(_PAPX), self._table)
        counts = [max(0, count) for count in unpack_from("<8i", main, _COUNTS)]
        bounds = np.cumsum([0, *counts]).tolist()
        self.beside: list[Strings] = []
        order = [("", 0), ("", 1), ("", 5), ("", 6), ("header", 2), ("macro", 3), ("comment", 4), ("header", 7)]
        body: list[Characters] = []
        for where, place in order:
            end = len(text.codes) if place == 7 else bounds[place + 1]
            story = self._shown(text.part(bounds[place], end), rows)
            if where:
                self._beside("comment" if where == "comment" else "text", where, "", story)
            elif len(story.codes):
                body += [story, inserted("\n")]
        self.body = joined(body)
        self._names()

    def _beside(self, role: str, where: str, label: str, text: Characters) -> None:
        if ((text.codes > 0x20) & (text.width > 0)).any():
            self.beside.append(Strings(role, where, label, text))

    def _pair(self, number: int) -> tuple[int, int]:
        """(fc, lcb) of a structure in the table stream, cut to it."""
        at = _PAIRS + 8 * number
        if at + 8 > len(self._main):
            return 0, 0
        first, size = unpack_from("<II", self._main, at)
        first = min(first, len(self._table))
        return first, min(size, len(self._table) - first)

    def _pieces(self) -> Characters:
        """All characters in the order of the document (2.8.35, 2.9.38, 2.9.177).  Raises Unreadable."""
        at, size = self._pair(_CLX)
        table, end = self._table, at + size
        while at + 3 <= end and table[at] == 1:
            at += 3 + unpack_from("<H", table, at + 1)[0]
        if at + 5 > end or table[at] != 2:
            raise Unreadable("damaged")
        size = min(unpack_from("<I", table, at + 1)[0], end - at - 5)
        count = (size - 4) // 12
        if count < 1:
            raise Unreadable("damaged")
        at += 5
        places = np.frombuffer(table, "<i4", count + 1, at).astype(np.int64)
        pieces = np.frombuffer(table, np.dtype([("flags", "<u2"), ("at", "<u4"), ("prm", "<u2")]), count, at + 4 * (count + 1))
        if places[0] != 0 or (np.diff(places) < 0).any() or places[-1] > len(self._main):
            raise Unreadable("damaged")
        found: list[Characters] = []
        for low, high, place in zip(places[:-1].tolist(), places[1:].tolist(), pieces["at"].tolist(), strict=True):
            eight = bool(place & 0x40000000)
            first = (place & 0x3FFFFFFF) // 2 if eight else place & 0x3FFFFFFF
            last = first + (high - low) * (1 if eight else 2)
            if last > len(self._main):
                raise Unreadable("damaged")
            self.runs.append((self._start + first, self._start + last, "cp1252" if eight else WIDE))
            data = self._main[first:last]
            found.append(narrow(data, self._start + first, "cp1252") if eight else wide(data, self._start + first))
        return joined(found)

    def _shown(self, text: Characters, rows: Paragraphs) -> Characters:
        """Marks as line and cell breaks, field codes apart, anchors gone."""
        codes, source, width = text.copy()
        if not len(codes):
            return text
        self._fields(text, hidden := self._instructions(codes))
        inside, last = rows.at(source - self._start)
        cell = codes == 7
        if not rows.known:
            last = cell & np.concatenate(([False], cell[:-1]))
        line = np.isin(codes, _LINES)
        marks = line | cell
        codes[cell] = np.where(last[cell], 10, 9)
        codes[line] = np.where(inside[line], 32, 10)
        width[marks] = 0
        codes[codes == 0x1E] = 0x2D
        if rows.known:  # the mark of a row follows the mark of its last cell
            hidden |= cell & np.concatenate((last[1:] & cell[1:], [False]))
        keep = ~hidden & (marks | (codes >= 0x20) | (codes == 9))
        return Characters(codes, source, width).where(keep)

    def _instructions(self, codes: Codes) -> Bools:
        """Which characters are field codes: from a begin to its separator, or to the end of a field without one (2.8.25)."""
        depth = np.zeros(len(codes) + 1, np.int64)
        open_fields: list[int] = []
        for place in np.flatnonzero((codes >= _BEGIN) & (codes <= _END)).tolist():
            if codes[place] == _BEGIN:
                open_fields.append(place)
            elif open_fields and (codes[place] == _SEPARATE or open_fields[-1] >= 0):
                if (begin := open_fields[-1]) >= 0:
                    depth[begin] += 1
                    depth[place + 1] -= 1
                if codes[place] == _END:
                    open_fields.pop()
                else:
                    open_fields[-1] = -1
            elif open_fields:
                open_fields.pop()
        return np.cumsum(depth[:-1]) > 0

    def _fields(self, text: Characters, hidden: Bools) -> None:
        """Field codes as segments of their own: addresses of links, formulas."""
        edges = np.flatnonzero(np.diff(hidden.astype(np.int8), prepend=0, append=0)).tolist()
        for low, high in zip(edges[::2], edges[1::2], strict=True):
            part = text.part(low, high)
            part = part.where(part.codes >= 0x20)
            self._beside("url" if b"HYPERLINK" in part.codes.astype(np.uint8).tobytes() else "meta", "field", "", part)

    def _names(self) -> None:
        """Authors of comments and revisions, who saved it, old properties (2.9.84, 2.9.279)."""
        for number, label, table in _NAMES:
            at, size = self._pair(number)
            end, extra = at + size, 0
            if table:
                if size < 6 or self._table[at : at + 2] != b"\xff\xff":
                    continue
                extra = unpack_from("<H", self._table, at + 4)[0]
                at += 6
            while at + 2 <= end:
                length = 2 * unpack_from("<H", self._table, at)[0]
                if at + 2 + length > end:
                    break
                text = wide(self._table[at + 2 : at + 2 + length], self._table_start + at + 2)
                self.runs.append((self._table_start + at + 2, self._table_start + at + 2 + length, WIDE))
                self._beside("meta", "names", label, text)
                at += 2 + length + extra
