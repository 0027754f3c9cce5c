"""Every example and counterexample of patterns/ through the engine, one test each; and the rules about patterns.

A single kind: `pytest -k mobile`.  The same examples run without pytest as `deident test`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import lru_cache
from typing import Any

import pytest

from deident import catalog, checks, examples, policy
from deident.catalog import Example, Pattern
from deident.engine import Scanner
from deident.model import CATEGORIES

CATALOGUE = catalog.load()
PATTERNS = list(CATALOGUE.patterns.values())
POLICIES = [policy.load(name, CATALOGUE) for name in policy.names()]
PLACEHOLDER = re.compile(r"TODO|FIXME|XXX")


def _cases() -> list[Any]:
    cases = []
    for pattern in PATTERNS:
        for number, example in enumerate(pattern.examples, 1):
            marks = [pytest.mark.xfail(strict=True, reason="known miss")] if example.known_miss else []
            cases.append(pytest.param(pattern, example, id=f"{pattern.id}-{example.why or f'example {number}'}", marks=marks))
    return cases


@pytest.fixture(scope="module", params=["hyperscan", "python"])
def scanner(request: pytest.FixtureRequest) -> Scanner:
    """A scanner with each matcher: both must give the same."""
    if request.param == "hyperscan":
        pytest.importorskip("hyperscan")
    return Scanner(matcher=request.param)


@pytest.mark.parametrize(("pattern", "example"), _cases())
def test_example(scanner: Scanner, pattern: Pattern, example: Example) -> None:
    if not examples.runs(scanner, example):
        pytest.skip("needs the extra `ner`")
    assert examples.check(scanner, pattern, example) == ""


@lru_cache
def keyed(name: str) -> Scanner:
    """A scanner for a policy that may make pseudonyms."""
    return Scanner(policy=name, key=examples.KEY)


@pytest.mark.parametrize(
    ("name", "example", "context"),
    [
        pytest.param(one.id, example, context, id=f"{one.id}-{number}-{context['action']}")
        for one in POLICIES
        for number, (example, context) in enumerate(one.examples, 1)
    ],
)
def test_policy_example(scanner: Scanner, name: str, example: Example, context: dict[str, str]) -> None:
    chosen = scanner if scanner.policy.id == name else keyed(name)
    if not examples.runs(chosen, example):
        pytest.skip("needs the extra `ner`")
    assert examples.check_policy(chosen, example, context) == ""


def test_a_wrong_example_fails(scanner: Scanner) -> None:
    """The tests above can fail: a missed value, one too many, a wrong mask, a wrong verdict."""
    pattern = CATALOGUE.patterns["resident_id"]
    number = "11010519491231002X"  # the worked example of GB 11643-1999
    assert examples.check(scanner, pattern, Example(f"身份证号：«{number}»")) == ""
    assert "instead of" in examples.check(scanner, pattern, Example(f"身份证号：{number}", why="none"))
    assert "instead of" in examples.check(scanner, pattern, Example(f"身份证«号»：{number}"))
    assert "masked as" in examples.check(scanner, pattern, Example(f"身份证号：«{number}»", masked="身份证号：******"))
    assert "not keep" in examples.check_policy(scanner, Example(f"身份证号：«{number}»"), {"action": "keep"})


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_rules_about_patterns(pattern: Pattern) -> None:
    found = [example for example in pattern.examples if not example.why]
    assert found, "needs an example"
    assert len(pattern.examples) > len(found), "needs a counterexample: what looks like it and is not"
    assert pattern.category in CATEGORIES
    assert set(pattern.basis) <= set(CATALOGUE.laws), "basis must be keys of law.toml"
    assert pattern.basis, "says why the value is protected (or, of an organisation's number, why it is not)"
    assert all(pattern.name[lang].strip() for lang in ("zh", "en"))
    assert re.search("[一-鿿]", pattern.name["zh"])
    assert set(pattern.checks) | set(pattern.evidence) <= set(checks.load())
    assert not any(guard in pattern.regex + pattern.cell for guard in (r"\b", r"\B", r"\w")), r"Han letters are \w"
    assert not any(len(cue.encode()) < 4 for cue in pattern.cues if not cue.isascii()), "no cue shorter than two Han characters"
    assert max(Counter(pattern.headers).values(), default=1) == 1, "a header twice"


def test_headers_belong_to_one_kind() -> None:
    owners = Counter(header.casefold() for pattern in PATTERNS for header in set(pattern.headers))
    assert [header for header, count in owners.items() if count > 1] == []


def test_every_file_begins_with_a_comment_that_says_what_it_is() -> None:
    for path in [*catalog.home().glob("*.toml"), *(catalog.home() / "policies").glob("*.toml")]:
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        assert first.startswith("# ") and len(first) > 8, path.name
        assert not PLACEHOLDER.search(first), path.name


def test_laws_say_what_they_are() -> None:
    for key, law in CATALOGUE.laws.items():
        assert law["status"] in ("law", "standard", "official", "convention"), key
        assert law["title"] and (law.get("article") or law["status"] != "law"), key
        assert law.get("text") or law.get("summary"), key


def test_every_law_is_cited_or_explains_the_rest() -> None:
    cited = {key for pattern in PATTERNS for key in pattern.basis} | {
        key for one in POLICIES for rule in one.rules for key in rule.basis
    }
    assert cited <= set(CATALOGUE.laws)


@pytest.mark.parametrize("one", POLICIES, ids=lambda one: one.id)
def test_rules_about_policies(one: policy.Policy) -> None:
    assert set(one.name) == {"zh", "en"}
    assert one.examples, "a policy shows with examples what it does"
    judged = {kind for rule in one.rules for kind in rule.kinds}
    assert [CATALOGUE.kinds[n] for n in range(len(CATALOGUE.kinds)) if n not in judged] == [], "a kind that no rule speaks of"
    for rule in one.rules:
        assert rule.basis, f"{rule.id}: says on what authority"
        assert all(rule.reason[lang].strip() for lang in ("zh", "en")), rule.id
    for condition in (c for rule in one.rules for side in (rule.when, rule.unless) for c in side.values()):
        if isinstance(condition, tuple):
            assert condition, "an empty condition never holds"
    used = {"protected", "subject"} | {
        name
        for rule in (*one.rules, *one.exemptions)
        for side in (rule.when, rule.unless)
        for c in side.values()
        if isinstance(c, tuple)
        for name in c
    }
    assert {name for name in one.classes if name not in used} == set(), "a class of words that no rule uses"


def test_word_lists_say_where_they_come_from() -> None:
    for path in (catalog.home() / "words").glob("*.t*"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("#"), path.name
        words = [line for line in lines if line and not line.startswith("#")]
        assert len(words) == len(set(words)), path.name


def test_files_are_plain_toml() -> None:
    for path in catalog.home().rglob("*.toml"):
        data = path.read_bytes()
        assert b"\r" not in data and b"\t" not in data, path.name
        tomllib.loads(data.decode("utf-8"))
