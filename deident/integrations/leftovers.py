"""Where removed values still stand in a table that nobody found there: in a remark, inside a longer number (law 3).

A number goes wherever it stands; a name only where no finding says whose it is, since two people may share one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from deident.engine.verify import SURE, Sought
from deident.integrations.cells import Texts
from deident.model import Ints

Spans = tuple[Ints, Ints]


def leftovers(
    before: Sequence[Texts], after: Sequence[Texts], bases: Ints, removed: Mapping[bytes, str], edits: Spans, findings: Spans
) -> list[tuple[int, int, str]]:
    """Further edits (start, end, new) of the columns `before`, whose data begin at `bases`; `after`: with the edits made; `removed`: values
    in normal form and what hides them."""
    if not removed:
        return []
    # "@" is no sign that the second reader leaves out between digits: cells stay apart
    still = Sought(list(removed)).standing(b"@".join(column.parted(b"@") for column in after), "utf-8")
    if not still:
        return []
    rows: list[tuple[int, int, str]] = []
    parted = [column.parted(b"\n") for column in before]
    by_edit, by_finding = _Cover(*edits), _Cover(*findings)
    for value in sorted(still, key=lambda v: (-len(v), v)):
        number = value.isascii()
        cover = by_edit if number else by_finding
        for base, column, data in zip(bases.tolist(), before, parted, strict=False):
            for low, high in _places(value, number, data):
                shift = base - int(np.searchsorted(column.offsets[1:] + np.arange(len(column)), low, "right"))
                if not cover.touches(shift + low, shift + high):
                    rows.append((shift + low, shift + high, removed[value]))
    return _apart(rows)


def _places(value: bytes, number: bool, data: bytes) -> Iterator[tuple[int, int]]:
    if not number:
        at = data.find(value)
        while at >= 0:
            yield at, at + len(value)
            at = data.find(value, at + len(value))
        return
    written = rb"[ .\-]?".join(re.escape(bytes([code])) for code in value) if value.isalnum() else re.escape(value)
    if len(value) < SURE:
        written = rb"(?<![0-9A-Za-z])" + written + rb"(?![0-9A-Za-z])"
    for found in re.finditer(written, data, re.IGNORECASE):
        yield found.span()


class _Cover:
    """Stretches, and whether one of them touches another one."""

    def __init__(self, start: Ints, end: Ints) -> None:
        order = np.argsort(start, kind="stable")
        self.start, self.last = start[order], np.maximum.accumulate(end[order]) if len(end) else end

    def touches(self, low: int, high: int) -> bool:
        before = int(np.searchsorted(self.start, high, "left")) - 1
        return before >= 0 and bool(self.last[before] > low)


def _apart(rows: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    out: list[tuple[int, int, str]] = []
    for low, high, new in sorted(rows, key=lambda row: (row[0], -row[1])):
        if not out or low >= out[-1][1]:
            out.append((low, high, new))
    return out
