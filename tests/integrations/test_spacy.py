"""deident in a pipeline of spaCy: exact places, what is known of a span, files, processes, and what stands beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from generated import few, texts
from hypothesis import given
from integrations.offline import run
from integrations.pages import failures
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from deident import DeidentError, Scanner

ID, MOBILE, OFFICE = "52010219010315904X", "19900000001", "0851-85550101"
TEXT = f"身份证{ID}，手机{MOBILE}。\r\n\t第二行　𠮷野家😀 end 监督电话{OFFICE}"
RULES = {"ner": False}


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False)


@pytest.fixture(scope="module")
def chinese() -> Language:
    return pipeline("zh")


@pytest.fixture(scope="module")
def anything() -> Language:
    """A pipeline to whose tokenizer a Chinese sentence is one word."""
    return pipeline("xx")


def pipeline(language: str, **config: Any) -> Language:
    nlp = spacy.blank(language)
    nlp.add_pipe("deident", config=RULES | config)
    return nlp


def exact(doc: Doc, key: str = "deident") -> list[tuple[str, str]]:
    """Text and kind of what was found, by the exact places."""
    return [
        (doc.text[span._.deident["start_char"] : span._.deident["end_char"]], span._.deident["kind"]) for span in doc.spans[key]
    ]


def test_spans_are_the_findings(chinese: Language, scanner: Scanner) -> None:
    doc = chinese(TEXT)
    assert doc.text == TEXT
    assert [(span.text, span.label_) for span in doc.spans["deident"]] == [(ID, "resident_id"), (MOBILE, "mobile")]
    for span, finding in zip(doc.spans["deident"], scanner.scan(TEXT), strict=False):
        known = span._.deident
        assert (known["start_char"], known["end_char"]) == (span.start_char, span.end_char) == (finding.start, finding.end)
        assert {key: getattr(finding, key) for key in known if not key.endswith("_char") and key != "basis"} | {
            "basis": list(finding.basis)
        } == {key: value for key, value in known.items() if not key.endswith("_char")}
        assert TEXT[finding.start : finding.end] not in json.dumps(known)
    assert doc[:3]._.deident is None
    assert not doc.ents


@few
@given(one=texts)
def test_places_are_exact_in_any_text_and_any_tokens(chinese: Language, anything: Language, scanner: Scanner, one: str) -> None:
    expected = [(one[f.start : f.end], f.kind) for f in scanner.scan(one) if f.action != "keep"]
    for nlp in (chinese, anything):
        doc = nlp(one)
        assert exact(doc) == expected
        assert all(found in span.text for span, (found, _) in zip(doc.spans["deident"], expected, strict=True))


def test_two_findings_in_one_token(anything: Language) -> None:
    doc = anything(f"身份证{ID}，手机{MOBILE}")
    assert len(doc) == 1 and {span.text for span in doc.spans["deident"]} == {doc.text}
    assert exact(doc) == [(ID, "resident_id"), (MOBILE, "mobile")]


def test_settings() -> None:
    nlp = pipeline("en", actions=["keep"], label="category", spans_key="stays", set_ents=True)
    nlp.add_pipe("deident", "private", config=RULES | {"set_ents": True})
    doc = nlp(f"call {MOBILE} now, 监督电话 {OFFICE} ")
    assert [(span.text, span.label_) for span in doc.spans["stays"]] == [(OFFICE, "phone")]
    assert exact(doc, "stays") == [(OFFICE, "landline")] and exact(doc) == [(MOBILE, "mobile")]
    assert [(each.text, each.label_, each._.deident["action"]) for each in doc.ents] == [
        (MOBILE, "mobile", "mask"),
        (OFFICE, "phone", "keep"),
    ]


def test_entities_that_are_there_stay() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "青溪县"}])
    nlp.add_pipe("deident", config=RULES | {"set_ents": True})
    assert [(each.text, each.label_) for each in nlp(f"青溪县手机{MOBILE}").ents] == [("青溪县", "GPE"), (MOBILE, "mobile")]


def test_the_type_of_the_documents() -> None:
    text = f"王某某，身份证号码{ID}"
    nlp = pipeline("zh", doc_type="dishonest_debtor", actions=["mask", "keep"])
    docs = [nlp(text), *nlp.pipe([text])]
    assert [doc.spans["deident"][-1]._.deident["action"] for doc in docs] == ["keep", "keep"]


@pytest.mark.parametrize(
    "wrong",
    [{"policy": "gov-publik"}, {"actions": ["hide"]}, {"label": "text"}, {"doc_type": "nothing"}, {"ner": "x"}, {"unknown": 1}],
)
def test_what_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises((DeidentError, ValueError)):
        spacy.blank("zh").add_pipe("deident", config=RULES | wrong)


def test_empty_documents(chinese: Language) -> None:
    docs = [chinese(""), chinese(" \n"), *chinese.pipe(["", "没有"])]
    assert [len(doc.spans["deident"]) for doc in docs] == [0, 0, 0, 0]


def test_masked_text(chinese: Language, scanner: Scanner) -> None:
    assert chinese.get_pipe("deident").mask(chinese(TEXT)) == scanner.mask(TEXT)


def test_nothing_is_missing_in_the_pipeline(chinese: Language) -> None:
    report = chinese.analyze_pipes()
    assert report["summary"]["deident"]["assigns"] == ["doc.spans", "span._.deident"]
    assert not any(report["problems"].values())


# --- many, files, processes ---------------------------------------------------------------------------------------------


def test_many_are_found_as_one_is(chinese: Language) -> None:
    lines = [f"{number}号，手机{MOBILE}，监督电话{OFFICE}" if number % 3 else "没有" for number in range(300)]
    docs = list(chinese.pipe(lines, batch_size=64))
    assert [exact(doc) for doc in docs] == [exact(chinese(line)) for line in lines[:3]] * 100
    pairs = list(chinese.pipe([(TEXT, "a"), ("没有", "b")], as_tuples=True))
    assert [(len(doc.spans["deident"]), context) for doc, context in pairs] == [(2, "a"), (0, "b")]


@pytest.mark.parametrize(("language", "ner"), [("zh", None), ("xx", False)])
def test_processes(language: str, ner: bool | None) -> None:
    nlp = pipeline(language, ner=ner)
    expected = [exact(nlp(TEXT)), []] * 4  # used before it forks: with a tagger each process builds its own
    assert [exact(doc) for doc in nlp.pipe([TEXT, "没有"] * 4, n_process=2, batch_size=3)] == expected


def test_to_disk_and_bytes(tmp_path: Path) -> None:
    nlp = pipeline("zh", label="category", actions=["mask"])
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    other = spacy.blank("zh")
    other.add_pipe("deident", config=RULES | {"label": "category"})
    other.from_bytes(nlp.to_bytes())
    copied = type(nlp).from_config(nlp.config)
    for each in (again, other, copied):
        doc = each(TEXT)
        assert [span.label_ for span in doc.spans["deident"]] == ["id_number", "phone"]
    assert again.config["components"]["deident"] == nlp.config["components"]["deident"]
    assert json.dumps(nlp.config["components"])


def test_documents_are_kept(anything: Language, chinese: Language) -> None:
    doc = anything(TEXT)
    kept = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (back,) = DocBin().from_bytes(kept).get_docs(chinese.vocab)
    sent = Doc(anything.vocab).from_bytes(doc.to_bytes())
    for each in (back, sent, doc.copy()):
        assert exact(each) == exact(doc)
        assert [span._.deident for span in each.spans["deident"]] == [span._.deident for span in doc.spans["deident"]]


def test_documents_are_joined(chinese: Language, anything: Language) -> None:
    joined = Doc.from_docs([anything(TEXT), anything(f"手机{MOBILE}")])
    assert exact(joined) == [(ID, "resident_id"), (MOBILE, "mobile"), (MOBILE, "mobile")]


# --- a program of spaCy's documentation ---------------------------------------------------------------------------------


def test_a_program(tmp_path: Path) -> None:
    """Documentation, "Processing pipelines", "Rule-based matching", "Visualizers": one `add_pipe`, and nothing imported."""
    said = run(
        """
import spacy
from spacy import displacy
from spacy.matcher import Matcher
from spacy.tokens import DocBin

nlp = spacy.blank("zh")
nlp.add_pipe("sentencizer", config={"punct_chars": ["。"]})
nlp.add_pipe("deident")  # +
print(nlp.pipe_names)

matcher = Matcher(nlp.vocab)
matcher.add("PHONE", [[{"TEXT": "手"}, {"TEXT": "机"}]])

doc_bin = DocBin(store_user_data=True)
texts = ["村民陈一一，手机19900000001。监督电话：0851-85550101。", "天气很好。"]
for doc in nlp.pipe(texts):
    print(len(list(doc.sents)), [(span.text, span.label_) for span in doc.spans["deident"]])
    print([doc[start:end].text for _, start, end in matcher(doc)])
    doc_bin.add(doc)
doc_bin.to_disk("./data.spacy")

nlp.to_disk("./pipeline")
nlp = spacy.load("./pipeline")
doc = nlp(texts[0])
print([span._.deident["action"] for span in doc.spans["deident"]])
html = displacy.render(doc, style="span", options={"spans_key": "deident"}, jupyter=False)
print("mobile" in html, "person_name" in html)
docs = list(DocBin().from_disk("./data.spacy").get_docs(nlp.vocab))
print([span._.deident["kind"] for span in docs[0].spans["deident"]])
print(nlp.get_pipe("deident").mask(doc))
""",
        tmp_path,
    ).splitlines()
    assert said == [
        "['sentencizer', 'deident']",
        "2 [('陈一一', 'person_name'), ('19900000001', 'mobile')]",
        "['手机']",
        "1 []",
        "[]",
        "['review', 'mask']",
        "True True",
        "['person_name', 'mobile']",
        "村民陈一一，手机199********。监督电话：0851-85550101。",
    ]


def test_a_program_that_only_reads(tmp_path: Path, chinese: Language) -> None:
    DocBin(store_user_data=True, docs=[chinese(TEXT)]).to_disk(tmp_path / "data.spacy")
    said = run(
        """
import spacy
from spacy.tokens import DocBin
from deident.integrations.spacy import extend

extend()
(doc,) = DocBin().from_disk("data.spacy").get_docs(spacy.blank("zh").vocab)
print([span._.deident["kind"] for span in doc.spans["deident"]])
""",
        tmp_path,
    )
    assert said.strip() == "['resident_id', 'mobile']"


def test_the_page_is_true() -> None:
    told = failures("spacy.md")
    assert not told, told


def test_the_attribute_is_spacy_s_own() -> None:
    assert Span.get_extension("deident")[2] is not None
