"""What the policy asks, asked row by row: the plain twins of what the program does by columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from deident.matching.scene import Scene
from deident.matching.tokens import compact
from deident.model import KEEP, MASK, Bools, Candidates, Ints
from deident.policy import ages
from deident.policy.facts import BESIDE


def says(scene: Scene, found: Candidates, name: str, wanted: Any, among: Bools) -> Bools:
    """Facts._says."""
    result = np.zeros(len(found), np.bool_)
    for row in np.flatnonzero(among).tolist():
        start, end = int(found.start[row]), int(found.end[row])
        [low], [high] = scene.lines(np.array([start]))
        if name == "before":
            start, end = max(int(low), start - BESIDE), start
        elif name == "behind":
            start, end = end, min(int(high), end + BESIDE)
        result[row] = wanted.search(scene.text(start, end)) is not None
    return result


def under(scene: Scene, cells: Sequence[int], header: re.Pattern[str]) -> list[str | None]:
    """rows.under."""

    def text(cell: int) -> str:
        return scene.text(int(scene.tables.start[cell]), int(scene.tables.end[cell])).strip()

    tables, out = scene.tables, []
    for cell in cells:
        inside = tables.inside(int(tables.table[cell]))
        heads = inside[tables.header[inside]]
        column = next((int(tables.column[n]) for n in heads.tolist() if header.search(text(n))), -1)
        row = np.flatnonzero((tables.line == tables.line[cell]) & (tables.column == column))
        out.append(text(int(row[0])) if len(row) else None)
    return out


def minors(scene: Scene, found: Candidates, among: Bools, days: Mapping[int, date]) -> Bools:
    """ages.minors; `days` by candidate."""
    result = np.zeros(len(found), np.bool_)
    kinds, view = scene.plan.catalogue.kinds, scene.batch.view
    category = [scene.plan.patterns[kind].category for kind in found.kind.tolist()]
    births = np.array([each == "birth_date" for each in category], np.bool_)
    names = np.array([each == "person_name" for each in category], np.bool_)
    numbers = np.array([kinds[kind] in ages.ID_KINDS for kind in found.kind.tolist()], np.bool_)
    low_of, high_of = scene.lines(found.start)
    day_of = {int(low_of[row]): day for row, day in days.items()}
    in_table = scene.tables.cell(found.start, found.end) >= 0
    told = [row for row in np.flatnonzero(numbers | births).tolist() if int(low_of[row]) in day_of]
    for place in told:
        if not _young(view[found.start[place] : found.end[place]], bool(births[place]), day_of[int(low_of[place])]):
            continue
        line = np.flatnonzero(low_of == low_of[place])
        alike = [row for row in told if births[row] == births[place] and row in line]
        floor = max((int(found.end[row]) for row in alike if row < place), default=-1)
        near = [
            r for r in line.tolist() if r <= place and found.end[r] >= found.start[place] - ages.REACH and found.start[r] >= floor
        ]
        result[[row for row in near if not names[row]]] = True
        result[[row for row in near if names[row]][-1:]] = True
        if len(alike) == 1:
            result[line] |= in_table[line]
    for row in np.flatnonzero(among & ~result).tolist():
        start, end = int(found.start[row]), int(found.end[row])
        if names[row] and in_table[row]:
            [age] = under(scene, scene.tables.cell(found.start[[row]], found.end[[row]]).tolist(), ages._AGE_HEADER)
            result[row] = age is not None and ages._CHILD.match(age) is not None
        if births[row]:
            result[row] = _young(view[start:end], True, days[row])
        elif not result[row]:
            result[row] = ages._AGE.match(scene.text(end, min(end + ages.BEHIND, int(high_of[row])))) is not None
    return result & among


def _young(value: bytes, birth: bool, today: date) -> bool:
    digits = compact(value)
    text = value if birth else digits[:1] + digits[1:].translate(ages._MISREAD)
    match = ages._DATE.search(text.decode("utf-8", "ignore")) if birth else ages._BIRTH.match(text)
    if match is None:
        return False
    year, month, day = (int(part or 1) for part in match.groups())
    return (today.year, today.month, today.day) < (year + ages.FULL_AGE, month, day)


def agree(scene: Scene, found: Candidates, document: Ints, action: Ints) -> Ints:
    """The actions that engine.examine.agree leaves."""
    action, rows = action.copy(), dict[tuple[int, bytes], list[int]]()
    category = [scene.plan.patterns[kind].category for kind in found.kind.tolist()]
    for row, each in enumerate(category):
        if each in ("id_number", "bank_account", "phone", "email", "person_name"):
            value = compact(scene.batch.view[found.start[row] : found.end[row]])
            rows.setdefault((int(document[row]), value), []).append(row)
    role = scene.batch.role[np.searchsorted(scene.batch.segments, found.start, "right") - 1]
    for same in rows.values():
        seen = {int(action[row]) for row in same}
        if len(seen) > 1 and MASK in seen:
            office = category[same[0]] == "phone" and KEEP in seen
            leader = next(row for row in same if action[row] == (KEEP if office else MASK))
            for row in same:
                if category[row] != "person_name" or (role[row] and not role[leader]):
                    action[row] = action[leader]
    return action
