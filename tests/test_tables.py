"""Cells, columns and headers of the canonical text, against a plain reading of its lines."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from generated import HEADERS, few, many
from hypothesis import given
from hypothesis import strategies as st

from deident.engine.examine import Examiner
from deident.engine.texts import encoded, joined
from deident.matching.scene import Scene, look

CELLS = st.sampled_from([*HEADERS, "", " ", "鲁定国", "110105190001010010", "13800001234", "1", "张", "12345678901234567890"])
LINES = st.lists(CELLS, min_size=1, max_size=6).map("\t".join)
TEXTS = st.lists(LINES, max_size=8).map("\n".join)


@cache
def examiner() -> Examiner:
    return Examiner.build("gov-publish", None, "auto", ())


def scene(*texts: str) -> Scene:
    made = examiner()
    return look(made.plan, made.matcher, made.words, made.headers, joined(list(encoded(texts))))


def kind(number: int) -> str:
    return examiner().plan.patterns[number].id if number >= 0 else ""


@many
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_cells_are_what_stands_between_tabs(texts: list[str]) -> None:
    seen = scene(*texts)
    view, expected, at = seen.batch.view, [], 0
    for line in re.split(rb"[\n\0]", view):
        if b"\t" in line:
            place = at
            for column, cell in enumerate(line.split(b"\t")):
                expected.append((place, place + len(cell), column))
                place += len(cell) + 1
        at += len(line) + 1
    cells = seen.tables
    assert list(zip(cells.start.tolist(), cells.end.tolist(), cells.column.tolist(), strict=True)) == expected
    for start, end, _ in expected:
        if start < end:
            assert cells.cell(np.array([start]), np.array([end])).tolist() == [expected.index((start, end, _))]
    document = np.searchsorted(seen.batch.segments, cells.start, "right")
    assert all(len(set(document[cells.table == table].tolist())) == 1 for table in set(cells.table.tolist())), "one text's table"
    assert len(cells.kinds) == len(set(cells.table.tolist()))


@few
@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_a_table_is_read_the_same_alone_and_among_others(texts: list[str]) -> None:
    together = scene(*texts).tables
    alone = [scene(one).tables for one in texts]
    for name in ("column", "kind", "head", "heads", "header"):
        assert np.concatenate([getattr(one, name) for one in alone]).tolist() == getattr(together, name).tolist(), name


def test_headers_announce_what_stands_below() -> None:
    cells = scene("名单\n序号\t姓名\t身份证号\t联系电话\n1\t鲁定国\t110105190001010010\t13800001234\n2\t\t\t\n").tables
    assert [kind(k) for k in cells.kind[4:8].tolist()] == ["", "person_name", "resident_id", "mobile"]
    assert [kind(k) for k in cells.kind[8:12].tolist()] == ["", "person_name", "resident_id", "mobile"]
    assert cells.header.tolist() == [True] * 4 + [False] * 8


def test_a_form_has_its_keys_beside() -> None:
    cells = scene("姓名\t鲁定国\t身份证号\t110105190001010010").tables
    assert kind(int(cells.kind[3])) == "resident_id"


def test_no_table() -> None:
    cells = scene("一行\n又一行").tables
    assert len(cells.start) == 0
    assert cells.cell(np.array([0]), np.array([3])).tolist() == [-1]
