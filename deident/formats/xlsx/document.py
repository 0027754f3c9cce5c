"""Excel workbooks (ECMA-376-1, 18): written in place.  What an edit of a cell means for the rest of the file is said in

    sheetwrite.py  types of cells, formulas          pivot.py     items of pivot caches
    formula.py     formulas elsewhere                workbook.py  names of sheets
    settings.py    binary parts                      caches.py    values of charts and of other books

Where a formula goes, so does the chain in which they are calculated (calcChain, 18.6), which is made again by any program.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, pairwise

import numpy as np

from deident.formats import Child
from deident.formats.office.relations import unlinked
from deident.formats.office.steps import forward, in_step
from deident.formats.parts import Part
from deident.formats.splice import Change, Columns, apart, columns, spans
from deident.formats.xlsx import settings, workbook
from deident.formats.xlsx.bookdocument import PIVOT, SETTINGS
from deident.formats.xlsx.caches import numbers_stay
from deident.formats.xlsx.formula import in_part
from deident.formats.xlsx.pivot import in_pivot, lists
from deident.formats.xlsx.sheets import SheetsDocument
from deident.formats.xlsx.sheetwrite import in_sheet
from deident.model import Edit, Ints

_CHAIN = re.compile(r"(?:\A|/)calcChain\.xml\Z", re.IGNORECASE)


class XlsxDocument(SheetsDocument):
    """See the module."""

    format = "xlsx"
    _stale: frozenset[str] = frozenset()  # members that the last write leaves out

    def changes(self, edits: Sequence[Edit]) -> list[Change]:
        """See PartsDocument; an edit over several cells is one for each, and cells that show a number in another way change whole."""
        start, end, new = self._written(edits)
        return list(zip(start.tolist(), end.tolist(), new, strict=True))

    def _written(self, edits: Sequence[Edit]) -> tuple[Ints, Ints, list[bytes]]:
        """The changes by column: starts and ends in the source, what stands there afterwards."""
        map = self.batch().map
        own = forward(map, self._whole(self._by_cell(edits)))
        found = spans(map, own)
        texts = [own.new[edit] if lead else "" for edit, lead in zip(found.edit.tolist(), found.lead.tolist(), strict=True)]
        new: list[bytes] = []
        for part, rows in self._split(found.place):
            known = self._cache if part.name in self._plain else {}
            known.setdefault("", b"")
            new += [
                known[text] if text in known else self.encode(text, place)
                for text, place in zip(texts[rows], found.place[rows].tolist(), strict=True)
            ]
        return found.start, found.end, new

    def _by_cell(self, edits: Sequence[Edit]) -> Columns:
        view, own = self.batch().view, columns(edits)
        codes = np.frombuffer(view, np.uint8)
        ends = np.flatnonzero((codes == 9) | (codes == 10) | (codes == 0))
        over = np.searchsorted(ends, own.start) != np.searchsorted(ends, own.end)
        if not over.any():
            return own
        result: list[Edit] = []
        for edit, more in zip(edits, over.tolist(), strict=True):
            if not more:
                result.append(edit)
                continue
            new = re.sub(r"[\t\n\0]+", " ", edit.replacement)
            for cell in re.finditer(rb"[^\t\n\0]+", view[edit.start : edit.end]):
                result.append(Edit(edit.start + cell.start(), edit.start + cell.end(), new))
                new = ""
        return columns(result)

    def _whole(self, edits: Columns) -> Columns:
        """Cells whose view is atomic are written anew as a whole, all edits in them together."""
        low, high = self.shown
        start, end, new = edits
        if not len(low):
            return edits
        cell = np.searchsorted(low, start, "right") - 1
        within = (cell >= 0) & (start < high[cell])
        count = np.bincount(cell[within], minlength=len(low))[cell]
        within &= (start != low[cell]) | (end != high[cell]) | (count > 1)
        alone = within & (count == 1) & (end > low[cell])  # nearly all of them: what _anew gives
        view, new, keep = self.batch().view, list(edits.new), np.ones(len(start), np.bool_)
        own = np.flatnonzero(alone)
        places = (column.tolist() for column in (own, low[cell[own]], start[own], end[own], high[cell[own]]))
        for number, first, a, b, last in zip(*places, strict=True):
            new[number] = view[first:a].decode("utf-8", "replace") + new[number] + view[b:last].decode("utf-8", "replace")
        others: dict[int, list[int]] = {}
        for number in np.flatnonzero(within & ~alone).tolist():
            others.setdefault(int(cell[number]), []).append(number)
        for place, numbers in others.items():
            held = [Edit(int(start[number]), int(end[number]), new[number]) for number in numbers]
            new[numbers[0]] = _anew(view, int(low[place]), int(high[place]), held)
            keep[numbers[1:]] = False
        start, end = np.where(within, low[cell], start), np.where(within, high[cell], end)
        return Columns(start, end, new) if keep.all() else Columns(start[keep], end[keep], list(compress(new, keep.tolist())))

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
        start, end, new = self._written(edits)
        found = {
            part.name: list(zip((start[rows] - part.start).tolist(), (end[rows] - part.start).tolist(), new[rows], strict=True))
            for part, rows in self._split(start)
        }
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
                own = numbers_stay(part.data, in_part(part.data, own, [(0, len(part.data))]))
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

    def _split(self, places: Ints) -> Iterator[tuple[Part, slice]]:
        """The parts in which these offsets of the source (in order) are, and which of them."""
        cuts = np.searchsorted(places, [*self._part_starts, self.parts[-1].end]).tolist()
        return ((part, slice(low, high)) for part, (low, high) in zip(self.parts, pairwise(cuts), strict=True) if low < high)

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


def _anew(view: bytes, first: int, last: int, edits: list[Edit]) -> str:
    """The text of a cell with all edits in it."""
    text, place = "", first
    for edit in sorted(edits, key=lambda one: (one.start, -one.end)):
        if edit.end > place:
            text += view[place : max(place, edit.start)].decode("utf-8", "replace")
            text += edit.replacement if edit.start >= place else ""
            place = edit.end
    return text + view[place:last].decode("utf-8", "replace")
