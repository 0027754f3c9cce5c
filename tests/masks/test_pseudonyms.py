"""Keyed masks: the same for the same value in one data set, different between two, nothing without a key, never a valid number."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from generated import VALUES, bank_card, mail, many, mobile, name, resident_id, written
from hypothesis import given
from hypothesis import strategies as st

from deident import checks
from deident.catalog import Mask
from deident.errors import InputError
from deident.masks import Sheet, hide

Make = Callable[[Random], str]
SHEET = Sheet(b"a key for tests", "低保2024")
KEYED = ("pseudonym", "surrogate")
CHANCE = st.randoms(use_true_random=False)
PSEUDONYM, SURROGATE = Mask("pseudonym"), Mask("surrogate")


@pytest.mark.parametrize("form", KEYED)
@pytest.mark.parametrize("sheet", [None, Sheet(), Sheet(b"")])
def test_without_a_key_there_is_an_error_that_helps(form: str, sheet: Sheet | None) -> None:
    with pytest.raises(InputError, match="DEIDENT_KEY"):
        hide(Mask(form), "鲁定国", sheet)


def test_a_sheet_does_not_show_its_key() -> None:
    assert "key for tests" not in repr(SHEET)


@many
@given(CHANCE, st.sampled_from((resident_id, mobile, bank_card, name)), st.sampled_from(KEYED))
def test_one_value_has_one_sign_in_a_data_set(chance: Random, make: Make, form: str) -> None:
    value = make(chance)
    mask = Mask(form)
    hidden = hide(mask, value, SHEET)
    spaced = hide(mask, " ".join(value), SHEET).replace(" ", "")
    assert spaced == hidden == hide(mask, value.lower(), Sheet(b"a key for tests", "低保2024"))
    assert value not in hidden


@pytest.mark.parametrize("form", KEYED)
@pytest.mark.parametrize("value", ["110105190203049924", "13800001234", "6217000000000000018", "鲁定国", "lin.ayi@qq.com"])
def test_data_sets_and_keys_cannot_be_joined(form: str, value: str) -> None:
    sheets = [Sheet(key, data_set) for key in (b"one key", b"another") for data_set in ("低保", "危房", "")]
    assert len({hide(Mask(form), value, sheet) for sheet in sheets}) == len(sheets)


def test_different_values_have_different_signs() -> None:
    values = [f"1380000{n:04}" for n in range(1000)]
    assert len({hide(PSEUDONYM, value, SHEET) for value in values}) == 1000
    assert len({hide(SURROGATE, value, SHEET) for value in values}) >= 995  # six free digits: two in a list may meet


def test_a_pseudonym_has_one_shape() -> None:
    for value in ("鲁定国", "", "110105190203049924", "*", "\ud800"):
        assert re.fullmatch("〔[a-z2-7]{6}〕", hide(PSEUDONYM, value, SHEET))
    assert hide(PSEUDONYM, "〔abc234〕", SHEET) == "〔abc234〕"
    assert hide(PSEUDONYM, "---", SHEET) != hide(PSEUDONYM, "***", SHEET)


@many
@given(CHANCE)
def test_an_identity_number_is_invented_and_wrong(chance: Random) -> None:
    hidden = hide(SURROGATE, resident_id(chance), SHEET)
    assert re.fullmatch("000000[0-9]{12}", hidden)
    assert not checks.load()["mod11_2"](np.frombuffer(hidden.encode(), np.uint8)[None, :])[0]


@many
@given(CHANCE)
def test_no_surrogate_is_a_valid_number(chance: Random) -> None:
    assert re.fullmatch("100[0-9]{8}", hide(SURROGATE, mobile(chance), SHEET))
    assert re.fullmatch("0000[0-9]{14}", hide(SURROGATE, "1" + bank_card(chance)[1:] + "A", SHEET)[:18])
    assert re.fullmatch(r"user-[a-z2-7]{4}@example\.invalid", hide(SURROGATE, mail(chance), SHEET))


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("110105 19020304 9924", r"000000 \d{8} \d{4}"),
        ("11010519020304992x", r"000000\d{12}"),
        ("138-0000-1234", r"100-\d{4}-\d{4}"),
        ("１３８００００１２３４", r"100\d{8}"),
        ("6217 0000 0000 0000 018", r"0000 (\d{4} ){3}\d{3}"),
        ("E00000001", r"X0000\d{4}"),
        ("0851-85550101", r"0000-\d{8}"),
        ("1902-03-05", r"0000-\d\d-\d\d"),
        ("贵A·00001", r"某X·00000"),
        ("lin_ayi1900", r"xxx_xxx0000"),
        ("马官镇余官村7号", r"某某某某某某0某"),
        ("鲁定国", r"居民\d{4}"),
        ("罗 二", r"居民\d{4}"),
        ("阿依古丽·买买提", r"居民\d{4}"),
        ("一三八零零零零一二三四", r"某{11}"),
        ("lin.ayi＠qq.com", r"user-[a-z2-7]{4}@example\.invalid"),
        ("", ""),
    ],
)
def test_known_shapes(value: str, shape: str) -> None:
    assert re.fullmatch(shape, hide(SURROGATE, value, SHEET))


@many
@given(CHANCE, st.sampled_from(VALUES), st.sampled_from(KEYED))
def test_twice_is_once(chance: Random, make: Make, form: str) -> None:
    once = hide(Mask(form), written(make(chance), chance), SHEET)
    assert hide(Mask(form), once, SHEET) == once


def test_a_real_number_with_a_reserved_beginning_does_not_stay() -> None:
    """A hospital counts its patients from 0000000001: at most one in a hundred looks like our own."""
    for start, size in (("0000", 10), ("100", 11), ("000000", 18)):
        numbers = [start + str(n).zfill(size - len(start)) for n in range(1000)]
        assert sum(hide(SURROGATE, number, SHEET) == number for number in numbers) <= 25
