"""Presidio finds in Chinese what deident finds: exact places, verdicts, filters, context, masks.

What programs do that were written from Presidio's documentation is in test_presidio_programs.py, the way back in
test_presidio_detector.py.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import regex
import spacy
from generated import few, texts
from hypothesis import given
from presidio_analyzer import (
    AnalyzerEngine,
    BatchAnalyzerEngine,
    Pattern,
    PatternRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpEngineProvider, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import IpRecognizer, PhoneRecognizer, SpacyRecognizer
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from deident import Scanner
from deident.errors import InputError
from deident.integrations.presidio import (
    DeidentNlpEngine,
    DeidentRecognizer,
    JoinedNlpEngine,
    entity,
    kinds,
    make_analyzer,
    register,
)
from deident.integrations.presidio.names import ENTITIES, FOUND

ROOT = Path(__file__).parents[2]
ID, MOBILE, OFFICE, MAIL = "52010219010315904X", "19900000001", "0851-85550101", "chen_yiyi1901@example.com"
TEXT = f"申请人身份证号：{ID}，本人手机{MOBILE}，邮箱：{MAIL}，监督电话：{OFFICE}。"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.fixture(scope="module")
def analyzer(scanner: Scanner) -> AnalyzerEngine:
    return make_analyzer(scanner)


@pytest.fixture
def english() -> AnalyzerEngine:
    """A program's own analyzer, with Presidio's recognisers; its model knows one name."""
    return AnalyzerEngine(nlp_engine=_model("en"), supported_languages=["en"])


def _model(*languages: str, entities: bool = True) -> SpacyNlpEngine:
    engine = SpacyNlpEngine(models=[{"lang_code": language, "model_name": "blank"} for language in languages])
    engine.nlp = {language: spacy.blank(language) for language in languages}
    for nlp in engine.nlp.values() if entities else ():
        nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Jane Roe"}])
    return engine


def said(results: list[RecognizerResult]) -> list[tuple[str, int, int]]:
    return sorted((result.entity_type, result.start, result.end) for result in results)


def values(text: str, results: list[RecognizerResult]) -> dict[str, str]:
    return {text[result.start : result.end]: result.entity_type for result in results}


# --- names --------------------------------------------------------------------------------------------------------------


def test_every_kind_has_a_name_and_every_name_a_kind(scanner: Scanner) -> None:
    assert set(ENTITIES) == set(scanner.catalogue.kinds)
    assert all(kind in kinds(entity(kind)) for kind in scanner.catalogue.kinds)
    assert all(entity(kind) == name for name in set(ENTITIES.values()) for kind in kinds(name))
    assert set(FOUND.values()) <= set(ENTITIES)
    assert kinds("STAFF_BADGE") == ("staff_badge",) and entity("staff_badge") == "STAFF_BADGE"


def test_the_table_of_names_is_documented() -> None:
    page = (ROOT / "docs/presidio.md").read_text("utf-8")
    for name in set(ENTITIES.values()):
        row = f"| `{name}` | {', '.join(f'`{kind}`' for kind in kinds(name))} |"
        assert row in page, row


# --- findings -----------------------------------------------------------------------------------------------------------


@few
@given(one=texts)
def test_results_are_the_findings_to_mask_and_review(scanner: Scanner, analyzer: AnalyzerEngine, one: str) -> None:
    expected = sorted((entity(f.kind), f.start, f.end, f.score) for f in scanner.scan(one) if f.action != "keep")
    assert sorted((r.entity_type, r.start, r.end, r.score) for r in analyzer.analyze(one, "zh")) == expected


@pytest.mark.parametrize(
    ("before", "value"),
    [("😀😀手机", MOBILE), ("𠮷野家电话", MOBILE), ("第一行\r\n第二行\r\n手机：", MOBILE), ("本人手机", "１９９００００００１２"), ("é\u0301号码", ID), ("", MOBILE)],
)  # fmt: skip
def test_places_are_code_points_of_the_text(analyzer: AnalyzerEngine, before: str, value: str) -> None:
    text = f"{before}{value}，谢谢👍"
    (result,) = analyzer.analyze(text, "zh")
    assert text[result.start : result.end] == value


def test_the_verdict_is_told(analyzer: AnalyzerEngine) -> None:
    first = analyzer.analyze(TEXT, "zh", return_decision_process=True)[0]
    why = first.analysis_explanation
    assert (why.recognizer, why.pattern_name, why.original_score, why.validation_result) == (
        "DeidentRecognizer",
        "resident_id",
        0.99,
        True,
    )
    assert why.textual_explanation.startswith("mask: ") and "(disclosure-15, gbf-2018-23)" in why.textual_explanation
    known = first.recognition_metadata["deident"]
    assert (known["kind"], known["category"], known["action"], known["subject"]) == ("resident_id", "id_number", "mask", 1)
    assert known["preview"] == "52****************" and ID not in json.dumps(known)
    assert analyzer.analyze(TEXT, "zh")[0].analysis_explanation is None


def test_what_stays_is_returned_on_demand(scanner: Scanner, analyzer: AnalyzerEngine) -> None:
    assert values(TEXT, analyzer.analyze(TEXT, "zh")) == {ID: "CN_ID_CARD", MOBILE: "PHONE_NUMBER", MAIL: "EMAIL_ADDRESS"}
    every = make_analyzer(scanner, include_kept=True).analyze(TEXT, "zh", return_decision_process=True)
    (office,) = [result for result in every if TEXT[result.start : result.end] == OFFICE]
    assert office.recognition_metadata["deident"]["action"] == "keep"
    assert office.analysis_explanation.textual_explanation.startswith("keep: ")


def test_filters_of_analyze(analyzer: AnalyzerEngine) -> None:
    assert values(TEXT, analyzer.analyze(TEXT, "zh", entities=["PHONE_NUMBER"])) == {MOBILE: "PHONE_NUMBER"}
    assert MOBILE not in values(TEXT, analyzer.analyze(TEXT, "zh", allow_list=[MOBILE]))
    assert values(TEXT, analyzer.analyze(TEXT, "zh", allow_list=[r"^\d{17}"], allow_list_match="regex")).keys() == {MOBILE, MAIL}
    assert values(TEXT, analyzer.analyze(TEXT, "zh", score_threshold=0.98)).keys() == {ID}


def test_recognisers_of_one_call(english: AnalyzerEngine, analyzer: AnalyzerEngine, scanner: Scanner) -> None:
    badge = PatternRecognizer("BADGE", patterns=[Pattern("badge", r"BG\d{8}", 0.8)], supported_language="zh")
    text = f"工牌BG00000001，手机{MOBILE}"
    assert values(text, analyzer.analyze(text, "zh", ad_hoc_recognizers=[badge])) == {
        "BG00000001": "BADGE",
        MOBILE: "PHONE_NUMBER",
    }
    own = DeidentRecognizer("en", scanner=scanner)
    assert (
        values(text, english.analyze(text, "en", ad_hoc_recognizers=[own], entities=own.supported_entities))[MOBILE]
        == "PHONE_NUMBER"
    )


def test_some_entities_only(scanner: Scanner) -> None:
    registry = RecognizerRegistry(supported_languages=["zh"])
    registry.add_recognizer(DeidentRecognizer(supported_entities=["CN_ID_CARD"], scanner=scanner))
    some = AnalyzerEngine(registry=registry, nlp_engine=DeidentNlpEngine(), supported_languages=["zh"])
    assert some.get_supported_entities("zh") == ["CN_ID_CARD"]
    assert values(TEXT, some.analyze(TEXT, "zh")) == {ID: "CN_ID_CARD"}


def test_the_type_of_the_page_decides(scanner: Scanner) -> None:
    text = f"王某某，身份证号码{ID}"
    found = [
        DeidentRecognizer(scanner=scanner, doc_type=each).analyze(text, []) for each in ("dishonest_debtor", "social_assistance")
    ]
    assert [values(text, results) for results in found] == [{}, {ID: "CN_ID_CARD"}]


# --- context, batches ---------------------------------------------------------------------------------------------------


def test_a_column_of_a_dict_names_its_values(analyzer: AnalyzerEngine) -> None:
    rows = {"姓名": ["陈一一", "罗二二"], "身份证号": ["", ID], "监督电话": OFFICE, "户主": {"姓名": "陈一一"}, "序号": [1, 2]}
    found = {result.key: result for result in BatchAnalyzerEngine(analyzer).analyze_dict(rows, language="zh")}
    assert [said(results) for results in found["姓名"].recognizer_results] == [[("PERSON", 0, 3)]] * 2
    assert [said(results) for results in found["身份证号"].recognizer_results] == [[], [("CN_ID_CARD", 0, 18)]]
    assert found["监督电话"].recognizer_results == []
    (inner,) = found["户主"].recognizer_results
    assert said(inner.recognizer_results) == [("PERSON", 0, 3)]
    assert found["序号"].recognizer_results == [[], []]


def test_context_obeys_the_filter_of_entities(analyzer: AnalyzerEngine) -> None:
    assert analyzer.analyze("陈一一", "zh", context=["姓名"], entities=["PHONE_NUMBER"]) == []
    assert said(analyzer.analyze("陈一一", "zh", context=["姓名"], entities=["PERSON"])) == [("PERSON", 0, 3)]


def test_lists_in_one_process_and_in_two(analyzer: AnalyzerEngine) -> None:
    lines = [f"{number}号，手机{MOBILE}" for number in range(6)]
    batch = BatchAnalyzerEngine(analyzer)
    alone = batch.analyze_iterator(lines, language="zh", batch_size=2)
    assert [values(line, results) for line, results in zip(lines, alone, strict=True)] == [{MOBILE: "PHONE_NUMBER"}] * 6
    assert batch.analyze_iterator(lines, language="zh", batch_size=2, n_process=2) == alone


def test_an_analyzer_can_be_pickled(analyzer: AnalyzerEngine) -> None:
    assert said(pickle.loads(pickle.dumps(analyzer)).analyze(TEXT, "zh")) == said(analyzer.analyze(TEXT, "zh"))


# --- an analyzer that is there ------------------------------------------------------------------------------------------


def test_english_stays_as_it_is(english: AnalyzerEngine, scanner: Scanner) -> None:
    text = "My name is Jane Roe, phone 212-555-5555, card 4012888888881881"
    before = english.analyze(text, "en"), english.get_supported_entities("en")
    register(english, scanner)
    register(english, scanner)
    assert (english.analyze(text, "en"), english.get_supported_entities("en")) == before
    assert values(TEXT, english.analyze(TEXT, language="zh")) == {ID: "CN_ID_CARD", MOBILE: "PHONE_NUMBER", MAIL: "EMAIL_ADDRESS"}
    assert english.supported_languages == english.registry.supported_languages == ["en", "zh"]
    assert [each.name for each in english.get_recognizers("zh")] == ["DeidentRecognizer"]
    assert english.nlp_engine.get_nlp("en").lang == "en"  # what else a program asks of its engine
    assert english.nlp_engine.get_supported_languages() == ["en", "zh"]


def test_a_blank_pipeline_for_chinese_is_replaced_and_a_model_is_not(scanner: Scanner) -> None:
    for entities in (False, True):
        engine = _model("en", "zh", entities=entities)
        program = AnalyzerEngine(nlp_engine=engine, supported_languages=["en", "zh"])
        assert any(isinstance(each, SpacyRecognizer) for each in program.get_recognizers("zh"))
        register(program, scanner)
        assert (program.nlp_engine is engine) == entities
        assert any(isinstance(each, SpacyRecognizer) for each in program.get_recognizers("zh")) == entities
        assert any(isinstance(each, SpacyRecognizer) for each in program.get_recognizers("en"))


def test_expressions_see_numbers_behind_han_letters(scanner: Scanner) -> None:
    program = AnalyzerEngine(nlp_engine=_model("en", "zh", entities=False), supported_languages=["en", "zh"])
    text = "服务器192.168.1.10的日志"
    assert "IP_ADDRESS" not in {result.entity_type for result in program.analyze(text, "zh")}
    register(program, scanner)
    assert values(text, program.analyze(text, "zh"))["192.168.1.10"] == "IP_ADDRESS"
    own = [each for each in program.get_recognizers() if isinstance(each, IpRecognizer)]
    assert {each.supported_language: bool(each.global_regex_flags & regex.ASCII) for each in own} == {"en": False, "zh": True}


def test_words_of_context_are_seen(english: AnalyzerEngine, scanner: Scanner) -> None:
    register(english, scanner)
    for words, line in ((["手机", "电话"], "当事人手机{}，谢谢"), (["热线"], "当事人的热线是{}")):
        rare = PatternRecognizer(
            "CN_RARE", patterns=[Pattern("p", r"(?<!\d)7\d{6}(?!\d)", 0.3)], context=words, supported_language="zh"
        )
        english.registry.add_recognizer(rare)
        text = line.format("7000001")
        assert [r.score for r in english.analyze(text, "zh", entities=["CN_RARE"])] == [pytest.approx(0.65)]
        assert [r.score for r in english.analyze("编号7000001", "zh", entities=["CN_RARE"])] == [0.3]
        english.registry.recognizers.remove(rare)


def test_the_list_of_domains_is_not_fetched(english: AnalyzerEngine, scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    import tldextract.tldextract

    fresh = tldextract.TLDExtract(cache_dir=None)
    monkeypatch.setattr(tldextract.tldextract, "TLD_EXTRACTOR", fresh)
    assert fresh.suffix_list_urls
    register(english, scanner)
    assert not fresh.suffix_list_urls
    text = "mail jane@example.com"
    assert values(text, english.analyze(text, "en", entities=["EMAIL_ADDRESS"])) == {"jane@example.com": "EMAIL_ADDRESS"}


def test_a_registry_and_what_is_none(scanner: Scanner) -> None:
    registry = RecognizerRegistry(recognizers=[PhoneRecognizer(supported_language="en")], supported_languages=["en"])
    register(registry, scanner)
    joined = JoinedNlpEngine(_model("en"), DeidentNlpEngine())
    joined.load()
    both = AnalyzerEngine(registry=registry, nlp_engine=joined, supported_languages=["en", "zh"])
    assert values(TEXT, both.analyze(TEXT, "zh"))[ID] == "CN_ID_CARD"
    assert said(both.analyze("phone 212-555-5555", "en")) == [("PHONE_NUMBER", 6, 18)]
    with pytest.raises(InputError, match="not a dict"):
        register({})


def test_another_policy_takes_the_place_of_the_first(english: AnalyzerEngine, scanner: Scanner) -> None:
    register(english, scanner)
    register(english)  # nothing new is asked for
    (before,) = english.get_recognizers("zh")
    assert isinstance(before, DeidentRecognizer) and before.scanner is scanner
    register(english, scanner.alone)
    register(english, Scanner(ner=False, policy="internal"))
    (after,) = english.get_recognizers("zh")
    assert isinstance(after, DeidentRecognizer) and after.scanner.policy.id == "internal"


# --- configuration ------------------------------------------------------------------------------------------------------


def test_yaml(tmp_path: Path) -> None:
    file = tmp_path / "recognizers.yaml"
    file.write_text(
        f"""
supported_languages: [zh]
global_regex_flags: {26 | int(regex.ASCII)}
recognizers:
  - name: DeidentRecognizer
    type: predefined
    supported_languages: [zh]
  - name: only numbers of people
    class_name: DeidentRecognizer
    type: predefined
    supported_languages: [{{language: zh, context: [身份证]}}]
    supported_entities: [CN_ID_CARD]
  - name: IpRecognizer
    type: predefined
    supported_languages: [zh]
""",
        "utf-8",
    )
    registry = RecognizerRegistryProvider(conf_file=str(file)).create_recognizer_registry()
    assert [each.name for each in registry.recognizers] == ["DeidentRecognizer", "only numbers of people", "IpRecognizer"]
    every, some, _ = registry.recognizers
    assert len(every.supported_entities) > 40 and some.supported_entities == ["CN_ID_CARD"]
    own = {"nlp_engine_name": "deident", "models": [{"lang_code": "zh", "model_name": "deident"}]}
    engine = NlpEngineProvider(nlp_engines=(DeidentNlpEngine,), nlp_configuration=own).create_engine()
    found = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["zh"]).analyze(
        TEXT + "服务器192.168.1.10的", "zh"
    )
    assert {result.entity_type for result in found} == {"CN_ID_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "IP_ADDRESS"}


# --- the engine ---------------------------------------------------------------------------------------------------------


@few
@given(one=texts)
def test_tokens_are_the_text_again(analyzer: AnalyzerEngine, one: str) -> None:
    artifacts = analyzer.nlp_engine.process_text(one, "zh")
    assert artifacts.tokens.text == one
    assert artifacts.lemmas == [token.text for token in artifacts.tokens]
    assert all(one.startswith(token.text, at) for token, at in zip(artifacts.tokens, artifacts.tokens_indices, strict=True))


def test_tokens_are_words(analyzer: AnalyzerEngine) -> None:
    artifacts = analyzer.nlp_engine.process_text("当事人手机19900000001，\t身份证号 abc", "zh")
    assert artifacts.lemmas == ["当事人", "手机", "19900000001", "，", "\t", "身份证号", "abc"]
    assert artifacts.keywords == ["当事人", "手机", "19900000001", "身份证号", "abc"]
