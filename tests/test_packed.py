"""Reports on their way to the state and back."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deident.crawl.packed import pack, unpack
from deident.model import FileReport, Finding

WORDS = st.text(st.characters(codec="utf-8"), max_size=8)
FINDINGS = st.builds(
    Finding,
    st.integers(0),
    st.integers(0),
    WORDS,
    WORDS,
    WORDS,
    st.floats(0, 1),
    WORDS,
    WORDS,
    st.tuples(WORDS),
    WORDS,
    WORDS,
    WORDS,
    subject=st.integers(0),
)
REPORTS = st.builds(FileReport, WORDS, WORDS, WORDS, doc_type=st.none() | WORDS, size=st.integers(0), findings=st.lists(FINDINGS, max_size=4),
                    warnings=st.lists(WORDS, max_size=2), renamed=WORDS)  # fmt: skip


@given(st.lists(REPORTS, max_size=3))
def test_nothing_is_lost(reports: list[FileReport]) -> None:
    assert unpack(pack(reports)) == reports


@pytest.mark.parametrize("junk", [b"", b"junk", zlib.compress(b"{"), zlib.compress(b"\xff")])
def test_junk_is_a_value_error(junk: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):  # zlib, UTF-8 and JSON each say it in their own words
        unpack(junk)
