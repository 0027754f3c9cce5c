"""Write edits back: the source bytes behind each edit change, every other byte stays as it is.

An edit lies behind one or more source ranges (a number that runs over three tags has three).  The first takes the
replacement, the others become empty.  Where two edits meet in the source (the same atomic piece, the same text seen in two
views) the first one is written and of the second only what sticks out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from deident.errors import InputError
from deident.model import Bools, Edit, Ints, SourceMap

#: Replacement text and the source offset it goes to → bytes in the document's encoding, escaped for that place.
Encode = Callable[[str, int], bytes]
Change = tuple[int, int, bytes]  # source start, source end, what stands there afterwards


class Columns(NamedTuple):
    """Edits by column, (n,) each."""

    start: Ints
    end: Ints
    new: Sequence[str]


class Spans(NamedTuple):
    """Changes by column, (n,) each, in order and apart: `start:end` of the source, the number of the edit, whether its replacement
    goes there (else nothing), and the source offset that it is encoded for."""

    start: Ints
    end: Ints
    edit: Ints
    lead: Bools
    place: Ints


def columns(edits: Sequence[Edit]) -> Columns:
    """The same edits."""
    starts, ends = (np.fromiter(map(itemgetter(side), edits), np.int64, len(edits)) for side in (0, 1))
    return Columns(starts, ends, list(map(itemgetter(2), edits)))


def changes(map: SourceMap, edits: Sequence[Edit], encode: Encode) -> list[Change]:
    """The changes of the source that `edits` mean, in order, none touching another's bytes.

    Raises InputError for an edit outside the view: it was made for another batch.
    """
    return changed(map, columns(edits), encode) if edits else []


def changed(map: SourceMap, edits: Columns, encode: Encode) -> list[Change]:
    """See changes."""
    found = spans(map, edits)
    rows = zip(*(column.tolist() for column in found), strict=True)
    return [(start, end, encode(edits.new[edit], place) if lead else b"") for start, end, edit, lead, place in rows]


def spans(map: SourceMap, edits: Columns) -> Spans:
    """Where `edits` change the source.  Raises InputError, see changes."""
    starts, ends = edits.start, edits.end
    for number in np.flatnonzero((starts < 0) | (starts > ends) | (ends > map.size))[:1].tolist():
        raise InputError(
            f"edit {number} covers {starts[number]}:{ends[number]}, but the view has {map.size} bytes: is it another document's?"
        )
    number, first, last, leads = _ranges(map, starts, ends)
    order = np.lexsort((number, -last, first))
    first, last = first[order], last[order]
    taken = np.maximum.accumulate(np.concatenate((np.zeros(1, np.int64), last)))[:-1]  # where the source is written up to
    keep = last > taken
    order = order[keep]
    return Spans(np.maximum(first, taken)[keep], last[keep], number[order], leads[order] > 0, first[keep])


def _ranges(map: SourceMap, starts: Ints, ends: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """What SourceMap.ranges gives for each `view[start:end]`, one row a range, in order: number of the edit, source start,
    source end, and whether it is the first one of its edit."""
    view, length = map.view, map.lengths()
    low = np.searchsorted(view, starts, "right") - 1
    count = np.where(starts < ends, np.maximum(np.searchsorted(view, ends, "left") - low, 0), 0)
    number = np.repeat(np.arange(len(starts)), count)
    piece = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(len(number))
    reached = (map.width[piece] > 0) & (length[piece] > 0)
    number, piece = number[reached], piece[reached]
    exact = length[piece] == map.width[piece]
    at, begin = map.source[piece], view[piece]
    first = at + np.where(exact, np.maximum(starts[number], begin) - begin, 0)
    last = at + np.where(exact, np.minimum(ends[number], begin + length[piece]) - begin, map.width[piece])
    same = number[1:] == number[:-1]
    odd = np.unique(number[1:][same & (last[1:] <= last[:-1])])  # halves of an atomic piece, or a source that goes backwards
    plain = _one_by_one(map, odd.tolist(), starts, ends)
    if len(odd):
        keep = ~np.isin(number, odd)
        number, first, last = number[keep], first[keep], last[keep]
    fresh = np.ones(len(number), np.bool_)  # what begins where the one before ends goes on with it
    fresh[1:] = (number[1:] != number[:-1]) | (first[1:] != last[:-1])
    heads = np.flatnonzero(fresh)
    tails = np.append(heads, len(number))[1:] - 1
    number, first, last = number[heads], first[heads], last[tails]
    leads = np.ones(len(number), np.int64)
    leads[1:] = number[1:] != number[:-1]
    rows = np.concatenate((np.stack((number, first, last, leads)), plain), axis=1)
    return rows[0], rows[1], rows[2], rows[3]


def _one_by_one(map: SourceMap, numbers: Sequence[int], starts: Ints, ends: Ints) -> Ints:
    """The same of some edits by SourceMap.ranges itself, as columns, (4, n)."""
    rows = [
        (number, first, last, int(not place))
        for number in numbers
        for place, (first, last) in enumerate(map.ranges(int(starts[number]), int(ends[number])))
    ]
    return np.array(rows, np.int64).reshape(-1, 4).T


def apart(changes: Sequence[Change]) -> list[Change]:
    """The changes in order; one that begins within another (of two that begin together: the shorter one, else the later) is left out."""
    result: list[Change] = []
    last = 0
    for start, end, new in sorted(changes, key=lambda change: (change[0], -change[1])):
        if start >= last and not (result and result[-1][:2] == (start, end)):
            result.append((start, end, new))
            last = end
    return result


def apply(data: bytes, changes: Sequence[Change]) -> bytes:
    """`data` with the changes (in order, apart) made."""
    if not changes:
        return data
    out, last = BytesIO(), 0  # (half the time of a list of pieces that are joined)
    for start, end, new in changes:
        out.write(data[last:start])
        out.write(new)
        last = end
    out.write(data[last:])
    return out.getvalue()


def splice(data: bytes, map: SourceMap, edits: Sequence[Edit], encode: Encode) -> bytes:
    """`data` with `edits` (of the view that `map` belongs to) written into it."""
    return apply(data, changes(map, edits, encode))
