"""The vectorised text map against its plain twin, and the forms of text it promises."""

from __future__ import annotations

import random

import numpy as np
import pytest
from formats.html_soup import soup
from formats.plain_html import plain_pieces

from deident.formats.html_text import text_map


def view(source: str) -> str:
    """Canonical text of one page."""
    return text_map(source.encode() + b"\0")[0].decode().rstrip("\0")


@pytest.mark.parametrize("seed", range(4))
def test_the_fast_map_is_the_plain_map(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(300):
        pages = soup(rng, rng.choice([5, 15, 60, 250]))
        pieces = plain_pieces(pages)
        text, way = text_map(pages)
        assert text == b"".join(piece for piece, _, _ in pieces), pages
        assert text.count(b"\0") == pages.count(b"\0")
        place = 0
        for piece, source, width in pieces:
            ranges = way.ranges(place, place + len(piece))
            assert ranges == ([(source, source + width)] if width and piece else []), (pages, place)
            place += len(piece)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<tr>\n<td><p align=center>张三</p></td>\n<td>\n  1101 </td>\n</tr>", "张三\t1101\n"),
        ("<p>430104<b>1997</b><!-- x --><span>0101</span>&#49;&#x32;</p>", "430104" + "1997" + "0101" + "12\n"),
        ("4301&nbsp;04", "4301\N{NO-BREAK SPACE}04"),
        ("<tr><td colspan=3>甲</td><td>乙</td></tr>", "甲\t\t\t乙\n"),
        ("<table><tr><td rowspan=2>甲<td>1<td rowspan=2>乙<tr><td>2<tr><td>3</table>", "甲\t1\t乙\n\t2\t\n3\n"),
        ("<tr><td>甲<br>乙<div>丙</div></td><td>丁", "甲 乙 丙\t丁"),
        ("<tr><td><p>一段</p><p>二段</p></td></tr>", "一段\n二段\n"),
        ("a <b>b</b> c<br/>d", "a b c\nd"),
        ("<p>x\ty</p><pre>x\ty</pre>", "x y\nx\ty\n"),
        ("1 < 2 <b>x", "1 < 2 x"),
        ("<a title='a>b'>t</a>", "t"),
        ("a<script>if(a<b)'<p>'</script>b<style>p{}</style>c<title>t</title>d", "abcd"),
        ("<textarea>甲</textarea><noscript>乙</noscript><option>丙", "甲\n乙\n丙"),
        ("<td>甲</td>乙<td>丙", "甲 乙\t丙"),
        ("<o:p>甲</o:p>乙", "甲乙"),
        ("x <!-- never ends", "x"),
        ('x <a href="never ends', 'x <a href="never ends'),
    ],
)
def test_forms(source: str, text: str) -> None:
    assert view(source) == text


def test_an_entity_maps_to_all_of_itself() -> None:
    text, way = text_map(b"a&#49;b&ampc\0")
    assert text == b"a1b&c\0"
    assert [way.ranges(at, at + 1) for at in range(5)] == [[(0, 1)], [(1, 6)], [(6, 7)], [(7, 11)], [(11, 12)]]


def test_pages_do_not_touch_each_other() -> None:
    pages = [b"<td>a<a b='", b"c</td><td>d<!--", b"e<script>f", b"<title>", b"g"]
    alone = b"".join(text_map(page + b"\0")[0] for page in pages)
    assert text_map(b"\0".join(pages) + b"\0")[0] == alone


def test_every_source_offset_is_in_order() -> None:
    text, way = text_map(soup(random.Random(5), 3000))
    assert (np.diff(way.source) >= 0).all()
    assert (np.diff(way.view) > 0).all()
    assert way.size == len(text)
