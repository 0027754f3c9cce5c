"""What in a profile cannot mean anything: conditions that exclude each other, words that speak for both sides, cells nobody asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deident.policy.cells import Cell
from deident.policy.rules import Rule


def never(when: Mapping[str, Any], unless: Mapping[str, Any]) -> str:
    """The condition that is asked for and excluded at once, "" when there is none.

    >>> never({"near": ("public",), "title": ("court",)}, {"near": ("public", "kin")}), never({"near": ("public",)}, {"head": ("public",)})
    ('near', '')
    """
    for name in when.keys() & unless.keys():
        wanted, excluded = when[name], unless[name]
        if wanted == excluded or (isinstance(wanted, tuple) and set(wanted) <= set(excluded)):
            return name
    return ""


def torn(when: Mapping[str, Any], unless: Mapping[str, Any], classes: Mapping[str, Iterable[str]]) -> tuple[str, str, str] | None:
    """A word in two classes that the nearest word is to tell apart, and the two: it speaks for the rule and against it.

    >>> torn({"nearest": ("public",)}, {"nearest": ("kin",)}, {"public": ["热线", "代表"], "kin": ["代表"]})
    ('代表', 'public', 'kin')
    """
    for one in when.get("nearest", ()):
        for other in unless.get("nearest", ()):
            if one != other and (both := sorted(set(classes[one]) & set(classes[other]))):
                return both[0], one, other
    return None


def decided_before(rules: Sequence[Rule], kind: int) -> str:
    """Id of the rule that decides every value of a kind before the matrix is asked; "" when the matrix may be asked."""
    for rule in rules:
        if kind in rule.kinds:
            if rule.action < 0:
                return ""
            if not rule.when and not rule.unless:
                return rule.id
    return ""


def unasked(
    rules: Sequence[Rule], cells: Mapping[str, Mapping[str, Cell]], kinds: Mapping[str, Sequence[int]]
) -> tuple[str, str, str] | None:
    """A cell (type and key) that no value ever comes to, and the rule before it; `kinds`: category or kind → its kinds."""
    for type, row in cells.items():
        for key in row:
            before = [decided_before(rules, kind) for kind in kinds[key]]
            if before and all(before):
                return type, key, before[0]
    return None
