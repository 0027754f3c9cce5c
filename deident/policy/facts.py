"""What is known about each candidate when a rule asks: words around it, columns, company, document type, age.

Everything is a column over all candidates of a scene, computed once when first asked for.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.matching.scene import Scene
from deident.matching.tables import TAB
from deident.model import ROLES, Bools, Candidates, Ints
from deident.policy.ages import minors, number, written
from deident.policy.profile import Policy
from deident.policy.relatives import relatives
from deident.policy.rules import CLASS_CONDITIONS, TEXT_CONDITIONS
from deident.policy.typed import Typing
from deident.text.expression import blind, headed, implied

GAP = 4  # bytes between two values that stand side by side: 138…、0851-…
TITLE = 240  # bytes of a document that count as its title when it has none of its own
COMPANY = ("beside", "adjacent", "subject")  # conditions on what else was found
BESIDE = 90  # bytes of the text before or behind a value (30 Han characters) that `before` and `behind` read
ABOVE, LINES = 360, 3  # bytes and lines above a value's line in which a word of its block may stand


class Facts:
    """Facts about the candidates `found`, the `document` of each and the person (`subject`) in it."""

    def __init__(
        self, policy: Policy, scene: Scene, found: Candidates, document: Ints, typing: Typing, today: date, subject: Ints
    ) -> None:
        self.policy, self.scene, self.found, self.document, self.today = policy, scene, found, document, today
        self._typing, self._subject = typing, subject
        self._columns: dict[str, NDArray[Any]] = {}
        self._written = np.zeros(len(scene.batch), np.int64)  # by document; 0: not asked for yet
        self._of_age = np.full(len(found), -1, np.int64)
        self._read: dict[tuple[str, bool], tuple[Ints, Ints, list[str]]] = {}
        self._cell = scene.tables.cell(found.start, found.end)
        self._context = scene.around(found.start, found.end)

    def holds(self, name: str, wanted: Any, among: Bools) -> Bools:
        """Whether the condition holds, for each candidate (only where `among` for what is dear to ask)."""
        if name in TEXT_CONDITIONS:
            return self._says(name, wanted, among)
        if name == "minor":
            young: Bools = minors(self.scene, self.found, among, self._days(among), self._of_age) == wanted
            return young
        if name == "relative":
            kin: Bools = relatives(self.scene, self.found, among) == wanted
            return kin
        if name == "type":
            return np.isin(self.types(among), wanted)
        if name in COMPANY:
            return self._company(name, wanted)
        column = self._above(among) if name == "above" else self.fact(name)
        if name in CLASS_CONDITIONS:
            bits = sum(self.scene.plan.bit(c) for c in wanted)
            among_classes: Bools = (column & np.uint64(bits)) != 0
            return among_classes
        if name == "table":
            has = np.array([not kinds.isdisjoint(wanted) for kinds in self.scene.tables.kinds] + [False], np.bool_)
            announced: Bools = has[column]
            return announced
        return np.isin(column, wanted)

    def _says(self, name: str, wanted: re.Pattern[str], among: Bools) -> Bools:
        """Whether the expression finds something in the value, or in what stands right before or behind it on its line."""
        rows = np.flatnonzero(among)
        short = name == "behind" and headed(wanted) and blind(wanted, "\t")  # it reads no further than the cell
        number, texts = self._texts(name, rows, short)
        likely = implied(wanted) or wanted
        found = [bool(likely.search(text)) and (likely is wanted or wanted.search(text) is not None) for text in texts]
        result = np.zeros(len(self.found), np.bool_)
        result[rows] = np.array(found, np.bool_)[number]
        return result

    def _texts(self, name: str, rows: Ints, short: bool) -> tuple[Ints, list[str]]:
        """What stands in, before or behind the candidates `rows`: the number of each one's text and the different texts; `short`: no
        further than to the TAB, if one stands right behind.  A list says the same a thousand times, and rules ask the same one by one.
        """
        known = self._read.get((name, short))
        if known is None or not np.array_equal(known[0], rows):
            low, high = self.found.start[rows], self.found.end[rows]
            if name != "value":
                first, last = self.scene.lines(low)
                low, high = (
                    (np.maximum(first, low - BESIDE), low) if name == "before" else (high, np.minimum(last, high + BESIDE))
                )
            tab = (self.scene.buffer.after(low, 1)[:, 0] == TAB) & (high > low) & short
            number = tab.astype(np.int64)
            some = np.flatnonzero((high > low) & ~tab)
            view, numbers = self.scene.batch.view, {b"": 0, b"\t": 1}
            bounds = zip(low[some].tolist(), high[some].tolist(), strict=True)
            number[some] = [numbers.setdefault(view[start:end], len(numbers)) for start, end in bounds]
            known = self._read[name, short] = rows, number, [text.decode("utf-8", "ignore") for text in numbers]
        return known[1:]

    def types(self, among: Bools) -> Ints:
        """Document type of each candidate, index into the policy's types, the last: unknown (right for those `among`)."""
        types = self._typing.of(among)
        return np.where(types < 0, len(self.policy.types), types)

    def _days(self, among: Bools) -> Ints:
        """The day on which each candidate's document was written, as far as its title says: 20240918 (right for those `among`)."""
        batch = self.scene.batch
        asked = np.zeros(len(batch), np.bool_)
        asked[self.document[among]] = True
        for document in np.flatnonzero(asked & (self._written == 0)).tolist():
            low, high = np.searchsorted(batch.document, [document, document + 1]).tolist()
            title = next((n for n in range(low, high) if batch.role[n] == ROLES.index("title")), low)
            start, end = int(batch.segments[title]), int(batch.segments[title + 1]) - 1
            line = self.scene.text(start, min(end, start + TITLE)).split("\n", 1)[0]
            self._written[document] = number(written(line, self.today))
        return self._written[self.document]

    def _company(self, name: str, wanted: tuple[int, ...]) -> Bools:
        """Other findings of the wanted kinds on the same line, right beside, or about the same person."""
        kind = np.isin(self.found.kind, wanted)
        result = np.zeros(len(kind), np.bool_)
        if name == "adjacent":
            close = self.found.start[1:] - self.found.end[:-1] <= GAP
            segment = np.searchsorted(self.scene.batch.segments, self.found.start, "right")
            close &= segment[1:] == segment[:-1]
            result[1:] |= close & kind[:-1]
            result[:-1] |= close & kind[1:]
            return result
        if name == "beside":
            group = np.searchsorted(self.scene.breaks, self.found.start)
        else:
            group = self.document * (self._subject.max(initial=0) + 1) + self._subject
        groups, count = np.unique(group[kind], return_counts=True)
        if not len(groups):
            return result
        at = np.minimum(np.searchsorted(groups, group), len(groups) - 1)
        others: Bools = (groups[at] == group) & (count[at] > kind)
        return others

    def fact(self, name: str) -> NDArray[Any]:
        """One column: cue classes as bits for the conditions on words, numbers of kinds, types or roles for the others."""
        if name not in self._columns:
            self._columns[name] = getattr(self, f"_{name}")()
        return self._columns[name]

    def _near(self) -> NDArray[np.uint64]:
        return self._context.near(self.found.start)

    def _nearest(self) -> NDArray[np.uint64]:
        result = np.zeros(len(self.found), np.uint64)
        for classes in set(self.policy.roles.values()):
            kinds = [kind for kind, named in self.policy.roles.items() if named == classes]
            mine = np.flatnonzero(np.isin(self.found.kind, kinds))
            if classes and len(mine):
                bits = sum(self.scene.plan.bit(c) for c in classes)
                result[mine] = self._context.nearest(self.found.start[mine], bits)
        return result

    def _after(self) -> NDArray[np.uint64]:
        return self._context.after(self.found.end)

    def _head(self) -> NDArray[np.uint64]:
        return self.scene.tables.at(self.scene.tables.head, self._cell, 0)

    def _heads(self) -> NDArray[np.uint64]:
        return self.scene.tables.at(self.scene.tables.heads, self._cell, 0)

    def _table(self) -> NDArray[np.int64]:
        return self.scene.tables.at(self.scene.tables.table, self._cell, -1)

    def _column(self) -> NDArray[np.int32]:
        return self.scene.tables.at(self.scene.tables.kind, self._cell, -1)

    def _role(self) -> NDArray[np.uint8]:
        segment = np.searchsorted(self.scene.batch.segments, self.found.start, "right") - 1
        return self.scene.batch.role[segment]

    def _above(self, among: Bools) -> NDArray[np.uint64]:
        """Classes of the lines above each candidate's own, within its segment, for those `among`."""
        result = np.zeros(len(self.found), np.uint64)
        starts = self.found.start[among]
        line, _ = self.scene.lines(starts)
        segment = np.searchsorted(self.scene.batch.segments, starts, "right") - 1
        number = np.searchsorted(self.scene.breaks, starts)
        borders = np.concatenate(([-1], self.scene.breaks))
        low = np.maximum(borders[np.maximum(number - LINES, 0)] + 1, line - ABOVE)
        low = np.minimum(np.maximum(low, self.scene.batch.segments[segment]), line)
        context = self.scene.around(low, line)
        result[among] = context.any(np.searchsorted(context.end, low, "right"), np.searchsorted(context.end, line, "right"))
        return result

    def _title(self) -> NDArray[np.uint64]:
        batch = self.scene.batch
        title = batch.role == ROLES.index("title")
        start, end = batch.segments[:-1], batch.segments[1:]
        first = np.ones(len(start), np.bool_)
        first[1:] = batch.document[1:] != batch.document[:-1]
        wanted = np.zeros(len(batch), np.bool_)
        wanted[self.document] = True
        chosen = np.flatnonzero((title | first) & wanted[batch.document])
        # only the titles are searched, not what stands around them
        titles = [
            batch.view[low : min(high - 1, low + TITLE)]
            for low, high in zip(start[chosen].tolist(), end[chosen].tolist(), strict=True)
        ]
        events = self.scene.words.events(b"\0".join(titles))
        borders = np.cumsum([0] + [len(title) + 1 for title in titles])
        owner = batch.document[chosen][np.searchsorted(borders, events.end - 1, "right") - 1]
        result = np.zeros(len(batch), np.uint64)
        np.bitwise_or.at(result, owner, self.scene.plan.cue_bits[events.rule])
        return result[self.document]
