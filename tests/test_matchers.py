"""The fast matcher and its twin report the same events for every rule that is shipped."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest
from generated import DOCUMENTS, many, text, views
from hypothesis import given
from hypothesis import strategies as st

from deident import catalog, policy
from deident.errors import InputError
from deident.matching.hyper import HyperscanMatcher
from deident.matching.plan import plan
from deident.matching.rules import Events, Matcher, Rule
from deident.matching.twin import PythonMatcher


@cache
def pairs() -> dict[str, tuple[Matcher, Matcher]]:
    """Both matchers for the main rules and for the words."""
    catalogue = catalog.load()
    made = plan(catalogue, policy.load("gov-publish", catalogue).classes)
    return {
        name: (HyperscanMatcher(rules), PythonMatcher(rules)) for name, rules in (("rules", made.rules), ("words", made.words))
    }


def same(pair: tuple[Matcher, Matcher], view: bytes) -> Events:
    fast, plain = (one.events(view) for one in pair)
    assert np.array_equal(fast.end, plain.end)
    assert np.array_equal(fast.rule, plain.rule)
    return fast


both = pytest.mark.parametrize("which", ["rules", "words"])


@both
@many
@given(view=views)
def test_the_same_events(which: str, view: bytes) -> None:
    events = same(pairs()[which], view)
    assert (np.diff(events.end) >= 0).all()
    assert ((events.end > 0) & (events.end <= len(view))).all()


@both
def test_the_same_events_in_documents(which: str) -> None:
    chance = random.Random(4)
    for format in DOCUMENTS:
        view = "\0".join(DOCUMENTS[format][1](chance) for _ in range(30)).encode("utf-8", "replace")
        assert len(same(pairs()[which], view).end) > 20


@many
@given(
    st.lists(st.sampled_from(["138", "0000", "1", " ", "-", "·", ".", "\n", "@", "a", "1101051900", "张", "é"]), max_size=16).map(
        "".join
    )
)
def test_the_same_junctions(text: str) -> None:
    same(pairs()["rules"], text.encode())


def test_literals_that_begin_or_hold_each_other_are_all_reported() -> None:
    rules = [Rule("身份证".encode(), literal=True), Rule("身份证号".encode(), literal=True), Rule("证号".encode(), literal=True),
             Rule(b"qq", literal=True, caseless=True), Rule(b"[0-9]{3}")]  # fmt: skip
    events = same((HyperscanMatcher(rules), PythonMatcher(rules)), "身份证号 Qq 1234".encode())
    assert sorted(zip(events.end.tolist(), events.rule.tolist(), strict=True)) == [
        (9, 0),
        (12, 1),
        (12, 2),
        (15, 3),
        (19, 4),
        (20, 4),
    ]


def test_findings_do_not_depend_on_the_matcher() -> None:
    from deident.engine import Scanner

    chance = random.Random(11)
    texts = [text(chance) for _ in range(400)]
    fast, plain = Scanner(matcher="hyperscan"), Scanner(matcher="python")
    assert (fast.matcher.name, plain.matcher.name) == ("hyperscan", "python")
    one, other = fast.scan_texts(texts), plain.scan_texts(texts)
    assert len(one) > 300
    for column in ("text", "start", "end", "kind", "score", "action", "rule"):
        assert np.array_equal(getattr(one, column), getattr(other, column)), column
    items = [
        (DOCUMENTS[format][0], DOCUMENTS[format][1](chance).encode("utf-8", "replace")) for format in DOCUMENTS for _ in range(12)
    ]
    assert fast.mask_many(items) == plain.mask_many(items)


def test_an_unknown_matcher_is_bad_usage() -> None:
    from deident.engine import Scanner

    with pytest.raises(InputError, match="none of"):
        Scanner(matcher="grep")
