"""Columns in plain text: what is cut, and that cutting changes nothing else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from deident.engine import Scanner
from deident.text.layout import delimiters

CHARACTERS = st.sampled_from("甲乙 丙12345678901|,;\n\t")


def cut(text: str) -> list[list[str]]:
    """Lines and their cells, as the tables see them."""
    view = text.encode()
    code = np.frombuffer(view, np.uint8)
    ends = delimiters(view, np.flatnonzero(code == 10), np.flatnonzero(code == 9)).tolist()
    rows, at = [], 0
    for line in text.split("\n"):
        size = len(line.encode())
        marks = [end - at for end in ends if at <= end < at + size]
        edges = [-1, *marks, size]
        rows.append([line.encode()[a + 1 : b].decode().strip() for a, b in pairwise(edges)])
        at += size + 1
    return rows


def test_aligned_columns() -> None:
    assert cut("姓名      号码    金额\n陈一一    123456    500\n")[1] == ["陈一一", "123456", "500"]


def test_a_wide_gap_holds_an_empty_cell() -> None:
    rows = cut("姓名  职务  办公电话  手机\n甲一  乡长  8001  138\n乙二  站长              139")
    assert rows[2] == ["乙二", "站长", "", "139"]


def test_single_blanks_like_the_header() -> None:
    rows = cut("户主 证号 金额 账号\n潘田 43010419 320 5200000001\n潘水 43010419 450 5200000002")
    assert rows[1] == ["潘田", "43010419", "320", "5200000001"]


def test_blanks_inside_numbers_and_names_cut_nothing() -> None:
    rows = cut("姓名 性别 民族 电话\n凌 霜 女 汉族 138 0013 8000\n桂一一 男 苗族 139 0013 8000")
    assert rows[1] == ["凌 霜", "女", "汉族", "138 0013 8000"]


def test_separated_lines_need_a_neighbour_alike() -> None:
    assert cut("a|b|c\nd|e|f")[0] == ["a", "b", "c"]
    assert cut("说明,见附件,第一页\n没有别的") == [["说明,见附件,第一页"], ["没有别的"]]


def test_lines_with_tabs_are_left_alone() -> None:
    assert cut("a\tb|c\nd\te|f") == [["a\tb|c"], ["d\te|f"]]


@given(st.text(CHARACTERS, max_size=200))
def test_only_marks_and_blanks_are_cut(text: str) -> None:
    view = text.encode()
    code = np.frombuffer(view, np.uint8)
    ends = delimiters(view, np.flatnonzero(code == 10), np.flatnonzero(code == 9))
    assert np.isin(code[ends], [32, 44, 59, 124]).all()
    assert (np.diff(ends) > 0).all()


def test_headers_work_in_plain_text() -> None:
    scanner = Scanner()
    text = "姓名 | 出生日期 | 卡号\n陈一一 | 1901.03 | 520000000000000101\n王二二 | 1902.04 | 520000000000000102"
    assert [f.category for f in scanner.scan(text)].count("bank_account") == 2
    assert [f.category for f in scanner.scan(text)].count("birth_date") == 2
