"""Values that parts beside the sheets keep: those of charts, and of cells in other books and in revisions."""

from __future__ import annotations

import re
from bisect import bisect_left

from deident.formats.splice import Change, apart

_NUMBERS = re.compile(rb"<(?:[\w.-]+:)?(?:numCache|numLit)\b.*?</(?:[\w.-]+:)?(?:numCache|numLit)\s*>", re.DOTALL)
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v>([^<]*)</")
_CELL = re.compile(rb"<((?:[\w.-]+:)?(?:cell|nc|oc))((?:\s[^<>]*)?)>")


def numbers_stay(data: bytes, changes: list[Change]) -> list[Change]:
    """Caches of charts hold nothing but numbers: one that changes is 0.  A cached cell that changes is text."""
    starts = [start for start, _, _ in changes]
    more: list[Change] = []
    for cache in _NUMBERS.finditer(data):
        if bisect_left(starts, cache.start()) < bisect_left(starts, cache.end()):
            for value in _VALUE.finditer(data, *cache.span()):
                if bisect_left(starts, value.start(1)) < bisect_left(starts, value.end(1)):
                    more.append((*value.span(1), b"0"))
    for start in starts:
        tag = data.rfind(b"<", 0, start)
        cell = _CELL.match(data, data.rfind(b"<", 0, tag)) if _VALUE.match(data, tag) else None
        if cell and not re.search(rb"\st\s*=", cell[2]):
            more.append((cell.end(1), cell.end(1), b' t="str"'))
        elif cell and (typed := re.search(rb"""\st\s*=\s*["'](?:n|b|e|d)["']""", cell[2])):
            more.append((cell.start(2) + typed.start(), cell.start(2) + typed.end(), b' t="str"'))
    return apart([*more, *changes]) if more else changes
