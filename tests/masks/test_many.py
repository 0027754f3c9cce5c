"""Many values at once, and one by one: the same signs."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.catalog import Mask
from deident.catalog.pattern import FORMS
from deident.masks import Once, Sheet, change, edit, hide
from deident.masks.plain import _SIGNS, narrow, plain

SHEET = Sheet(b"a key for tests", "list")
VALUES = st.lists(
    st.text("一村镇县市号栋年月日某*张0123456789X１９•－﹣・-/ \u200b", max_size=14)
    | st.sampled_from(("余官村7号", "1982年3月5日", "张三三")),
    max_size=12,
)


def one_by_one(value: str) -> str:
    """`narrow`, without knowing which signs have no plainer form."""
    return "".join(one if len(one := unicodedata.normalize("NFKC", c)) == 1 else c for c in value).translate(_SIGNS)


def test_which_signs_are_plain_already() -> None:
    signs = [chr(code) for code in range(sys.maxunicode + 1)]
    assert [narrow(c) for c in signs] == [one_by_one(c) for c in signs]
    assert [plain(c) for c in signs] == ["".join(d for d in one_by_one(c) if unicodedata.category(d) != "Cf") for c in signs]


@pytest.mark.parametrize("form", FORMS)
@given(values=VALUES)
@many
def test_many_values(form: str, values: list[str]) -> None:
    once, mask = Once(), Mask(form, (2, 1) if form == "ends" else (0, 0))
    assert once.hide(mask, values, SHEET) == once.hide(mask, values, SHEET) == [hide(mask, value, SHEET) for value in values]


@pytest.mark.parametrize("form", FORMS)
@given(values=VALUES, keep=st.tuples(st.integers(0, 3), st.integers(0, 4)), length=st.integers(0, 8), fill=st.sampled_from("*某"))
@many
def test_changes_of_many_values(form: str, values: list[str], keep: tuple[int, int], length: int, fill: str) -> None:
    mask = Mask(form, keep if form == "ends" else (0, 0), fill, length)
    made = Once().change(mask, [value.encode() for value in values], SHEET)
    assert len(made.start) == len(made.end) == len(made.new) == len(values)
    for value, start, end, new in zip(values, *(column.tolist() for column in made), strict=True):
        first, last, text = edit(mask, value, SHEET)
        assert (start, end, new) == (len(value[:first].encode()), len(value[:last].encode()), text)


@given(VALUES)
@many
def test_the_smallest_change(values: list[str]) -> None:
    for value in values:
        hidden = hide(Mask("year"), value)
        start, end, new = change(value, hidden)
        assert edit(Mask("year"), value) == (start, end, new)
        assert value[:start] + new + value[end:] == hidden


@given(st.text("0123456789Xx- 张１", max_size=20), st.integers(0, 6), st.integers(0, 4))
@many
def test_letters_and_digits_at_the_ends(value: str, first: int, last: int) -> None:
    places = [at for at, c in enumerate(value) if c.isalnum()]
    kept = (first, last) if first + last + 1 < len(places) else (0, 0)
    stars = "*" * max(len(places) - sum(kept), 1)
    shown = hide(Mask("ends", (first, last)), value)
    assert shown.replace(stars, "", 1) == (value[: places[kept[0] - 1] + 1] if kept[0] else "") + (
        value[places[-kept[1]] :] if kept[1] else ""
    )
