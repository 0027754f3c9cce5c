"""Data dictionaries are about nobody; the records beside them are."""

from __future__ import annotations

import pytest

from deident import Scanner

SCANNER = Scanner(ner=False)
SOFT = ("medical_record", "property_status", "social_relation", "life_experience", "disability", "marital_status")


def found(text: str) -> list[str]:
    """What says something of a person."""
    return [text[f.start : f.end] for f in SCANNER.scan(text) if f.category in SOFT]


@pytest.mark.parametrize(
    "text",
    [
        '{"字典":{"hyzk":{"10":"未婚","20":"已婚","30":"丧偶"},"cjlb":{"1":"视力","2":"听力"}}}',
        '{"codes":[{"code":"10","name":"未婚"},{"code":"30","name":"丧偶"}]}',
        "字段说明：hyzk 婚姻状况（10未婚，20已婚，30丧偶，40离婚）；cjlb 残疾类别：1视力 2听力",
        "字段说明：\nxm 姓名\nhyzk 婚姻状况，如离异、丧偶",
        "代码\t名称\n10\t未婚\n30\t丧偶",
        "10：未婚\n20：已婚\n30：丧偶\n40：离婚",
        "婚姻状况（未婚、已婚、离异、丧偶）：",
        "残疾类别请填：视力、听力、言语、肢体、智力、精神、多重",
    ],
)
def test_a_dictionary_is_about_nobody(text: str) -> None:
    assert not found(text)
    assert not found(f"联系人：陈一一，13800000001\n{text}")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"字典":{"10":"未婚","30":"丧偶"},"data":[{"xm":"陈一一","hyzk":"丧偶"}]}', ["丧偶"]),
        ("code：200\nxm：陈一一\nhyzk：离异", ["离异"]),
        ("陈一一，2级残疾，3口人，1套房，离异", ["离异"]),
        ("患者陈一一诊断：1高血压，2糖尿病，3冠心病", ["1高血压，2糖尿病，3冠心病"]),
    ],
)
def test_what_stands_beside_it_is_found(text: str, wanted: list[str]) -> None:
    assert all(any(value in one for one in found(text)) for value in wanted)


@pytest.mark.parametrize("text", ["{[" * 4000 + "离异", "10未婚，" * 4000, "未婚、" * 4000, "字典" * 4000 + "：离异"])
def test_junk_does_not_raise(text: str) -> None:
    SCANNER.scan(f"陈一一，{text}")
