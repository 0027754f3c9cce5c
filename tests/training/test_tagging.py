"""Labels as tags, and names made in the manner of others."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.passages import WHAT, WHO, Line, Span
from training.tagging import HEADS, encoded, tags
from training.vary import Names, Vary


def spelt(line: Line, head: str) -> list[str]:
    known = {sign: number for number, sign in enumerate(sorted(set(line.text)), start=2)}
    return [tags(HEADS[head])[number] for number in encoded(line, known)[1][head]]


def test_a_fact_around_a_relation_is_learned_in_its_two_parts() -> None:
    line = Line("随儿子去苏州打工。", (Span(0, 8, "life"), Span(1, 3, "kin")))
    assert spelt(line, "what") == [
        "O",
        "B-kin",
        "E-kin",
        "B-life",
        "I-life",
        "I-life",
        "I-life",
        "E-life",
        "O",
    ]


def test_a_name_inside_a_relation_is_the_other_heads() -> None:
    line = Line("其妻李四妹", (Span(0, 5, "kin"), Span(2, 5, "name")))
    assert spelt(line, "what") == ["B-kin", "I-kin", "I-kin", "I-kin", "E-kin"]
    assert spelt(line, "who") == ["O", "O", "B-name", "I-name", "E-name"]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.sampled_from([*WHO, *WHAT])), max_size=6))
def test_tags_are_always_legal(raw: list[tuple[int, int, str]]) -> None:
    line = Line("甲" * 20, tuple(Span(a, min(20, a + n), label) for a, n, label in raw if a < 20))
    for head in HEADS:
        row = spelt(line, head)
        for before, after in zip(["O", *row], [*row, "O"], strict=True):
            inside = before[:2] in ("B-", "I-")
            assert (after[:2] in ("I-", "E-")) == inside
            assert not inside or after[2:] == before[2:]


@pytest.mark.parametrize(
    ("name", "strange"), [("布莱尔", True), ("瓜迪奥拉", False), ("林海", False), ("马文", False), ("卡尔扎伊", True)]
)
def test_what_is_written_by_its_sound(name: str, strange: bool) -> None:
    assert Names().strange(name) is strange


def test_foreign_names_become_foreign_names() -> None:
    texts = ("主教练索科洛夫说", "前锋加西亚斯进球", "总理拉斯穆松到访")
    lines = [Line(text, (Span(start, end, "official"),)) for text, start, end in zip(texts, (3, 2, 2), (7, 6, 6), strict=True)]
    vary = Vary(lines, 1)
    assert vary.names.foreign == ["加西亚斯", "拉斯穆松", "索科洛夫"]
    dice = random.Random(3)
    for _ in range(20):
        made = vary.names.new(dice, "布莱尔")
        assert any(
            made.startswith(name[:2]) and made.endswith(other[2:]) for name in vary.names.foreign for other in vary.names.foreign
        )
