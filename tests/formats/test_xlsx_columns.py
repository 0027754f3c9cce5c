"""What is done with whole columns of a workbook is what is done cell by cell, edit by edit."""

from __future__ import annotations

import random
import re
from itertools import pairwise

import numpy as np
import pytest
from formats.map_pieces import PIECE, built
from formats.xlsx_files import book
from hypothesis import given, settings
from hypothesis import strategies as st

from deident.formats import LIMITS, document
from deident.formats.document import Assembly
from deident.formats.office.steps import forward
from deident.formats.splice import Columns, columns
from deident.formats.xlsx.document import XlsxDocument
from deident.formats.xlsx.layout import lay
from deident.formats.xlsx.middle import decoded
from deident.formats.xlsx.sheet import _ROUGH, Sheet
from deident.formats.xlsx.strings import TELLING
from deident.model import Edit, SourceMap
from deident.text.maps import MapBuilder

NEW = st.sampled_from(["", "*", "某某"])


def edits_of(wanted: list[tuple[int, int, str]], size: int) -> list[Edit]:
    return [Edit(min(a, b, size), min(max(a, b), size), new) for a, b, new in wanted]


def rows(found: Columns) -> list[tuple[int, int, str]]:
    return list(zip(found.start.tolist(), found.end.tolist(), found.new, strict=True))


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECE, max_size=9), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), NEW), max_size=6))
def test_edits_are_cut_where_the_source_goes_backwards(
    pieces: list[tuple[str, int, int, int]], wanted: list[tuple[int, int, str]]
) -> None:
    builder = MapBuilder()
    built(builder, pieces)
    map = builder.finish()[1]
    real = [
        (view, source)
        for view, source, width in zip(map.view.tolist(), map.source.tolist(), map.width.tolist(), strict=True)
        if width
    ]
    breaks = [view for (_, before), (view, source) in pairwise(real) if source < before]
    edits, expected = edits_of(wanted, map.size), []
    for start, end, new in edits:
        places = [start, *(place for place in breaks if start < place < end), end]
        expected += [(low, high, "" if number else new) for number, (low, high) in enumerate(pairwise(places))]
    assert rows(forward(map, columns(edits))) == expected


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.lists(PIECE, max_size=5), st.lists(PIECE, max_size=3)), max_size=4))
def test_large_maps_are_put_aside_as_they_are(
    wanted: list[tuple[list[tuple[str, int, int, int]], list[tuple[str, int, int, int]]]],
) -> None:
    seen = []
    for large in (0, 2, 1000):
        out = Assembly(LIMITS)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(document, "_LARGE", large)
            for pieces, after in wanted:
                inner = MapBuilder()
                built(inner, pieces)
                out.extend(*inner.finish())
                built(out, after)
        view, map = out.finish()
        seen.append((view, map.view.tolist(), map.source.tolist(), map.width.tolist(), map.size))
    assert seen[0] == seen[1] == seen[2]


SHOWN = XlsxDocument(
    book(
        '<row r="1"><c r="A1" s="1"><v>32939</v></c><c r="B1"><v>1.3800138E10</v></c><c r="C1"><v>7</v></c></row>'
        '<row r="2"><c r="A2" t="str"><v>张三</v></c><c r="B2"><v> 张三 </v></c><c r="C2" s="1"><v>32940.5</v></c></row>'
    )
)


def anew(view: bytes, low: int, high: int, edits: list[Edit]) -> str:
    text, place = "", low
    for start, end, new in sorted(edits, key=lambda one: (one.start, -one.end)):
        if end > place:
            text += view[place : max(place, start)].decode("utf-8", "replace") + (new if start >= place else "")
            place = end
    return text + view[place:high].decode("utf-8", "replace")


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 12), NEW), max_size=6))
def test_shown_cells_change_as_a_whole(wanted: list[tuple[int, int, str]]) -> None:
    view = SHOWN.batch().view
    edits = edits_of([(start, start + length, new) for start, length, new in wanted], len(view))
    held: dict[tuple[int, int], list[Edit]] = {}
    for edit in edits:
        for low, high in SHOWN.shown.T.tolist():
            if low <= edit.start < high:
                held.setdefault((low, high), []).append(edit)
    whole = {cell: own for cell, own in held.items() if len(own) > 1 or own[0][:2] != cell}
    expected = [tuple(edit) for edit in edits if not any(edit in own for own in whole.values())]
    expected += [(*cell, anew(view, *cell, own)) for cell, own in whole.items()]
    assert sorted(rows(SHOWN._whole(columns(edits)))) == sorted(expected)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["\t", "\n", "\r", "\0", "a", "张", "&amp;", "&#10;", "_x000D_", "_x0041_", "_", "&"])))
def test_blanks_are_spaces(pieces: list[str]) -> None:
    view, map = decoded("".join(pieces).encode())
    assert not re.search(rb"[\t\r\n\0]", view) and map.size == len(view)
    plain = {"\t": " ", "\n": " ", "\r": " ", "\0": " ", "&amp;": "&", "&#10;": " ", "_x000D_": " ", "_x0041_": "A"}
    if not re.search(r"_x|&(?!amp;|#10;)", re.sub("_x000D_|_x0041_", "", "".join(pieces))):
        assert view.decode() == "".join(plain.get(piece, piece) for piece in pieces)


@given(st.lists(st.sampled_from([b"0", b"12345678", b".", b"@", b"&", b"#", b"\xe5", b'"', b" ", b"7", b">"])))
def test_what_tells_is_found_in_the_rough(pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    rough = text.translate(_ROUGH)
    assert not TELLING.search(text) or b"@" in rough or b"00000000" in rough


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 6), st.integers(1, 3)), unique_by=lambda one: one[:2], max_size=12),
    st.randoms(use_true_random=False),
)
def test_cells_in_any_order(cells: list[tuple[int, int, int]], chance: random.Random) -> None:
    """Pieces of a cell: as many as the third number says, each of its own letter."""
    middle = bytes(range(33, 33 + 36))
    texts = []
    for order in (sorted(cells), chance.sample(sorted(cells), len(cells))):
        number = [sorted(cells).index(one) * 3 for one in order]
        at = [first + place for first, (_, _, count) in zip(number, order, strict=True) for place in range(count)]
        first = np.cumsum([0, *(count for _, _, count in order)])[:-1]
        row, column = (np.array([one[side] for one in order], np.int64) for side in (0, 1))
        page = Sheet("", row, column, first, np.array(at, np.int64), np.ones(len(at), np.int64), np.zeros(len(at), np.bool_))
        text = lay(page, middle, (0, 2))
        texts.append([column.tolist() if isinstance(column, np.ndarray) else column for column in flat(text.map, *text)])
    assert texts[0] == texts[1]


def flat(map: SourceMap, view: bytes, _: SourceMap, *more: object) -> tuple[object, ...]:
    return view, map.view, map.source, map.width, map.size, *more
