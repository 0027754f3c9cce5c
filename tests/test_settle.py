"""Overlaps against brute force: take the best, drop what overlaps it, go on."""

from __future__ import annotations

import numpy as np
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.detectors import settle
from deident.model import Candidates

Row = tuple[int, int, int, float]
rows = st.lists(
    st.builds(lambda start, size, kind, score: (start, start + size, kind, score / 4), st.integers(0, 40), st.integers(1, 12),
              st.integers(0, 3), st.integers(0, 3)),
    max_size=25,
)  # fmt: skip
RANKS = np.array([50, 90, 50, 20], np.int64)


def brute(candidates: list[Row]) -> list[Row]:
    kept: list[Row] = []
    for row in sorted(candidates, key=lambda r: (-int(RANKS[r[2]]), r[0] - r[1], -r[3], r[0])):
        if all(row[1] <= other[0] or other[1] <= row[0] for other in kept):
            kept.append(row)
    return sorted(kept)


@many
@given(rows)
def test_settle(candidates: list[Row]) -> None:
    chosen = settle(Candidates.rows(candidates), RANKS)
    kept = [candidates[i] for i in chosen.tolist()]
    starts = [row[0] for row in kept]
    assert starts == sorted(starts)
    assert [row[:2] for row in kept] == [row[:2] for row in brute(candidates)]
    assert [(RANKS[row[2]], row[3]) for row in kept] == [(RANKS[row[2]], row[3]) for row in brute(candidates)]


def test_none_and_one() -> None:
    assert settle(Candidates.none(), RANKS).tolist() == []
    assert settle(Candidates.rows([(3, 5, 0, 0.5)]), RANKS).tolist() == [0]
