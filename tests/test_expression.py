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
from deident.text.expression import compiled

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
