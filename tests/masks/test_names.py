"""Names: the surname and a fixed number of signs, or the courts' rule."""

from __future__ import annotations

import pytest
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.catalog import Mask
from deident.masks import Sheet, hide

GIVEN = st.text("定国云霞映雪冉光辉青", min_size=1, max_size=3)
FAMILY = st.sampled_from(("鲁", "胥", "冉", "欧", "欧阳", "司马"))
NAMES = st.builds(str.__add__, FAMILY, GIVEN)


@pytest.mark.parametrize(
    ("form", "name", "hidden"),
    [
        ("name", "鲁定国", "鲁**"),
        ("name", "鲁定", "鲁**"),
        ("name", "欧阳映雪", "欧阳**"),
        ("name", "司马青", "司马**"),
        ("name", "欧阳", "欧**"),
        ("name", "阿依古丽·买买提", "阿**"),
        ("name", "Daniel Lin", "D**"),
        ("name", "", "***"),
        ("court", "鲁定国", "鲁某"),
        ("court", "鲁 定", "鲁某"),
        ("court", "欧阳映雪", "欧阳某"),
        ("court", "欧阳", "欧某"),
        ("court", "阿依古丽·买买提", "阿某"),
        ("court", "司马懿·买买提", "司某"),
        ("court", "Daniel Lin", "D某"),
        ("court", "ＤＡＮＩＥＬ", "D某"),
        ("court", "LXX", "L某"),
        ("court", "张某", "张某"),
        ("court", "张某某", "张某某"),
        ("court", "张某1", "张某1"),
        ("court", "张某甲", "张某甲"),
        ("court", "张*", "张*"),
        ("court", "张ＸＸ", "张ＸＸ"),
        ("court", "欧阳某", "欧阳某"),
        ("court", "张*明", "张某"),  # half hidden: the courts leave no character of the given name
        ("court", "13800000000", "某某"),
        ("court", "", "某某"),
        ("anonymous", "鲁定国", "某某"),
        ("anonymous", "鲁某", "某某"),
    ],
)
def test_known_names(form: str, name: str, hidden: str) -> None:
    assert hide(Mask(form), name) == hidden


@many
@given(NAMES, st.sampled_from(("name", "court")))
def test_the_given_name_and_its_length_are_hidden(name: str, form: str) -> None:
    hidden = hide(Mask(form), name)
    surname = hidden.rstrip("某*")
    assert name.startswith(surname) and surname in ("鲁", "胥", "冉", "欧", "欧阳", "司", "司马")
    assert hidden == surname + {"name": "**", "court": "某"}[form]


def test_two_names_with_one_result_get_numerals_and_a_single_one_none() -> None:
    sheet = Sheet().number(["张一一", "李二二", "张三三", "张 一一", "欧阳映雪", "欧映雪"])
    names = ("张三三", "张一一", "张　一一", "李二二", "欧阳映雪", "欧映雪")
    assert [hide(Mask("court"), name, sheet) for name in names] == ["张某2", "张某1", "张某1", "李某", "欧阳某", "欧某"]


def test_a_numeral_that_is_taken_is_given_to_nobody_else() -> None:
    sheet = Sheet().number(["张某1", "张一一", "张三三"])
    assert [hide(Mask("court"), name, sheet) for name in ("张某1", "张一一", "张三三")] == ["张某1", "张某2", "张某3"]
    alone = Sheet().number(["张某", "张一一", "李二二"])
    assert [hide(Mask("court"), name, alone) for name in ("张某", "张一一", "李二二")] == ["张某", "张某1", "李某"]


@many
@given(st.lists(NAMES, max_size=12))
def test_the_court_rule_tells_people_apart_and_twice_is_once(names: list[str]) -> None:
    sheet = Sheet().number(names)
    hidden = [hide(Mask("court"), name, sheet) for name in names]
    assert len(set(hidden)) == len(set(names))
    again = sheet.number(hidden)
    assert [hide(Mask("court"), name, again) for name in hidden] == hidden
    for name, result in zip(names, hidden, strict=True):
        alike = {other for other in names if hide(Mask("court"), other) == hide(Mask("court"), name)}
        assert result[-1].isdecimal() == (len(alike) > 1)
