"""The normal form against a plain one: character by character, with the way back of every byte."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
from generated import many, texts, values
from hypothesis import given
from hypothesis import strategies as st

from deident.matching.hyper import HyperscanMatcher
from deident.matching.rules import Rule
from deident.matching.twin import PythonMatcher
from deident.model import SourceMap
from deident.text.fold import _SUPPLEMENT, fold
from deident.text.fold import RULES as PLACES
from deident.text.maps import MapBuilder, compose

RULES = [Rule(expression, literal=literal) for _, expression, literal, _ in PLACES]
FAST, PLAIN = HyperscanMatcher(RULES), PythonMatcher(RULES)
DASHES = "‐‑‒–—―−﹘﹣"
BLANKS = "\u3000\u00a0\u202f" + "".join(map(chr, range(0x2000, 0x200B)))
MARKS = "\u00ad\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e" + "".join(
    chr(code) for code in (*range(0x2060, 0x2065), *range(0x2066, 0x206A))
)
ASCII = "＊＋－．／０１２３４５６７８９＠＿" + "".join(chr(0xFEE0 + ord(c)) for c in "ABCXYZabcxyz")
RADICALS = "⺟⻆⽉⼈⼀⿕⻚⻓⺝"
alphabet = st.sampled_from([*DASHES, *BLANKS, *MARKS, *ASCII, *RADICALS, "×", "Ⅹ", *"0123456789张，：（", "😀", "é", "\0", "\n"])
#: 17 digits before × decide about it.
ending = st.builds(
    lambda digits, x: digits + x, st.text("0123456789", min_size=14, max_size=20), st.sampled_from(["×", "Ⅹ", "x"])
)
anything = st.lists(st.one_of(alphabet, alphabet, ending, texts, values, st.characters(codec="utf-8")), max_size=12).map("".join)


def character(code: str) -> str:
    """What one character is in normal form."""
    if code in MARKS:
        return ""
    if code in DASHES:
        return "-"
    if code in BLANKS:
        return " "
    if 0xFF0A <= ord(code) <= 0xFF5A and (code in "＊＋－．／＠＿" or unicodedata.normalize("NFKC", code).isalnum()):
        return unicodedata.normalize("NFKC", code)
    if 0x2E80 <= ord(code) < 0x3000:
        plain = _SUPPLEMENT.get(ord(code)) or unicodedata.normalize("NFKC", code)
        return plain if len(plain.encode()) == 3 else code
    return code


def folded(text: str) -> tuple[bytes, SourceMap]:
    """The plain twin of `fold`."""
    out, at = MapBuilder(), 0
    for place, code in enumerate(text):
        new = character(code)
        before = text[max(place - 17, 0) : place]
        if code in "×Ⅹ" and len(before) == 17 and before.isascii() and before.isdigit():
            new = "X"
        size = len(code.encode())
        if new == code:
            out.copy(at, code.encode())
        else:
            out.atomic(at, size, new.encode())
        at += size
    return out.finish()


def behind(map: SourceMap) -> list[tuple[int, int]]:
    """For every view byte its source range; bytes of one character that became another of its width count as its own."""
    pieces = zip(map.view.tolist(), map.lengths().tolist(), map.source.tolist(), map.width.tolist(), strict=True)
    return [(s + i, s + i + 1) if length == width else (s, s + width) for _, length, s, width in pieces for i in range(length)]


def by_engine(text: bytes) -> tuple[bytes, SourceMap]:
    events = FAST.events(text)
    return fold(text, events.rule, events.end)


@many
@given(anything)
def test_fold_is_its_plain_twin(text: str) -> None:
    view, map = by_engine(text.encode())
    plain, plain_map = folded(text)
    assert view == plain
    assert map.size == len(view)
    for (low, high), (plain_low, plain_high), byte in zip(behind(map), behind(plain_map), view, strict=True):
        if byte < 0x80:  # a radical is exact here (three bytes for three) and atomic in the twin
            assert (low, high) == (plain_low, plain_high)
        else:
            assert plain_low <= low < high <= plain_high


@many
@given(anything)
def test_folding_twice_is_folding_once_but_for_what_marks_had_kept_apart(text: str) -> None:
    view, _ = by_engine(text.encode())
    again, map = by_engine(view)
    assert again == view or "×" in text or "Ⅹ" in text
    assert map.size == len(again)


@many
@given(anything)
def test_what_is_found_is_the_source_folded(text: str) -> None:
    source = text.encode()
    view, map = by_engine(source)
    borders = [*(i for i in range(len(view)) if view[i] & 0xC0 != 0x80), len(view)]
    for start, end in pairwise(borders):
        piece = b"".join(source[low:high] for low, high in map.ranges(start, end)).decode()
        shown = view[start:end].decode()
        assert shown == character(piece) or (piece in "×Ⅹ" and shown == "X")


@many
@given(st.one_of(anything.map(str.encode), st.binary(max_size=80)))
def test_both_matchers_see_the_same_places(view: bytes) -> None:
    fast, plain = FAST.events(view), PLAIN.events(view)
    assert np.array_equal(fast.end, plain.end)
    assert np.array_equal(fast.rule, plain.rule)


@many
@given(anything, st.integers(1, 5))
def test_composed_with_another_map(text: str, gap: int) -> None:
    """Folding a view that is itself mapped (GBK: two bytes a character) leads to the same bytes of the source."""
    source = text.encode()
    view, map = by_engine(source)
    twice = SourceMap(np.arange(len(source)), np.arange(len(source)) * gap, np.full(len(source), gap), len(source))
    if not source or not view:
        return
    composed = compose(map, twice)
    expected = [[(low * gap, high * gap)] for low, high in behind(map)]
    assert [composed.ranges(i, i + 1) for i in range(len(view))] == expected
