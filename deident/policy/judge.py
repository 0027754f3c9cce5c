"""The verdict on every candidate of a scene: rules in order, their conditions as masks over the columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.matching.scene import Scene
from deident.model import ACTIONS, ROLES, Bools, Candidates, Ints
from deident.policy.rules import CLASS_CONDITIONS, Policy

GAP = 4  # bytes between two values that stand side by side: 138…、0851-…
TITLE = 240  # bytes of a document that count as its title when it has none of its own


def judge(policy: Policy, scene: Scene, found: Candidates, document: Ints) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
    """Action (index into ACTIONS) and rule (index into policy.rules, -1: none, which means review) for each candidate."""
    action = np.full(len(found), ACTIONS.index("review"), np.int8)
    winner = np.full(len(found), -1, np.int32)
    if not len(found):
        return action, winner
    facts = _Facts(policy, scene, found, document)
    open_ = np.ones(len(found), np.bool_)
    for number, rule in enumerate(policy.rules):
        listed = np.zeros(len(scene.plan.patterns), np.bool_)
        listed[list(rule.kinds)] = True
        chosen = open_ & listed[found.kind]
        if not chosen.any():
            continue
        for name, wanted in sorted(rule.when.items(), key=lambda item: item[0] == "value"):
            chosen &= facts.holds(name, wanted, chosen)
        for name, wanted in rule.unless.items():
            if chosen.any():
                chosen &= ~facts.holds(name, wanted, chosen)
        action[chosen], winner[chosen] = rule.action, number
        open_ &= ~chosen
    return action, winner


class _Facts:
    """What is known about each candidate, computed once when a rule first asks for it."""

    def __init__(self, policy: Policy, scene: Scene, found: Candidates, document: Ints) -> None:
        self.policy, self.scene, self.found, self.document = policy, scene, found, document
        self._cell = scene.tables.cell(found.start, found.end)
        self._columns: dict[str, NDArray[Any]] = {}
        self._context = scene.around(found.start, found.end)

    def holds(self, name: str, wanted: Any, among: Bools) -> Bools:
        """Whether the condition holds, for each candidate (`value` only where `among`)."""
        if name == "value":
            result = np.zeros(len(self.found), np.bool_)
            for i in np.flatnonzero(among).tolist():
                result[i] = wanted.search(self.scene.text(int(self.found.start[i]), int(self.found.end[i]))) is not None
            return result
        if name in ("beside", "adjacent"):
            return self._company(name, wanted)
        column = self.fact(name)
        if name in CLASS_CONDITIONS:
            bits = sum(self.scene.plan.bit(c) for c in wanted)
            among_classes: Bools = (column & np.uint64(bits)) != 0
            return among_classes
        if name == "table":
            has = np.array([not kinds.isdisjoint(wanted) for kinds in self.scene.tables.kinds] + [False], np.bool_)
            announced: Bools = has[column]
            return announced
        return np.isin(column, wanted)

    def _company(self, name: str, wanted: tuple[int, ...]) -> Bools:
        """Findings of the wanted kinds on the same line, or right beside."""
        kind = np.isin(self.found.kind, wanted)
        result = np.zeros(len(kind), np.bool_)
        if name == "adjacent":
            close = self.found.start[1:] - self.found.end[:-1] <= GAP
            segment = np.searchsorted(self.scene.batch.segments, self.found.start, "right")
            close &= segment[1:] == segment[:-1]
            result[1:] |= close & kind[:-1]
            result[:-1] |= close & kind[1:]
            return result
        line = np.searchsorted(self.scene.breaks, self.found.start)
        lines, count = np.unique(line[kind], return_counts=True)
        if not len(lines):
            return result
        at = np.minimum(np.searchsorted(lines, line), len(lines) - 1)
        others: Bools = (lines[at] == line) & (count[at] > kind)
        return others

    def fact(self, name: str) -> NDArray[Any]:
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

    def _title(self) -> NDArray[np.uint64]:
        batch = self.scene.batch
        title = batch.role == ROLES.index("title")
        start, end = batch.segments[:-1], batch.segments[1:]
        first = np.ones(len(start), np.bool_)
        first[1:] = batch.document[1:] != batch.document[:-1]
        wanted = np.zeros(len(batch), np.bool_)
        wanted[self.document] = True
        chosen = np.flatnonzero((title | first) & wanted[batch.document])
        low, high = start[chosen], np.minimum(end[chosen], start[chosen] + TITLE)
        context = self.scene.around(low, high)
        bits = context.any(np.searchsorted(context.end, low, "right"), np.searchsorted(context.end, high, "right"))
        result = np.zeros(len(batch), np.uint64)
        np.bitwise_or.at(result, batch.document[chosen], bits)
        return result[self.document]
