"""Token expressions as byte tables, so that thousands of tokens are tested at once.

The syntax is a small part of regular expressions: literals, `\\d`, `[classes]`, `(?:a|b)`, and `{n}`, `{m,n}`, `?` after
any of them.  An expression becomes, for every width it can have, a (width, 256) table: which byte may stand where.  With
alternatives inside, the table is the union of them and so a little too wide (`exact` is False); the expression itself is
then asked once more about the few rows that are left.

>>> shape(r"[GJL]\\d{2}(?:18|19)").tables[5].sum(1).tolist()
[3, 10, 10, 1, 2]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from deident.model import Bools

WIDEST = 40
_ITEM = re.compile(r"\\d|\\[-.\\/]|\[(?:\\.|[^\]\\])+\]|\(\?:|[0-9A-Za-z]|[|)]")
_TIMES = re.compile(r"\{(\d+)(?:,(\d+))?\}|\?")
_DIGITS = frozenset(b"0123456789")

Sets = tuple[frozenset[int], ...]  # one fixed width: the bytes allowed at each place


@dataclass(frozen=True, slots=True)
class Shape:
    """Tables by width, whether they say all, and the expression itself."""

    tables: dict[int, NDArray[np.bool_]]
    exact: bool
    expression: re.Pattern[bytes]

    def match(self, rows: NDArray[np.uint8]) -> Bools:
        """(n, width) upper-case bytes → (n,): which rows the expression matches as a whole."""
        width = rows.shape[1]
        table = self.tables.get(width)
        if table is None:
            return np.zeros(len(rows), np.bool_)
        found: Bools = table[np.arange(width), rows].all(1)
        if not self.exact:
            for row in np.flatnonzero(found):
                found[row] = self.expression.fullmatch(rows[row].tobytes()) is not None
        return found


@cache
def shape(expression: str) -> Shape:
    """Compile a token expression; raises ValueError with the place that the syntax does not know."""
    widths, rest = _alternatives(expression, 0)
    if rest != len(expression):
        raise ValueError(f"unbalanced ')' at character {rest} of {expression!r}")
    exact = "|" not in expression and "," not in expression and "?" not in expression.replace("(?:", "")
    tables = {}
    for width, sets in widths.items():
        table = np.zeros((width, 256), np.bool_)
        for place, allowed in enumerate(sets):
            table[place, list(allowed)] = True
        tables[width] = table
    return Shape(tables, exact, re.compile(expression.encode(), re.A))


def _union(one: dict[int, Sets], other: dict[int, Sets]) -> dict[int, Sets]:
    both = dict(one)
    for width, sets in other.items():
        both[width] = tuple(a | b for a, b in zip(both[width], sets, strict=True)) if width in both else sets
    return both


def _then(first: dict[int, Sets], second: dict[int, Sets]) -> dict[int, Sets]:
    both: dict[int, Sets] = {}
    for (width, sets), (more, others) in product(first.items(), second.items()):
        if width + more <= WIDEST:
            both = _union(both, {width + more: sets + others})
    return both


def _alternatives(text: str, at: int) -> tuple[dict[int, Sets], int]:
    result: dict[int, Sets] = {}
    branch: dict[int, Sets] = {0: ()}
    while at < len(text) and text[at] != ")":
        if text[at] == "|":
            result, branch, at = _union(result, branch), {0: ()}, at + 1
            continue
        item, at = _item(text, at)
        if times := _TIMES.match(text, at):
            at = times.end()
            low, high = (0, 1) if times[0] == "?" else (int(times[1]), int(times[2] or times[1]))
            item = _repeat(item, low, high)
        branch = _then(branch, item)
    return _union(result, branch), at


def _item(text: str, at: int) -> tuple[dict[int, Sets], int]:
    found = _ITEM.match(text, at)
    if found is None or found[0] in "|)":
        raise ValueError(f"a token expression cannot hold {text[at]!r} (character {at} of {text!r})")
    part, at = found[0], found.end()
    if part == "(?:":
        inner, at = _alternatives(text, at)
        if at >= len(text):
            raise ValueError(f"unbalanced '(' in {text!r}")
        return inner, at + 1
    if part.startswith("["):
        every = re.compile(part.encode(), re.A)
        return {1: (frozenset(code for code in range(256) if every.fullmatch(bytes([code]))),)}, at
    return {1: (_DIGITS if part == "\\d" else frozenset(part[-1].encode()),)}, at


def _repeat(item: dict[int, Sets], low: int, high: int) -> dict[int, Sets]:
    result: dict[int, Sets] = {}
    run: dict[int, Sets] = {0: ()}
    for times in range(high + 1):
        if times >= low:
            result = _union(result, run)
        run = _then(run, item)
    return result
