"""Token expressions as byte tables, so that thousands of tokens are tested at once.

The syntax is a small part of regular expressions: literals, `\\d`, `[classes]`, `(?:a|b)`, and `{n}`, `{m,n}`, `?` after
any of them.  An expression becomes, for every width it can have, some (width, 256) tables: which byte may stand where, one
table an alternative.  Where there would be many, they are one union, which is a little too wide, and the expression itself
is asked once more about the few rows that are left.

>>> [table.sum(1).tolist() for table in shape(r"[GJL]\\d{2}(?:18|29)").tables[5]]
[[3, 10, 10, 1, 1], [3, 10, 10, 1, 1]]
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

WAYS = 6  # alternatives of one width that are tested one by one

Sets = tuple[frozenset[int], ...]  # one fixed width: the bytes allowed at each place
Ways = dict[int, set[Sets]]  # by width: the alternatives


@dataclass(frozen=True, slots=True)
class Shape:
    """Tables by width, the widths for which they are unions, and the expression itself."""

    tables: dict[int, tuple[NDArray[np.bool_], ...]]
    wide: frozenset[int]
    expression: re.Pattern[bytes]

    def match(self, rows: NDArray[np.uint8]) -> Bools:
        """(n, width) upper-case bytes → (n,): which rows the expression matches as a whole."""
        width = rows.shape[1]
        found = np.zeros(len(rows), np.bool_)
        for table in self.tables.get(width, ()):
            fits = np.ones(len(rows), np.bool_)
            for place in range(width):  # byte by byte: most kinds are told apart by the first
                if not fits.any():
                    break
                fits &= table[place].take(rows[:, place])
            found |= fits
        if width in self.wide:
            for row in np.flatnonzero(found):
                found[row] = self.expression.fullmatch(rows[row].tobytes()) is not None
        return found


@cache
def shape(expression: str) -> Shape:
    """Compile a token expression; raises ValueError with the place that the syntax does not know."""
    widths, rest = _alternatives(expression, 0)
    if rest != len(expression):
        raise ValueError(f"unbalanced ')' at character {rest} of {expression!r}")
    tables: dict[int, tuple[NDArray[np.bool_], ...]] = {}
    wide = frozenset(width for width, ways in widths.items() if len(ways) > WAYS)
    for width, ways in widths.items():
        if width in wide:
            ways = {tuple(frozenset().union(*column) for column in zip(*ways, strict=True))}
        tables[width] = tuple(_table(way) for way in ways)
    return Shape(tables, wide, re.compile(expression.encode(), re.A))


def _table(way: Sets) -> NDArray[np.bool_]:
    table = np.zeros((len(way), 256), np.bool_)
    for place, allowed in enumerate(way):
        table[place, list(allowed)] = True
    return table


def _then(first: Ways, second: Ways) -> Ways:
    both: Ways = {}
    for (width, ways), (more, others) in product(first.items(), second.items()):
        if width + more <= WIDEST:
            both.setdefault(width + more, set()).update(a + b for a, b in product(ways, others))
    return both


def _union(one: Ways, other: Ways) -> Ways:
    return {width: one.get(width, set()) | other.get(width, set()) for width in one.keys() | other.keys()}


def _alternatives(text: str, at: int) -> tuple[Ways, int]:
    result: Ways = {}
    branch: Ways = {0: {()}}
    while at < len(text) and text[at] != ")":
        if text[at] == "|":
            result, branch, at = _union(result, branch), {0: {()}}, at + 1
            continue
        item, at = _item(text, at)
        if times := _TIMES.match(text, at):
            at = times.end()
            low, high = (0, 1) if times[0] == "?" else (int(times[1]), int(times[2] or times[1]))
            item = _repeat(item, low, high)
        branch = _then(branch, item)
    return _union(result, branch), at


def _item(text: str, at: int) -> tuple[Ways, int]:
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
        return {1: {(frozenset(code for code in range(256) if every.fullmatch(bytes([code]))),)}}, at
    return {1: {(_DIGITS if part == "\\d" else frozenset(part[-1].encode()),)}}, at


def _repeat(item: Ways, low: int, high: int) -> Ways:
    result: Ways = {}
    run: Ways = {0: {()}}
    for times in range(high + 1):
        if times >= low:
            result = _union(result, run)
        run = _then(run, item)
    return result
