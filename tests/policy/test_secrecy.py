"""Marks of secrecy send a document to a person, however the page is written; what speaks about secrecy bears none."""

from __future__ import annotations

from pathlib import Path

import pytest
from generated import few
from hypothesis import given
from hypothesis import strategies as st
from policy_files import catalogue, write

from deident import examples
from deident.engine import Scanner
from deident.engine.examine import matcher
from deident.engine.texts import joined
from deident.errors import PolicyError
from deident.policy import Secrecy

MARKED = {
    "classified": "机密★5年", "internal": "（内部资料 注意保存）", "withheld": "公开方式：依申请公开", "do-not-spread": "名单如下（请勿外传）：",
}  # fmt: skip
ID = "52010219010315904X"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def marks(scanner: Scanner, *items: tuple[str, bytes]) -> list[tuple[list[str], str]]:
    return [(report.marks, report.status) for report in scanner.scan_many(items)]


def shipped(name: str = "auto", extra: Path | None = None) -> Secrecy:
    return Secrecy(catalogue(), lambda words: matcher(words, name), extra)


def test_every_example_holds(scanner: Scanner) -> None:
    assert len(scanner.secrecy.examples) >= 12
    for example, mark in scanner.secrecy.examples:
        assert examples.check_mark(scanner, example, mark) == "", example.text
    shown = {mark for _, mark in scanner.secrecy.examples}
    assert {mark.id for mark in scanner.secrecy.marks} <= shown


@pytest.mark.parametrize("mark", MARKED)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_in_files_of_every_encoding(scanner: Scanner, mark: str, encoding: str) -> None:
    page = f"<html><head><title>通报</title></head><body><p>{MARKED[mark]}</p><p>各单位：</p></body></html>"
    both = marks(scanner, ("a.html", page.encode(encoding)), ("b.txt", f"{MARKED[mark]}\n各单位：\n".encode(encoding)))
    assert both == [([mark], "partial")] * 2


@pytest.mark.parametrize("page", [
    "<p><b>机</b><span>密</span>★5年</p>", "<td>密级</td><td>秘密</td>", "<p>密&#x7ea7;：机密</p>", "<p>密&nbsp;级：绝密</p>", "<title>机密★长期</title>",
    "<p>密级：<br></p><p>x</p><div>（内部资料，注意保存）</div>", "<!-- 机密★5年 -->", '<img alt="机密★5年" src="x.png">', "<p>　　（内部资料　注意保存）</p>",
])  # fmt: skip
def test_however_the_page_is_built(scanner: Scanner, page: str) -> None:
    [(found, status)] = marks(scanner, ("a.html", f"<html><table><tr>{page}</tr></table></html>".encode()))
    assert len(found) == 1 and status == "partial"


def test_a_mark_in_json_and_csv(scanner: Scanner) -> None:
    found = marks(scanner, ("a.json", '{"密级": "秘密", "正文": "x"}'.encode()), ("a.csv", "文件,密级\nx,机密★5年\n".encode()))
    assert [ids for ids, _ in found] == [["classified"], ["classified"]]


def test_only_the_document_itself_is_marked(scanner: Scanner) -> None:
    items = [("a.txt", "今日天气晴".encode()), ("b.txt", "机密★5年".encode()), ("c.txt", "今日天气晴".encode())]
    assert marks(scanner, *items) == [([], "clean"), (["classified"], "partial"), ([], "clean")]
    assert [scanner.scan(data.decode()).marks for _, data in items] == [(), ("classified",), ()]


@pytest.mark.parametrize("split", ["机密\0★5年", "密级\0：机密", "密级：\0机密", "（内部\0资料 注意保存）"])
def test_a_mark_does_not_reach_over_the_border_of_two_segments(split: str) -> None:
    parts = [part.encode() for part in split.split("\0")]
    assert shipped().find(joined(parts)) == {}
    whole = joined([split.replace("\0", "").encode(), b"x"])
    assert set(shipped().find(whole)) == {0}


@pytest.mark.parametrize("text", ["内部资料{0}管理规定", "各单位{1}内部资料）", "各单位{1}内部资料{0}管理规定"])
def test_the_end_of_a_line_is_not_where_the_look_ends(text: str) -> None:
    assert shipped().find(joined([text.format("！" * 60, "（" * 60).encode()])) == {}
    assert shipped().find(joined([text.format("\n", "\n").encode()])) == {0: ("internal",)}


def test_marks_are_in_the_order_of_the_file() -> None:
    text = "\n".join(reversed(list(MARKED.values())))
    assert shipped().find(joined([text.encode()])) == {0: tuple(MARKED)}


@few
@given(
    st.lists(
        st.sampled_from(
            (
                *MARKED.values(),
                "密级",
                "密★",
                "机密",
                "★",
                "内部资料",
                "不予公开",
                "外传",
                "公开方式：",
                "\n",
                "，",
                "各单位",
                "：",
            )
        ),
        max_size=8,
    )
)
def test_both_matchers_find_the_same_marks_alone_and_among_others(parts: list[str]) -> None:
    text = "".join(parts).encode()
    found = shipped("hyperscan").find(joined([b"x", text, b"x"]))
    assert found == shipped("python").find(joined([b"x", text, b"x"]))
    assert found.get(1, ()) == shipped().find(joined([text])).get(0, ())


def test_a_marked_document_is_masked_and_not_cleared(scanner: Scanner) -> None:
    data = f"机密★5年\n身份证号：{ID}".encode()
    [(out, report)] = scanner.mask_many([("a.txt", data)])
    assert out is not None and ID.encode() not in out
    assert (report.status, report.marks) == ("partial", ["classified"]), "only a person can lift a mark"
    [(out, report)] = scanner.mask_many([("a.txt", "机密★5年\n今日天气晴".encode())])
    assert (out, report.status) == ("机密★5年\n今日天气晴".encode(), "partial")


@pytest.mark.parametrize("text", [
    "机关、单位应当确定密级、保密期限和知悉范围。", "保守国家秘密法所称绝密、机密、秘密三级", "内部资料性出版物管理办法", "依申请公开", "本机关决定不予公开。",
    "公开方式：主动公开", "不得对外转包", "密切联系群众", "未经批准不得对外承包工程",
])  # fmt: skip
def test_what_speaks_about_secrecy_bears_no_mark(scanner: Scanner, text: str) -> None:
    assert scanner.scan(text).marks == ()


# --- a list of one's own --------------------------------------------------------------------------------------------------

OWN = """\
[[mark]]
id = "county"
name = { zh = "县", en = "County" }
words = ["县内掌握"]
regex = '''县内掌握'''
basis = ["disclosure-17"]

[[example]]
text = "县内掌握"
mark = "county"

[[counterexample]]
text = "县内"
why = "x"
"""


def test_a_list_of_ones_own(tmp_path: Path) -> None:
    scanner = Scanner(patterns=write(tmp_path, {"secrecy.toml": OWN}))
    assert scanner.scan("县内掌握").marks == ("county",)
    assert scanner.scan("机密★5年").marks == ()
    empty = shipped(extra=write(tmp_path, {"secrecy.toml": ""}))
    assert empty.find(joined(["机密★5年".encode()])) == {}


@pytest.mark.parametrize(("old", "new", "key", "at", "problem"), [
    ('id = "county"', "", "mark[1].id", "[[mark]]", "is missing"),
    ('basis = ["disclosure-17"]', 'basis = ["x-1"]', "mark[1].basis", "basis =", "no law 'x-1'"),
    ('words = ["县内掌握"]', 'words = [""]', "mark[1].words", "words =", "must be a list of non-empty strings"),
    ('words = ["县内掌握"]', "words = []", "mark[1].words", "words =", "no words"),
    ("regex = '''县内掌握'''", "regex = '''(县'''", "mark[1].regex", "regex =", "is not a regular expression: missing"),
    ('en = "County"', 'de = "Kreis"', "mark[1].name", "name =", "needs zh and en"),
    ("[[example]]", "[[examples]]", "examples", "[[examples]]", "is not a key of this table"),
    ('mark = "county"', 'mark = "country"', "example[1].mark", 'mark = "country"', "no mark 'country'"),
    ('why = "x"', 'because = "x"', "counterexample[1].because", "because =", "is not a key of this table"),
])  # fmt: skip
def test_a_wrong_list(tmp_path: Path, old: str, new: str, key: str, at: str, problem: str) -> None:
    text = OWN.replace(old, new, 1)
    folder = write(tmp_path, {"secrecy.toml": text})
    line = text[: text.index(at)].count("\n") + 1
    with pytest.raises(PolicyError) as caught:
        shipped(extra=folder)
    assert str(caught.value).startswith(f"secrecy.toml:{line}: {key}"), caught.value
    assert problem in str(caught.value)
