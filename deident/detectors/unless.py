"""What findings are not: 防褥疮床垫, 精神病鉴定, 住房和城市更新局; by the `unless` tables of their pattern, whoever found them, unless a tagger
is sure: it has read the sentence, the tables know a few words."""

from __future__ import annotations

import numpy as np

from deident.matching.scene import Scene
from deident.model import Bools, Candidates, Ints

NEAR = 60  # bytes before and behind a finding that are read
LINE = 900  # bytes of its line
SURE = 0.85  # score from which a tagger's finding is not asked


def without(scene: Scene, found: Candidates, said: Candidates) -> Candidates:
    """The candidates without those that an `unless` excuses; `said`: what a tagger found."""
    excuses = scene.plan.unless
    asked = np.isin(found.kind, list(excuses))
    if len(said):
        sure = said.take(said.score >= SURE)
        asked &= ~np.isin(_places(found), _places(sure))
    rows = np.flatnonzero(asked)
    if not len(rows):
        return found
    keep: Bools = np.ones(len(found), np.bool_)
    low, high = scene.lines(found.start[rows])
    columns = (rows, found.kind[rows], found.start[rows], found.end[rows], low, high)
    for row, kind, start, end, first, last in zip(*(column.tolist() for column in columns), strict=True):
        value, before, behind = (
            scene.text(start, end), scene.text(max(start - NEAR, first), start), scene.text(end, min(end + NEAR, last))
        )  # fmt: skip
        for whole, left, right, line in excuses[kind]:
            if (
                (whole is None or whole.fullmatch(value))
                and (left is None or left.search(before))
                and (right is None or right.match(behind))
                and (line is None or line.search(scene.text(max(first, start - LINE), min(last, end + LINE))))
            ):
                keep[row] = False
                break
    return found if keep.all() else found.take(keep)


def _places(found: Candidates) -> Ints:
    """Where each candidate stands and of which kind it is, as one number."""
    places: Ints = (found.start << 24 | np.minimum(found.end - found.start, 0xFFFF) << 8) + found.kind
    return places
