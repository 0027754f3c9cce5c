"""Many edits written at once are the edits written one by one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from formats.map_pieces import PIECE, built
from hypothesis import given, settings
from hypothesis import strategies as st

from deident.errors import InputError
from deident.formats.splice import Change, apply, changes
from deident.model import Edit, SourceMap
from deident.text.charset import encode
from deident.text.maps import MapBuilder

SIZE = 40


@st.composite
def maps(draw: st.DrawFn) -> SourceMap:
    """Any map into a source of SIZE bytes, its pieces in any order and shared at will."""
    builder = MapBuilder()
    built(builder, draw(st.lists(PIECE, max_size=9)))
    return builder.finish()[1]


def plain(map: SourceMap, edits: list[Edit]) -> list[Change]:
    """What `changes` means, in plain words."""
    wanted = []
    for number, (start, end, new) in enumerate(edits):
        for place, (low, high) in enumerate(map.ranges(start, end) if start < end else ()):
            wanted.append((low, -high, number, b"" if place else new.encode()))
    result: list[Change] = []
    last = 0
    for start, minus, _, text in sorted(wanted, key=lambda one: one[:3]):
        if -minus > last:
            result.append((max(start, last), -minus, text))
            last = -minus
    return result


@settings(max_examples=500, deadline=None)
@given(maps(), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["", "*", "某某"])), max_size=6))
def test_all_at_once_is_one_by_one(map: SourceMap, wanted: list[tuple[int, int, str]]) -> None:
    edits = [Edit(min(a, b, map.size), min(max(a, b), map.size), new) for a, b, new in wanted]
    done = changes(map, edits, lambda text, _: encode(text, "utf-8"))
    assert done == plain(map, edits)
    assert all(a[1] <= b[0] for a, b in pairwise(done))
    assert apply(b"x" * SIZE, []) == b"x" * SIZE


def test_places_of_another_batch() -> None:
    with pytest.raises(InputError, match="edit 1 covers 2:9"):
        changes(SourceMap.identity(5), [Edit(0, 1, ""), Edit(2, 9, "")], lambda text, _: text.encode())


def test_encode_learns_where_the_text_goes() -> None:
    map = SourceMap(np.array([0, 3]), np.array([10, 20]), np.array([3, 3]), 6)
    assert changes(map, [Edit(1, 5, "a"), Edit(5, 6, "b")], lambda text, at: f"{text}{at}".encode()) == [
        (11, 13, b"a11"), (20, 22, b""), (22, 23, b"b22"),
    ]  # fmt: skip
