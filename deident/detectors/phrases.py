"""Telling phrases: 患2型糖尿病伴肾病, 肢体二级, 丧偶, 其妻, 欠信用社贷款6万元, 2019年因盗窃罪服刑.

A word of a `phrase` pattern is a literal of the one pass; the pattern's `lead` and `tail` take what belongs to it.  It counts where
it is bound to a person (`bound.py`).  Phrases of a kind that touch, or are joined by a sign or 及, are one; names inside are left
out, for they are findings of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import regex

from deident.detectors import bound
from deident.detectors.seen import Seen
from deident.matching.scene import Scene
from deident.model import SENTENCES, Candidates, Ints

REACH = 150  # bytes before and behind a word that a phrase may take
_JOINT = regex.compile("[、及和伴并与,(（ ]?")
NAMES = ("person_name", "official_name")

Row = tuple[int, int, int, int]  # start, end, kind, points


def find(scene: Scene, known: Candidates) -> Candidates:
    """Candidates of all `phrase` patterns, given what else was found (whose names, numbers and ages speak for a person)."""
    plan = scene.plan
    chosen = np.isin(scene.events.rule, list(plan.phrases))
    rules, ends = scene.events.rule[chosen], scene.events.end[chosen]
    segment = np.searchsorted(scene.batch.segments, ends - 1, "right") - 1
    seen = np.isin(scene.batch.role[segment], SENTENCES) if len(ends) else np.zeros(0, np.bool_)
    rules, ends = rules[seen], ends[seen]
    if not len(ends):
        return Candidates.none()
    look = Seen.of(scene.characters)
    low, high = bound.sentences(scene, look, ends - 1)
    numbers, back = np.unique(rules, return_inverse=True)
    least = np.array([min(told.need for told in plan.phrases[rule]) for rule in numbers.tolist()], np.int64)[back.reshape(-1)]
    points = bound.points(scene, known, look, low, high, least)
    told = np.flatnonzero(points >= least)
    rows = list(_read(scene, rules[told].astype(np.int64), ends[told], low[told], high[told], points[told]))
    return Candidates.rows(
        [(a, b, kind, 0.5 + 0.03 * min(p, 12)) for a, b, kind, p in _apart(scene, known, _joined(scene, rows))]
    )


def _read(scene: Scene, rules: Ints, ends: Ints, low: Ints, high: Ints, points: Ints) -> Iterator[Row]:
    """The phrases around words."""
    view = scene.batch.view
    for rule, end, first, last, sure in zip(*(part.tolist() for part in (rules, ends, low, high, points)), strict=True):
        for told in scene.plan.phrases[rule]:
            if sure < told.need:
                continue
            start, stop = end - told.size, end
            if told.tail:
                match = told.tail.match(view[end : min(last, end + REACH)].decode("utf-8", "ignore"))
                if not match:
                    continue
                stop += len(match[0].encode())
            if told.lead:
                text = view[max(first, start - REACH) : start].decode("utf-8", "ignore")
                before = told.lead.match(text)
                if not before:
                    continue
                start -= len(before[0].encode())
            yield start, stop, told.kind, sure


def _joined(scene: Scene, rows: list[Row]) -> list[Row]:
    """Phrases of a kind that overlap, touch or are joined, as one."""
    out: list[Row] = []
    for start, end, kind, sure in sorted(rows, key=lambda row: (row[2], row[0], -row[1])):
        if out and out[-1][2] == kind and start - out[-1][1] <= 3:
            first, last, _, before = out[-1]
            if start <= last or _JOINT.fullmatch(scene.text(last, start)):
                out[-1] = (first, max(end, last), kind, max(sure, before))
                continue
        out.append((start, end, kind, sure))
    return out


def _apart(scene: Scene, known: Candidates, rows: list[Row]) -> Iterator[Row]:
    """The rows without names in them: the longest piece that is left."""
    kinds = scene.plan.catalogue.kinds
    names = known.take(np.isin(known.kind, [kinds.index(name) for name in NAMES if name in kinds]))
    order = np.argsort(names.start, kind="stable")
    first, last = names.start[order], np.maximum.accumulate(names.end[order]) if len(order) else names.end
    for start, end, kind, sure in rows:
        at = int(np.searchsorted(last, start, "right"))
        pieces, begin = [], start
        while at < len(first) and first[at] < end:
            pieces.append((begin, int(first[at])))
            begin = max(begin, int(last[at]))
            at += 1
        pieces.append((begin, end))
        low, high = max(pieces, key=lambda piece: piece[1] - piece[0])
        if high - low >= 3:
            yield low, high, kind, sure
