"""A date that repeats the birth date inside an ID number on the same line is that person's birth date, whatever is said.

钟某，430104190204209924，1902-04-20，家住…
"""

from __future__ import annotations

import re

import numpy as np

from deident.matching.scene import Scene
from deident.matching.tokens import compact
from deident.model import Candidates

ID_KINDS = ("resident_id", "resident_id_precision_lost", "hk_mo_tw_residence_permit")
_DATE = re.compile(
    rb"(?<![0-9])((?:18|19|20)[0-9]{2})(?:[-./]|\xe5\xb9\xb4)([0-9]{1,2})(?:[-./]|\xe6\x9c\x88)([0-9]{1,2})(?:\xe6\x97\xa5)?(?![0-9])"
)


def find(scene: Scene, found: Candidates) -> Candidates:
    """Birth dates beside the IDs that were found."""
    kinds = scene.plan.catalogue.kinds
    wanted = [kinds.index(kind) for kind in ID_KINDS if kind in kinds]
    if "birth_date" not in kinds or not wanted:
        return Candidates.none()
    birth = kinds.index("birth_date")
    view = scene.batch.view
    rows: list[tuple[int, int, int, float]] = []
    ids = np.flatnonzero(np.isin(found.kind, wanted))
    lows, highs = scene.lines(found.start[ids])
    for row, line_low, line_high in zip(ids.tolist(), lows.tolist(), highs.tolist(), strict=True):
        start, end = int(found.start[row]), int(found.end[row])
        number = compact(view[start:end])
        for date in _DATE.finditer(view, max(line_low, start - 300), min(line_high, end + 300)):
            if number[6:14] == date[1] + date[2].rjust(2, b"0") + date[3].rjust(2, b"0"):
                rows.append((date.start(), date.end(), birth, 0.95))
    return Candidates.rows(rows)
