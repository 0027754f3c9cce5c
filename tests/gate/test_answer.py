"""Answers on submissions: verdicts, places, masked content, in process with rules alone."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from gate.submissions import CLEAN, DIRTY, ID, MOBILE, attached, letter, values

from deident.engine import Scanner
from deident.errors import InputError
from deident.gate.answer import check, mask
from deident.gate.submission import Attachment, Submission, from_json


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False, lang="en", key=b"a key for tests")


def english(**fields: Any) -> Submission:
    return from_json({"lang": "en", **fields})


# ---- verdicts


def test_publishable(scanner: Scanner) -> None:
    answer = check(scanner, english(title="防汛通知", html=CLEAN))
    assert (answer["verdict"], answer["exit_code"], answer["reasons"]) == ("publishable", 0, [])
    assert answer["counts"] == {"mask": 0, "review": 0, "keep": 0}
    assert [document["file"] for document in answer["documents"]] == ["@page"]


def test_blocked(scanner: Scanner) -> None:
    answer = check(scanner, english(html=DIRTY))
    assert (answer["verdict"], answer["exit_code"], answer["counts"]["mask"]) == ("blocked", 1, 2)
    assert answer["message"] == "It must not be published: 2 places to mask, 0 to review."
    [document] = answer["documents"]
    assert {finding["kind_name"] for finding in document["findings"]} == {"Resident identity number", "Mobile telephone number"}
    assert all(finding["basis_names"] and finding["category_name"] for finding in document["findings"])
    assert ID not in json.dumps(answer) and MOBILE not in json.dumps(answer)


def test_review_by_a_finding_a_mark_and_a_channel(scanner: Scanner) -> None:
    named = check(scanner, english(text="姓名：陈一一"))
    assert (named["verdict"], named["exit_code"]) == ("review", 1)
    marked = check(scanner, english(title="机密★1年", text="各单位：按时报送。"))
    assert marked["documents"][0]["marks"] and marked["verdict"] == "review" and "the page: bears a" in marked["reasons"][0]
    aid = english(title="国家助学金名单公示", text="现将国家助学金资助情况公示。", channel="weibo", doc_type="student_aid")
    channel = check(scanner, aid)
    assert (channel["verdict"], channel["exit_code"], channel["doc_type"]) == ("review", 1, "student_aid")
    assert "not on Weibo" in channel["reasons"][0] and channel["reasons"][0] in channel["message"]


def test_the_channels_of_a_type_and_no_channel_at_all_are_fine(scanner: Scanner) -> None:
    for channel in ("site", None):
        answer = check(scanner, english(text="现将资助情况公示。", channel=channel, doc_type="student_aid"))
        assert (answer["verdict"], answer["reasons"]) == ("publishable", [])


def test_incomplete(scanner: Scanner) -> None:
    answer = check(scanner, english(html=CLEAN, attachments=[attached("a.docx", b"PK\x03\x04 not a document")]))
    assert (answer["verdict"], answer["exit_code"]) == ("incomplete", 3)
    assert [document["status"] for document in answer["documents"]] == ["clean", "refused"]
    assert answer["reasons"] == ["a.docx: the file is damaged or cut off"] and "a.docx" in answer["message"]


def test_blocked_comes_before_incomplete_but_the_code_says_both(scanner: Scanner) -> None:
    answer = check(scanner, english(html=DIRTY, attachments=[attached("a.docx", b"PK\x03\x04 not a document")]))
    assert (answer["verdict"], answer["exit_code"]) == ("blocked", 3)


def test_the_name_of_an_attachment(scanner: Scanner) -> None:
    answer = check(scanner, english(html=CLEAN, attachments=[attached(f"{ID}.txt", "通知".encode())]))
    assert answer["verdict"] == "blocked" and answer["message"].startswith("It must not be published: the name")
    assert ID not in json.dumps(answer) and answer["documents"][1]["file"].endswith(".txt")


def test_a_type_that_is_none(scanner: Scanner) -> None:
    with pytest.raises(InputError, match="student_aid") as caught:
        check(scanner, english(text="x", doc_type="SECRET"))
    assert "SECRET" not in str(caught.value)
    assert check(scanner, english(text="x", doc_type="unknown"))["doc_type"] is None


def test_an_attachment_that_takes_too_long(scanner: Scanner) -> None:
    answer = check(scanner, english(html=CLEAN, attachments=[attached("a.docx", letter("通知"))]), seconds=0)
    assert answer["verdict"] == "incomplete" and "too long" in answer["reasons"][0]


# ---- places


@pytest.mark.parametrize("field", ["html", "text"])
@pytest.mark.parametrize("charset", ["", '<meta charset="gb2312">'])
def test_places_in_the_fields(scanner: Scanner, field: str, charset: str) -> None:
    title, body = f"关于 <陈一一> & {MOBILE} 的答复", f"{charset}😀 a < b &amp; c\r\n\n<p>身份证号：{ID}</p>\n电话：{MOBILE}"
    submission = english(title=title, **{field: body})
    found = check(scanner, submission)["documents"][0]["findings"]
    shown = [(f["field"], {"title": title, field: body}[f["field"]][f["start"] : f["end"]], f["action"]) for f in found]
    assert [row for row in shown if row[2] == "mask"] == [("title", MOBILE, "mask"), (field, ID, "mask"), (field, MOBILE, "mask")]
    assert [f["where"] for f in found if f["action"] == "mask"] == ["line 1 @title", "line 3", "line 4"]


def test_attachments_have_no_places(scanner: Scanner) -> None:
    answer = check(scanner, english(attachments=[attached("a.txt", f"身份证号：{ID}".encode("gbk"))]))
    [finding] = answer["documents"][0]["findings"]
    assert not {"field", "start", "end"} & finding.keys() and finding["file"] == "a.txt"


# ---- masked


def test_a_clean_page_comes_back_as_it_is(scanner: Scanner) -> None:
    body = "\ufeff<!DOCTYPE html>\r\n<p title='a&amp;b'>&lt;1&#50; < 3</p>\0\n"
    for field in ("html", "text"):
        answer = mask(scanner, english(title="通知 & <b>\n二", **{field: body}))
        assert answer["masked"] == {"title": "通知 & <b>\n二", field: body, "attachments": []}
        assert (answer["verdict"], answer["counts_before"]["mask"]) == ("publishable", 0)


@pytest.mark.parametrize("field", ["html", "text"])
def test_masked(scanner: Scanner, field: str) -> None:
    title, body = f"a < b & {MOBILE}", f'&amp;quot; "x" 😀 < {ID} > \'\n&#49;'
    answer = mask(scanner, english(title=title, **{field: body}))
    masked = answer["masked"]
    assert masked["title"] == "a < b & 199********" and masked[field] == body.replace(ID, ID[:2] + "*" * 16)
    assert (answer["verdict"], answer["counts"]["mask"], answer["counts_before"]["mask"]) == ("publishable", 0, 2)
    assert answer["documents"][0]["status"] == "masked"


def test_masked_attachments(scanner: Scanner) -> None:
    files = [
        attached(f"名单{ID}.csv", f"姓名,身份证号\n陈一一,{ID}\n".encode()),
        attached("b.docx", letter(f"身份证号：{ID}")),
        attached("c.txt", "通知".encode()),
        attached("d.pdf", b"%PDF-1.4 broken"),
    ]
    answer = mask(scanner, english(title="名单", html=DIRTY, attachments=files))
    csv, word, text, pdf = answer["masked"]["attachments"]
    assert csv["name"].startswith(f"名单{ID[:2]}__") and ID not in base64.b64decode(csv["content"]).decode()
    assert (word["name"], word["status"]) == ("b.docx", "masked")
    assert (text["content"], text["status"]) == (files[2]["content"], "clean")
    assert (pdf["content"], pdf["status"]) == (None, "refused") and pdf["reason"]
    assert [document["file"] for document in answer["documents"] if "!" not in document["file"]] == [
        "@page", csv["name"], "b.docx", "c.txt", "d.pdf",
    ]  # fmt: skip
    assert answer["verdict"] == "incomplete" and answer["counts"]["mask"] == 0 and answer["counts_before"]["mask"] >= 4
    again = [Attachment("b.docx", base64.b64decode(word["content"]))]
    assert check(scanner, Submission(attachments=tuple(again), lang="en"))["counts"]["mask"] == 0
    assert ID not in json.dumps(values(answer), ensure_ascii=False)


def test_a_title_alone_with_an_attachment(scanner: Scanner) -> None:
    answer = mask(scanner, english(title=f"关于{MOBILE}", attachments=[attached("c.txt", b"x")]))
    assert answer["masked"]["title"] == "关于199********" and answer["masked"].keys() == {"title", "attachments"}
    assert [document["file"] for document in answer["documents"]] == ["@page", "c.txt"]


def test_a_page_that_cannot_be_masked_safely(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scanner.mask_many

    def refusing(items: Any, **named: Any) -> Any:
        out = whole(items, **named)
        for _, report in out:
            report.status, report.reason = "refused", "not-verified"
        return [(None, report) for _, report in out]

    monkeypatch.setattr(scanner, "mask_many", refusing)
    answer = mask(scanner, english(title="x", html=DIRTY))
    assert answer["masked"] == {"title": None, "html": None, "attachments": []}
    assert answer["verdict"] == "blocked" and answer["exit_code"] == 3
    assert answer["documents"][0]["findings"][0]["field"] == "html"  # of the page as it came


# ---- decisions and types


def test_decisions(scanner: Scanner) -> None:
    submission = english(html=DIRTY, attachments=[attached("a.txt", f"手机：{MOBILE}".encode())])
    found = check(scanner, submission)["documents"][0]["findings"]
    tag = next(f["tag"] for f in found if f["kind"] == "mobile")
    answer = mask(scanner, submission, {tag: "keep"})
    assert MOBILE in answer["masked"]["html"] and ID not in answer["masked"]["html"]
    assert base64.b64decode(answer["masked"]["attachments"][0]["content"]).decode() == f"手机：{MOBILE}"
    assert answer["verdict"] == "publishable"
    kept = [f for f in answer["documents"][0]["findings"] if f["tag"] == tag]
    assert [(f["action"], f["source"]) for f in kept] == [("keep", "decision")]
    assert check(scanner, submission, {tag: "keep"})["counts"] == {"mask": 1, "review": 0, "keep": 2}


def test_the_type_that_is_given_decides_in_both(scanner: Scanner) -> None:
    page = {"title": "名单", "text": "姓名：陈一一"}
    kept = english(**page, doc_type="news")
    assert check(scanner, kept)["doc_type"] == "news"
    assert check(scanner, english(**page))["doc_type"] != "news"
    assert mask(scanner, kept)["doc_type"] == "news"


def test_attachments_are_judged_by_themselves_where_there_is_a_page(scanner: Scanner) -> None:
    file = attached("a.txt", "说明".encode())
    both = check(scanner, english(text="x", doc_type="student_aid", attachments=[file]))
    assert [document["doc_type"] for document in both["documents"]] == ["student_aid", None]
    alone = check(scanner, english(doc_type="student_aid", attachments=[file]))
    assert [document["doc_type"] for document in alone["documents"]] == ["student_aid"]


def test_the_language_is_that_of_the_scanner_and_the_submission() -> None:
    chinese = check(Scanner(ner=False), from_json({"html": DIRTY}))
    assert chinese["message"].startswith("不能发布")
    assert "身份证" in chinese["documents"][0]["findings"][0]["kind_name"]
