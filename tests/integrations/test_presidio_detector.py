"""Presidio's recognisers as a detector of deident."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from generated import few, texts
from hypothesis import given
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer

from deident import Scanner
from deident.detectors import Detector
from deident.errors import DeidentError, InputError
from deident.integrations.presidio import DeidentRecognizer, PresidioDetector, detector
from deident.matching.scene import Scene
from deident.model import Candidates

CARD, BADGE, SECRET = "4012888888881881", "BG00000001", "身份证号52010219010315904X"


@pytest.fixture(scope="module")
def analyzer() -> AnalyzerEngine:
    """Cards, and badges of a firm."""
    badge = PatternRecognizer("BADGE", patterns=[Pattern("badge", r"BG\d{8}", 0.8)])
    registry = RecognizerRegistry([CreditCardRecognizer(), badge])
    return AnalyzerEngine(registry=registry, nlp_engine=NoOpNlpEngine([{"lang_code": "en", "model_name": ""}]))


class Switch:
    """The detector of the scanner that all tests share: building one takes a second."""

    def __init__(self) -> None:
        self.detector: Detector | None = None
        self.said: list[tuple[Scene, Candidates]] = []
        self.scanner = Scanner(ner=False, detectors=[self])

    def __call__(self, scene: Scene) -> Candidates:
        found = self.detector(scene) if self.detector else Candidates.none()
        self.said.append((scene, found))
        return found

    def to(self, detector: Detector) -> Scanner:
        """The scanner with this detector."""
        self.detector = detector
        self.said.clear()
        return self.scanner


@pytest.fixture(scope="module")
def switch() -> Switch:
    return Switch()


def firm(analyzer: AnalyzerEngine) -> PresidioDetector:
    return PresidioDetector(analyzer, entities={"BADGE": "student_id", "CREDIT_CARD": "bank_card"})


class Names:
    """An analyzer that knows one name; it says where it stands in the text that it is given."""

    def __init__(self, name: str) -> None:
        self.name, self.read = name, list[str]()

    def analyze(self, text: str, language: str, entities: list[str]) -> list[Any]:
        self.read.append(text)
        places = [at for at in range(len(text)) if text.startswith(self.name, at)]
        return [SimpleNamespace(entity_type="PERSON", start=at, end=at + len(self.name), score=0.9) for at in places]


def found(scanner: Scanner, text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.kind) for f in scanner.scan(text)]


def test_what_presidio_finds_is_judged_and_masked(switch: Switch, analyzer: AnalyzerEngine) -> None:
    text = f"手机19900000001，工牌 {BADGE} ，卡 {CARD} 。"
    assert found(switch.to(lambda _: Candidates.none()), text) == [("19900000001", "mobile")]
    scanner = switch.to(firm(analyzer))
    assert found(scanner, text) == [("19900000001", "mobile"), (BADGE, "student_id"), (CARD, "bank_card")]
    assert CARD not in scanner.mask(text) and BADGE not in scanner.mask(text)
    assert {f.reason != "" for f in scanner.scan(text)} == {True}


@pytest.mark.parametrize("before", ["", "😀𠮷 ", "第一行\r\n　　", "ＡＢＣ\u200b的 ", "é\u0301 ", "<b>&amp; "])
def test_places_lie_in_the_text_as_it_was_given(switch: Switch, before: str) -> None:
    text = f"{before}Jane Roe 于昨日到访👍，Jane Roe"
    assert found(switch.to(PresidioDetector(Names("Jane Roe"))), text) == [("Jane Roe", "person_name")] * 2


@few
@given(one=texts)
def test_every_place_in_any_text(switch: Switch, one: str) -> None:
    text = f"{one}Ｒoe😀{one}，Roe😀"  # folded to ASCII before it is read
    switch.to(PresidioDetector(Names("Roe😀"))).scan(text)
    ((scene, candidates),) = switch.said
    places = zip(candidates.start.tolist(), candidates.end.tolist(), strict=True)
    assert [scene.batch.view[start:end].decode() for start, end in places] == ["Roe😀"] * scene.batch.view.count("Roe😀".encode())
    assert len(candidates) >= 2


def test_documents_of_any_format(switch: Switch, analyzer: AnalyzerEngine) -> None:
    page = f"<p>card <b>{CARD[:4]}</b>{CARD[4:]} here</p>".encode()
    (data, report), *_ = switch.to(firm(analyzer)).mask_many([("a.html", page)])
    assert report.status == "masked" and data is not None and CARD[-8:-4].encode() not in data


def test_long_texts_are_read_in_parts(switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "LONGEST", 100)
    analyzer = Names("罗二二")
    text = "\n".join(["一" * 30 + "罗二二", "二" * 70 + "罗二二", "三" * 5])
    found = switch.to(PresidioDetector(analyzer)).scan(text)
    assert [text[f.start : f.end] for f in found if f.kind == "person_name"] == ["罗二二"] * 2
    assert "".join(analyzer.read) == text and max(len(part.encode()) for part in analyzer.read) <= 100


def test_weak_results_and_unknown_entities_do_not_count(switch: Switch, analyzer: AnalyzerEngine) -> None:
    text = f"工牌 {BADGE} ，卡 {CARD} 。"
    assert found(switch.to(PresidioDetector(analyzer)), text) == [(CARD, "bank_card")]
    assert found(switch.to(PresidioDetector(analyzer, least=1.1)), text) == []
    assert found(switch.to(PresidioDetector(analyzer, entities={})), text) == []


def test_own_names_come_back_as_their_kinds(switch: Switch) -> None:
    registry = RecognizerRegistry([DeidentRecognizer(ner=False)], supported_languages=["zh"])
    none = NoOpNlpEngine([{"lang_code": "zh", "model_name": ""}])
    engine = AnalyzerEngine(registry=registry, nlp_engine=none, supported_languages=["zh"])
    text = "本人手机19900000001，身份证号52010219010315904X"
    before = found(switch.to(lambda _: Candidates.none()), text)
    assert found(switch.to(PresidioDetector(engine, "zh")), text) == before
    ((_, candidates),) = switch.said
    assert len(candidates) == len(before) == 2


def test_what_cannot_be_meant(switch: Switch, analyzer: AnalyzerEngine) -> None:
    with pytest.raises(InputError, match="not a dict"):
        PresidioDetector({})
    with pytest.raises(InputError, match="no kind 'nothing'"):
        switch.to(PresidioDetector(analyzer, entities={"BADGE": "nothing"})).scan("x")


def test_an_analyzer_that_fails_shows_no_value(switch: Switch, analyzer: AnalyzerEngine) -> None:
    class Failing(Names):
        def analyze(self, text: str, language: str, entities: list[str]) -> list[Any]:
            raise ValueError(text)

    for own in (PresidioDetector(Failing("")), PresidioDetector(analyzer, "xx")):
        with pytest.raises(DeidentError, match=r"Presidio's analyzer failed \(") as caught:
            switch.to(own).scan(SECRET)
        assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_it_can_be_pickled(switch: Switch, analyzer: AnalyzerEngine) -> None:
    assert found(switch.to(pickle.loads(pickle.dumps(firm(analyzer)))), f"卡 {CARD} 。") == [(CARD, "bank_card")]


def test_as_an_entry_point_of_an_installed_package(tmp_path: Path) -> None:
    folder = tmp_path / "firm-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: firm\nVersion: 1.0\n", "utf-8")
    (folder / "entry_points.txt").write_text("[deident.detectors]\nfirm = firm:cards\n", "utf-8")
    (tmp_path / "firm.py").write_text(
        """
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer
from deident.integrations.presidio import PresidioDetector

engine = NoOpNlpEngine([{"lang_code": "en", "model_name": ""}])
cards = PresidioDetector(AnalyzerEngine(registry=RecognizerRegistry([CreditCardRecognizer()]), nlp_engine=engine))
""",
        "utf-8",
    )
    program = f"import deident; print(deident.Scanner(ner=False).mask('卡 {CARD} 。'))"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )
    assert ran.stdout.strip() == "卡 ************1881 。", ran.stderr
