"""Replacements as columns: joined, taken, and led back to where they come from."""

from __future__ import annotations

import numpy as np
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.engine.replacements import Replacements
from deident.model import SourceMap

ROWS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.text("*某", max_size=2), st.integers(0, 3)), max_size=8)


def columns(rows: Replacements) -> list[tuple[int, int, str, int]]:
    return list(zip(*(column.tolist() for column in rows), strict=True))


@given(ROWS, ROWS)
@many
def test_rows_and_columns(first: list[tuple[int, int, str, int]], second: list[tuple[int, int, str, int]]) -> None:
    both = Replacements.join([Replacements.rows(first), Replacements.rows(second)])
    assert columns(both) == first + second
    chosen = both.document == 1
    assert columns(both.take(chosen)) == [row for row in first + second if row[3] == 1]


def test_through_a_map() -> None:
    map = SourceMap(np.array([0, 4]), np.array([100, 200]), np.array([4, 9]), 8)  # four bytes as they are, four for nine
    low, high = Replacements.rows([(1, 3, "*", 0), (2, 6, "*", 0), (2, 2, "*", 0)]).through(map)
    assert low.tolist() == [101, 102, 102]
    assert high.tolist() == [103, 209, 102]  # what only inserts stays a place
