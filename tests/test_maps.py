"""Maps put together behave byte for byte as the maps they were made of."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deident.model import SourceMap
from deident.text.maps import MapBuilder, compose, concat, cut, empty, shift

Piece = tuple[str, int, int]  # how, view length, source width
PIECES = st.lists(st.tuples(st.sampled_from(["copy", "atomic", "insert"]), st.integers(1, 6), st.integers(1, 6)), max_size=8)


def build(pieces: list[Piece], gap: int = 0) -> tuple[SourceMap, int]:
    """A map of these pieces, each `gap` source bytes after the one before; and the size of its source."""
    builder, at = MapBuilder(), 0
    for how, length, width in pieces:
        if how == "copy":
            builder.copy(at, b"c" * length)
            at += length + gap
        elif how == "atomic":
            builder.atomic(at, width, b"a" * length)
            at += width + gap
        else:
            builder.insert(b"i" * length)
    view, map = builder.finish()
    assert len(view) == map.size == builder.size
    return map, at


def behind(map: SourceMap) -> list[tuple[int, int] | None]:
    """For every view byte its source range, None for an inserted one: the meaning of a map, spelled out."""
    result: list[tuple[int, int] | None] = []
    for length, source, width in zip(map.lengths().tolist(), map.source.tolist(), map.width.tolist(), strict=True):
        for place in range(length):
            exact = length == width
            result.append(None if not width else (source + place, source + place + 1) if exact else (source, source + width))
    assert len(result) == map.size
    return result


def test_adjacent_exact_pieces_are_one() -> None:
    builder = MapBuilder()
    builder.copy(5, b"ab")
    builder.copy(7, b"cd")
    builder.copy(10, b"e")
    view, map = builder.finish()
    assert view == b"abcde"
    assert map.view.tolist() == [0, 4]
    assert map.source.tolist() == [5, 10]


def test_atomic_of_equal_width_stays_atomic() -> None:
    builder = MapBuilder()
    builder.atomic(3, 5, b"12345")  # &acE; is five bytes and stands for five
    builder.copy(8, b"z")
    _, map = builder.finish()
    assert [map.ranges(i, i + 1) for i in range(5)] == [[(3, 8)]] * 5
    assert map.ranges(0, 6) == [(3, 9)]


def test_empty() -> None:
    assert MapBuilder().finish()[0] == concat([])[0] == b""
    for map in (empty(), MapBuilder().finish()[1], concat([])[1], compose(empty(), empty())):
        assert (map.view.tolist(), map.source.tolist(), map.width.tolist(), map.size) == ([0], [0], [0], 0)
        assert map.ranges(0, 0) == []


def test_ranges_of_a_cell_break_leave_it_out() -> None:
    builder = MapBuilder()
    builder.copy(4, b"138")
    builder.insert(b"\t")
    builder.copy(20, b"0000")
    assert builder.finish()[1].ranges(0, 8) == [(4, 7), (20, 24)]


@given(PIECES, PIECES, st.integers(0, 3))
def test_compose_is_one_map_after_the_other(outer_pieces: list[Piece], inner_pieces: list[Piece], gap: int) -> None:
    outer, middle = build(outer_pieces, 0)
    inner, _ = build([*inner_pieces, ("copy", middle, 1)] if middle else inner_pieces, gap)
    meant = behind(inner)
    composed = behind(compose(outer, inner))
    for expected, actual in zip(behind(outer), composed, strict=True):
        sources = [one for one in meant[slice(*expected)] if one] if expected else []
        if not sources:
            assert actual is None
        else:
            assert actual == (min(low for low, _ in sources), max(high for _, high in sources))


@given(PIECES, PIECES, PIECES)
def test_compose_is_associative(a: list[Piece], b: list[Piece], c: list[Piece]) -> None:
    one, middle = build(a)
    two, inner = build([*b, ("copy", middle + 1, 1)])
    three, _ = build([*c, ("copy", inner + 1, 1)])
    assert behind(compose(compose(one, two), three)) == behind(compose(one, compose(two, three)))


@given(PIECES, st.data())
def test_cut(pieces: list[Piece], data: st.DataObject) -> None:
    map, _ = build(pieces)
    start = data.draw(st.integers(0, map.size))
    end = data.draw(st.integers(start, map.size))
    assert behind(cut(map, start, end)) == behind(map)[start:end]


@given(PIECES, PIECES, st.integers(0, 99))
def test_concat_shift_extend(a: list[Piece], b: list[Piece], by: int) -> None:
    one, two = build(a)[0], shift(build(b)[0], by)
    view, joined = concat([(b"x" * one.size, one), (b"y" * two.size, two)])
    assert view == b"x" * one.size + b"y" * two.size
    builder = MapBuilder()
    builder.extend(b"x" * one.size, one)
    builder.extend(b"y" * two.size, two)
    assert behind(builder.finish()[1]) == behind(joined) == behind(one) + behind(two)
    assert [r and (r[0] - by, r[1] - by) for r in behind(two)] == behind(build(b)[0])


def test_compose_is_vectorised() -> None:
    count = 200_000
    ones = np.arange(count, dtype=np.int64)
    inner = SourceMap(ones * 3, ones * 2, np.full(count, 2, np.int64), count * 3)  # GBK
    outer = SourceMap(ones * 3, ones * 3, np.full(count, 3, np.int64), count * 3)
    composed = compose(outer, inner)
    assert composed.source.tolist() == inner.source.tolist()
