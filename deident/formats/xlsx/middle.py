"""Between a workbook's parts and its text: the decoded text of all parts, one after the other, each with its way back.

Cells refer to stretches of it (the same shared string many times over), so that the text of all sheets is one map over this one.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from deident.formats.escapes import ENTITY, Pieces, entity, replaced
from deident.model import Ints, SourceMap
from deident.text.maps import compose, concat, empty

_CODE = re.compile(rb"_x([0-9a-fA-F]{4})_|" + ENTITY.pattern)
_MANY = 1 << 15  # pieces at a time, which the processor keeps at hand
_FLAT = (b"\t", b"\r", b"\n", b"\0")


def decoded(data: bytes) -> tuple[bytes, SourceMap]:
    """XML with its entities and the escapes of cells, `_x000D_` (ECMA-376-1, 22.9.2.19), decoded, line breaks as spaces."""
    pieces: Pieces = []
    for found in _CODE.finditer(data) if b"&" in data or b"_x" in data else ():
        start, end = found.span()
        if found[1]:
            code = int(found[1], 16)
            if 0xD800 <= code < 0xE000:
                continue
            pieces.append((start, end, chr(code).encode() if code >= 32 else b" "))
        else:
            text, used = entity(found[0])
            if used:
                pieces.append((start, start + used, text))
    view, map = replaced(data, pieces)
    for blank in _FLAT:
        view = view.replace(blank, b" ")  # of the few that there are; faster than to translate all
    return view, map


def places(map: SourceMap, source: Ints) -> Ints:
    """Where offsets of the source (none inside of an escape) are in the decoded view."""
    if len(map.view) == 1:
        return source
    piece = np.maximum(np.searchsorted(map.source, source, "right") - 1, 0)
    length, into = map.lengths()[piece], source - map.source[piece]
    exact = length == map.width[piece]
    found: Ints = map.view[piece] + np.where(exact, np.clip(into, 0, length), np.where(into >= map.width[piece], length, 0))
    return found


class Middle:
    """Views of one source, added one by one; `bytes` and `map` are there when all are."""

    def __init__(self) -> None:
        self._parts: list[tuple[bytes, SourceMap]] = []
        self.size = 0

    def add(self, view: bytes, map: SourceMap) -> int:
        """A further view; where it begins."""
        self._parts.append((view, map))
        self.size += len(view)
        return self.size - len(view)

    def atoms(self, start: Ints, end: Ints, texts: list[bytes]) -> Ints:
        """Texts that stand for all of `start:end` in the source each; where they begin, (n,)."""
        length, width = np.array([len(text) for text in texts], np.int64), end - start
        begins = np.cumsum(length) - length
        twice = (length == width) & (length > 1)  # (see text.maps: such a piece would look exact)
        times = np.where(length > 0, twice.astype(np.int64) + 1, 0)
        view = np.repeat(begins, times)
        view[(np.cumsum(times) - 1)[twice]] += 1
        map = SourceMap(view, np.repeat(start, times), np.repeat(width, times), int(length.sum()))
        return begins + self.add(b"".join(texts), map if map.size else empty())

    def finish(self) -> tuple[bytes, SourceMap]:
        """All of it."""
        return concat([part for part in self._parts if part[0]])


def stretches(view: bytes, map: SourceMap, start: Ints, length: Ints) -> tuple[bytes, SourceMap]:
    """What stands at these stretches of a view, one behind the other, with its map."""
    filled = length > 0
    start, length = start[filled], length[filled]
    ends = np.cumsum(length)
    size = int(ends[-1]) if len(ends) else 0
    if not size:
        return concat([])
    out = gathered(np.frombuffer(view, np.uint8), start, length)
    return out.tobytes(), compose(SourceMap(ends - length, start, length, size), map)


def through(outer: SourceMap, inner: SourceMap) -> SourceMap:
    """What `compose` gives, faster where every piece of `outer` lies within one of `inner`: strings of one run, and no escapes."""
    if not outer.size:
        return compose(outer, inner)
    length, inner_length = outer.lengths(), inner.lengths()
    source, width = np.empty_like(outer.source), np.empty_like(outer.width)
    for low in range(0, len(length), _MANY):
        rows = slice(low, low + _MANY)
        at, wide = outer.source[rows], outer.width[rows]
        first = np.searchsorted(inner.view, at, "right") - 1
        begin, own, inner_width = inner.view[first], inner_length[first], inner.width[first]
        put, exact = wide > 0, inner_width == own
        alone = (at + wide <= begin + own) & (length[rows] == wide)
        whole = exact | (length[rows] == own) & (inner_width > 0)
        if not np.all(~put | alone & whole):
            return compose(outer, inner)
        source[rows] = inner.source[first] + np.where(exact, at - begin, 0)
        width[rows] = np.where(put, np.where(exact, wide, inner_width), 0)
    return SourceMap(outer.view, source, width, outer.size)


def gathered(source: NDArray[np.uint8], start: Ints, length: Ints) -> NDArray[np.uint8]:
    """`source[start:start + length]` of each row, one behind the other."""
    ends = np.cumsum(length)
    out = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    copy(source, start, length, out, ends - length)
    return out


def copy(source: NDArray[np.uint8], start: Ints, length: Ints, target: NDArray[np.uint8], to: Ints) -> None:
    """`source[start:start + length]` to `target[to:]`, for each row; as many bytes at a time as the processor keeps at hand."""
    ends = np.cumsum(length)
    low = 0
    while low < len(length):
        done = int(ends[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(ends, done + (1 << 17), "right")))
        rows = slice(low, high)
        before, within = ends[rows] - length[rows], np.arange(done, int(ends[high - 1]))
        own = source[np.repeat(start[rows] - before, length[rows]) + within]
        target[np.repeat(to[rows] - before, length[rows]) + within] = own
        low = high
