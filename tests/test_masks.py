"""Masks hide: never the value, no more left than the pattern says, the same when done twice."""

from __future__ import annotations

import pytest
from generated import many, values
from hypothesis import given
from hypothesis import strategies as st

from deident import catalog
from deident.catalog import Mask
from deident.masks import edit, hide

PATTERNS = list(catalog.load().patterns.values())
EXAMPLES = [(p, e.text[e.text.index("«") + 1 : e.text.index("»")]) for p in PATTERNS for e in p.examples if "«" in e.text]
FORMS = sorted({p.mask.form for p in PATTERNS})


@pytest.mark.parametrize(
    ("mask", "value", "hidden"),
    [
        (Mask("ends", (3, 0), "*", 8), "132 6458 7364", "132********"),
        (Mask("ends", (2, 0), "*", 16), "110105190001010010", "11****************"),
        (Mask("ends", (0, 4), "*", 12), "6217 0000 0000 0000 018", "************0 018"),
        (Mask("ends", (3, 4), "*", 0), "123456", "******"),
        (Mask("ends", (0, 0), "*", 0), "", "*"),
        (Mask("year"), "1902年3月5日", "1902年**月**日"),
        (Mask("year"), "1902-03-05", "1902-**-**"),
        (Mask("year"), "一九〇二年三月五日", "一九〇二年**月**日"),
        (Mask("township"), "马官镇余官村岩脚组7号", "马官镇***"),
        (Mask("township"), "云岩区中华路7号", "云岩区***"),
        (Mask("township"), "岩脚组7号", "***"),
        (Mask("area"), "0851-85550101", "0851-*******"),
        (Mask("area"), "（0851）85550101", "（0851）*******"),
        (Mask("plate"), "贵A00001", "贵A*****"),
        (Mask("name"), "鲁定国", "鲁**"),
        (Mask("name"), "欧阳映雪", "欧阳**"),
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
@given(st.sampled_from(PATTERNS), st.one_of(values, st.text(max_size=30)))
def test_an_edit_makes_the_mask_of_the_value(pattern: catalog.Pattern, value: str) -> None:
    start, end, new = edit(pattern.mask, value)
    assert 0 <= start <= end <= len(value)
    assert value[:start] + new + value[end:] == hide(pattern.mask, value)


@many
@given(st.sampled_from(PATTERNS), st.text("0123456789X", min_size=7, max_size=20))
def test_a_number_is_never_left_whole(pattern: catalog.Pattern, value: str) -> None:
    assert value not in hide(pattern.mask, value)


@many
@given(st.builds(Mask, st.just("ends"), st.tuples(st.integers(0, 6), st.integers(0, 6)), st.just("*"), st.integers(0, 16)),
       st.one_of(values, st.text(max_size=20)))  # fmt: skip
def test_no_more_is_kept_than_the_ends(mask: Mask, value: str) -> None:
    hidden = hide(mask, value)
    kept = sum((c.isascii() and c.isalnum()) or "一" <= c <= "鿿" for c in hidden)
    assert kept <= sum(mask.keep)
    if mask.length:
        assert hidden.count("*") >= mask.length, "the length is not told"


def test_every_form_is_in_use() -> None:
    assert sorted(catalog.FORMS) == FORMS
