"""Edits of shown text → glyphs that go, stream by stream.

A replacement that hides a part of a value ("138****0000") leaves the glyphs of the rest where they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from deident.formats.parts import Part
from deident.model import Batch, Edit, Ints

#: Signs that hide a character; a replacement made of them and of what stood there keeps the rest of the value.
MASKS = frozenset("*＊某×xX●■█▇□○…")


class Cut(NamedTuple):
    """Glyphs of one stream that go, as one value or part of it, and what is said in their place (once)."""

    rows: Ints
    text: str


def hidden(old: str, new: str) -> list[tuple[int, int, str]]:
    """What of `old` must go so that `new` remains: (start, end, text in its place).

    >>> hidden("13800001234", "138****1234"), hidden("1990年5月", "1990年"), hidden("鲁定国", "李国强")
    ([(3, 7, '****')], [(5, 7, '')], [(0, 3, '李国强')])
    """
    if len(old) == len(new) and all(b == a or b in MASKS for a, b in zip(old, new, strict=True)):
        edges = np.flatnonzero(np.diff([False, *(a != b for a, b in zip(old, new, strict=True)), False])).tolist()
        return [(start, end, new[start:end]) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    tail = next((n for n in range(most - head) if old[-1 - n] != new[-1 - n]), most - head)
    middle = new[head : len(new) - tail]
    if set(middle) <= MASKS:
        return [(head, len(old) - tail, middle)]
    return [(0, len(old), new)]


def holder(parts: Sequence[Part], source: int) -> int:
    """Number of the part that holds a source offset."""
    return bisect_right(parts, source, key=lambda part: part.start) - 1


def cut(batch: Batch, parts: Sequence[Part], edits: Sequence[Edit]) -> dict[int, list[Cut]]:
    """What goes of each stream, by number of its part: one cut for each value, in reading order."""
    cuts: dict[int, list[Cut]] = {}
    for edit in edits:
        old = batch.view[edit.start : edit.end].decode("utf-8", "replace")
        for first, last, text in hidden(old, edit.replacement):
            start = edit.start + len(old[:first].encode())
            rows: dict[int, list[int]] = {}
            for low, high in batch.map.ranges(start, start + len(old[first:last].encode())):
                while low < high:  # sources that meet may be of two streams
                    part = parts[number := holder(parts, low)]
                    rows.setdefault(number, []).extend(range(low - part.start, min(high, part.end) - part.start))
                    low = part.end
            for place, (number, own) in enumerate(rows.items()):
                cuts.setdefault(number, []).append(Cut(np.array(own, np.int64), "" if place else text))
    return cuts
