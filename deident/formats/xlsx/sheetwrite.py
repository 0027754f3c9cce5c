"""What else changes in a sheet when cells do: the type of a number that becomes text, formulas (ECMA-376-1, 18.3.1.4 and 18.3.1.40)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter

import numpy as np

from deident.formats.splice import Change, apart
from deident.formats.xlsx.cells import TEXT
from deident.formats.xlsx.formula import gives, masked
from deident.formats.xlsx.sheet import Sheet
from deident.model import Ints

_TYPE = re.compile(rb"""\st\s*=\s*(?:"[^"]*"|'[^']*')""")
_SHARED = re.compile(rb"""\bsi\s*=\s*["']([0-9]{1,9})["']""")
_FORMULA = re.compile(rb"""<(?:[\w.-]+:)?f\s[^<>]*?\bsi\s*=\s*["']([0-9]{1,9})["'][^<>]*?(?:/>|>[^<]*</(?:[\w.-]+:)?f\s*>)""")


def in_sheet(sheet: Sheet, data: bytes, changes: list[Change]) -> tuple[list[Change], bool]:
    """The changes of a sheet's part with those that follow from them, in order and apart; did a formula go?"""
    starts = np.fromiter(map(itemgetter(0), changes), np.int64, len(changes))
    formulas = sheet.formulas
    more: list[Change] = []
    lost: list[tuple[int, int]] = []  # formulas that go
    rewritten: list[tuple[int, int]] = []
    texts: dict[int, bytes] = {}  # formula → as it is now
    for number, own in _held(starts, formulas).items():
        low, high = formulas[number][:2]
        new = masked(data[low:high], [(changes[n][0] - low, changes[n][1] - low, changes[n][2]) for n in own])
        if new is None:
            lost.append((low, high))
        else:
            texts[number] = new
            more.append((low, high, new))
            rewritten.append((low, high))
    by_tag = {one[2]: number for number, one in enumerate(formulas)}
    values, change = _within(starts, sheet.value, sheet.value_end)
    numbers = values[sheet.kind[values] != TEXT]
    numbers = numbers[np.diff(numbers, prepend=-1) > 0]
    bare = ~sheet.typed[numbers]
    more += [(tag, tag, b' t="str"') for tag in sheet.tag[numbers[bare]].tolist()]
    for value in numbers[~bare].tolist():
        tag = int(sheet.tag[value])
        found = _TYPE.search(data, tag, int(sheet.tag_end[value]))
        more.append((*(found.span() if found else (tag, tag)), b' t="str"'))
    for value, own in zip(values.tolist(), change.tolist(), strict=True) if by_tag else ():
        if (formula := by_tag.get(int(sheet.tag[value]), -1)) >= 0:
            low, high = formulas[formula][:2]
            if gives(texts.get(formula, data[low:high]), data[changes[own][0] : changes[own][1]]):
                lost.append((low, high))
    if not more and not lost:
        return changes, False
    gone = _elements(data, lost)
    kept = [*_without(changes, sorted(rewritten)), *more]
    return (apart([*kept, *((low, high, b"") for low, high in gone)]) if gone else sorted(kept)), bool(gone)


def _within(places: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Number of the stretch (in order, apart) and number of the place, for each place that lies within one."""
    if not len(low):
        return low, low
    number = np.searchsorted(low, places, "right") - 1
    chosen = np.flatnonzero((number >= 0) & (places < high[number]))
    return number[chosen], chosen


def _held(places: Ints, stretches: Sequence[tuple[int, ...]]) -> dict[int, list[int]]:
    """Number of a stretch → numbers of the places that lie within it."""
    found: dict[int, list[int]] = {}
    table = np.array([stretch[:2] for stretch in stretches], np.int64).reshape(-1, 2)
    for number, place in zip(*(column.tolist() for column in _within(places, table[:, 0], table[:, 1])), strict=True):
        found.setdefault(number, []).append(place)
    return found


def _elements(data: bytes, formulas: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the elements of these formulas stand; of a shared one all that share it."""
    found: list[tuple[int, int]] = []
    shared: set[bytes] = set()
    for low, high in formulas:
        start = data.rfind(b"<", 0, low)
        found.append((start, data.find(b">", high) + 1))
        shared.update(_SHARED.findall(data, start, low))
    if shared:
        found += [one.span() for one in _FORMULA.finditer(data) if one[1] in shared]
    return sorted(set(found))


def _without(changes: list[Change], stretches: list[tuple[int, int]]) -> list[Change]:
    """The changes outside of these stretches."""
    if not stretches:
        return changes
    held = _held(np.array([start for start, _, _ in changes], np.int64), stretches)
    inside = {number for own in held.values() for number in own}
    return [change for number, change in enumerate(changes) if number not in inside]
