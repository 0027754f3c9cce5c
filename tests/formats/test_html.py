"""HTML documents: segments, the gate, the laws of every format, hostile pages, the sample files."""

from __future__ import annotations

import random
import re
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from formats.html_soup import page, soup

from deident.formats import Limits
from deident.formats.html import HtmlDocument, fragment, read_many
from deident.model import ROLES, Batch, Edit

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "formats"
# every silent or address attribute is let through by ten digits, mail addresses and escapes
CANDIDATE = re.compile(rb"[0-9]{10,}|[A-Za-z0-9]@[A-Za-z0-9]")
WORD = re.compile(rb"[0-9]{5,}|[\xe4-\xe9][\x80-\xbf]{2}|[0-9]{3} [0-9]{4} [0-9]{4}|[A-Za-z0-9]@[A-Za-z0-9]")
QUIET = {"@style", "@class", "@id", "@face", "@href", "@src"}


def segments(batch: Batch) -> list[tuple[str, str, str]]:
    """Role, where and text of every segment."""
    borders = batch.segments.tolist()
    texts = [batch.view[start : end - 1].decode() for start, end in pairwise(borders)]
    return [
        (ROLES[role], batch.where.get(number, ""), text)
        for number, (role, text) in enumerate(zip(batch.role, texts, strict=True))
    ]


def one(source: str) -> list[tuple[str, str, str]]:
    """Segments of a page, without its text."""
    return segments(HtmlDocument(source.encode()).batch())[1:]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<title>甲\n乙</title>", ("title", "", "甲 乙")),
        ('<a title="张三">', ("attribute", "@title", "张三")),
        ("<a title=13900000000>", ("attribute", "@title", "13900000000")),
        ("<a title = '139 0000 0000'>", ("attribute", "@title", "139 0000 0000")),
        ('<a href="tel:88888888">', ("url", "@href", "tel:88888888")),
        ('<a href="/s?d=19900101">', ("url", "@href", "/s?d=19900101")),
        ('<a href="/q?x=%D5%C5&y=%E5%BC%A0">', ("url", "@href", "/q?x=张&y=张")),
        ('<input placeholder="张三">', ("attribute", "@placeholder", "张三")),
        ("<p data-a='{&quot;b&quot;:&quot;张三&quot;}'>", ("attribute", "@data-a", '{"b":"张三"}')),
        ("<p onclick=\"f('\\u5f20')\">", ("attribute", "@onclick", "f('张')")),
        ('<meta name="description" content="张三">', ("meta", "<meta description>", "张三")),
        ("<!-- 张三 -->", ("comment", "comment", " 张三 ")),
        ("<!--<tr><td>甲</td><td>乙</td></tr>-->", ("comment", "comment", "甲\t乙\n")),
        ("<!--<a title='张三'>-->", ("attribute", "comment @title", "张三")),
        ('<iframe srcdoc="&lt;b&gt;张&lt;/b&gt;三">', ("attribute", "@srcdoc", "张三")),
        ('<script>x={"name":"\\u5f20", tel : 13900000000}</script>', ("script", "script", "name：张\ntel：13900000000")),
        ("<script>w('139'+ \"0000\" +'0000')</script>", ("script", "script", "13900000000")),
        ('<script>b=atob("MTM5MDAwMDAwMDA=")</script>', ("script", "script", "13900000000")),
        ("<script>// 张三 1\n/* 李 四 */</script>", ("script", "script", "// 张三 1\n/* 李 四 */")),
        ('<style>p{content:"张三"}</style>', ("script", "style", "content：张三")),
        ('<p 张三 x="1">', ("attribute", "<p>", '<p 张三 x="1"')),
        ("<!DOCTYPE 张三>", ("attribute", "<!>", "<!DOCTYPE 张三")),
    ],
)
def test_what_the_markup_says(source: str, expected: tuple[str, str, str]) -> None:
    assert expected in one("<p>x</p>" + source)


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color:#333333;font-family:宋体" class="t123456" width="100%">',
        '<a href="/zwgk/202401/t20240101_1234567.html">',
        '<img src="data:image/png;base64,iVBORw0KGgo1234567890">',
        "<style>p{font-family:宋体}</style><script>f('x','y')</script><!-- nav -->",
    ],
)
def test_ordinary_markup_is_passed_over(source: str) -> None:
    assert one(source) == []


def test_the_gate_loses_nothing_that_could_be_found() -> None:
    rng = random.Random(3)
    for _ in range(150):
        source = page(rng)
        fast, full = read_many([source]), read_many([source], thorough=True)
        seen = np.zeros(len(source) + 1, np.bool_)
        for start, width in zip(fast.map.source.tolist(), fast.map.width.tolist(), strict=True):
            seen[start : start + width] = True
        for number, (role, where, _) in enumerate(segments(full)):
            start, end = full.segments[number : number + 2].tolist()
            pattern = CANDIDATE if where.split()[-1:] and where.split()[-1] in QUIET else WORD
            for found in pattern.finditer(full.view, start, end):
                for low, high in full.map.ranges(*found.span()):
                    assert seen[low:high].all(), (source, role, where, found[0])


def test_many_pages_are_the_pages_one_by_one() -> None:
    rng = random.Random(4)
    pages = [page(rng) for _ in range(20)]
    pages[3] = "<meta charset=gbk><p title=张三>张&#49;</p>".encode("gbk")
    pages[5] = b"\xef\xbb\xbf" + pages[5]
    pages[7] = "<p>张三</p>".encode("utf-16")
    pages[8], pages[9] = b"", b"a\0b<p title='13900000000'>"
    for chosen in (pages, pages[10:], pages[:1], []):
        batch = read_many(chosen)
        assert len(batch) == len(chosen)
        assert batch.sources.tolist() == np.cumsum([0] + [len(data) for data in chosen]).tolist()
        assert (np.diff(batch.document) >= 0).all()
        number = 0
        for document, data in enumerate(chosen):
            single = HtmlDocument(data).batch()
            count = len(single.document)
            start, end = batch.segments[[number, number + count]].tolist()
            assert batch.view[start:end] == single.view
            assert (batch.document[number : number + count] == document).all()
            first = int(batch.sources[document])
            for at in range(0, end - start, 7):
                expected = [(low + first, high + first) for low, high in single.map.ranges(at, min(at + 5, end - start))]
                assert batch.map.ranges(start + at, min(start + at + 5, end)) == expected
            number += count


def test_edits_change_their_ranges_only() -> None:
    rng = random.Random(5)
    for _ in range(100):
        data = page(rng)
        document = HtmlDocument(data)
        assert document.write([]) == data
        batch = document.batch()
        found = [match.span() for match in re.finditer(rb"[0-9]{5,}", batch.view)]
        written = document.write([Edit(start, end, "*" * (end - start)) for start, end in found])
        ranges = sorted({spot for span in found for spot in batch.map.ranges(*span)})
        place = at = 0
        for start, end in ranges:
            if start >= place:
                kept = data[place:start]
                at = written.index(kept, at) + len(kept)
            place = max(place, end)
        assert written.endswith(data[place:])
        assert not re.search(rb"[0-9]{5,}", HtmlDocument(written).batch().view)


def test_an_edit_over_tags_keeps_them() -> None:
    document = HtmlDocument("<p>1390<b>000</b>&#48;000</p>".encode("utf-16-le"))
    start = document.batch().view.index(b"139")
    assert document.write([Edit(start, start + 11, "139<*>")]).decode("utf-16-le") == "<p>139&lt;*&gt;<b></b></p>"


def test_a_fragment_is_text_and_lines() -> None:
    view, way = fragment('<p title="张三">a&#49;</p>'.encode())
    assert view.decode() == "a1\n\n张三"
    assert way.ranges(1, 2) == [(19, 24)]


def test_past_the_limit_segments_run_together() -> None:
    data = "".join(f"<a title='1390000{number:04}'>" for number in range(50)).encode()
    batch = HtmlDocument(data, limits=Limits(max_segments=10)).batch()
    assert len(batch.document) == 12
    assert all(b"1390000%04d" % number in batch.view for number in range(50))


@pytest.mark.parametrize("seed", range(3))
def test_junk_never_raises(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(100):
        data = bytearray(page(rng) + soup(rng, 20))
        for _ in range(rng.randint(0, 12)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        document = HtmlDocument(bytes(data))
        batch = document.batch()
        assert batch.map.size == len(batch.view) == batch.segments[-1]
        assert batch.view.endswith(b"\0")
        batch.view.decode()
        assert (batch.map.source + batch.map.width <= len(data)).all()
        document.write([Edit(0, len(batch.view), "***")])


@pytest.mark.parametrize(
    "unit",
    ["<div>", "<b>", "<td>", "<table><tr><td>", "<a ", "<a '", '<a ">', '<a "b>c>"', "<!--", "<script ", "<", "&#49", "<td rowspan=9>", " a='1",
     "<td colspan=99>", "<tr><td rowspan=999><td>", "</", "<title>", "<!--<!--", "\\'", "<script>'", "<p>>", "&nbsp", "<a title='12345'>"],
)  # fmt: skip
def test_hostile_pages_cost_linear_time(unit: str) -> None:
    def cost(size: int) -> float:
        data = b"<a " * (unit[0] == " ") + (unit * (size // len(unit))).encode()
        start = time.process_time()
        HtmlDocument(data).batch()
        return time.process_time() - start

    cost(10_000)
    small = cost(50_000)
    assert cost(400_000) < 8 * small * 4 + 2


def planted() -> list[tuple[str, list[str]]]:
    """Sample files and what is hidden in each (shared/samples/formats/INDEX.md)."""
    number, name, phone, mail = "110101199003074578", "张伟民", "13800138000", "zhangwm90@example.gov.cn"
    everything = [number, name, phone, mail]
    return [
        ("html_gbk.html", everything), ("html_utf-8.html", everything), ("html_gb18030.html", everything),
        ("tricks/h01_title_alt_value.html", [number, name, phone]), ("tricks/h02_masked_text_full_attr.html", [number, name, phone]),
        ("tricks/h03_comment_row.html", [f"{name}\t{number}", phone]), ("tricks/h04_split_inline.html", [number, name]),
        ("tricks/h05_entities.html", [name + number, mail]), ("tricks/h06_js_unicode.html", [f"name：{name}", f"id：{number}", phone, name + number]),
        ("tricks/h07_js_frontend_mask.html", [phone]), ("tricks/h08_css_hidden.html", [number, name, phone]),
        ("tricks/h09_zero_width_fullwidth.html", ["138-0013-8000"]), ("tricks/h10_pct_gbk_url.html", [name, number, phone]),
        ("tricks/h12_rtl_reverse.html", ["00083100831"]), ("tricks/h13_gbk_mislabelled.html", [number, name]),
        ("tricks/h14_utf16.txt", [name + number]), ("tricks/h15_data_uri.html", [name + number, phone]),
    ]  # fmt: skip


@pytest.mark.parametrize(("file", "values"), planted())
def test_samples_show_what_is_planted(file: str, values: list[str]) -> None:
    if not (SAMPLES / file).is_file():
        pytest.skip("sample folder is not here")
    document = HtmlDocument((SAMPLES / file).read_bytes())
    text = document.batch().view.decode()
    assert [value for value in values if value not in text] == []
    edits = [
        Edit(found.start(), found.end(), "*" * 8)
        for value in values
        for found in re.finditer(re.escape(value.encode()), document.batch().view)
    ]
    after = HtmlDocument(document.write(edits)).batch().view.decode()
    assert [value for value in values if value in after] == []
