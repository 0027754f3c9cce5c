"""Masks hide: never the value, no more left than the pattern says, the same when done twice."""

from __future__ import annotations

from datetime import date

import pytest
from generated import many, values
from hypothesis import given
from hypothesis import strategies as st

from deident import catalog
from deident.catalog import Mask, Table
from deident.catalog.pattern import FORMS, careful, mask
from deident.errors import CatalogError
from deident.masks import Sheet, edit, hide

PATTERNS = list(catalog.load().patterns.values())
EXAMPLES = [(p, e.text[e.text.index("«") + 1 : e.text.index("»")]) for p in PATTERNS for e in p.examples if "«" in e.text]
SHEET = Sheet(b"a key for tests", "list", date(2026, 6, 1))
#: Fragments that masks read as something: what is hidden already, places, dates, amounts, names.
FRAGMENTS = st.lists(
    st.sampled_from(
        (*"*某省市县区旗镇乡村州盟路街道小社组号0123年月日岁元万亿—-·张欧阳xXé²٣ß￥１Ａ", "1982", "03", "05", "街道", "自治", "居委会", "嘎查",
         "民委员会", "至", "年代", "〔abc234〕", "居民0000", "@", ".", " ", "\u200b", "\n", "00000000", "12345678901234567")
    ),
    max_size=9,
).map("".join)  # fmt: skip
ANY = st.one_of(values, FRAGMENTS, st.text(max_size=24))


@pytest.mark.parametrize(
    ("mask", "value", "hidden"),
    [
        (Mask("ends", (3, 0), "*", 8), "132 6458 7364", "132********"),
        (Mask("ends", (2, 0), "*", 16), "110105190001010010", "11****************"),
        (Mask("ends", (0, 4), "*", 12), "6217 0000 0000 0000 018", "************0 018"),
        (Mask("ends", (3, 4), "*", 0), "123456", "******"),
        (Mask("ends", (3, 4), "*", 0), "12345678", "********"),  # one hidden digit is found by trying ten
        (Mask("ends", (3, 4), "*", 0), "123456789", "123**6789"),
        (Mask("ends", (3, 0), "*", 8), "１３２64587364", "１３２********"),
        (Mask("ends", (0, 0), "*", 0), "", "*"),
        (Mask("area"), "0851-85550101", "0851-*******"),
        (Mask("area"), "（0851）85550101", "（0851）*******"),
        (Mask("area"), "85550101", "*******"),
        (Mask("area"), "0851", "*******"),
        (Mask("plate"), "贵A00001", "贵A*****"),
        (Mask("plate"), "贵A", "*****"),
        (Mask("suppress"), "鲁定国", "***"),
        (Mask("suppress"), "", "***"),
        (Mask("suppress", fill="×", length=6), "110105190001010010", "××××××"),
        (Mask("delete"), "鲁定国", ""),
    ],
)
def test_known_forms(mask: Mask, value: str, hidden: str) -> None:
    assert hide(mask, value) == hidden


@pytest.mark.parametrize(("pattern", "value"), EXAMPLES, ids=[f"{p.id}-{n}" for n, (p, _) in enumerate(EXAMPLES)])
def test_examples_are_hidden(pattern: catalog.Pattern, value: str) -> None:
    hidden = hide(pattern.mask, value)
    if "*" not in value:  # what is masked already may stay as it is
        assert hidden != value
        assert value not in hidden
    assert hide(pattern.mask, hidden) == hidden or pattern.mask.form == "ends"
    if pattern.mask.form == "ends":
        kept = sum(c.isalnum() for c in hidden)
        assert kept <= sum(pattern.mask.keep)


@many
@given(st.sampled_from(FORMS), ANY)
def test_an_edit_makes_the_mask_of_the_value(form: str, value: str) -> None:
    start, end, new = edit(Mask(form), value, SHEET)
    hidden = hide(Mask(form), value, SHEET)
    assert 0 <= start <= end <= len(value)
    assert value[:start] + new + value[end:] == hidden
    if start < end and new:  # no smaller change does it
        assert value[start] != new[0] and value[end - 1] != new[-1]


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"ends"}))
@pytest.mark.parametrize("fill", ["*", "×", "X", "■"])
def test_masking_twice_is_masking_once(form: str, fill: str) -> None:
    @many
    @given(ANY, st.sampled_from((0, 2, 9)))
    def law(value: str, length: int) -> None:
        mask = Mask(form, (0, 0), fill, length)
        once = hide(mask, value, SHEET)
        assert hide(mask, once, SHEET) == once

    law()


@many
@given(st.sampled_from(PATTERNS), st.text("0123456789X", min_size=7, max_size=20))
def test_a_number_is_never_left_whole(pattern: catalog.Pattern, value: str) -> None:
    assert value not in hide(pattern.mask, value)


@many
@given(st.sampled_from(sorted(set(FORMS) - {"band"})), st.from_regex(r"[1-9][0-9]{8,19}", fullmatch=True))
def test_no_form_leaves_a_number_whole(form: str, value: str) -> None:
    assert value not in hide(Mask(form), value, SHEET)


@many
@given(st.builds(Mask, st.just("ends"), st.tuples(st.integers(0, 6), st.integers(0, 6)), st.just("*"), st.integers(0, 16)), ANY)
def test_no_more_is_kept_than_the_ends(mask: Mask, value: str) -> None:
    hidden = hide(mask, value)
    kept, there = sum(c.isalnum() for c in hidden), sum(c.isalnum() for c in value)
    assert kept <= sum(mask.keep)
    assert kept == 0 or there - kept >= 2, "a single hidden digit is found by trying ten"
    if mask.length:
        assert hidden.count("*") >= mask.length, "the length is not told"


@many
@given(st.lists(ANY, min_size=2, max_size=2), st.sampled_from(("suppress", "delete", "anonymous")))
def test_some_forms_say_nothing(two: list[str], form: str) -> None:
    assert hide(Mask(form), two[0]) == hide(Mask(form), two[1])


def table(**content: object) -> Table:
    return Table("x.toml", "mask", dict(content))


def test_a_mask_is_read_from_its_table() -> None:
    assert mask(table()) == Mask()
    assert mask(table(keep=[2, 0], fill="×", length=16)) == Mask("ends", (2, 0), "×", 16)
    assert [mask(table(form=form)).form for form in FORMS] == list(FORMS)


@pytest.mark.parametrize(
    ("content", "key", "remedy"),
    [
        ({"form": "hash"}, "mask.form", "none of ends"),
        ({"form": "village", "keep": [1, 0]}, "mask.keep", 'form = "ends"'),
        ({"form": "court", "keep": [0, 0]}, "mask.keep", 'form = "ends"'),
        ({"keep": [1]}, "mask.keep", "two numbers"),
        ({"keep": [1, -1]}, "mask.keep", "two numbers"),
        ({"fill": "**"}, "mask.fill", "one character"),
        ({"length": -1}, "mask.length", "from 0 on"),
        ({"lenght": 3}, "mask.lenght", "not a key"),
    ],
)
def test_a_wrong_table_is_an_error_that_helps(content: dict[str, object], key: str, remedy: str) -> None:
    with pytest.raises(CatalogError, match=remedy) as error:
        mask(table(**content))
    assert error.value.key == key


def test_the_shipped_masks_are_careful() -> None:
    assert {p.id: problem for p in PATTERNS if (problem := careful(p.mask, p.category))} == {}


@pytest.mark.parametrize(
    ("category", "fine", "wrong"),
    [
        ("id_number", [(0, 0), (2, 0), (6, 0)], [(7, 0), (6, 4), (2, 3), (0, 1), (14, 0), (17, 0)]),
        ("bank_account", [(0, 0), (0, 4)], [(6, 4), (1, 0), (0, 5)]),
        ("phone", [(0, 0), (3, 0), (3, 4)], [(4, 0), (4, 4), (7, 1), (0, 5)]),
        ("property_status", [(0, 0), (6, 6)], [(16, 0), (8, 8)]),
    ],
)
def test_what_can_be_undone_is_a_problem(category: str, fine: list[tuple[int, int]], wrong: list[tuple[int, int]]) -> None:
    assert [careful(Mask("ends", keep), category) for keep in fine] == [""] * len(fine)
    for keep in wrong:
        assert "hide" in (problem := careful(Mask("ends", keep, "*", 8), category)) or "keep" in problem
    assert careful(Mask("suppress"), category) == ""
