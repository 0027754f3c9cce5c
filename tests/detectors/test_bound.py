"""Whether a sentence speaks of a person."""

from __future__ import annotations

import pytest

from deident import Scanner

SCANNER = Scanner(ner=False)
SOFT = {"illness", "impairment", "marital_state", "relation", "holding", "life_event"}


def soft(text: str) -> bool:
    """Whether anything of the soft kinds was found."""
    return any(f.kind in SOFT for f in SCANNER.scan(text))


@pytest.mark.parametrize(
    "text",
    [
        "我患有糖尿病。",
        "陈一一，患有糖尿病。",
        "姓名\t备注\n陈一一\t患糖尿病",
        "来信人陈一一住青溪街。患有糖尿病，没有工作。",
    ],
)
def test_said_of_a_person(text: str) -> None:
    assert soft(text)


@pytest.mark.parametrize(
    "text",
    [
        "完善糖尿病门诊用药保障机制。",
        "糖尿病患者应当定期复查。",
        "全县登记离婚312对，同比下降4%。",
        "残疾人两项补贴制度自7月1日起调整，符合条件的可以申请。",
        "第一条 为了规范救助，制定本办法。\n第二条 患重大疾病的，应当提供诊断证明，符合规定的可以申请。",
        "离异、丧偶人员家庭可优先安排。",
    ],
)
def test_said_of_nobody(text: str) -> None:
    assert not soft(text)
