"""Two texts line by line, the original and the masked one: what changed."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

LONG = 1500  # characters of a line that are compared one by one; longer ones by their ends alone
NEAR = 2  # lines around a change that are shown
Run = tuple[str, bool]


class Row(NamedTuple):
    """A line and what became of it; runs of text, and whether each changed."""

    left: list[Run]
    right: list[Run]
    changed: bool


class Block(NamedTuple):
    """Rows that are shown, or folded away because nothing in them changed."""

    rows: list[Row]
    folded: bool


def compared(before: str, after: str) -> list[Row]:
    """The rows of both texts.

    >>> compared("甲\\n手机13800", "甲\\n手机138**")[1]
    Row(left=[('手机138', False), ('00', True)], right=[('手机138', False), ('**', True)], changed=True)
    """
    left, right = before.split("\n"), after.split("\n")
    if len(left) == len(right):
        return [_row(*pair) for pair in zip(left, right, strict=True)]
    rows: list[Row] = []
    for _, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for number in range(max(b - a, d - c)):
            old = left[a + number] if a + number < b else None
            new = right[c + number] if c + number < d else None
            rows.append(_row(old, new))
    return rows


def blocks(rows: list[Row]) -> list[Block]:
    """The rows with long stretches in which nothing changed folded away."""
    near = [False] * len(rows)
    for number, row in enumerate(rows):
        if row.changed:
            for place in range(max(0, number - NEAR), min(len(rows), number + NEAR + 1)):
                near[place] = True
    out = []
    for shown, numbers in groupby(range(len(rows)), key=near.__getitem__):
        part = [rows[number] for number in numbers]
        out.append(Block(part, not shown and len(part) > 2 * NEAR))
    return out


def _row(old: str | None, new: str | None) -> Row:
    if old is None or new is None:
        return Row([(old, True)] if old else [], [(new, True)] if new else [], True)
    if old == new:
        return Row([(old, False)], [(new, False)], False)
    runs = list(_runs(old, new))
    return Row([(a, c) for a, _, c in runs if a], [(b, c) for _, b, c in runs if b], True)


def _runs(old: str, new: str) -> Iterator[tuple[str, str, bool]]:
    if max(len(old), len(new)) > LONG:
        start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        most = min(len(old), len(new)) - start
        end = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
        yield old[:start], new[:start], False
        yield old[start : len(old) - end], new[start : len(new) - end], True
        yield old[len(old) - end :], new[len(new) - end :], False
        return
    for sign, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield old[a:b], new[c:d], sign != "equal"
