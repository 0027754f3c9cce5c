"""A batch of text that stands inside a part: its segments put into the batch of the document around it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from deident.formats.document import Assembly
from deident.model import ROLES, Batch, SourceMap


def put(batch: Batch, way: SourceMap, out: Assembly, where: str = "") -> None:
    """Every segment of `batch`, whose map was led on to the source of `out` (`way`), as a segment of its own."""
    for number, (start, end) in enumerate(_spans(batch)):
        out.extend(batch.view[start:end], cut(way, start, end))
        out.end(ROLES[batch.role[number]], " ".join(part for part in (where, batch.where.get(number, "")) if part))


def _spans(batch: Batch) -> Iterator[tuple[int, int]]:
    return ((start, end - 1) for start, end in pairwise(batch.segments.tolist()))


def cut(map: SourceMap, start: int, end: int) -> SourceMap:
    """The map of `view[start:end]` as `maps.cut` has it, in the time that its own pieces take."""
    low = int(np.searchsorted(map.view, start, "right")) - 1
    high = max(int(np.searchsorted(map.view, end, "left")), low + 1)
    view, source, width = (column[low:high].copy() for column in (map.view, map.source, map.width))
    stop = int(map.view[high]) if high < len(map.view) else map.size
    if int(width[-1]) == stop - int(view[-1]) and stop > end:
        width[-1] -= stop - end
    after = int(view[1]) if len(view) > 1 else min(stop, end)
    if start > view[0]:
        if int(width[0]) == after - int(view[0]):
            source[0] += start - view[0]
            width[0] -= start - view[0]
        view[0] = start
    return SourceMap(view - start, source, width, end - start)
