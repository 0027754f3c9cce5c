"""Maps put together: compose two, join several, or build one piece by piece.

`model.SourceMap` says what a map is.  Here is what every maker of maps may rely on:

- An empty view has one piece of length 0 and width 0 at 0.
- Pieces of length 0 (in a view that is not empty) mean nothing and may be left out.
- Equal view length and source width mean *exact*.  An atomic piece that happens to have equal widths above one byte is
  therefore written as two pieces that share the whole source range: neither half can be mistaken for exact.
- Inserted pieces have width 0; their source is the place they stand at, as well as it is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deident.model import Bools, Ints, SourceMap


def empty() -> SourceMap:
    """The map of an empty view."""
    return SourceMap(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), 0)


def shift(map: SourceMap, by: int) -> SourceMap:
    """The same map for a source that begins `by` bytes later."""
    return SourceMap(map.view, map.source + by, map.width, map.size)


def concat(parts: Sequence[tuple[bytes, SourceMap]]) -> tuple[bytes, SourceMap]:
    """Views one after the other, all of the same source."""
    if not parts:
        return b"", empty()
    sizes = np.array([map.size for _, map in parts], np.int64)
    firsts = np.cumsum(sizes) - sizes
    joined = SourceMap(
        np.concatenate([map.view + first for (_, map), first in zip(parts, firsts.tolist(), strict=True)]),
        np.concatenate([map.source for _, map in parts]),
        np.concatenate([map.width for _, map in parts]),
        int(sizes.sum()),
    )
    return b"".join(view for view, _ in parts), joined


def cut(map: SourceMap, start: int, end: int) -> SourceMap:
    """The map of `view[start:end]`; an atomic piece that is cut keeps its whole source range."""
    if start >= end:
        return empty()
    one = SourceMap(np.zeros(1, np.int64), np.array([start], np.int64), np.array([end - start], np.int64), end - start)
    return compose(one, map)


def compose(outer: SourceMap, inner: SourceMap) -> SourceMap:
    """view → middle (`outer`) and middle → source (`inner`) as view → source.

    An atomic outer piece covers the hull of what lies behind it.  Offsets of `outer` must lie within `inner.size`.
    """
    if len(inner.view) == 1 and inner.width[0] == inner.size:
        return outer if inner.source[0] == 0 else shift(outer, int(inner.source[0]))
    if len(outer.view) == 1 and outer.width[0] == outer.size == inner.size and outer.source[0] == 0:
        return inner
    length, inner_length = outer.lengths(), inner.lengths()
    # every outer piece with every inner piece it reaches: `piece` and `behind` are indices, one row a pair
    low, high = outer.source, outer.source + outer.width
    first = np.maximum(np.searchsorted(inner.view, low, "right") - 1, 0)
    count = np.maximum(np.searchsorted(inner.view, high, "left") - first, 1)
    begins = np.cumsum(count) - count
    piece = np.repeat(np.arange(len(count)), count)
    behind = first[piece] + np.arange(len(piece)) - begins[piece]
    into = np.maximum(low[piece], inner.view[behind])
    until = np.minimum(high[piece], inner.view[behind] + inner_length[behind])
    part = np.maximum(until - into, 0)
    exact_inner = inner_length[behind] == inner.width[behind]
    source = inner.source[behind] + np.where(exact_inner, into - inner.view[behind], 0)
    width = np.where(exact_inner, part, inner.width[behind])
    # atomic and inserted outer pieces become one piece again
    exact = (length == outer.width)[piece]
    hull_low = np.minimum.reduceat(np.where((width > 0) & (part > 0), source, np.iinfo(np.int64).max), begins)
    hull_high = np.maximum.reduceat(np.where((width > 0) & (part > 0), source + width, -1), begins)
    known = hull_high >= 0
    hull_low = np.where(known, hull_low, source[begins])
    hull_width = np.where(known & (outer.width > 0), hull_high - hull_low, 0)
    head = np.zeros(len(piece), np.bool_)
    head[begins] = True
    view = outer.view[piece] + np.where(exact, into - low[piece], 0)
    size = np.where(exact, part, length[piece])
    source = np.where(exact, source, hull_low[piece])
    width = np.where(exact, width, hull_width[piece])
    keep = (exact | head) & (size > 0)
    if not keep.any():
        return empty()
    atomic = np.where(exact, ~exact_inner, True)[keep]
    return _separate(view[keep], source[keep], width[keep], size[keep], atomic, outer.size)


def _separate(view: Ints, source: Ints, width: Ints, length: Ints, atomic: Bools, size: int) -> SourceMap:
    """A map in which atomic pieces of equal widths are told apart from exact ones (two pieces each)."""
    twice = atomic & (width == length) & (width > 1)
    if not twice.any():
        return SourceMap(view, source, width, size)
    times = twice.astype(np.int64) + 1
    second = np.cumsum(times)[twice] - 1
    view, source, width = np.repeat(view, times), np.repeat(source, times), np.repeat(width, times)
    view[second] += 1
    return SourceMap(view, source, width, size)


class MapBuilder:
    """Builds a view and its map from left to right."""

    __slots__ = ("_data", "_last", "_source", "_view", "_width", "size")

    def __init__(self) -> None:
        self._data: list[bytes] = []
        self._view: list[int] = []
        self._source: list[int] = []
        self._width: list[int] = []
        self._last = -1  # where the source of an exact last piece ends, else -1
        self.size = 0

    def copy(self, source_start: int, data: bytes) -> None:
        """`data` as it stands in the source at `source_start`."""
        length = len(data)
        if not length:
            return
        if self._last == source_start:
            self._width[-1] += length
        else:
            self._view.append(self.size)
            self._source.append(source_start)
            self._width.append(length)
        self._data.append(data)
        self.size += length
        self._last = source_start + length

    def atomic(self, source_start: int, source_width: int, data: bytes) -> None:
        """`data` stands for the whole of `source_width` bytes (above 0): an entity, an escape."""
        length = len(data)
        if not length:
            return
        self._view.append(self.size)
        self._source.append(source_start)
        self._width.append(source_width)
        if length == source_width > 1:
            self._view.append(self.size + 1)
            self._source.append(source_start)
            self._width.append(source_width)
        self._data.append(data)
        self.size += length
        self._last = source_start + 1 if length == source_width == 1 else -1

    def insert(self, data: bytes) -> None:
        """`data` without a source: a TAB between two cells."""
        if not data:
            return
        if not self._width or self._width[-1]:  # else the piece before it is inserted, too, and goes on
            self._view.append(self.size)
            self._source.append(self._source[-1] + self._width[-1] if self._source else 0)
            self._width.append(0)
        self._data.append(data)
        self.size += len(data)
        self._last = -1

    def extend(self, data: bytes, map: SourceMap) -> None:
        """A view that has a map already (to the same source)."""
        if not data:
            return
        self._view.extend((map.view + self.size).tolist())
        self._source.extend(map.source.tolist())
        self._width.extend(map.width.tolist())
        self._data.append(data)
        self.size += len(data)
        self._last = -1

    def finish(self) -> tuple[bytes, SourceMap]:
        """The view and its map.  The builder may be used on; the arrays are copies."""
        if not self.size:
            return b"", empty()
        view, source, width = (np.array(part, np.int64) for part in (self._view, self._source, self._width))
        return b"".join(self._data), SourceMap(view, source, width, self.size)
