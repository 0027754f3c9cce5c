"""The masks of deident as an operator of presidio-anonymizer: what is written is what deident itself writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from generated import few, texts
from hypothesis import given
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, RecognizerResult
from presidio_anonymizer import AnonymizerEngine, BatchAnonymizerEngine
from presidio_anonymizer.entities import InvalidParamError, OperatorConfig
from presidio_anonymizer.entities import RecognizerResult as Received

from deident import Scanner
from deident.integrations.presidio import DeidentOperator, make_analyzer, register

ID, MOBILE, OFFICE = "52010219010315904X", "19900000001", "0851-85550101"
TEXT = f"申请人身份证号：{ID}，本人手机{MOBILE}，住址：青溪县马官镇余官村3组12号，监督电话：{OFFICE}。"
ALL = {"DEFAULT": OperatorConfig("deident")}


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.fixture(scope="module")
def analyzer(scanner: Scanner) -> AnalyzerEngine:
    return make_analyzer(scanner, include_kept=True)


@pytest.fixture(scope="module")
def anonymizer() -> AnonymizerEngine:
    engine = AnonymizerEngine()
    register(engine)
    return engine


def to_mask(results: list[RecognizerResult]) -> list[RecognizerResult]:
    return [result for result in results if result.recognition_metadata["deident"]["action"] == "mask"]


@few
@given(one=texts)
def test_what_is_written_is_what_deident_writes(
    scanner: Scanner, analyzer: AnalyzerEngine, anonymizer: AnonymizerEngine, one: str
) -> None:
    masked, review = one, {"DEFAULT": OperatorConfig("deident", {"review": "keep"})}
    for _ in range(8):  # as the scanner does: a mask may bring to light what was glued to the value
        found = analyzer.analyze(masked, "zh")
        before, masked = masked, anonymizer.anonymize(masked, found, review, merge_entities_with_spaces=False).text
        if masked == before:
            break
    assert masked == scanner.mask(one)


def test_an_operator_for_some_and_presidio_s_own_for_others(analyzer: AnalyzerEngine, anonymizer: AnonymizerEngine) -> None:
    operators = {"CN_ID_CARD": OperatorConfig("deident"), "LOCATION": OperatorConfig("replace", {"new_value": "<住址>"}),
                 "PHONE_NUMBER": OperatorConfig("keep")}  # fmt: skip
    done = anonymizer.anonymize(TEXT, analyzer.analyze(TEXT, "zh"), operators)
    assert done.text == f"申请人身份证号：52****************，本人手机{MOBILE}，住址：<住址>，监督电话：{OFFICE}。"
    assert [(item.entity_type, item.operator) for item in done.items][-1] == ("CN_ID_CARD", "deident")


def test_what_stays_and_what_a_person_decides(analyzer: AnalyzerEngine, anonymizer: AnonymizerEngine) -> None:
    text = f"监督电话：{OFFICE}；社区联系人手机{MOBILE}（办公）"
    found = analyzer.analyze(text, "zh")
    actions = {text[r.start : r.end]: r.recognition_metadata["deident"]["action"] for r in found}
    assert actions[OFFICE] == "keep"
    assert OFFICE in anonymizer.anonymize(text, found, ALL).text
    assert OFFICE not in anonymizer.anonymize(text, found, {"DEFAULT": OperatorConfig("deident", {"keep": "mask"})}).text
    for result in found:
        result.entity_type.action = "review"
    assert MOBILE not in anonymizer.anonymize(text, found, ALL).text
    assert MOBILE in anonymizer.anonymize(text, found, {"DEFAULT": OperatorConfig("deident", {"review": "keep"})}).text


def test_masks_of_a_policy(anonymizer: AnonymizerEngine, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(
        """
id      = "ours"
name    = { zh = "本县", en = "Ours" }
extends = "gov-publish"

[cells."*"]
id_number = { action = "mask", to = "suppress", basis = ["disclosure-15"] }
""",
        "utf-8",
    )
    own = Scanner(policy=str(file), ner=False)
    text = f"本人身份证号{ID}，手机{MOBILE}"
    done = anonymizer.anonymize(text, make_analyzer(own).analyze(text, "zh"), ALL).text
    assert done == own.mask(text) == "本人身份证号***，手机199********"


def test_a_list_of_pupils_whose_cells_are_deleted(anonymizer: AnonymizerEngine) -> None:
    own = Scanner(policy="student-aid", ner=False)
    text = f"学生资助公示\n姓名\t身份证号\n陈一一\t{ID}"
    done = anonymizer.anonymize(text, make_analyzer(own).analyze(text, "zh"), ALL).text
    assert ID not in done and ID not in own.mask(text)


def test_pseudonyms_need_the_key(anonymizer: AnonymizerEngine) -> None:
    own = Scanner(policy="open-data", key=b"a key that stays with the agency", data_set="2024", ner=False)
    text = "姓名\t金额\n陈一一\t300"
    found = make_analyzer(own).analyze(text, "zh")
    assert [result.entity_type for result in found] == ["PERSON"]
    with pytest.raises(InvalidParamError, match="need a key"):
        anonymizer.anonymize(text, found, ALL)
    keyed = {"DEFAULT": OperatorConfig("deident", {"key": "a key that stays with the agency", "data_set": "2024"})}
    assert anonymizer.anonymize(text, found, keyed).text == own.mask(text)


def test_lists_and_dicts(analyzer: AnalyzerEngine, anonymizer: AnonymizerEngine) -> None:
    batch, hide = BatchAnalyzerEngine(analyzer), BatchAnonymizerEngine(anonymizer)
    lines = [TEXT, "没有", 7, f"手机{MOBILE}"]
    assert hide.anonymize_list(lines, batch.analyze_iterator(lines, language="zh"), operators=ALL)[1:] == [
        "没有",
        "7",
        "手机199********",
    ]
    rows = {"姓名": ["陈一一", "罗二二"], "监督电话": OFFICE, "申请人": {"身份证号": ID}}
    assert hide.anonymize_dict(batch.analyze_dict(rows, language="zh"), operators=ALL) == {
        "姓名": ["陈**", "罗**"], "监督电话": OFFICE, "申请人": {"身份证号": "52****************"},
    }  # fmt: skip


def test_results_that_came_as_json_go_by_their_name(analyzer: AnalyzerEngine, anonymizer: AnonymizerEngine) -> None:
    sent = json.dumps(
        [{"entity_type": r.entity_type, "start": r.start, "end": r.end, "score": r.score} for r in analyzer.analyze(TEXT, "zh")]
    )
    found = [Received.from_json(each) for each in json.loads(sent)]
    done = anonymizer.anonymize(TEXT, found, ALL).text
    assert done == "申请人身份证号：52****************，本人手机199********，住址：青溪县马官镇***，监督电话：0851-*******。"


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("PHONE_NUMBER", "13800000001", "138********"), ("PHONE_NUMBER", "0851-85550101", "0851-*******"), ("PHONE_NUMBER", "138 0000 0001", "138********"),
        ("PHONE_NUMBER", "+1 212-555-5555", "+1 21********"), ("PERSON", "欧阳映雪", "欧阳**"), ("PERSON", "Jane Roe", "J**"), ("CREDIT_CARD", "4012888888881881", "************1881"),
        ("LOCATION", "221B Baker Street", "***"), ("DATE_OF_BIRTH", "1901年3月5日", "1901年**月**日"), ("US_SSN", "078-05-1121", "***"), ("IP_ADDRESS", "192.0.2.1", "***"),
    ],
)  # fmt: skip
def test_values_of_which_only_the_name_is_known(anonymizer: AnonymizerEngine, name: str, value: str, hidden: str) -> None:
    assert anonymizer.anonymize(f"值：{value}。", [Received(name, 2, 2 + len(value), 0.9)], ALL).text == f"值：{hidden}。"


def test_parameters_that_cannot_be_meant() -> None:
    operator = DeidentOperator()
    assert operator.operate("陈一一", {"entity_type": "X", "kind": "person_name"}) == "陈**"
    for wrong in ({"kind": "nothing"}, {"review": "perhaps"}, {"keep": 1}):
        with pytest.raises(InvalidParamError):
            operator.validate(wrong)
    operator.validate({"kind": "mobile", "review": "keep", "keep": "mask"})


def test_two_names_beside_each_other(analyzer: AnalyzerEngine, anonymizer: AnonymizerEngine) -> None:
    text = "姓名：陈一一 罗二二"
    found = [Received("PERSON", 3, 6, 0.9), Received("PERSON", 7, 10, 0.9)]
    assert anonymizer.anonymize(text, found, ALL).text == "姓名：陈**"  # Presidio makes one of them
    assert anonymizer.anonymize(text, found, ALL, merge_entities_with_spaces=False).text == "姓名：陈** 罗**"
