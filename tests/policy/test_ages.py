"""Whose is a minor's: by the number on the row or right behind, by an age in digits or Han numerals, by a birth date, on the day of the page."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest
from generated import few
from hypothesis import given
from hypothesis import strategies as st
from policy_files import resident_id

import deident
from deident import detectors
from deident.engine import Scanner
from deident.engine.examine import Examiner
from deident.engine.texts import joined
from deident.matching.scene import look
from deident.policy.ages import FULL_AGE, minors, number, written

TODAY = date(2026, 7, 1)
CHILD, OTHER, ADULT = resident_id(2015, 3, 15), resident_id(2012, 1, 2), resident_id(1901, 3, 15)


@cache
def examiner() -> Examiner:
    return Examiner.build("gov-publish", None, "auto", ())


def young(text: str, today: date = TODAY, among: str = "") -> dict[str, bool]:
    """Every value that is found → whether it is a minor's."""
    made = examiner()
    folded, _ = made.fold(joined([text.encode()]))
    scene = look(made.plan, made.matcher, made.words, made.headers, folded)
    found = detectors.find(scene, ())
    values = [scene.text(a, b) for a, b in zip(found.start.tolist(), found.end.tolist(), strict=True)]
    asked = np.array([not among or value == among for value in values], np.bool_)
    result = minors(scene, found, asked, np.full(len(found), number(today)))
    return dict(zip(values, result.tolist(), strict=True))


# --- by a number ----------------------------------------------------------------------------------------------------------


def test_all_of_the_row_of_a_minor_s_number_is_the_minor_s() -> None:
    found = young(f"姓名\t身份证号\t手机\n鲁小小\t{CHILD}\t13800000001\n鲁定国\t{ADULT}\t13900000002")
    assert found == {"鲁小小": True, CHILD: True, "13800000001": True, "鲁定国": False, ADULT: False, "13900000002": False}


def test_a_row_with_two_numbers_is_nobody_s_as_a_whole() -> None:
    found = young(f"姓名\t身份证号\t监护人\t监护人身份证号\t手机\n鲁小小\t{CHILD}\t鲁定国\t{ADULT}\t13800000001")
    assert (found["鲁小小"], found[CHILD]) == (True, True)
    assert (found["鲁定国"], found[ADULT], found["13800000001"]) == (False, False, False)


def test_a_number_right_behind_speaks_and_another_person_s_does_not() -> None:
    assert young(f"姓名：鲁小小，身份证号：{CHILD}") == {"鲁小小": True, CHILD: True}
    found = young(f"姓名：鲁定国，身份证号：{ADULT}；姓名：鲁小小，身份证号：{CHILD}")
    assert found == {"鲁定国": False, ADULT: False, "鲁小小": True, CHILD: True}
    found = young(f"姓名：鲁小小，身份证号：{CHILD}；姓名：鲁定国，身份证号：{ADULT}")
    assert found == {"鲁小小": True, CHILD: True, "鲁定国": False, ADULT: False}
    assert young(f"姓名：鲁定国\n身份证号：{CHILD}")["鲁定国"] is False, "on another line it is somebody else's"


def test_of_two_names_the_nearer_one_is_the_minor_s() -> None:
    found = young(f"姓名：鲁定国，女儿姓名：鲁小小，身份证号：{CHILD}")
    assert (found["鲁定国"], found["鲁小小"], found[CHILD]) == (False, True, True)


@pytest.mark.parametrize("number", [
    CHILD, CHILD[:-1] + ("1" if CHILD[-1] != "1" else "2"), "G" + CHILD, "L" + CHILD, CHILD + "41", CHILD[:-3] + CHILD[-3:].replace("0", "O"),
])  # fmt: skip
def test_numbers_that_tell_an_age(number: str) -> None:
    key = {"G": "学籍号", "L": "学籍号"}.get(number[0], "残疾人证号" if len(number) == 20 else "身份证号")
    found = young(f"{key}：{number}")
    assert found == {number: True}, "a mistyped number is a child's as well"


@few
@given(st.dates(date(1990, 1, 1), date(2026, 6, 30)), st.dates(date(2008, 1, 1), date(2026, 7, 1)))
def test_eighteen_years_to_the_day(born: date, today: date) -> None:
    if born > today:
        return
    number = resident_id(born.year, born.month, born.day)
    wanted = (today.year - born.year, (today.month, today.day)) < (FULL_AGE, (born.month, born.day))
    assert young(f"身份证号：{number}", today) == {number: wanted}
    said = f"{born.year}年{born.month}月{born.day}日"
    assert young(f"出生日期：{said}", today) == {said: wanted}


# --- by words -------------------------------------------------------------------------------------------------------------

HAN = "零 一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十 二十一 三十五 七十二 一百零五".split()


@pytest.mark.parametrize(("age", "minor"), [
    *((str(n), n < FULL_AGE) for n in (1, 3, 9, 10, 17, 18, 19, 21, 35, 70, 105)),
    *((word, 0 < place < FULL_AGE) for place, word in enumerate(HAN)),
])  # fmt: skip
@pytest.mark.parametrize("said", ["姓名：鲁小小，{0}岁，女", "姓名：鲁小小（{0}岁）", "姓名：鲁小小，女，汉族，{0}周岁"])
def test_ages_in_words(said: str, age: str, minor: bool) -> None:
    assert young(said.format(age)) == {"鲁小小": minor}


@pytest.mark.parametrize("text", [
    "姓名：鲁定国，3岁以上", "姓名：鲁定国，16岁以下", "姓名：鲁定国，第3岁", "姓名：鲁定国。其孙3岁", "姓名：鲁定国\n3岁", "姓名：鲁定国；3岁", "姓名：鲁定国，3年",
    "姓名：鲁定国，男，汉族，家住青溪县马官镇余官村岩脚组，3岁", "姓名：鲁定国\t3岁",
])  # fmt: skip
def test_what_says_nothing_on_the_age_of_somebody(text: str) -> None:
    assert young(text)["鲁定国"] is False


def test_an_age_behind_any_value() -> None:
    assert young("手机13800000001，12岁")["13800000001"] is True


def test_a_birth_date_makes_the_name_before_it_a_minor_s() -> None:
    assert young("姓名：鲁小小，出生日期：2015年3月5日") == {"鲁小小": True, "2015年3月5日": True}
    assert young("姓名：鲁定国，出生日期：1901年3月5日") == {"鲁定国": False, "1901年3月5日": False}


def test_only_what_is_asked_for_is_answered() -> None:
    text = f"姓名\t身份证号\n鲁小小\t{CHILD}\n鲁乙乙\t{OTHER}"
    assert young(text, among="鲁小小") == {"鲁小小": True, CHILD: False, "鲁乙乙": False, OTHER: False}


# --- the day of the page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("title", "day"), [
    ("2016年秋季招生名单", date(2016, 7, 1)), ("2015-2016学年名单", date(2016, 7, 1)), ("2015—2016学年", date(2016, 7, 1)), ("2016级新生", date(2016, 7, 1)),
    ("2027年计划", TODAY), ("2016年至2027年规划", TODAY), ("青政发第2016号", TODAY), ("公示", TODAY), ("120166年", TODAY), ("1998年名单", date(1998, 7, 1)),
    ("2026年名单", TODAY),
])  # fmt: skip
def test_the_year_in_the_title(title: str, day: date) -> None:
    assert written(title, TODAY) == day


def test_who_was_a_child_when_the_list_was_published_was_a_child() -> None:
    scanner = Scanner()
    scanner._examiner.today = date(2040, 1, 1)
    text, number = "姓名\t身份证号\n鲁小小\t{0}", resident_id(2010, 5, 5)
    for title, action in (("2016年失信被执行人名单", "mask"), ("2035年失信被执行人名单", "keep"), ("失信被执行人名单", "keep")):
        found = {f.kind: f.action for f in scanner.scan(text.format(number), title, "dishonest_debtor")}
        assert found == {"person_name": action, "resident_id": action}, title


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("姓名\t年龄\t金额\n鲁小满\t9\t300", "mask"),
        ("姓名\t年龄（岁）\t金额\n鲁小满\t15岁\t300", "mask"),
        ("姓名\t年龄\t金额\n鲁定国\t42\t300", "keep"),
        ("姓名\t平均年龄\t金额\n鲁定国\t9\t300", "keep"),
        ("姓名：鲁定国，有一女12岁", "keep"),
    ],
)
def test_an_age_in_the_row(text: str, action: str) -> None:
    assert {f.action for f in deident.scan(text, doc_type="social_assistance") if f.kind == "person_name"} == {action}
