"""Laws of every format: nothing changes without an edit, an edit changes its own bytes, junk never raises.

A new format joins by a line in CASES.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deident.formats import Document, join, open_document
from deident.formats.binary import BinaryDocument
from deident.formats.delimited import DelimitedDocument
from deident.formats.jsontext import JsonDocument
from deident.formats.markup import MarkupDocument
from deident.formats.plain import PlainDocument
from deident.model import ROLES, Batch, Edit

PLAIN = "关于鲁定国的公示\r\n\r\n身份证：110105190001010010，电话 13800000000\r\n"
CSV = '序号,姓名,身份证号,住址\r\n1,鲁定国,="110105190001010010","青溪县,""老""街\n3号"\r\n2,胥云霞,"",\'13800000000\r\n'
JSON = (
    'callback({"title": "公示\\u540d\\u5355", "total": 2, "tel": 13800000000,'
    ' "rows": [{"xm": "鲁定国", "f": "<p>电话 <b>138</b>0000&amp;0000</p>"},'
    ' {"xm": "\\ud83d\\ude00", "tags": ["甲", 12]}], "t": [["a", 1], ["b", 2]], "n": "{\\"sfz\\": 1101051900}"}); // 备注'
)
XML = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "13800000000">]><rss><channel>'
    "<title>公示 &amp; 公告</title><!-- 张三 -->"
    '<item tel="138"><name>鲁定国</name><p>地址 <b>老街</b>3号</p>'
    '<description><![CDATA[<p title="x">电话<i>138</i>0000</p>]]></description>'
    "</item><item><d>&lt;td&gt;甲&lt;/td&gt;&lt;td&gt;乙&lt;/td&gt;</d><e/></item></channel></rss>"
)
HTML = (
    "<html><head><title>公示</title></head><body><!-- 张三 --><table><tr><td>姓名</td><td>电话</td></tr><tr>"
    "<td>鲁定国</td><td>138<b>0000</b>0000</td>"
    '</tr></table><a href="tel:13800000000" title="&#x5f20;三">拨打&nbsp;</a><script>var a = "\\u5f20";</script></body></html>'
)


class Case(NamedTuple):
    """A format, and a text that shows what it can do."""

    open: Callable[[bytes], Document]
    sample: str
    name: str


def _html(data: bytes) -> Document:
    from deident.formats import LIMITS
    from deident.formats.html import HtmlDocument

    return HtmlDocument(data, "", LIMITS)


CASES = [
    Case(PlainDocument, PLAIN, "plain"),
    Case(DelimitedDocument, CSV, "delimited"),
    Case(JsonDocument, JSON, "json"),
    Case(MarkupDocument, XML, "markup"),
]
if find_spec("deident.formats.html"):
    CASES.append(Case(_html, HTML, "html"))

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_encoding = pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sane(document: Document, data: bytes) -> Batch:
    """What every batch promises."""
    batch = document.batch()
    view, map = batch.view, batch.map
    assert view.decode() is not None
    assert batch.sources.tolist() == [0, len(data)]
    assert batch.segments[0] == 0
    ends = np.flatnonzero(np.frombuffer(view, np.uint8) == 0) + 1
    assert batch.segments[1:].tolist() == ends.tolist(), "segments end in NUL, and nothing else is NUL"
    assert batch.segments[-1] == len(view) == map.size
    assert len(batch.role) == len(batch.document) == len(batch.segments) - 1
    assert set(batch.where) <= set(range(len(batch.role)))
    lengths = map.lengths()
    assert map.view[0] == 0
    assert (lengths >= 0).all()
    real = map.width > 0
    closing = np.frombuffer(view, np.uint8)[map.view + lengths - 1] == 0  # the NUL may stand for what follows the document
    assert (map.source[real] >= 0).all()
    assert ((map.source + map.width - closing)[real] <= len(data)).all()
    if document.encoding == "utf-8" and not document.warnings:
        for start, length, source, width in zip(*(a.tolist() for a in (map.view, lengths, map.source, map.width)), strict=True):
            if length == width:
                shown, meant = view[start : start + length], data[source : source + width]
                shown = shown.rstrip(b"\0")
                assert all(a == b or a in b" \t\n" for a, b in zip(shown, meant, strict=False)), (shown, meant)
    assert document.write([]) == data
    return batch


def words(view: bytes) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(rb"(?:[0-9A-Za-z]|[\xe4-\xe9][\x80-\xbf]{2})+", view)]


@every_case
@every_encoding
def test_without_edits_nothing_changes(case: Case, encoding: str) -> None:
    data = case.sample.encode(encoding)
    sane(case.open(data), data)


@every_case
@every_encoding
def test_an_edit_changes_its_own_bytes_only(case: Case, encoding: str) -> None:
    data = case.sample.encode(encoding)
    document = case.open(data)
    batch = document.batch()
    for start, end in words(batch.view):
        ranges = batch.map.ranges(start, end)
        if not ranges:
            continue
        done = document.write([Edit(start, end, "*" * (end - start))])
        low, high = min(r[0] for r in ranges), max(r[1] for r in ranges)
        assert done.startswith(data[:low])
        assert done.endswith(data[high:])
        kept = b"".join(data[a[1] : b[0]] for a, b in itertools.pairwise(ranges) if a[1] <= b[0])
        middle = done[low : len(done) - (len(data) - high)]
        codec = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
        written, expected = middle.decode(codec), "*" * (end - start) + kept.decode(codec)
        assert re.sub(r'\\|"', "", written) == re.sub(r'\\|"', "", expected), "only quotes around a number may be added"


@every_case
@every_encoding
def test_the_masked_document_shows_the_mask(case: Case, encoding: str) -> None:
    document = case.open(case.sample.encode(encoding))
    batch = document.batch()
    view, new = batch.view, "鲁7654321"  # stars alone might not be worth a segment
    for start, end in words(view):
        script = batch.role[np.searchsorted(batch.segments, start, "right") - 1] == ROLES.index("script")
        if script or "：".encode() in view[end : end + 3] or not batch.map.ranges(start, end):
            continue  # a key may stand in the view more than once, a script may be no script any more
        again = case.open(document.write([Edit(start, end, new)])).batch().view
        assert again == view[:start] + new.encode() + view[end:]


@every_case
def test_all_words_at_once(case: Case) -> None:
    data = case.sample.encode()
    document = case.open(data)
    view = document.batch().view
    again = case.open(document.write([Edit(start, end, "*") for start, end in words(view)]))
    assert b"110105" not in again.batch().view
    assert b"13800" not in again.batch().view


@every_case
@quick
@given(data=st.binary(max_size=200))
def test_junk_never_raises(case: Case, data: bytes) -> None:
    sane(case.open(data), data)


@every_case
@quick
@given(text=st.text(alphabet="<>/!?[]{}()=:;,\"'\\&#-\n\r\t u0043xbtdpr张，", max_size=60))
def test_marks_in_any_order_never_raise(case: Case, text: str) -> None:
    data = text.encode()
    sane(case.open(data), data)


@every_case
def test_mutated_samples_never_raise(case: Case) -> None:
    chance = random.Random(case.name)
    for round in range(150):
        encoding = ("utf-8", "gb18030")[round % 2]
        data = mutated(case.sample.encode(encoding), chance)
        document = case.open(data)
        batch = sane(document, data)
        if places := words(batch.view):
            start, end = chance.choice(places)
            document.write([Edit(start, end, "***")])


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The data with some bytes changed, removed, repeated, moved."""
    for _ in range(chance.randrange(1, 6)):
        at, size = chance.randrange(len(data) + 1), chance.randrange(12)
        new = chance.choice(
            [b"", bytes([chance.randrange(256)]), data[at : at + size] * 2, data[:size], b'"', b"<", b"\0", b"\n"]
        )
        data = data[:at] + new + data[at + size :]
    return data


@every_case
def test_sniffing_finds_the_format(case: Case) -> None:
    for encoding in ("utf-8", "gb18030", "utf-16"):
        document = open_document(case.sample.encode(encoding), "x.csv" if case.name == "delimited" else "")
        assert document.format == case.name


@quick
@given(st.binary(max_size=300), st.sampled_from(["", "a.csv", "b.html", "c.json"]))
def test_opening_junk_never_raises(data: bytes, name: str) -> None:
    if find_spec("deident.formats.html"):
        document = open_document(data, name)
        assert document.write([]) == data
        assert len(document.batch()) == 1


def test_join() -> None:
    datas = [case.sample.encode(encoding) for case in CASES for encoding in ("utf-8", "gb18030")]
    documents: list[Document] = [CASES[n // 2].open(data) for n, data in enumerate(datas)]
    documents.insert(1, BinaryDocument(b"%PDF", "unscannable", "PDF document"))
    datas.insert(1, b"%PDF")
    batch = join(documents)
    source = b"".join(datas)
    assert len(batch) == len(datas)
    assert batch.sources.tolist() == np.cumsum([0, *map(len, datas)]).tolist()
    assert batch.view == b"".join(document.batch().view for document in documents)
    assert batch.segments[-1] == len(batch.view)
    assert set(batch.document.tolist()) == set(range(len(datas)))
    start = batch.view.index("鲁定国".encode())
    low, high = batch.map.ranges(start, start + 9)[0]
    assert source[low:high].decode() == "鲁定国"
    for number, text in batch.where.items():
        own = documents[batch.document[number]].batch()
        assert text in own.where.values()
    assert len(join([]).view) == 0
