"""A date that repeats the birth date inside an ID number on the same line is that person's birth date, whatever is said.

钟某，430104190204209924，1902-04-20，家住…
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from deident.matching.scene import Scene
from deident.matching.tokens import compact
from deident.model import Bools, Candidates, Ints

ID_KINDS = ("resident_id", "resident_id_precision_lost", "hk_mo_tw_residence_permit")
NEAR = 300  # bytes of the line before and behind the number
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
    ids = np.flatnonzero(np.isin(found.kind, wanted))
    lows, highs = scene.lines(found.start[ids])
    lows, highs = np.maximum(lows, found.start[ids] - NEAR), np.minimum(highs, found.end[ids] + NEAR)
    view, rows = scene.batch.view, list[tuple[int, int, int, float]]()
    likely = _likely(scene, found.start[ids], lows, highs)
    for row, low, high in zip(ids[likely].tolist(), lows[likely].tolist(), highs[likely].tolist(), strict=True):
        number = compact(view[found.start[row] : found.end[row]])
        for date in _DATE.finditer(view, low, high):
            if number[6:14] == date[1] + date[2].rjust(2, b"0") + date[3].rjust(2, b"0"):
                rows.append((date.start(), date.end(), birth, 0.95))
    return Candidates.rows(rows)


def _likely(scene: Scene, starts: Ints, lows: Ints, highs: Ints) -> Bools:
    """Which numbers have the year in them once more between `lows` and `highs`, before a sign of a date: only there is it worth reading.
    A number with signs between its digits may have."""
    digits = scene.buffer.after(starts, 14)
    likely: Bools = np.any((digits < 48) | (digits > 57), axis=1)
    code = np.frombuffer(scene.batch.view, np.uint8)
    signs = np.flatnonzero((code[4:] - 45 < 3) | (code[4:] == 0xE5)) + 4  # - . / and the first byte of 年
    signs = signs[code[signs - 1] - 48 < 10]
    years = scene.buffer.before(signs, 4)
    plain = np.all(years - 48 < 10, axis=1)
    signs, said = signs[plain], _as_one(years[plain])
    own = _as_one(digits[:, 6:10])
    first, last = np.searchsorted(signs, lows + 4), np.searchsorted(signs, highs)
    counts = np.maximum(last - first, 0)
    pair = np.repeat(np.arange(len(starts)), counts)
    sign = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    likely[pair[own[pair] == said[sign]]] = True
    return likely


def _as_one(four: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Four bytes as one number, (n,)."""
    return np.ascontiguousarray(four).view(np.uint32)[:, 0]
