"""Two texts line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deident.server.desk.compare import LONG, Row, blocks, compared

TEXTS = st.lists(st.text("甲乙12*", max_size=8), min_size=1, max_size=12).map("\n".join)


def side(rows: list[Row], which: str) -> list[str]:
    return ["".join(text for text, _ in getattr(row, which)) for row in rows]


@given(TEXTS, TEXTS)
def test_nothing_is_lost_on_either_side(before: str, after: str) -> None:
    rows = compared(before, after)
    for text, which in ((before, "left"), (after, "right")):
        assert [line for line in side(rows, which) if line] == [line for line in text.split("\n") if line]
    for row in rows:
        kept = ["".join(text for text, changed in runs if not changed) for runs in (row.left, row.right)]
        assert kept[0] == kept[1]
        assert row.changed or row.left == row.right


@pytest.mark.parametrize("filler", ["", "甲" * LONG])
def test_what_changed_is_marked(filler: str) -> None:
    [row] = compared(f"{filler}电话13800000001，", f"{filler}电话138********，")
    assert [text for text, changed in row.left if changed] == ["00000001"]
    assert [text for text, changed in row.right if changed] == ["********"]


def test_a_line_that_went_moves_no_other() -> None:
    rows = compared("甲\n乙\n丙", "甲\n丙")
    assert [(side([row], "left")[0], side([row], "right")[0], row.changed) for row in rows] == [
        ("甲", "甲", False), ("乙", "", True), ("丙", "丙", False),
    ]  # fmt: skip


def test_long_stretches_without_changes_are_folded() -> None:
    before = [str(number) for number in range(30)]
    after = [*before[:15], "x", *before[16:]]
    parts = blocks(compared("\n".join(before), "\n".join(after)))
    assert [(len(part.rows), part.folded) for part in parts] == [(13, True), (5, False), (12, True)]
    assert sum(len(part.rows) for part in parts) == 30
