"""Attachments know the page they hang on: its title and the words of the link help to tell what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deident.crawl import Options, scan_dump
from deident.crawl.attachments import links, pages_of
from deident.engine import Scanner

PAGE = '<title>青溪县2024年农村低保对象公示_青溪县民政局</title><p>公示如下。</p><a href="../files/P0202406.csv">附件：花名册</a>'


def write(root: Path, name: str, data: bytes) -> tuple[str, Path]:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name, path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_an_attachment_has_the_title_of_its_page(tmp_path: Path, encoding: str) -> None:
    files = [
        write(tmp_path, "mzj/2024/t1.html", PAGE.encode(encoding)),
        write(tmp_path, "mzj/files/P0202406.csv", b"a,b"),
        write(tmp_path, "mzj/files/other.csv", b"a,b"),
    ]
    assert pages_of(files) == {"mzj/files/P0202406.csv": "青溪县2024年农村低保对象公示_青溪县民政局\n附件：花名册"}


def test_other_links_are_no_attachments() -> None:
    page = '<a href="t2.html">x</a><a href="https://a.b/c.csv">x</a><a href="javascript:x.csv">x</a><a href="/a/%E8%A1%A8.xlsx?v=1">表</a>'
    assert [target for target, _ in links("x/t1.html", page.encode())] == ["a/表.xlsx"]


def test_a_page_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    assert pages_of([("a.html", tmp_path / "gone.html"), ("a.csv", tmp_path / "a.csv")]) == {}


def test_the_page_tells_the_type_and_the_own_headers_tell_better() -> None:
    scanner = Scanner()
    bare = "姓名,电话\n陈一一,13800000001\n".encode()
    told = "姓名,学籍号,资助档次,助学金金额,班级\n陈一一,L52010219010315001,一等,1000,3班\n".encode()
    page = {"a.csv": "青溪县农村低保对象花名册公示", "b.csv": "青溪县人民政府公告"}
    with_page, own = scanner.scan_many([("a.csv", bare), ("b.csv", told)], page)
    [alone] = scanner.scan_many([("a.csv", bare)])
    assert (alone.doc_type, with_page.doc_type, own.doc_type) == (None, "social_assistance", "student_aid")


def test_a_dump_judges_an_attachment_by_its_page(tmp_path: Path) -> None:
    write(tmp_path / "site", "mzj/2024/t1.html", PAGE.encode())
    write(tmp_path / "site", "mzj/files/P0202406.csv", "姓名,电话\n陈一一,13800000001\n".encode())
    outcome = scan_dump([tmp_path / "site"], tmp_path / "report", Options(quiet=True, jobs=1, lang="en"))
    rows = [json.loads(line) for line in (outcome.reports / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["doc_type"] for row in rows if row["file"].endswith(".csv")} == {"social_assistance"}
