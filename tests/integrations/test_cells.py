"""Cells as columns of UTF-8, their view, and edits that lie over several of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deident.integrations import numerals, splices
from deident.integrations.cells import INNER, Texts, lay

TEXTS = st.lists(st.text(alphabet="a汉𠮷\0\t\n \x1e1", max_size=6), max_size=6)


@given(TEXTS)
def test_texts(texts: list[str]) -> None:
    made = Texts.of(texts)
    assert made.strings() == texts == made.cells(range(len(texts))) and len(made) == len(texts)
    assert made.take(np.arange(len(texts))[::-1]).strings() == texts[::-1]


@given(TEXTS, st.data())
def test_edits(texts: list[str], data: st.DataObject) -> None:
    made = Texts.of(texts)
    wanted, start, end, new = list(texts), [], [], []
    for row, text in enumerate(texts):
        low = data.draw(st.integers(0, len(text)))
        high = data.draw(st.integers(low, len(text)))
        if low < high:
            first = int(made.offsets[row]) + len(text[:low].encode())
            start, end, new = [*start, first], [*end, first + len(text[low:high].encode())], [*new, "*汉"]
            wanted[row] = text[:low] + "*汉" + text[high:]
    assert made.edited(np.array(start, np.int64), np.array(end, np.int64), new).strings() == wanted


def test_codes() -> None:
    assert Texts.at(Texts.of(["甲", "b"]), np.array([1, -1, 0, 1])).strings() == ["b", "", "甲", "b"]


def test_view_of_some_rows() -> None:
    view = lay([b"x", b"y"], [Texts.of(["甲", "b\tc", ""]), Texts.of(["1", "", "3"])], np.array([0, 2, 1]))
    assert view.text.decode() == "x\ty\n甲\t1\n\t3\nb c\t\n"
    assert view.cell(np.array([0, 4, 8])).tolist() == [-1, 0, 1]
    lone = lay([b"x"], [Texts.of(["甲"])], np.arange(1))
    assert lone.text.decode() == "x\t-\n甲\t\n"


def test_an_edit_over_cells_and_elements_goes_in_pieces() -> None:
    view = lay([b"x", b"y"], [Texts.of(["abc"]), Texts.of(["def"])], np.arange(1))
    first = int(view.starts[0])
    start, end, new = view.apart(np.array([first + 1]), np.array([first + 6]), np.array(["*"], object))
    assert [view.text[a:b] for a, b in zip(start, end, strict=True)] == [b"bc", b"de"] and new.tolist() == ["*", "**"]
    data = [b"", f"ab{INNER}cd".encode()]
    start, end, new = splices.between(data, np.array([0, 1, 7]), np.array([2]), np.array([5]), np.array(["*"], object))
    assert list(zip(start.tolist(), end.tolist(), new.tolist(), strict=True)) == [(2, 3, "*"), (4, 5, "*")]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1e20, "100000000000000000000"), (float("inf"), ""), (-0.0, "0"), (np.float32(3), "3"), (np.int64(7), "7"), (True, "True")],
)
def test_numbers(value: object, shown: str) -> None:
    assert numerals.number(value) == shown
