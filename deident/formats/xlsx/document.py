"""Excel workbooks (ECMA-376-1, 18): written in place.  What an edit of a cell means for the rest of the file is said in

    sheetwrite.py  types of cells, formulas          pivot.py     items of pivot caches
    formula.py     formulas elsewhere                workbook.py  names of sheets
    settings.py    binary parts

Where a formula goes, so does the chain in which they are calculated (calcChain, 18.6), which is made again by any program.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from deident.formats import Child
from deident.formats.office.relations import unlinked
from deident.formats.office.steps import in_step
from deident.formats.parts import Part
from deident.formats.splice import Change, apart
from deident.formats.xlsx import settings, workbook
from deident.formats.xlsx.bookdocument import PIVOT, SETTINGS
from deident.formats.xlsx.formula import in_part
from deident.formats.xlsx.pivot import in_pivot, lists
from deident.formats.xlsx.sheets import SheetsDocument
from deident.formats.xlsx.sheetwrite import in_sheet
from deident.model import Edit, Ints

_CHAIN = re.compile(r"(?:\A|/)calcChain\.xml\Z", re.IGNORECASE)
_NUMBERS = re.compile(rb"<(?:[\w.-]+:)?(?:numCache|numLit)\b.*?</(?:[\w.-]+:)?(?:numCache|numLit)\s*>", re.DOTALL)
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v>([^<]*)</")
_CELL = re.compile(rb"<((?:[\w.-]+:)?(?:cell|nc|oc))((?:\s[^<>]*)?)>")


class XlsxDocument(SheetsDocument):
    """See the module."""

    format = "xlsx"
    _stale: frozenset[str] = frozenset()  # members that the last write leaves out

    def changes(self, edits: Sequence[Edit]) -> list[Change]:
        """See PartsDocument; an edit over several cells is one for each, and cells that show a number in another way change whole."""
        return super().changes(self._whole(self._by_cell(edits))) if edits else []

    def _by_cell(self, edits: Sequence[Edit]) -> Sequence[Edit]:
        view = self.batch().view
        codes = np.frombuffer(view, np.uint8)
        ends = np.flatnonzero((codes == 9) | (codes == 10) | (codes == 0))
        start, end = _bounds(edits)
        over = np.searchsorted(ends, start) != np.searchsorted(ends, end)
        if not over.any():
            return edits
        result: list[Edit] = []
        for edit, more in zip(edits, over.tolist(), strict=True):
            if not more:
                result.append(edit)
                continue
            new = re.sub(r"[\t\n\0]+", " ", edit.replacement)
            for cell in re.finditer(rb"[^\t\n\0]+", view[edit.start : edit.end]):
                result.append(Edit(edit.start + cell.start(), edit.start + cell.end(), new))
                new = ""
        return result

    def _whole(self, edits: Sequence[Edit]) -> Sequence[Edit]:
        """Cells whose view is atomic are written anew as a whole, all edits in them together."""
        low, high = self.shown
        if not len(low) or not edits:
            return edits
        start, end = _bounds(edits)
        cell = np.searchsorted(low, start, "right") - 1
        within = (cell >= 0) & (start < high[cell])
        within &= (start != low[cell]) | (end != high[cell]) | (np.bincount(cell[within], minlength=len(low))[cell] > 1)
        held: dict[int, list[Edit]] = {}
        result: list[Edit] = []
        for edit, number, inside in zip(edits, cell.tolist(), within.tolist(), strict=True):
            if inside:
                held.setdefault(number, []).append(edit)
            else:
                result.append(edit)
        view = self.batch().view
        for number, own in held.items():
            first, last = int(low[number]), int(high[number])
            text, place = "", first
            for edit in sorted(own, key=lambda one: (one.start, -one.end)):
                if edit.end > place:
                    text += view[place : max(place, edit.start)].decode("utf-8", "replace")
                    text += edit.replacement if edit.start >= place else ""
                    place = edit.end
            result.append(Edit(first, last, text + view[place:last].decode("utf-8", "replace")))
        return result

    def encode(self, text: str, offset: int) -> bytes:
        """See PackageDocument; most edits are in sheets and strings, and most replacements are alike."""
        part = self.parts[bisect_right(self._part_starts, offset) - 1]
        if part.name in self._plain:
            if (new := self._cache.get(text)) is None:
                new = self._cache[text] = super().encode(text, offset)
            return new
        return super().encode(text, offset)

    def by_part(self, edits: Sequence[Edit]) -> Iterator[tuple[Part, list[Change]]]:
        """See PartsDocument; with what follows in the same part and in others."""
        self._begin()
        found = self._grouped(self.changes(edits))
        names: dict[str, str] = {}
        fields: dict[str, set[int]] = {}
        for name in list(found):
            part, own = self.members[name], in_step(found[name], self.steps.get(name, ()))
            if name == self.main:
                own, names = workbook.renamed(self.sheet_entries, part.data, own)
            if name in self.sheets:
                own, gone = in_sheet(self.sheets[name], part.data, own)
                self._stale = self._stale | self._chains() if gone else self._stale
                own = in_part(part.data, own, self.sheets[name].outside)
            elif PIVOT.search(name):
                own, typed = in_pivot(part.data, own)
                if typed and (definition := self.definitions.get(name, "")):
                    fields.setdefault(definition, set()).update(typed)
            elif SETTINGS.search(name):
                own = [(low, high, settings.blanked(part.data, low, high)) for low, high, _ in own]
            elif name.endswith(".xml") and name not in self._plain:
                own = _numbers(part.data, in_part(part.data, own, [(0, len(part.data))]))
            found[name] = own
        for name, typed in fields.items():
            part = self.members[name]
            found[name] = apart([*lists(part.data, typed), *found.get(name, [])])
        if names:
            for name, part in self.members.items():
                if name.endswith((".xml", ".vml")) and (more := workbook.references(part.data, names)):
                    found[name] = apart([*more, *found.get(name, [])])
        for name, own in found.items():
            yield self.members[name], own

    def _begin(self) -> None:
        self._stale = frozenset()
        self.batch()
        self._urls.sort()

    def _chains(self) -> frozenset[str]:
        return frozenset(name for name in self.members if _CHAIN.search(name))

    def _grouped(self, changes: list[Change]) -> dict[str, list[Change]]:
        """By part, with offsets in its own bytes."""
        found: dict[str, list[Change]] = {}
        starts = [start for start, _, _ in changes]
        for part in self.parts:
            low, high = bisect_left(starts, part.start), bisect_left(starts, part.end)
            if low < high:
                found[part.name] = [(start - part.start, end - part.start, new) for start, end, new in changes[low:high]]
        return found

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """See PackageDocument; without the chain of formulas, where one of them went."""
        if not self._stale:
            return super().pack(parts, children)
        new, entries = dict(parts), self.entries
        for entry in entries:
            if entry.name.endswith((".rels", "[Content_Types].xml")):
                new[entry.name] = unlinked(entry.name, new.get(entry.name, entry.data), self._stale)
        self.entries = [entry for entry in entries if entry.name not in self._stale]
        try:
            return super().pack(new, children)
        finally:
            self.entries = entries


def _bounds(edits: Sequence[Edit]) -> tuple[Ints, Ints]:
    """Starts and ends, (n,) each."""
    return np.array([edit[0] for edit in edits], np.int64), np.array([edit[1] for edit in edits], np.int64)


def _numbers(data: bytes, changes: list[Change]) -> list[Change]:
    """Caches of charts hold nothing but numbers: one that changes is 0.  A cached cell that changes is text."""
    starts = [start for start, _, _ in changes]
    more: list[Change] = []
    for cache in _NUMBERS.finditer(data):
        if bisect_left(starts, cache.start()) < bisect_left(starts, cache.end()):
            for value in _VALUE.finditer(data, *cache.span()):
                if bisect_left(starts, value.start(1)) < bisect_left(starts, value.end(1)):
                    more.append((*value.span(1), b"0"))
    for start in starts:
        tag = data.rfind(b"<", 0, start)
        cell = _CELL.match(data, data.rfind(b"<", 0, tag)) if _VALUE.match(data, tag) else None
        if cell and not re.search(rb"\st\s*=", cell[2]):
            more.append((cell.end(1), cell.end(1), b' t="str"'))
        elif cell and (typed := re.search(rb"""\st\s*=\s*["'](?:n|b|e|d)["']""", cell[2])):
            more.append((cell.start(2) + typed.start(), cell.start(2) + typed.end(), b' t="str"'))
    return apart([*more, *changes]) if more else changes
