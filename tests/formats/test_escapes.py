"""Escapes: what they decode to, and where that stands in the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deident.formats.escapes import chain, entities, percent, script


@pytest.mark.parametrize(
    ("decode", "source", "text"),
    [
        (entities, "&#49;&#x31;&#0049;&#50", "1112"),
        (entities, "&lt;a&gt; &amp;amp; &nbsp;&copy2020", "<a> &amp; \N{NO-BREAK SPACE}©2020"),
        (entities, "&bogus; & &; &#; &#x;", "&bogus; & &; &#; &#x;"),
        (entities, "&#0;&#9;&#xD800;", "\ufffd \ufffd"),
        (script, r"\u5f20\u{4f1f}\x31\061\'\/\n\\", "张伟11'/ \\"),
        (script, r"\ud842\udfb7\ud842x\udfb7", "𠮷\ufffdx\ufffd"),
        (script, "a\\", "a\\"),
        (percent, "%E5%BC%A0=%D5%C5%CE%B0&%31%zz%", "张=张伟&1%zz%"),
        (percent, "%FF%FF", "%FF%FF"),
    ],
)
def test_decoded(decode, source: str, text: str) -> None:
    view, way = decode(source.encode())
    assert view.decode() == text
    assert way.size == len(view)


def test_one_escape_is_one_atomic_piece() -> None:
    view, way = percent(b"a%D5%C5b")
    assert view == "a张b".encode()
    assert way.ranges(1, 2) == way.ranges(1, 4) == [(1, 7)]
    assert way.ranges(4, 5) == [(7, 8)]


def test_views_chain() -> None:
    view, way = chain(b"&quot;\\u0025&#51;1&quot;", entities, script, percent)
    assert view == b'"1"'
    assert way.ranges(1, 2) == [(6, 18)]


@given(st.binary(max_size=60).map(lambda data: data.replace(b"\0", b" ")), st.sampled_from([entities, script, percent]))
def test_junk_never_raises_and_the_map_covers_what_is_exact(data: bytes, decode) -> None:
    view, way = decode(data)
    assert way.size == len(view)
    for at in range(len(view)):
        for start, end in way.ranges(at, at + 1):
            assert 0 <= start < end <= len(data)
            assert end - start > 1 or view[at : at + 1] == data[start:end]
