"""Columns: one that its cells tell, and rows that stay apart."""

from __future__ import annotations

import pytest

from deident.engine import Scanner

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, 3.4


def number(first: str) -> str:
    """An identity number with its check character."""
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.mark.parametrize("region", ["520102", "110101", "430104"])
def test_a_wrong_number_in_a_column_that_its_cells_tell(scanner: Scanner, region: str) -> None:
    right = [number(f"{region}1901{month:02}15904") for month in range(1, 10)]
    wrong = right[4][:-1] + ("1" if right[4][-1] != "1" else "2")
    text = "".join(f"第{place}行\t{one}\t300\n" for place, one in enumerate([*right, wrong], 1))
    found = [text[f.start : f.end] for f in scanner.scan(text) if f.action == "mask"]
    assert found == [*right, wrong]


def test_the_last_cell_of_a_row_and_the_first_of_the_next_are_two(scanner: Scanner) -> None:
    text = "姓名\t银行卡号\n13800000001\t13800000001\n13800000001\t\n"
    assert scanner.mask(text).count("\n") == text.count("\n")
    assert [line.count("\t") for line in scanner.mask(text).splitlines()] == [1, 1, 1]


def test_two_whole_numbers_below_each_other_are_two(scanner: Scanner) -> None:
    text = "银行卡号\n13800000001\n13800000002\n"
    assert [text[f.start : f.end] for f in scanner.scan(text)] == ["13800000001", "13800000002"]


def test_a_number_that_the_end_of_a_line_cuts_in_two(scanner: Scanner) -> None:
    text = "卡号：62220212345\n67890123"
    assert [text[f.start : f.end] for f in scanner.scan(text)] == ["62220212345\n67890123"]
