"""Byte tables against `re`: the same rows match, for every token expression that is shipped."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from deident import catalog
from deident.matching.shapes import WIDEST, shape

PATTERNS = [pattern for pattern in catalog.load().patterns.values() if pattern.trigger == "token"]


def near(rows: list[bytes], chance: random.Random) -> list[bytes]:
    """Rows like these with one byte changed."""
    out = []
    for row in rows:
        at = chance.randrange(len(row))
        out.append(row[:at] + bytes([chance.choice((*b"0123456789AXGJ", chance.randrange(256)))]) + row[at + 1 :])
    return out


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_tables_match_what_the_expression_matches(pattern: catalog.Pattern) -> None:
    chance = random.Random(pattern.id)
    made, expression = shape(pattern.regex), re.compile(pattern.regex.encode(), re.ASCII)
    for width, tables in made.tables.items():
        rows = [bytes(int(chance.choice(np.flatnonzero(place))) for place in chance.choice(tables)) for _ in range(60)]
        rows += near(rows, chance) + [bytes(chance.choices(b"0123456789ABCXZ", k=width)) for _ in range(60)]
        matrix = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), width)
        assert made.match(matrix).tolist() == [expression.fullmatch(row) is not None for row in rows]
    for width in set(range(1, 30)) - set(made.tables):
        row = bytes(chance.choices(b"0123456789", k=width))
        assert expression.fullmatch(row) is None
        assert not made.match(np.frombuffer(row, np.uint8)[None, :]).any()


def test_no_rows() -> None:
    assert shape(r"\d{5}").match(np.zeros((0, 5), np.uint8)).tolist() == []


@pytest.mark.parametrize("expression", ["(?:a", "a)", "a+", "^a", "(a)", "张", "a{2", "\\w"])
def test_what_the_syntax_does_not_know(expression: str) -> None:
    with pytest.raises(ValueError, match=r"token expression|unbalanced"):
        shape(expression)


def test_nothing_is_wider_than_it_may_be() -> None:
    assert max(shape(r"\d{5,99}").tables) == WIDEST
