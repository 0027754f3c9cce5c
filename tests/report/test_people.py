"""How many people it is about, and what the tagger read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from report_fakes import RUN, finding, rendered, report

from deident.report import Tagged, jsonl, sarif, text
from deident.report.summary import Summary

#: two people to mask, one of them and another one to review; one that may stay; an office
ITEMS = [
    report("a.html", finding(subject=1), finding(subject=1), finding("review", subject=1), finding(subject=2),
           finding("keep", subject=3), finding("keep", subject=0), finding("mask", subject=0)),
    report("b.html", finding("review", subject=1)),
    report("c.html", status="clean"),
]  # fmt: skip
READ = Tagged("deident", 120_000, 1.5)


def summed() -> Summary:
    summary = Summary()
    for item in ITEMS:
        summary.add(item)
    return summary


def test_people_are_counted_file_by_file() -> None:
    summary = summed()
    assert summary.as_dict(RUN)["people"] == {"mask": 2, "review": 2}
    assert summary.involved == 3
    assert Summary().as_dict(RUN)["people"] == {"mask": 0, "review": 0}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("mode", ["scan", "mask"])
def test_the_reports_say_it_in_one_line(lang: str, mode: str) -> None:
    run = replace(RUN, lang=lang, mode=mode)
    said = {"zh": "涉及 3 人", "en": "3 people are concerned"}[lang]
    assert sum(said in line for line in text.closing(summed(), run)) == 1
    assert rendered(ITEMS, run).count(said) == 1
    assert not any({"zh": "涉及", "en": "concerned"}[lang] in line for line in text.closing(Summary(), run))


def test_a_finding_says_whose_it_is() -> None:
    assert [json.loads(line)["subject"] for line in jsonl.lines(ITEMS[0])] == [1, 1, 1, 2, 3, 0, 0]
    assert list(json.loads(next(jsonl.lines(ITEMS[0])))) == list(jsonl.KEYS)
    made = json.loads(json.dumps(sarif.log(ITEMS, RUN)))
    assert [result["properties"]["subject"] for result in made["runs"][0]["results"]] == [1, 1, 1, 2, 3, 0, 0, 1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tagger_reports_its_rate(lang: str) -> None:
    run = replace(RUN, lang=lang, tagger=READ)
    assert summed().as_dict(run)["tagger"] == {
        "name": "deident", "characters": 120_000, "cpu_seconds": 1.5, "characters_per_cpu_second": 80_000}  # fmt: skip
    (line,) = (line for line in text.closing(summed(), run) if "80,000" in line)
    assert "120,000" in line
    assert "80,000" in rendered(ITEMS, run)
    assert Tagged("deident").rate == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_seen_without_it_is_said_once(lang: str) -> None:
    run = replace(RUN, lang=lang, untagged=True)
    assert summed().as_dict(run)["tagger"] is None
    assert sum("deident[ner]" in line for line in text.closing(summed(), run)) == 1
    assert rendered(ITEMS, run).count("deident[ner]") == 1
    chosen = replace(RUN, lang=lang)
    assert not any("deident[ner]" in line for line in text.closing(summed(), chosen))
