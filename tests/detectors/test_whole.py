"""Whole facts: pieces of one illness are one, two people's stay two."""

from __future__ import annotations

from itertools import pairwise

import pytest

from deident import Scanner


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


def facts(scanner: Scanner, text: str) -> list[str]:
    return [
        text[f.start : f.end] for f in scanner.scan(text) if f.category in ("medical_record", "disability", "property_status")
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("患者王三三，2020年8月确诊高血压，需住院治疗。", ["2020年8月确诊高血压，需住院治疗"]),
        ("申请人陈一一患先天性心脏病（室间隔缺损），需二次手术。", ["患先天性心脏病（室间隔缺损），需二次手术"]),
        ("陈一一患高血压、罗二二患糖尿病，均已签约。", ["患高血压", "患糖尿病"]),
        ("陈一一患高血压，其妻患糖尿病。", ["患高血压", "患糖尿病"]),
        ("姓名\t病情\n陈一一\t高血压\n罗二二\t糖尿病", ["高血压", "糖尿病"]),
        ("户主陈一一患尿毒症，救助3000元。", ["患尿毒症", "救助3000元"]),
    ],
)
def test_facts_are_whole_and_apart(scanner: Scanner, text: str, wanted: list[str]) -> None:
    assert facts(scanner, text) == wanted


def test_findings_stay_in_order_and_apart(scanner: Scanner) -> None:
    text = "患者王三三，2020年8月确诊高血压，长期服用硝苯地平，3月5日突发脑梗死（左侧），卧床，月收入800元，欠债2万元。\n" * 3
    found = list(scanner.scan(text))
    assert found
    for before, after in pairwise(found):
        assert before.end <= after.start


@pytest.mark.parametrize("junk", ["行" * 25 + "x", "左右双" * 9 + "x", "经检查提示" * 6 + "x", "，需" * 40, "（" * 30])
def test_junk_beside_an_illness_is_read_in_no_time(scanner: Scanner, junk: str) -> None:
    """Expressions that could be put together in many ways would not come back from this."""
    assert any("高血压" in fact for fact in facts(scanner, f"患者王三三，{junk}高血压{junk}。"))
