"""What the reports say on judgement: document types, exemptions, periods, marks of secrecy, the site's list, review load, reasons."""

from __future__ import annotations

import csv
import io
import json
import re
from types import SimpleNamespace

import pytest
from report_fakes import finding, rendered, report

from deident.model import FileReport
from deident.report import Exempted, Expired, Period, Run, jsonl, sarif, table, text
from deident.report.messages import MESSAGES, why
from deident.report.summary import Summary

RUN = Run(
    "scan", "0.1", "gov-publish", "en", laws={"shixin-4": "Rules on debtors, article 4", "pipl-47": "PIPL 47"},
    types={"dishonest_debtor": "Dishonest debtors", "student_aid": "Student aid", "news": "News"},
    marks={"internal": "mark of internal use", "classified": "classification mark"},
    exemptions={"debtor-name": Exempted("dishonest_debtor", "person_name", "punitive", "the debtor's name", ("shixin-4",))},
    periods={"dishonest_debtor": Period("internet", 0, "takedown", ("pipl-47",)), "student_aid": Period("internet", 5, "takedown", ()),
             "news": Period("internet", 0, "stay", ())},
    suppressions="site.toml", expired=(Expired("0123456789ab", "Office", "2020-01-31"),),
)  # fmt: skip


def exempt(doc_type: str = "dishonest_debtor") -> FileReport:
    kept = finding("keep", "person_name", "person_name", source="exemption", doc_type=doc_type)
    made = report("court/a.html", kept, kept, status="clean")
    made.findings = [kept._replace(rule="debtor-name")] * 2
    made.doc_type = "dishonest_debtor"
    return made


def marked(**more: object) -> FileReport:
    return report("secret.html", marks=["internal", "classified"], **more)


def summed(items: list[FileReport], run: Run = RUN) -> dict[str, object]:
    summary = Summary()
    for item in items:
        summary.add(item)
    made: dict[str, object] = json.loads(json.dumps(summary.as_dict(run)))
    return made


def test_a_use_of_an_exemption_is_listed_with_its_basis() -> None:
    ordinary = finding("keep", "person_name", "person_name")
    made = summed([exempt(), exempt(), report("b.html", ordinary, status="clean")])
    assert made["exemptions"] == [{
        "id": "debtor-name", "type": "dishonest_debtor", "category": "person_name", "group": "punitive", "basis": ["shixin-4"],
        "titles": ["Rules on debtors, article 4"], "findings": 4, "files": 2,
    }]  # fmt: skip
    page = rendered([exempt(), exempt()], RUN)
    section = page[page.index('<section id="exemptions">') :]
    for word in (
        "debtor-name",
        "the debtor&#x27;s name",
        "punitive publicity",
        "Dishonest debtors",
        "Rules on debtors, article 4",
    ):
        assert word in section, word
    assert '<section id="exemptions">' not in rendered([report("b.html", ordinary, status="clean")], RUN)


def test_types_and_what_is_taken_down() -> None:
    items = [exempt(), report(status="clean"), report(status="clean")]
    items[1].doc_type, items[2].doc_type = "news", None
    made = summed(items)
    assert made["doc_types"] == {"dishonest_debtor": 1, "news": 1, "unknown": 1}
    assert made["retention"] == [{"type": "dishonest_debtor", "files": 1, "audience": "internet", "publicity_days": 0,
                                  "after_period": "takedown", "basis": ["pipl-47"], "titles": ["PIPL 47"]}]  # fmt: skip
    page = rendered(items, RUN)
    retention = page[page.index('<section id="retention">') :].partition("</section>")[0]
    assert "Dishonest debtors (dishonest_debtor)" in retention and "it is taken down" in retention and "PIPL 47" in retention
    assert "News" not in retention, "what stays is not listed"
    types = page[page.index('<section id="types">') :].partition("</section>")[0]
    assert "News (news)" in types and "unknown type" in types


def test_review_load() -> None:
    one, other = finding("review", reason="a public mobile"), finding("review", reason="a missing person")
    made = summed([report("a", one, one, other), report("b", one), report("c", status="clean"), report("d", status="clean")])
    assert made["review"] == {
        "findings": 4, "per_document": 1.0,
        "reasons": [{"reason": "a public mobile", "findings": 3}, {"reason": "a missing person", "findings": 1}],
    }  # fmt: skip
    assert "4 places wait for a person, 2 per document on average" in rendered(
        [report("a", one, one, other), report("b", one)], RUN
    )


@pytest.mark.parametrize("mode", ["scan", "mask"])
def test_a_file_that_bears_a_mark_waits_for_a_person(mode: str) -> None:
    summary = Summary()
    summary.add(marked())
    assert summary.exit_code(mode) == 1, "neither clean nor unread"
    assert (summary.unread, summary.unmasked) == (0, 0)
    assert summary.as_dict(RUN)["marks"] == {"files": 1, "by_mark": {"classified": 1, "internal": 1}}
    unread = Summary()
    unread.add(marked(reason="a picture was not read"))
    assert unread.exit_code(mode) == 3


def test_marks_come_first_and_say_what_to_do() -> None:
    page = rendered([report("a.html", finding()), marked()], RUN)
    assert page.index("bear marks of secrecy or of internal use") < page.index("must be masked before publication")
    assert page.index('<section id="marks">') < page.index('<section id="categories">')
    section = page[page.index('<section id="marks">') :].partition("</section>")[0]
    assert "secret.html" in section and "mark of internal use, classification mark" in section and "a.html" not in section
    assert '<section id="marks">' not in rendered([report("a.html", finding())], RUN)


def test_marks_in_every_output_of_check() -> None:
    lines = list(text.checked([marked()], RUN))
    assert lines == [
        "secret.html: bears a mark of internal use, classification mark: it must be reviewed before anything is published."
    ]
    (line,) = csv.reader(io.StringIO(table.line(marked(), RUN)))
    assert line[4] == "partial" and "must be reviewed before anything is published" in line[-1]
    log = json.loads(json.dumps(sarif.log([report("a", finding()), marked()], RUN)))["runs"][0]
    assert log["invocations"][0]["executionSuccessful"] is True, "it was read"
    rules = log["tool"]["driver"]["rules"]
    marks = [result for result in log["results"] if result["ruleId"].startswith("secrecy/")]
    assert [(rules[result["ruleIndex"]]["id"], result["level"]) for result in marks] == [
        ("secrecy/internal", "warning"), ("secrecy/classified", "warning")]  # fmt: skip
    assert "mark of internal use" in marks[0]["message"]["text"] and "classification" not in marks[0]["message"]["text"]


def test_why_a_file_is_held_back() -> None:
    assert why("zh", marked(reason="有图片未检查"), {"internal": "内部资料标志"}) == (
        "带有内部资料标志、classified；公开前须经复核；有图片未检查"
    )
    assert why("en", report("a", reason="x"), {}) == "x"


def test_the_sites_list() -> None:
    kept = finding("keep", source="suppression")
    made = summed([report("a", kept, kept, finding("keep"), status="clean")])
    assert made["suppressions"] == {
        "file": "site.toml", "used": 2, "expired": [{"name": "0123456789ab", "owner": "Office", "expires": "2020-01-31"}]}  # fmt: skip
    assert summed([report("a", kept)], Run())["suppressions"] is None
    page = rendered([report("a", kept, status="clean")], RUN)
    assert "site.toml: 1 places stay by this list" in page
    assert "0123456789ab" in page and "2020-01-31" in page


def test_a_finding_has_the_type_of_its_own_table() -> None:
    item = report("a.html", finding(doc_type="student_aid"), finding(doc_type=""), finding(doc_type="news"))
    assert [json.loads(line)["doc_type"] for line in jsonl.lines(item)] == ["student_aid", "social_assistance", "news"]
    assert [jsonl.row(item, found)["doc_type"] for found in item.findings] == ["student_aid", "social_assistance", "news"]
    item.doc_type = None
    assert [json.loads(line)["doc_type"] for line in jsonl.lines(item)] == ["student_aid", None, "news"]


def test_an_explanation_stands_below_its_finding() -> None:
    word = SimpleNamespace(place="head", text="身份证号", classes=("id_head",))
    other = SimpleNamespace(place="before", text="热线", classes=("public",))

    def said(id: str) -> SimpleNamespace:
        return SimpleNamespace(rule=id, conditions=("near: public",), decided=f"news.{id}", source="cell", doc_type="news",
                               basis=("pipl-47",), speaking=(word,), against=(other,))  # fmt: skip

    item = report("a.html", finding("keep", where="line 9"), finding("mask", where="line 1"))
    item.doc_type = "news"
    clues = [SimpleNamespace(type="news", zone="title", words="要闻", points=8.0),
             SimpleNamespace(type="student_aid", zone="body", words="资助", points=2.0),
             SimpleNamespace(type="student_aid", zone="title", words="要闻", points=-5.0)]  # fmt: skip
    explained = SimpleNamespace(report=item, findings=[said("kept"), said("masked")], doc_type=clues)
    lines = [line.strip() for line in text.checked([item], RUN, [explained])]
    assert lines[1:4] == [
        "document type: News (news)", "clues: title「要闻」+8.0", "other clues: Student aid text「资助」+2.0"]  # fmt: skip
    first, second = lines.index("rule: masked (near: public)"), lines.index("rule: kept (near: public)")
    assert "line 1" in lines[first - 2] and "line 9" in lines[second - 2], "what is to mask comes first, with its own reasons"
    assert lines[first + 1 : first + 5] == [
        "for: header「身份证号」(id_head)", "against: before「热线」(public)", "decided by: cell of the matrix news.masked", "basis: PIPL 47"]  # fmt: skip


def test_the_page_is_in_one_language() -> None:
    english = rendered([exempt(), marked(), report("a", finding("review", reason="x"))], RUN)
    assert not re.search("[\u4e00-\u9fff]", english.replace("须遮盖", ""))


def test_both_languages_take_the_same_values() -> None:
    for key, (chinese, english) in MESSAGES.items():
        assert set(re.findall(r"\{(\w+)\}", chinese)) == set(re.findall(r"\{(\w+)\}", english)), key
