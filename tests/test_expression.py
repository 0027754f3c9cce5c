"""Whichever engine an expression is compiled by, it finds the same."""

from __future__ import annotations

import re

import pytest
import regex
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.engine import Scanner
from deident.policy.rules import TEXT_CONDITIONS
from deident.text.expression import blind, compiled, headed, implied, parts

SCANNER = Scanner(ner=False)
PLAN = SCANNER._examiner.plan
WRITTEN = sorted(
    {
        *(pattern.regex for pattern in PLAN.patterns if pattern.regex),
        *(pattern.cell for pattern in PLAN.patterns if pattern.cell),
        *(
            text
            for pattern in PLAN.patterns
            for one in pattern.unless
            for text in (one.value, one.before, one.behind, one.line)
            if text
        ),
        *(phrase.tail for pattern in PLAN.patterns for phrase in pattern.phrases if phrase.tail),
        *(
            wanted.pattern
            for rule in SCANNER.policy.rules
            for conditions in (rule.when, rule.unless)
            for key, wanted in conditions.items()
            if key in TEXT_CONDITIONS
        ),
    }
)
QUICK = [text for text in WRITTEN if isinstance(compiled(text), re.Pattern)]
EXAMPLES = [example.text for pattern in PLAN.patterns for example in pattern.examples]  # whatever kind they are of


def found(expression: re.Pattern[str] | regex.Pattern[str], text: str) -> list[object]:
    whole = expression.fullmatch(text)
    return [[match.span(group) for group in range(expression.groups + 1)] for match in expression.finditer(text)] + [
        whole and whole.span()
    ]


def test_most_are_read_by_the_quick_one() -> None:
    assert len(QUICK) > len(WRITTEN) * 0.7


@pytest.mark.parametrize("text", QUICK)
def test_both_find_the_same_in_all_examples(text: str) -> None:
    quick, plain = compiled(text), regex.compile(text, regex.V0 | regex.ASCII)
    for example in EXAMPLES:
        assert found(quick, example) == found(plain, example), example


@many
@given(
    st.sampled_from(QUICK),
    st.text(
        st.one_of(st.sampled_from("0123456789*×xX-.:： \t\n年月日省市县镇村组号室男女的（）()@"), st.characters(codec="utf-8")),
        max_size=40,
    ),
)
def test_both_find_the_same_anywhere(text: str, anywhere: str) -> None:
    assert found(compiled(text), anywhere) == found(regex.compile(text, regex.V0 | regex.ASCII), anywhere)


@pytest.mark.parametrize("text", [r"(?:a+)+b", r"(?<=x{1,3})y", r"\p{Han}", r"(?r)村$", r"a{e<=1}", r"[[a-z]--[aeiou]]"])
def test_what_only_one_reads_is_left_to_it(text: str) -> None:
    assert isinstance(compiled(text), regex.Pattern)


def test_no_expression() -> None:
    with pytest.raises(regex.error):
        compiled("(")


TEXTS = st.text(st.sampled_from("0123456789*×xX-.: \t\n省市县镇村住张某男局长院（）(),@。"), max_size=24)
WRITTEN_READ = [compiled(text) for text in WRITTEN]


@pytest.mark.parametrize("sign", ["\0", "\t"])
def test_many_texts_are_searched_as_one(sign: str) -> None:
    parted = [expression for expression in WRITTEN_READ if parts(expression, sign)]
    assert len(parted) > 5

    @many
    @given(st.sampled_from(parted), st.lists(st.one_of(TEXTS, st.sampled_from(EXAMPLES)), min_size=1, max_size=6))
    def as_one(expression: re.Pattern[str], texts: list[str]) -> None:
        texts = [text.replace(sign, "") for text in texts]
        each, start = list[tuple[int, int]](), 0
        for text in texts:
            each += [(start + match.start(), start + match.end()) for match in expression.finditer(text)]
            start += len(text) + 1
        assert [match.span() for match in expression.finditer(sign.join(texts))] == each

    as_one()


@many
@given(st.sampled_from([one for one in WRITTEN_READ if headed(one) and blind(one, "\t")]), TEXTS, TEXTS)
def test_nothing_is_read_behind_a_sign_that_it_does_not_know(expression: re.Pattern[str], before: str, behind: str) -> None:
    assert bool(expression.search(f"{before}\t{behind}")) == bool(expression.search(f"{before}\t"))


@many
@given(st.sampled_from([one for one in WRITTEN_READ if implied(one)]), st.one_of(TEXTS, st.sampled_from(EXAMPLES)))
def test_what_an_expression_implies(expression: re.Pattern[str], text: str) -> None:
    needed = implied(expression)
    assert needed and (needed.search(text) or not expression.search(text))


@pytest.mark.parametrize(
    "text",
    [
        "a.b",
        "[^a]",
        r"\D",
        r"\W",
        r"\x09|\x00",
        r"\011|\0",
        "\t\0",
        r"(?i:a)",
        r"(?#[)a.",
        "[\0-\t]",
        r"(a)\1",
        "(?<![^a])b",
        r"[^\S]|\S",
    ],
)
def test_what_may_know_a_sign(text: str) -> None:
    assert not (blind(compiled(text), "\t") and blind(compiled(text), "\0"))


def test_remarks_are_no_part_of_an_expression() -> None:
    assert parts(compiled("(?x) a [b#] # . [\n c"), "\0")
    assert not parts(compiled("(?x) a # [\n . # ]"), "\0")


@pytest.mark.parametrize("text", ["a$", "^a|b", r"\ba", "a(?=$)", r"\Aa", r"a\Z"])
def test_an_anchor_tells_a_sign_from_an_end(text: str) -> None:
    assert blind(compiled(text), "\0")
    assert not parts(compiled(text), "\0")


@pytest.mark.parametrize("text", ["a", "^a|^b", "(?m)^a", "(?:^a)", r"[[:alpha:]]^"])
def test_what_need_not_begin_with_the_text(text: str) -> None:
    assert not headed(compiled(text))


@pytest.mark.parametrize(
    "text", ["村$", "村$(?<!x{1,2}村)|镇", "(?i)a$(?<!x{1,2}a)", "村$?(?<!x{1,2}村)", "(?:村$)(?<!x{1,2}村)", r"\p{Han}$(?<!x)"]
)
def test_what_implies_nothing(text: str) -> None:
    assert implied(compiled(text)) is None
