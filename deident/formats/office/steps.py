"""Changes that follow from others: the value of a cell from its text, the initials from the author.  A step says where any change
makes further ones; a further change takes the place of those that lie within it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from deident.formats.splice import Change
from deident.model import Edit, SourceMap
from deident.text.charset import Decoded, encode

#: (low, high, [(start, end, new)]): any change within `low:high` makes these; None: what the first of those changes writes.
Step = tuple[int, int, list[tuple[int, int, bytes | None]]]


def in_step(changes: list[Change], steps: Sequence[Step]) -> list[Change]:
    """The changes (of one part, in order, apart) with those that follow from them, again in order and apart."""
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


def forward(map: SourceMap, edits: Sequence[Edit]) -> Sequence[Edit]:
    """The same edits, cut where the source goes backwards (what was deleted stands before the text, a value before what is shown);
    the first piece has the replacement."""
    real = np.flatnonzero(map.width > 0)
    source = map.source[real]
    breaks = map.view[real[1:][source[1:] < source[:-1]]]
    starts, ends = (np.array([edit[side] for edit in edits], np.int64) for side in (0, 1))
    first, last = np.searchsorted(breaks, starts, "right"), np.searchsorted(breaks, ends)
    cut = np.flatnonzero(first < last).tolist()
    out: list[Edit] = []
    done = 0
    for number in cut:
        out += edits[done:number]
        edit, cuts = edits[number], breaks[first[number] : last[number]].tolist()
        for place, (start, end) in enumerate(zip([edit.start, *cuts], [*cuts, edit.end], strict=True)):
            out.append(Edit(start, end, "" if place else edit.replacement))
        done = number + 1
    return [*out, *edits[done:]] if cut else edits
