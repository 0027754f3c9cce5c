"""The best legal row of tags, against all rows."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.tagger.decode import Path

TAGS = ("O", "B-a", "I-a", "E-a", "S-a", "B-b", "I-b", "E-b", "S-b")


def legal(row: tuple[str, ...]) -> bool:
    """Spans are opened, gone on with and closed with one label."""
    inside = ""
    for tag in row:
        place, label = tag[0], tag[2:]
        if (place in "IE") != bool(inside) or (inside and label != inside):
            return False
        inside = label if place in "BI" else ""
    return not inside


@st.composite
def problems(draw: st.DrawFn) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    tags = TAGS[: draw(st.sampled_from([5, 9]))]
    wide = draw(st.integers(1, 4 if len(tags) == 5 else 3))
    lengths = draw(st.lists(st.integers(1, wide), min_size=1, max_size=3))
    seed = draw(st.integers(0, 2**32 - 1))
    scores = np.log(np.random.default_rng(seed).dirichlet(np.full(len(tags), 0.7), (len(lengths), wide)) + 1e-6)
    return tags, scores.astype(np.float32), np.array(lengths, np.int64)


@many
@given(problems())
def test_it_is_the_best_of_all_legal_rows(problem: tuple[tuple[str, ...], np.ndarray, np.ndarray]) -> None:
    tags, scores, lengths = problem
    found = Path(tags).best(scores, lengths)
    for row, length in enumerate(lengths.tolist()):
        rows = [one for one in product(range(len(tags)), repeat=length) if legal(tuple(tags[n] for n in one))]
        values = [float(scores[row, np.arange(length), list(one)].sum()) for one in rows]
        best = tuple(found[row, :length].tolist())
        assert best in rows
        assert float(scores[row, np.arange(length), list(best)].sum()) == pytest.approx(max(values), abs=1e-3)
        assert not found[row, length:].any()


@many
@given(problems())
def test_spans_are_those_of_the_best_rows(problem: tuple[tuple[str, ...], np.ndarray, np.ndarray]) -> None:
    tags, scores, lengths = problem
    path = Path(tags)
    best = path.best(scores, lengths)
    expected = []
    for row, length in enumerate(lengths.tolist()):
        start = 0
        for at in range(length):
            tag = tags[best[row, at]]
            start = at if tag[0] in "BS" else start
            if tag[0] in "ES":
                expected.append((row, start, at + 1, tag[2:]))
    spans = list(path.spans(scores, lengths))
    assert [span[:4] for span in spans] == expected
    assert all(0 < sure <= 1.001 for *_, sure in spans)


def test_no_rows() -> None:
    assert list(Path(TAGS).spans(np.zeros((0, 3, 9), np.float32), np.zeros(0, np.int64))) == []


@many
@given(problems())
def test_a_row_of_best_tags_that_is_legal_needs_no_search(problem: tuple[tuple[str, ...], np.ndarray, np.ndarray]) -> None:
    tags, scores, lengths = problem
    path = Path(tags)
    greedy = scores.argmax(2).astype(np.int16)
    for row, length in enumerate(lengths.tolist()):
        own = greedy[row : row + 1].copy()
        own[0, length:] = 0
        assert path._legal(own, lengths[row : row + 1]).tolist() == [legal(tuple(tags[n] for n in own[0, :length]))]
        if path._legal(own, lengths[row : row + 1])[0]:
            assert path.best(scores[row : row + 1], lengths[row : row + 1]).tolist() == own.tolist()
