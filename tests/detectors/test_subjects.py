"""Whom a finding is about: rows, lines and blocks; numbers that mean nothing outside of their document."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from generated import few, many
from hypothesis import given
from hypothesis import strategies as st
from tagger_fakes import Words

from deident import Scanner
from deident.detectors.subjects import _firsts, numbered

ID, MOBILE, OTHER = "52010219010315904X", "13800000001", "13800000002"


@cache
def scanner() -> Scanner:
    return Scanner(ner=Words(), key=b"0123456789abcdef")


def people(text: str, title: str | None = None) -> list[tuple[str, int]]:
    """What was found, and whose it is."""
    return [(text[f.start : f.end], f.subject) for f in scanner().scan(text, title)]


# --- rows ------------------------------------------------------------------------------------------------------------------


def test_a_row_is_a_person() -> None:
    assert people(f"姓名\t身份证号\t手机\n陈一一\t{ID}\t{MOBILE}\n罗二二\t\t{OTHER}") == [
        ("陈一一", 1), (ID, 1), (MOBILE, 1), ("罗二二", 2), (OTHER, 2)]  # fmt: skip


def test_a_row_with_two_names_is_two_people() -> None:
    text = f"学生姓名\t身份证号\t家长姓名\t家长电话\n陈一一\t{ID}\t罗二二\t{MOBILE}"
    assert people(text) == [("陈一一", 1), (ID, 1), ("罗二二", 2), (MOBILE, 2)]


def test_what_stands_before_the_first_name_of_a_row_is_its_own() -> None:
    assert people(f"手机\t姓名\t身份证号\n{MOBILE}\t陈一一\t{ID}\n{OTHER}\t罗二二\t") == [
        (MOBILE, 1), ("陈一一", 1), (ID, 1), (OTHER, 2), ("罗二二", 2)]  # fmt: skip


def test_a_row_without_a_name_is_somebody_else() -> None:
    text = f"姓名\t身份证号\t手机\n陈一一\t{ID}\t\n\t\t{MOBILE}\n\t\t{OTHER}"
    assert people(text) == [("陈一一", 1), (ID, 1), (MOBILE, 2), (OTHER, 3)]


def test_a_form_is_about_one_person() -> None:
    text = f"姓名\t陈一一\t身份证号\t{ID}\n手机\t{MOBILE}\t备注\t无"
    assert {number for _, number in people(text)} == {1}


# --- running text ------------------------------------------------------------------------------------------------------------


def test_the_nearest_name_before_it() -> None:
    text = f"陈一一有红帽子，手机{MOBILE}；张三三，身份证号{ID}。"
    assert people(text) == [("陈一一", 1), ("红帽子", 1), (MOBILE, 1), ("张三三", 2), (ID, 2)]


def test_a_relative_is_a_person_of_their_own() -> None:
    text = f"陈一一的妻子罗二二，手机{MOBILE}"
    assert people(text) == [("陈一一", 1), ("妻子", 1), ("罗二二", 2), (MOBILE, 2)]


def test_a_block_of_keys_and_values() -> None:
    text = f"申请人：陈一一\n身份证号：{ID}\n手机：{MOBILE}"
    assert people(text) == [("陈一一", 1), (ID, 1), (MOBILE, 1)]


@pytest.mark.parametrize("between", ["\n\n", "\n \n", "\n（无）" * 6 + "\n"])
def test_a_block_ends(between: str) -> None:
    assert people(f"申请人：陈一一{between}手机：{MOBILE}") == [("陈一一", 1), (MOBILE, 2)]


def test_a_block_is_six_lines_at_most() -> None:
    assert people("申请人：陈一一" + "\n（无）" * 5 + f"\n手机：{MOBILE}") == [("陈一一", 1), (MOBILE, 1)]


def test_the_next_name_of_the_line_if_none_stands_before() -> None:
    assert people(f"手机{MOBILE}，联系陈一一") == [(MOBILE, 1), ("陈一一", 1)]


def test_a_line_without_a_name_is_somebody() -> None:
    assert people(f"手机{MOBILE}，有红帽子\n手机{OTHER}") == [(MOBILE, 1), ("红帽子", 1), (OTHER, 2)]


def test_the_row_of_a_table_above_is_not_the_block_of_a_line() -> None:
    text = f"姓名\t身份证号\n陈一一\t{ID}\n本人手机{MOBILE}"
    assert people(text) == [("陈一一", 1), (ID, 1), (MOBILE, 2)]


# --- one document ------------------------------------------------------------------------------------------------------------


def test_the_same_name_is_the_same_person() -> None:
    text = f"陈一一有红帽子。\n\n罗二二，手机{OTHER}。\n\n陈一一，手机{MOBILE}"
    assert people(text) == [("陈一一", 1), ("红帽子", 1), ("罗二二", 2), (OTHER, 2), ("陈一一", 1), (MOBILE, 1)]


def test_numbers_have_no_gap_where_the_title_names_somebody() -> None:
    assert people(f"罗二二手机{MOBILE}", title="关于陈一一的公示") == [("罗二二", 1), (MOBILE, 1)]


def test_an_office_is_nobody() -> None:
    text = f"陈一一，手机{MOBILE}。监督电话：0851-85550101。罗二二，手机{OTHER}"
    assert people(text) == [("陈一一", 1), (MOBILE, 1), ("0851-85550101", 0), ("罗二二", 2), (OTHER, 2)]
    assert people("举报电话：0851-85550101\n陈一一") == [("0851-85550101", 0), ("陈一一", 1)], "no gap where only an office stood"


def test_a_private_phone_that_may_stay_is_still_somebodys() -> None:
    staff = Scanner(policy="internal", ner=False)
    (found,) = (f for f in staff.scan(f"陈一一，手机{MOBILE}") if f.category == "phone")
    assert (found.action, found.subject > 0) == ("keep", True)


def test_files_have_the_same_numbers() -> None:
    page = f"<p>陈一一，手机{MOBILE}</p><p>罗二二，手机{OTHER}</p>".encode()
    for report in scanner().scan_many([("a.html", page), ("b.html", page)]):
        assert [f.subject for f in report.findings] == [1, 1, 2, 2]


def test_a_link_is_whose_its_text_is() -> None:
    page = b"<p>\xe9\x99\x88\xe4\xb8\x80\xe4\xb8\x80 <a href='mailto:cyy@example.com'>cyy@example.com</a></p><a href='tel:13800000001'>x</a>"
    [report] = scanner().scan_many([("a.html", page)])
    assert {f.subject for f in report.findings if f.category in ("person_name", "email")} == {1}
    assert [f.subject for f in report.findings if f.category == "phone"] == [2]


def test_columns() -> None:
    found = scanner().scan_texts([f"陈一一，手机{MOBILE}", None, f"罗二二手机{OTHER}"])
    assert found.subject.tolist() == found.columns()["subject"].tolist() == [1, 1, 1, 1]
    assert [f.subject for f in found] == [1, 1, 1, 1]


PARTS = st.sampled_from(
    [
        "陈一一",
        "罗二二",
        "张三三",
        "红帽子",
        MOBILE,
        f"手机{OTHER}",
        f"身份证号：{ID}",
        "，",
        "\t",
        "\n",
        "\n\n",
        "姓名\t手机\n",
        "举报电话：0851-85550101",
        "黄帽子",
    ]
)
TEXTS = st.lists(PARTS, max_size=14).map("".join)


@many
@given(TEXTS)
def test_numbers_are_in_order_of_appearance(text: str) -> None:
    numbers = [f.subject for f in scanner().scan(text) if f.subject]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(set(numbers)) + 1))


@few
@given(TEXTS, TEXTS, TEXTS)
def test_other_documents_change_nothing(before: str, text: str, after: str) -> None:
    def columns(texts: list[str], number: int) -> list[tuple[int, ...]]:
        found = scanner().scan_texts(texts)
        own = found.text == number
        return list(zip(found.start[own].tolist(), found.kind[own].tolist(), found.subject[own].tolist(), strict=True))

    assert columns([before, text, after], 1) == columns([text], 0)


@many
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), max_size=12))
def test_numbered_against_a_plain_reading(rows: list[tuple[int, int]]) -> None:
    rows.sort(key=lambda row: row[0])
    expected, seen = [], dict[int, dict[int, int]]()
    for document, owner in rows:
        own = seen.setdefault(document, {})
        expected.append(own.setdefault(owner, len(own) + 1) if owner else 0)
    document, owner = (np.array(column, np.int64) for column in (zip(*rows, strict=True) if rows else ((), ())))
    assert numbered(owner, document).tolist() == expected


@many
@given(st.lists(st.integers(0, 6), min_size=1, max_size=12), st.sampled_from([1, 1000]))
def test_where_each_stands_first(keys: list[int], wide: int) -> None:
    assert _firsts(np.array(keys) * wide).tolist() == [keys.index(key) for key in keys]
