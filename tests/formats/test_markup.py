"""XML: leaves as lines, HTML inside it read, entities never expanded."""

from __future__ import annotations

import time

import pytest

from deident.formats import Limits
from deident.formats.markup import MarkupDocument
from deident.model import ROLES, Edit


def segments(text: str) -> list[tuple[str, str]]:
    batch = MarkupDocument(text.encode()).batch()
    return [(ROLES[role], part) for role, part in zip(batch.role, batch.view.decode().split("\0")[:-1], strict=True)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<r><a>1</a><b>2</b></r>", "a：1\nb：2\n\n"),
        ("<r>\n <i><a>1</a></i>\n <i><a>2</a></i>\n</r>", "a：1\n\na：2\n\n\n"),
        ("<r><a>&#x5f20;&#19977; &amp; co</a></r>", "a：张三 & co\n\n"),
        ("<r><a><![CDATA[x < y]]></a></r>", "a：x < y\n\n"),
        ("<r><a><![CDATA[<p>138<b>0000</b></p><p>乙</p>]]></a></r>", "a：1380000\n乙\n\n"),
        ("<r><a>&lt;td&gt;甲&lt;/td&gt;&lt;td&gt;乙 &amp;amp;&lt;/td&gt;</a></r>", "a：甲\t乙 &\n\n"),
        ("<r><p>地址<b>老街</b>3号</p></r>", "地址老街3号\n\n"),
        ("<r><a>1</a", "a：1</a"),
        ("<a>1", "a：1"),
        ("text only", "text only\n"),
        ("<a>x &unknown; y</a>", "a：x &unknown; y\n"),
    ],
)
def test_view(text: str, shown: str) -> None:
    assert segments(text)[0] == ("text", shown)


def test_what_is_not_text() -> None:
    text = "<rss version=\"2\"><!-- 张三 --><?x y?><channel><title>公示</title><item 姓名='李&#x56db;'><title>甲</title></item></channel></rss>"
    assert segments(text) == [
        ("text", "title：甲\n\n\n\n"),
        ("attribute", "version：2"),
        ("comment", " 张三 "),
        ("comment", "x y"),
        ("title", "公示"),
        ("attribute", "姓名：李四"),
    ]
    batch = MarkupDocument(text.encode()).batch()
    assert batch.where == {1: "@version", 2: "comment", 3: "instruction", 5: "@姓名"}


def test_entities_are_reported_and_scanned_but_not_expanded() -> None:
    document = MarkupDocument(b'<!DOCTYPE r [<!ENTITY a "13800000000"><!ENTITY b "&a;&a;">]><r><x>&b;</x></r>')
    assert b"13800000000" in document.batch().view
    assert b"x\xef\xbc\x9a&b;" in document.batch().view
    assert document.warnings == ["entity-declaration"]


def test_declared_gbk_and_a_wrong_declaration() -> None:
    for encoding in ("gb18030", "utf-8"):
        data = "<?xml version='1.0' encoding='GB2312'?><r><a>张三</a></r>".encode(encoding)
        document = MarkupDocument(data)
        assert document.encoding == encoding
        start = document.batch().view.index("三".encode())
        assert document.write([Edit(start, start + 3, "*")]) == data.replace("三".encode(encoding), b"*")


def test_replacements_are_escaped() -> None:
    document = MarkupDocument(b"<r><a>x</a></r>")
    start = document.batch().view.index(b"x")
    assert document.write([Edit(start, start + 1, "<&>")]) == b"<r><a>&lt;&amp;&gt;</a></r>"


def test_past_the_limit_segments_run_together() -> None:
    text = "".join(f'<a b="{n}"/>' for n in range(50)).encode()
    batch = MarkupDocument(text, "", Limits(max_segments=10)).batch()
    assert len(batch.role) == 11
    assert all(f"b：{n}".encode() in batch.view for n in range(50))


@pytest.mark.parametrize(
    "text",
    ["<a>" * 100_000, "<" * 300_000, '<a "' * 100_000, "<a '<a \"" * 50_000, "<!--" * 100_000, "<![CDATA[" * 50_000, "<!DOCTYPE [" * 30_000,
     "<a b='c'" * 50_000, "&#" * 200_000, "</a" * 100_000, "<a x=" * 100_000, '<a x="' + "y=" * 200_000],
)  # fmt: skip
def test_hostile_input_is_linear(text: str) -> None:
    begun = time.process_time()
    MarkupDocument(text.encode()).batch()
    assert time.process_time() - begun < 10
