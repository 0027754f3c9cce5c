"""The report files: exact keys, totals, escaping, limits, no JavaScript needed, no external resource."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_fakes import RUN, finding, rendered, report

from deident.model import FileReport
from deident.report import FILES, Run, jsonl, kind_names, law_names, page, remove, sarif, table, text, write
from deident.report.plain import plain
from deident.report.summary import Summary, top_folder

EVIL = "<img src=x onerror=alert(1)>\"'&\x1b[31m\u202e"


SOME = [
    report("minzheng/a.html", finding(), finding("keep", "hotline", "phone", reason="政务热线")),
    report("minzheng/b.html", finding("review")),
    report("c.html", status="clean"),
    report("jiaoyu/d.zip", status="unscannable", reason="encrypted"),
]


def test_all_four_files_appear_and_go(tmp_path: Path) -> None:
    write(tmp_path, SOME, RUN)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    remove(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_report_that_failed(tmp_path: Path) -> None:
    def broken() -> object:
        yield SOME[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        write(tmp_path, broken(), RUN)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_findings_jsonl_has_exactly_the_keys_of_the_contract() -> None:
    (line,) = jsonl.lines(report("a.html", finding()))
    assert json.loads(line) == {
        "file": "a.html", "where": "line 7 @title", "kind": "resident_id", "category": "id_number", "action": "mask", "score": 0.97,
        "preview": "11****", "tag": "a1b2c3d4e5f6", "reason": "须遮盖", "basis": ["disclosure-15"], "doc_type": "social_assistance",
        "subject": 0,
    }  # fmt: skip


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_finding_is_one_line_whatever_it_holds(file: str, preview: str) -> None:
    (line,) = jsonl.lines(report(file.encode("utf-8", "replace").decode(), finding(preview=preview)))
    assert line.count("\n") == 1
    line.encode()
    assert json.loads(line) == jsonl.row(report(json.loads(line)["file"], finding(preview=preview)), finding(preview=preview))


def test_files_csv_opens_in_excel_and_holds_no_formula() -> None:
    text_ = table.header() + table.line(report('=HYPERLINK("x"),\n.html', finding()), RUN) + table.line(SOME[3], RUN)
    assert text_.encode("utf-8").startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text_.removeprefix("\ufeff"))))
    assert list(rows[0]) == ["file", "format", "encoding", "size", "status", "doc_type", "mask", "review", "keep", "reason"]
    assert rows[0]["file"].startswith("'=")
    assert (rows[0]["mask"], rows[1]["reason"]) == ("1", "encrypted")


def test_summary_adds_up() -> None:
    summary = Summary()
    for item in SOME:
        summary.add(item)
    made = json.loads(json.dumps(summary.as_dict(RUN)))
    assert made["findings"] == {"mask": 1, "review": 1, "keep": 1}
    assert made["files_with"] == {"mask": 1, "review": 1, "keep": 1}
    assert made["statuses"] == {"clean": 1, "masked": 0, "partial": 2, "unscannable": 1, "refused": 0}
    assert made["categories"]["id_number"] == {"mask": 1, "review": 1, "keep": 0}
    assert made["folders"]["."]["files"] == 1
    assert made["rate"]["files_per_second"] == 2.0
    assert made["exit_code"] == 3


@pytest.mark.parametrize(
    ("items", "scan", "mask"),
    [
        ([report(status="clean")], 0, 0),
        ([report("a", finding("keep"), status="clean")], 0, 0),
        ([report("a", finding())], 1, 3),
        ([report("a", finding(), status="masked")], 1, 0),
        ([report("a", finding("review"), status="masked")], 1, 1),
        ([report("a", finding("review"), status="clean")], 1, 1),
        ([report("a", finding("review"), status="partial")], 1, 1),
        ([report("a", finding("review"), finding(), status="partial")], 1, 1),
        ([report("a", finding("review"), finding(), status="partial", reason="a picture was not read")], 3, 3),
        ([report("a", status="partial")], 3, 3),
        ([report("a", finding()), report("b", status="refused")], 3, 3),
        ([report("a", status="unscannable")], 3, 3),
        ([report("x_.html", status="partial", renamed="x_.html")], 1, 3),
    ],
)
def test_exit_codes(items: list[FileReport], scan: int, mask: int) -> None:
    summary = Summary()
    for item in items:
        summary.add(item)
    assert (summary.exit_code("scan"), summary.exit_code("mask")) == (scan, mask)


def test_top_folder() -> None:
    assert [top_folder(name) for name in ("a/b/c", "a", "x.zip!a/b", "d/x.zip!a/b")] == ["a", ".", ".", "d"]


def test_page_says_first_what_to_do() -> None:
    made = rendered(SOME)
    first = made[: made.index('<section id="categories">')]
    for sentence in ("1 个文件（1 处）须脱敏", "1 个文件（1 处）需要人工判断", "1 个文件未能检查"):
        assert sentence in first
    assert "政府信息公开条例 第十五条" in made
    assert "居民身份证号码" in made
    english = rendered(SOME, Run("scan", "0.1", "p", "en"))
    assert "must be masked before publication" in english
    assert not re.search("[\u4e00-\u9fff]", english.replace("政务热线", "").replace("须遮盖", ""))


def test_page_escapes_everything() -> None:
    made = rendered([report(EVIL, finding(preview=EVIL, reason=EVIL, where=EVIL, tag=EVIL, basis=(EVIL,), kind=EVIL, category=EVIL)),
                     report(EVIL + "/x", finding("keep", reason=EVIL, kind=EVIL)), report(EVIL, status="refused", reason=EVIL)])  # fmt: skip
    assert "<img" not in made
    assert "\x1b" not in made
    assert "\u202e" not in made


def test_page_is_offline_and_well_formed() -> None:
    made = rendered(SOME)
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import|https?://""", made)
    void = {"meta", "input", "br", "link"}

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in void:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    reader = Reader()
    reader.feed(made)
    assert reader.open == []


def test_page_is_bounded_and_says_what_it_leaves_out() -> None:
    many = [report(f"d/{number}.html", *[finding()] * 150) for number in range(500)]
    made = rendered(many)
    assert made.count("<tr data-action") == page.LISTED
    assert "2,000 处（共 75,000 处）" in made
    assert "此文件另有 50 处" in made
    assert len(made) < 3_000_000


def test_worst_files_come_first() -> None:
    made = rendered(
        [report("few.html", finding()), report("many.html", *[finding()] * 9), report("rev.html", *[finding("review")] * 20)]
    )
    assert made.index("many.html") < made.index("few.html") < made.index("rev.html")


def test_sarif_has_the_required_shape() -> None:
    log = json.loads(json.dumps(sarif.log(SOME, RUN)))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["name"] == "deident"
    assert [result["level"] for result in run["results"]] == ["error", "note", "warning"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region == {"byteOffset": 3, "byteLength": 18, "startLine": 7}
        assert result["message"]["text"]
    assert run["results"][1]["suppressions"][0]["justification"] == "政务热线"
    assert run["invocations"][0]["executionSuccessful"] is False


def test_text_for_a_terminal_holds_no_control_characters() -> None:
    lines = list(text.checked([report(EVIL, finding(preview=EVIL, where=EVIL, reason=EVIL))], Run(lang="en")))
    assert "1 to mask" in lines[0]
    assert all(plain(line) == line for line in lines)


def test_names_of_kinds_and_laws() -> None:
    mobile = SimpleNamespace(name={"zh": "手机号码", "en": "Mobile number"})
    assert kind_names({"mobile": mobile}, "en") == {"mobile": "Mobile number"}
    laws = {
        "a": {"title": "条例（2019年修订）", "article": "第十五条", "status": "law", "en": "Privacy."},
        "b": {"title": "建议", "status": "convention"},
    }
    assert law_names(laws, "zh") == {"a": "条例 第十五条", "b": "建议（惯例或建议，非法律条文）"}
    assert law_names(laws, "en")["a"] == "条例 第十五条: Privacy."
