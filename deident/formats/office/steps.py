"""Changes that follow from others: the value of a cell from its text, the initials from the author.  A step says where any change
makes further ones; a further change takes the place of those that lie within it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from deident.formats.splice import Change, Columns
from deident.model import SourceMap
from deident.text.charset import Decoded, encode

#: (low, high, [(start, end, new)]): any change within `low:high` makes these; None: what the first of those changes writes.
Step = tuple[int, int, list[tuple[int, int, bytes | None]]]


def in_step(changes: list[Change], steps: Sequence[Step]) -> list[Change]:
    """The changes (of one part, in order, apart) with those that follow from them, again in order and apart."""
    if not steps:
        return changes
    ends = [end for _, end, _ in changes]
    more: list[Change] = []
    for low, high, further in steps:
        first = bisect_left(ends, low + 1)
        if first < len(changes) and changes[first][0] < high:
            wrote = b""
            while not wrote and first < len(changes) and changes[first][0] < high:
                wrote, first = changes[first][2], first + 1
            more += [(start, end, wrote if new is None else new) for start, end, new in further if new is not None or wrote]
    if not more:
        return changes
    result: list[Change] = []
    last = 0
    for start, end, new in sorted([*changes, *more], key=lambda change: (change[0], -change[1])):
        if start >= last:
            result.append((start, end, new))
            last = max(last, end)
    return result


def led(step: Step, text: Decoded) -> Step:
    """A step whose places are of a part's decoded text, in those of its bytes."""

    def span(start: int, end: int) -> tuple[int, int]:
        ranges = text.map.ranges(start, end)
        return (ranges[0][0], ranges[-1][1]) if ranges else (0, 0)

    low, high, further = step
    return *span(low, high), [
        (*span(start, end), None if new is None else encode(new.decode(), text.encoding))
        for start, end, new in further
        if start < end
    ]


def forward(map: SourceMap, edits: Columns) -> Columns:
    """The same edits, cut where the source goes backwards (what was deleted stands before the text, a value before what is shown);
    the first piece has the replacement."""
    real = np.flatnonzero(map.width > 0)
    source = map.source[real]
    breaks = map.view[real[1:][source[1:] < source[:-1]]]
    first, last = np.searchsorted(breaks, edits.start, "right"), np.searchsorted(breaks, edits.end)
    cuts = np.maximum(last - first, 0)
    if not cuts.any():
        return edits
    number = np.repeat(np.arange(len(cuts)), cuts + 1)  # of each piece's edit
    place = np.arange(len(number)) - np.repeat(np.cumsum(cuts + 1) - cuts - 1, cuts + 1)
    at = np.append(breaks, 0)[np.minimum(first[number] + place, len(breaks))]  # the break behind the piece
    start, end = edits.start[number], edits.end[number]
    inner = place < cuts[number]
    end[inner] = at[inner]
    start[1:][place[1:] > 0] = end[:-1][inner[:-1]]
    new = ["" if more else edits.new[edit] for edit, more in zip(number.tolist(), place.tolist(), strict=True)]
    return Columns(start, end, new)
