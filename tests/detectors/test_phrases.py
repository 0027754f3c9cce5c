"""Telling phrases: what they take, what joins them, what they leave to names."""

from __future__ import annotations

import pytest

from deident import Scanner

SCANNER = Scanner(ner=False)


def found(text: str, kind: str) -> list[str]:
    """What was found of a kind."""
    return [text[f.start : f.end] for f in SCANNER.scan(text) if f.kind == kind]


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("患者陈一一，患2型糖尿病伴肾病。", "illness", ["患2型糖尿病伴肾病"]),
        ("我患有高血压、冠心病。", "illness", ["患有高血压、冠心病"]),
        ("王三三，肢体二级。", "impairment", ["肢体二级"]),
        ("我家欠信用社贷款6万元。", "holding", ["欠信用社贷款6万元"]),
        ("李二二2019年因盗窃罪服刑三年。", "life_event", ["2019年因盗窃罪服刑三年"]),
    ],
)
def test_a_whole_phrase_is_taken(text: str, kind: str, wanted: list[str]) -> None:
    assert found(text, kind) == wanted


def test_a_name_in_a_phrase_is_a_finding_of_its_own() -> None:
    text = "罗二二与其妻王三三住在青溪街。"
    assert found(text, "relation") == ["其妻"]
    assert "王三三" in found(text, "person_name")


def test_one_cell_is_no_phrase_of_another() -> None:
    assert found("姓名\t备注\t金额\n陈一一\t患高血压\t300", "illness") == ["患高血压"]


@pytest.mark.parametrize("text", ["", "。", "患", "糖尿病", "\t\n" * 9, "其妻" * 3000, "糖尿病" * 20000, "欠" + "一" * 9000])
def test_junk_does_not_raise(text: str) -> None:
    SCANNER.scan(text)
