"""Checks: published specimens, what each must refuse, laws for all of them, and other libraries as oracles."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from deident import checks

CHECKS = checks.load()
DIGITS = "0123456789"


def rows(*values: str) -> NDArray[np.uint8]:
    return np.array([list(value.encode()) for value in values], np.uint8)


def holds(name: str, value: str) -> bool:
    return bool(CHECKS[name](rows(value))[0])


def resident_id(first17: str) -> str:
    """Completed with its check character, computed another way than the check does."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first17 + "10X98765432"[sum(int(d) * w for d, w in zip(first17, weights, strict=True)) % 11]


SAMPLE = "11010519491231002X"  # the sample of GB 11643-1999

CASES = [
    ("mod11_2", SAMPLE, True),
    ("mod11_2", "110105194912310021", False),
    ("mod11_2", "X10105194912310021", False),
    ("mod11_2", "810000199408230021", True),  # specimen of the residence permit
    ("mod11_2", "830000199201300022", True),
    ("mod11_2", SAMPLE + "42", True),
    ("mod11_2", "11010519491231", False),
    ("calendar_date", SAMPLE, True),
    ("calendar_date", "110105190002290021", False),  # 1900 was no leap year
    ("calendar_date", "110105200002290021", True),
    ("calendar_date", "110105189912310021", False),
    ("calendar_date", "110105194913310021", False),
    ("calendar_date", "19491231", True),
    ("calendar_date", "19490231", False),
    ("calendar_date_15", "110105491231002", True),
    ("calendar_date_15", "110105491331002", False),
    ("calendar_date_15", "1101054X1231002", False),
    ("province", SAMPLE, True),
    ("province", "910105194912310021", False),
    ("province", "240105194912310021", False),
    ("division", SAMPLE, True),
    ("division", "999999194912310021", False),
    ("luhn", "4111111111111111", True),  # the usual test number
    ("luhn", "4111111111111112", False),
    ("luhn", "0000000000000000", False),
    ("luhn", "411111111111111X", False),
    ("card_bin", "6217000000000000020", True),
    ("card_bin", "621700000000000002", False),  # this issuer's cards have 19 digits
    ("card_bin", "9999990000000000000", False),
    ("uscc", "91350100M000100Y43", True),  # the standard's own example, completed
    ("uscc", "91350100M000100Y4Z", False),  # widely copied, wrong
    ("uscc", "913501OOM000100Y43", False),
    ("uscc", "000000000000000000", False),
    ("org_code", "D2143569X", True),  # GB 11714-1997
    ("org_code", "D21435690", False),
    ("org_code", "D2143569", False),
    ("business_reg_15", "110108000000016", True),  # GS 15-2006
    ("business_reg_15", "110108000000017", False),
    ("area_code", "01020000001", True),
    ("area_code", "085126000001", True),
    ("area_code", "001026000001", False),
    ("area_code", "085116000001", False),  # no subscriber number begins with 1
    ("disability_tail", SAMPLE + "42", True),
    ("disability_tail", SAMPLE + "42B1", True),
    ("disability_tail", SAMPLE + "82", False),
    ("disability_tail", SAMPLE + "45", False),
    ("disability_tail", SAMPLE + "42C1", False),
    ("embedded_id", "T" + SAMPLE, True),
    ("embedded_id", "1415200004" + SAMPLE, True),
    ("embedded_id", SAMPLE, False),  # it is one, it does not hold one
    ("embedded_id", "T110105194912310021", False),
    ("precision_lost", "110105194912311000", True),
    ("precision_lost", "110105194913310000", False),
    ("precision_lost", "110105194912310100", False),
    ("precision_lost", SAMPLE, False),
    ("misread_id", "11O10519491231OO2X", True),
    ("misread_id", "1l0105194912310O2X".upper(), True),
    ("misread_id", SAMPLE, False),
    ("misread_id", "11O10519491231OO21", False),
]


@pytest.mark.parametrize(("name", "value", "expected"), CASES, ids=[f"{n}-{v}" for n, v, _ in CASES])
def test_specimen(name: str, value: str, expected: bool) -> None:
    assert holds(name, value) is expected


def test_every_check_has_a_case_that_holds_and_one_that_fails() -> None:
    for name in CHECKS:
        assert {expected for check, _, expected in CASES if check == name} == {True, False}, name


def test_a_check_is_a_file_and_a_function_of_one_name() -> None:
    folder = Path(checks.__file__).parent
    assert sorted(CHECKS) == sorted(path.stem for path in folder.glob("*.py") if not path.name.startswith("_"))
    assert all(check.__name__ == name for name, check in CHECKS.items())


@pytest.mark.parametrize("name", sorted(CHECKS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_junk_of_any_width_gives_false_or_true_for_each_row_alone(name: str, data: st.DataObject) -> None:
    width = data.draw(st.integers(0, 40))
    text = st.binary(min_size=width, max_size=width) | st.text("0123456789XOIL*", min_size=width, max_size=width).map(str.encode)
    drawn = data.draw(st.lists(text, max_size=6))
    matrix = np.frombuffer(b"".join(drawn), np.uint8).reshape(len(drawn), width)
    before = matrix.copy()
    answer = CHECKS[name](matrix)
    assert answer.dtype == np.bool_
    assert answer.shape == (len(drawn),)
    assert (matrix == before).all()
    assert [bool(CHECKS[name](matrix[i : i + 1])[0]) for i in range(len(drawn))] == answer.tolist()


@pytest.mark.parametrize("name", sorted(CHECKS))
@pytest.mark.parametrize("byte", [0, 32, 47, 58, 255])
def test_no_check_holds_for_bytes_that_are_no_letters_or_digits(name: str, byte: int) -> None:
    for width in (0, 1, 8, 9, 11, 15, 18, 19, 20, 22, 27):
        assert not CHECKS[name](np.full((2, width), byte, np.uint8)).any()


@settings(max_examples=100, deadline=None)
@given(st.text(DIGITS, min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_breaks_an_identity_number(first17: str, place: int, shift: int) -> None:
    value = resident_id(first17)
    assert holds("mod11_2", value)
    wrong = value[:place] + str((int(value[place]) + shift) % 10) + value[place + 1 :]
    assert not holds("mod11_2", wrong)


@settings(max_examples=100, deadline=None)
@given(st.text(DIGITS, min_size=13, max_size=18), st.integers(0, 12), st.integers(1, 9))
def test_exactly_one_luhn_digit_fits_and_one_wrong_digit_breaks_it(body: str, place: int, shift: int) -> None:
    fits = [body + digit for digit in DIGITS if holds("luhn", body + digit)]
    assert len(fits) == (1 if body.strip("0") else 0)
    for value in fits:
        assert not holds("luhn", value[:place] + str((int(value[place]) + shift) % 10) + value[place + 1 :])


@settings(max_examples=50, deadline=None)
@given(st.dates(date(1900, 1, 1), date.today() + timedelta(days=400)))
def test_calendar_date_knows_every_day_until_today(day: date) -> None:
    assert holds("calendar_date", day.strftime("%Y%m%d") if day.year > 999 else "") is (day <= date.today())


def test_tables_are_sorted_and_plausible() -> None:
    from deident.checks._tables import table

    for name, fewest in (("divisions", 6000), ("area_codes", 300), ("bins", 1500)):
        values = table(name)
        assert len(values) >= fewest
        assert (np.diff(values) > 0).all()
    assert {110101, 520102, 513621, 230231} <= set(table("divisions").tolist())
    assert {10, 20, 851, 571} <= set(table("area_codes").tolist())
    assert CHECKS["province"](rows(*(str(code) for code in table("divisions")))).all()


def test_python_stdnum_agrees() -> None:
    """Oracle: python-stdnum (LGPL, not a dependency).  Its regions depend on the year of birth, so only checksums are compared."""
    mod_11_2 = pytest.importorskip("stdnum.iso7064.mod_11_2")
    mod_11_10 = pytest.importorskip("stdnum.iso7064.mod_11_10")
    luhn = pytest.importorskip("stdnum.luhn")
    uscc = pytest.importorskip("stdnum.cn.uscc")
    random = np.random.default_rng(7)
    for _ in range(300):
        value = "".join(random.choice(list(DIGITS), 18))
        assert holds("mod11_2", value) is mod_11_2.is_valid(value)
        assert holds("luhn", value) is luhn.is_valid(value)
        assert holds("business_reg_15", value[:15]) is mod_11_10.is_valid(value[:15])
        body = "91" + value[:6] + "".join(random.choice(list("0123456789ABCDEFGHJKLMNPQRTUWXY"), 9))
        assert holds("uscc", body + uscc.calc_check_digit(body))
        assert sum(holds("uscc", body + end) for end in "0123456789ABCDEFGHJKLMNPQRTUWXY") == 1


def test_id_validator_agrees() -> None:
    """Oracle: id-validator (MIT), slow, so a few numbers only."""
    validator = pytest.importorskip("id_validator.validator")
    for first17 in ("11010519491231002", "52010219010315991", "43010419020420992", "81000019020817901"):
        for tail in DIGITS + "X":
            mine = all(holds(name, first17 + tail) for name in ("mod11_2", "calendar_date", "division"))
            assert mine is bool(validator.is_valid(first17 + tail))
