"""Programs as Presidio's own documentation has them, with deident added in two lines; offline.

The model that they name is a folder of this name here, with a pipeline that knows one name: the real one is half a gigabyte from the
network.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from integrations.offline import run
from integrations.pages import failures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Jane Roe"}])
    nlp.to_disk(tmp_path / "en_core_web_lg")
    return tmp_path


def test_getting_started(folder: Path) -> None:
    """Documentation, "Getting started" and "Anonymizing"; `+` are the lines for Chinese."""
    said = run(
        """
from presidio_analyzer import AnalyzerEngine
from presidio_anonymizer import AnonymizerEngine

# Set up the engine, loads the NLP module (spaCy model by default) and other PII recognizers
analyzer = AnalyzerEngine()
from deident.integrations.presidio import register  # +
register(analyzer)  # +

text = "My name is Jane Roe, my phone number is 212-555-5555, my address jane@example.com"
results = analyzer.analyze(text=text, entities=["PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS"], language="en")
print(results)

anonymizer = AnonymizerEngine()
anonymized_text = anonymizer.anonymize(text=text, analyzer_results=results)
print(anonymized_text.text)

text = "村民陈一一，男，身份证号：52010219010315904X，联系电话19900000001；监督电话：0851-85550101。"
results = analyzer.analyze(text=text, entities=["PERSON", "PHONE_NUMBER", "CN_ID_CARD"], language="zh")
for result in sorted(results, key=lambda result: result.start):
    print(result.entity_type, text[result.start:result.end])
print(anonymizer.anonymize(text=text, analyzer_results=results).text)
""",
        folder,
    ).splitlines()
    assert "type: PERSON, start: 11, end: 19, score: 0.85" in said[0]
    assert said[1] == "My name is <PERSON>, my phone number is <PHONE_NUMBER>, my address <EMAIL_ADDRESS>"
    assert said[2:-1] == ["PERSON 陈一一", "CN_ID_CARD 52010219010315904X", "PHONE_NUMBER 19900000001"]
    assert said[-1] == "村民<PERSON>，男，身份证号：<CN_ID_CARD>，联系电话<PHONE_NUMBER>；监督电话：0851-85550101。"


def test_tables(folder: Path) -> None:
    """Sample "Run Presidio on structured / semi-structured data", with deident's masks."""
    said = run(
        """
import pandas as pd
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine
from presidio_anonymizer import AnonymizerEngine, BatchAnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig

columns = ["编号", "姓名", "电话", "备注"]
df = pd.DataFrame(data=[[1, "陈一一", "19900000001", "见身份证52010219010315904X"], [2, "罗二二", "19900000012", "无"]], columns=columns)

analyzer = AnalyzerEngine()
batch_analyzer = BatchAnalyzerEngine(analyzer_engine=analyzer)
batch_anonymizer = BatchAnonymizerEngine()
from deident.integrations.presidio import register  # +
register(batch_analyzer), register(batch_anonymizer)  # +

df_dict = df.to_dict(orient="list")
analyzer_results = list(batch_analyzer.analyze_dict(df_dict, language="zh"))
anonymizer_results = batch_anonymizer.anonymize_dict(analyzer_results, operators={"DEFAULT": OperatorConfig("deident")})
print(pd.DataFrame(anonymizer_results).to_csv(index=False))
""",
        folder,
    )
    assert said.strip() == "编号,姓名,电话,备注\n1,陈**,199********,见身份证52****************\n2,罗**,199********,无"


def test_no_code(folder: Path) -> None:
    """Documentation, "Customizing recognizer registry from file": only the file names deident."""
    (folder / "recognizers-config.yml").write_text(
        """
supported_languages: [en, zh]
global_regex_flags: 154   # 26 and regex.ASCII
recognizers:
  - name: PhoneRecognizer
    type: predefined
    supported_languages: [en]
  - name: IpRecognizer
    type: predefined
  - name: DeidentRecognizer
    type: predefined
    supported_languages: [zh]
""",
        "utf-8",
    )
    said = run(
        """
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from deident.integrations.presidio import DeidentNlpEngine  # +

provider = RecognizerRegistryProvider(conf_file="./recognizers-config.yml")
registry = provider.create_recognizer_registry()
configuration = {"nlp_engine_name": "deident", "models": [{"lang_code": "en", "model_name": ""}, {"lang_code": "zh", "model_name": ""}]}
nlp_engine = NlpEngineProvider(nlp_engines=(DeidentNlpEngine,), nlp_configuration=configuration).create_engine()  # +
analyzer = AnalyzerEngine(registry=registry, nlp_engine=nlp_engine, supported_languages=["en", "zh"])

for language, text in ("en", "call 212-555-5555 from 192.168.1.10"), ("zh", "手机19900000001登录了192.168.1.10的主机"):
    print(language, sorted((text[result.start:result.end], result.entity_type) for result in analyzer.analyze(text=text, language=language)))
""",
        folder,
    )
    assert said.splitlines() == [
        "en [('192.168.1.10', 'IP_ADDRESS'), ('212-555-5555', 'PHONE_NUMBER')]",
        "zh [('192.168.1.10', 'IP_ADDRESS'), ('19900000001', 'PHONE_NUMBER')]",
    ]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    said = run(
        """
import sys
sys.modules |= {"presidio_analyzer": None, "spacy": None, "spacy.language": None}
from deident.errors import MissingExtra
for name in ("presidio", "spacy"):
    try:
        __import__(f"deident.integrations.{name}")
    except MissingExtra as problem:
        print(problem)
""",
        tmp_path,
    )
    assert said.splitlines() == [
        "deident.integrations.presidio needs Presidio: pip install 'deident[presidio]'",
        "deident.integrations.spacy needs spaCy: pip install 'deident[spacy]'",
    ]


def test_the_page_is_true(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    told = failures("presidio.md")
    assert not told, told
