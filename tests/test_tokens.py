"""Tokens against a plain expression over the whole view."""

from __future__ import annotations

import re

import numpy as np
from generated import many, views
from hypothesis import given
from hypothesis import strategies as st

from deident.matching.tokens import SIDE, Buffer, tokens

_TOKEN = re.compile(rb"[0-9A-Za-z]+")
_RUN = re.compile(rb"[0-9]{6,}(?=[^0-9])")

digits = st.lists(
    st.sampled_from([b"123456", b"a", b"X", b" ", b"\0", "张".encode(), b"0" * 50, b"-", b"7777777"]), max_size=12
).map(b"".join)


@many
@given(st.one_of(digits, views))
def test_tokens_are_the_maximal_runs(view: bytes) -> None:
    view += b"\0"
    ends = np.array([m.end() for m in _RUN.finditer(view)], np.int64)
    found = tokens(Buffer(view), ends)
    short = [m.span() for m in _TOKEN.finditer(view) if _RUN.search(view[m.start() : m.end()] + b" ") and len(m[0]) < SIDE]
    rows = list(zip(found.start.tolist(), found.end.tolist(), found.long.tolist(), strict=True))
    assert [(start, end) for start, end, long in rows if not long] == short
    for start, end, long in rows:
        assert view[start:end].isalnum()
        assert end - start <= 2 * SIDE
        if long:
            assert any(m.start() <= start < end <= m.end() and len(m[0]) >= SIDE for m in _TOKEN.finditer(view))


@many
@given(st.binary(min_size=1, max_size=60), st.data())
def test_windows_reach_over_the_edges(view: bytes, data: st.DataObject) -> None:
    place, width = data.draw(st.integers(0, len(view))), data.draw(st.integers(1, 100))
    buffer, padded = Buffer(view), bytes(200) + view + bytes(200)
    one = np.array([place], np.int64)
    assert buffer.before(one, width)[0].tobytes() == padded[200 + place - width : 200 + place]
    assert buffer.after(one, width)[0].tobytes() == padded[200 + place : 200 + place + width]
    assert buffer.rows(one, width)[0].tobytes() == padded[200 + place : 200 + place + width].upper()


def test_none() -> None:
    assert len(tokens(Buffer(b"\0"), np.zeros(0, np.int64)).start) == 0
