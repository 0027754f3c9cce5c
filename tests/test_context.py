"""What stands around a place, and that nothing beyond the borders of a text ever counts."""

from __future__ import annotations

import numpy as np
import pytest
from generated import few, texts
from hypothesis import given
from hypothesis import strategies as st
from test_tables import examiner, scene

from deident.engine import Scanner

Row = tuple[int, int, str, str, str, float]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def rows(scanner: Scanner, several: list[str]) -> list[list[Row]]:
    found: list[list[Row]] = [[] for _ in several]
    for f in scanner.scan_texts(several):
        found[f.text].append((f.start, f.end, f.kind, f.action, f.rule, f.score))
    return found


@few
@given(several=st.lists(texts, min_size=2, max_size=6))
def test_a_text_is_judged_the_same_alone_and_among_others(scanner: Scanner, several: list[str]) -> None:
    alone = [[(f.start, f.end, f.kind, f.action, f.rule, f.score) for f in scanner.scan(one)] for one in several]
    assert rows(scanner, several) == alone


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("联系电话", "073135506064"), ("监督电话：", "13800001234"), ("身份证", "电话13800001234"), ("13800001234", "（电话）"),
        ("0731 75506029", "０７３１ ６５５０６７１６"), ("", "400-000-0000"), ("0851-85550101", "13800001234"), ("姓名\t电话", "1\t13800001234"),
        ("1101051900010100101101051900010100100", "520000110105190001010010"), ("举报电话", "手机：13800001234"), ("1", "12345"),
    ],
)  # fmt: skip
def test_nothing_leaks_over_a_border(scanner: Scanner, before: str, text: str) -> None:
    alone = rows(scanner, [before]) + rows(scanner, [text])
    assert rows(scanner, [before, text]) == alone
    assert rows(scanner, [text, before]) == alone[::-1]


def test_one_line_break_may_stand_between_a_cue_and_its_value() -> None:
    for text, expected in (("银行卡号\n6217000000", True), ("银行卡号\n\n6217000000", False)):
        seen = scene(text)
        start = len(text.encode()) - 10
        kind = examiner().plan.catalogue.number("bank_account")
        calls = seen.around(np.array([start]), np.array([start + 10])).calls(np.array([start]), np.array([start + 10]))
        assert calls.of(kind, np.array([0])).tolist() == [expected]


@few
@given(texts)
def test_lines(text: str) -> None:
    seen = scene(text)
    view = seen.batch.view
    places = np.arange(len(view))
    low, high = seen.lines(places)
    for place, a, b in zip(places.tolist(), low.tolist(), high.tolist(), strict=True):
        before = max(view.rfind(b"\n", 0, place), view.rfind(b"\0", 0, place))
        assert a == before + 1
        ends = [i for i in (view.find(b"\n", place), view.find(b"\0", place)) if i >= 0]
        assert b == min(ends)
