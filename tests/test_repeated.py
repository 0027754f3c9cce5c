"""The same number on many pages of one site is the agency's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deident.crawl import Options, mask_dump, scan_dump
from deident.crawl.packed import contacts, pack, unpack
from deident.crawl.repeated import settled
from deident.linkage import repeated
from deident.model import FileReport, Finding

FOOTER = "<footer><p>举报电话：13900000000</p></footer>"  # a number that was never given out
HEAD = '<meta charset="utf-8"><title>青溪要闻</title>'
KEY = b"0123456789abcdef"


def options(**changes: object) -> Options:
    return Options(**{"jobs": 1, "quiet": True, "lang": "en", "key": KEY} | changes)  # type: ignore[arg-type]


def site(root: Path, pages: int, *more: tuple[str, str]) -> Path:
    root.mkdir()
    for number in range(pages):
        (root / f"{number}.html").write_text(f"{HEAD}<p>第{number}版。</p>{FOOTER}", encoding="utf-8")
    for name, text in more:
        (root / name).write_text(HEAD + text, encoding="utf-8")
    return root


def phones(out: Path) -> dict[str, set[str]]:
    rows = [json.loads(line) for line in (out / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    return {
        file: {row["action"] for row in rows if row["file"] == file and row["kind"] == "mobile"}
        for file in {row["file"] for row in rows}
    }


def test_a_footer_on_six_pages_stays(tmp_path: Path) -> None:
    outcome = scan_dump([site(tmp_path / "site", 6)], tmp_path / "out", options())
    assert outcome.exit_code == 0
    assert outcome.summary.statuses == {"clean": 6}
    assert set(map(frozenset, phones(tmp_path / "out").values())) == {frozenset({"keep"})}
    assert "the same contact on 6 pages of the site" in (tmp_path / "out/findings.jsonl").read_text(encoding="utf-8")


def test_on_four_pages_a_person_decides(tmp_path: Path) -> None:
    outcome = scan_dump([site(tmp_path / "site", 4)], tmp_path / "out", options())
    assert (outcome.exit_code, outcome.summary.places["review"]) == (1, 4)


def test_without_a_key_nothing_changes(tmp_path: Path) -> None:
    outcome = scan_dump([site(tmp_path / "site", 6)], tmp_path / "out", options(key=None))
    assert (outcome.exit_code, outcome.summary.places["review"]) == (1, 6)


def test_what_is_masked_on_one_page_is_nobodys_office(tmp_path: Path) -> None:
    row = "<table><tr><th>姓名</th><th>手机号码</th></tr><tr><td>陈一一</td><td>13900000000</td></tr></table>"
    scan_dump([site(tmp_path / "site", 6, ("list.html", row))], tmp_path / "out", options())
    assert phones(tmp_path / "out") == {f"{number}.html": {"review"} for number in range(6)} | {"list.html": {"mask"}}


def test_the_statuses_of_a_masked_copy_follow(tmp_path: Path) -> None:
    more = [("id.html", f"<p>身份证号：11010519491231002X</p>{FOOTER}"), ("other.html", f"<p>举报电话：13800000000</p>{FOOTER}"),
            ("secret.html", f"<p>（内部资料　注意保存）</p>{FOOTER}")]  # fmt: skip
    outcome = mask_dump(site(tmp_path / "site", 6, *more), tmp_path / "dst", options())
    statuses = dict(
        line.split(",")[0::4][:2] for line in (tmp_path / "dst/.deident/files.csv").read_text("utf-8-sig").splitlines()[1:]
    )
    assert statuses == {f"{number}.html": "clean" for number in range(6)} | {
        "id.html": "masked", "other.html": "partial", "secret.html": "partial"}  # fmt: skip
    assert outcome.exit_code == 1
    assert "13900000000" in (tmp_path / "dst/id.html").read_text(encoding="utf-8")


def test_the_share_of_a_large_site() -> None:
    page, other = [("phone", "review", "a")], [("phone", "keep", "b")]
    assert repeated([page] * 5 + [other] * 245) == {"a": 5}
    assert repeated([page] * 5 + [other] * 246) == {}
    assert repeated([page * 9] * 4) == {}, "files count, not places"


def test_only_contacts_with_a_tag_count() -> None:
    assert repeated([[("id_number", "review", "a"), ("phone", "review", "")]] * 9) == {}
    assert repeated([[("email", "review", "a")]] * 9) == {"a": 9}
    assert repeated([[("email", "review", "a")]] * 9 + [[("email", "mask", "a")]]) == {}


def contact(action: str, tag: str = "a", category: str = "phone") -> Finding:
    return Finding(0, 1, "mobile", category, action, 1.0, "public-mobile", "why", (), tag=tag)


@pytest.mark.parametrize(("report", "mode", "status"), [
    (FileReport("a", status="partial", findings=[contact("review")]), "scan", "clean"),
    (FileReport("a", status="partial", findings=[contact("review"), contact("mask", "b")]), "scan", "partial"),
    (FileReport("a", status="partial", findings=[contact("review"), contact("mask", "b")]), "mask", "masked"),
    (FileReport("a", status="partial", findings=[contact("review"), contact("review", "b")]), "mask", "partial"),
    (FileReport("a", status="partial", findings=[contact("review")], reason="a picture was not read"), "scan", "partial"),
    (FileReport("a", status="partial", findings=[contact("review")], marks=["internal"]), "scan", "partial"),
    (FileReport("a", status="partial", findings=[contact("review")], renamed="b"), "scan", "partial"),
    (FileReport("a", status="partial", findings=[contact("review")], renamed="b"), "mask", "masked"),
    (FileReport("a", status="refused", findings=[contact("review")]), "mask", "refused"),
    (FileReport("a", status="partial", findings=[contact("review", "b")]), "scan", "partial"),
    (FileReport("a", status="partial", findings=[contact("review", category="id_number")]), "scan", "partial"),
])  # fmt: skip
def test_statuses(report: FileReport, mode: str, status: str) -> None:
    [made] = settled([report], {"a": 7}, "zh", mode)
    assert made.status == status


def test_a_kept_contact_says_why() -> None:
    [made] = settled([FileReport("a", status="partial", findings=[contact("review")])], {"a": 7}, "zh", "scan")
    [found] = made.findings
    assert (found.action, found.rule, found.source) == ("keep", "repeated-contact", "rule")
    assert "7 个页面" in found.reason


def test_packed_reports_show_their_contacts_and_lose_no_source() -> None:
    own = Finding(0, 1, "k", "phone", "review", 1.0, "r", "why", ("b",), "line 1", "p", "tag", 0, "news", "exemption")
    other = Finding(0, 1, "k", "email", "keep", 1.0, "r", "why", ("b",), "line 1", "p", "", 0, "", "cell")
    reports = [FileReport("a", findings=[own, other], marks=["internal"]), FileReport("b")]
    assert unpack(pack(reports)) == reports
    assert list(contacts(pack(reports))) == [[("phone", "review", "tag"), ("email", "keep", "")], []]
