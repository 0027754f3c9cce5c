"""Columns: one that its cells tell, and rows that stay apart."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.detectors import columns
from deident.engine import Scanner
from deident.engine.examine import Examiner
from deident.engine.texts import joined
from deident.matching.scene import Scene, look
from deident.model import Candidates

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


CELLS = st.sampled_from(
    ["1901-03-15", " 1901年3月15日", "1901", "张三", "张 三 ", "张**", "1901-**-**", "北京市建国路1号", "　建国路2号 ", "同上", "", " ", "二级", "3",
     "138 0000 0001", "0851-26000001转8", "6217 0000", "无", "未婚", "x", "1234567890123"]
)  # fmt: skip
HEADS = ("姓名", "出生日期", "家庭住址", "银行账号", "残疾等级", "婚姻状况", "联系电话", "身份证号", "金额")


@cache
def examiner() -> Examiner:
    return Examiner.build("gov-publish", None, "auto", ())


def plainly(scene: Scene) -> list[tuple[int, int, int]]:
    """columns.find cell by cell, where nothing was found before."""
    cells, plan, out = scene.tables, scene.plan, []
    for cell in np.flatnonzero((cells.kind >= 0) & ~cells.header).tolist():
        raw = scene.batch.view[cells.start[cell] : cells.end[cell]]
        text = raw.decode()
        for kind in columns.choices(scene, int(cells.kind[cell])):
            match = plan.cells[kind].fullmatch(text.strip())
            if raw and b"*" not in raw and len(raw) <= columns.LONGEST and match:
                first, last = match.span("v" if "v" in match.re.groupindex else 0)
                before = len(text) - len(text.lstrip())
                low, high = (len(text[: before + at].encode()) for at in (first, last))
                out.append((int(cells.start[cell]) + low, int(cells.start[cell]) + high, kind))
                break
    return out


@many
@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=6), st.permutations(HEADS))
def test_cells_against_a_plain_reading(rows: list[list[str]], heads: list[str]) -> None:
    made = examiner()
    folded, _ = made.fold(joined(["\n".join("\t".join(row) for row in [heads[:5], *rows]).encode()]))
    scene = look(made.plan, made.matcher, made.words, made.headers, folded)
    found = columns.find(scene, Candidates.none())
    assert list(zip(found.start.tolist(), found.end.tolist(), found.kind.tolist(), strict=True)) == plainly(scene)
