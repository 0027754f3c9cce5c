"""HTML, third step: the canonical text of many pages at once, with its exact map.

Between two stretches of text lies a *gap*: tags and blanks.  Inline tags and comments vanish.  A gap in which a tag stands
for something (`html_tables`) loses its blanks, and writes its TABs, and a line break once; if all it has are block boundaries
inside a row, one space.  So `<tr>⏎<td><p align=center>张三</p></td>⏎<td>…` is `张三`, TAB, ….

A source TAB is a space unless it stands in `<pre>`; inside a row a source line break is a space too.  Entities are atomic.

What is inserted is written over bytes of its own tag, so the text is one selection from a copy of the source; only TABs that
do not fit (a wide `colspan`) are put in afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from deident.formats.escapes import ENTITY, entity
from deident.formats.html_marks import PAGE, PRE, Bytes, Marks, at_least, before, equals, find_marks
from deident.formats.html_tables import Breaks, find_breaks
from deident.model import Bools, Ints, SourceMap

_FIRST_INK = re.compile(rb"[^\x01-\x20]")
_BLANKS = bytes(range(1, 33))
_ENTITIES_BY_WORD = 64  # fewer are not worth the columns


def text_map(pages: bytes) -> tuple[bytes, SourceMap]:
    """Canonical text of the UTF-8 `pages` (NUL between or after them, kept in the text) and its map."""
    view, way, _ = read_text(find_marks(pages))
    return view, way


@dataclass(frozen=True, slots=True)
class _Pieces:
    start: Ints  # in the source
    length: Ints  # in the text
    width: Ints  # in the source; 0: inserted


def read_text(marks: Marks) -> tuple[bytes, SourceMap, Bools]:
    """Text, map, and for every byte of the source whether it is part of the text."""
    size = len(marks.pages)
    out = marks.buffer[8 : size + 8].copy()
    breaks = find_breaks(marks)
    tabs, line, space, start, end = _gaps(marks, breaks)
    tabs, wide = _room(marks, tabs)
    written = tabs + line + space
    first = np.flatnonzero(written > 0)
    count = len(marks.first)
    begin = np.empty(2 * count + 1, np.int64)
    length = np.empty(2 * count + 1, np.int64)
    begin[0::2], begin[1::2] = start, marks.first
    length[0::2], length[1::2] = end - start, written
    width = length.copy()
    inserted = first[marks.kind[first] != PAGE]
    width[2 * inserted + 1] = 0
    used = np.flatnonzero(length > 0)
    pieces = _Pieces(begin[used], length[used], width[used])
    pieces = _decode(out, marks, pieces)
    kept = _selection(pieces.start, pieces.length, size)
    _blanks(out, kept, marks, breaks)
    _write(out, marks, tabs, line, space)
    view = out[kept]
    if wide:
        view, pieces = _widen(view, pieces, marks.first, wide)
    at = np.cumsum(pieces.length)
    total = int(at[-1]) if len(at) else 0
    if not total:
        return b"", SourceMap(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), 0), kept
    return view.tobytes(), SourceMap(at - pieces.length, pieces.start, pieces.width, total), kept


def _gaps(marks: Marks, breaks: Breaks) -> tuple[Ints, Bools, Bools, Ints, Ints]:
    """What is left of the breaks when gaps are put together, and of the text between the tags (start and end)."""
    start = np.concatenate(([0], marks.last + 1))
    end = np.append(marks.first, len(marks.pages))
    inner_start, inner_end = _trim(marks, start, end)
    blank = inner_start >= inner_end
    after = np.cumsum(~blank)  # number of the gap after each run of text; a blank run lies in that gap
    gap = after[:-1]
    line, space = breaks.line.copy(), breaks.space.copy()
    hard = np.flatnonzero(line | (breaks.tabs > 0))
    owner = gap[hard]
    broken = np.zeros(int(after[-1]) + 1, np.bool_)
    broken[owner] = True
    repeated = np.zeros(len(hard), np.bool_)  # a second line break with nothing between
    repeated[1:] = (owner[1:] == owner[:-1]) & line[hard[:-1]] & (breaks.tabs[hard[1:]] == 0)
    repeated[:1] = (owner[:1] == 0) & (breaks.tabs[hard[:1]] == 0)  # nor one before all text
    repeated &= marks.kind[hard] != PAGE
    line[hard[repeated]] = False
    soft = np.flatnonzero(space)
    idle = broken[gap[soft]]
    idle[1:] |= gap[soft[1:]] == gap[soft[:-1]]
    space[soft[idle]] = False
    broken[gap[soft[~idle]]] = True
    tight = broken[after]
    start = np.where(broken[after - ~blank], inner_start, start)
    end = np.where(tight, np.where(blank, start, inner_end), end)
    return breaks.tabs, line, space, start, end


def _trim(marks: Marks, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """start and end of the runs without the blanks (bytes 1 … 32) at both sides, eight bytes at a time."""
    ahead, back = marks.words(), marks.words(reverse=True)
    left, right = start.copy(), end.copy()
    active = np.flatnonzero(left < right)
    for _ in range(16):
        if not len(active):
            break
        blanks = np.bitwise_count(before(at_least(ahead[left[active] + 8], 0x21))) >> 3
        left[active] += blanks
        active = active[(blanks == 8) & (left[active] < right[active])]
    for number in active.tolist():  # very long blanks
        ink = _FIRST_INK.search(marks.pages, int(left[number]), int(right[number]))
        left[number] = ink.start() if ink else right[number]
    active = np.flatnonzero(left < right)
    for _ in range(16):
        blanks = np.bitwise_count(before(at_least(back[right[active]].astype(np.uint64), 0x21))) >> 3
        right[active] -= blanks
        active = active[blanks == 8]
        if not len(active):
            break
    for number in active.tolist():
        first, last = int(left[number]), int(right[number])
        right[number] = first + len(marks.pages[first:last].rstrip(_BLANKS))
    return left, right


def _room(marks: Marks, tabs: Ints) -> tuple[Ints, list[tuple[int, int]]]:
    """How many of its TABs each tag has room for, and (tag, number) of the others."""
    some = np.flatnonzero(tabs)
    # never over attributes, and one byte is left for the line break
    room, most = np.minimum(marks.last - marks.first, 3)[some], tabs[some]
    if not (most > room).any():
        return tabs, []
    tabs = tabs.copy()
    tabs[some] = np.minimum(most, room)
    return tabs, [(tag, left) for tag, left in zip(some.tolist(), (most - room).tolist(), strict=True) if left > 0]


def _write(out: Bytes, marks: Marks, tabs: Ints, line: Bools, space: Bools) -> None:
    """Write the breaks over their tags."""
    some = np.flatnonzero(tabs)
    for column in range(int(tabs.max(initial=0))):
        out[marks.first[some[tabs[some] > column]] + column] = 9
    out[marks.first[space]] = 32
    ends = np.flatnonzero(line & (marks.kind != PAGE))
    out[marks.first[ends] + tabs[ends]] = 10


def _decode(out: Bytes, marks: Marks, pieces: _Pieces) -> _Pieces:
    """Write the entities of the text over themselves, and cut the pieces there."""
    places = np.flatnonzero(np.equal(out, 38, out=marks.spare[0].view(np.bool_)))
    if not len(places) or not len(pieces.start):
        return pieces
    owner = np.searchsorted(pieces.start, places, "right") - 1
    limit = pieces.start[owner] + pieces.length[owner]
    inside = (owner >= 0) & (places < limit) & (pieces.width[owner] > 0)  # not under what a tag writes
    places, owner, limit = places[inside], owner[inside], limit[inside]
    used, length = _entities(out, marks, places, limit)
    known = used > 0
    places, owner, limit, used, length = places[known], owner[known], limit[known], used[known], length[known]
    if not len(places):
        return pieces
    after = np.repeat(owner + 1, 2)
    rest = np.empty(2 * len(places), np.int64)
    rest[0::2], rest[1::2] = places, places + used
    size = np.empty_like(rest)
    size[0::2], size[1::2] = length, limit - places - used
    width = size.copy()
    width[0::2] = used
    start = np.insert(pieces.start, after, rest)
    sizes = np.insert(pieces.length, after, size)
    widths = np.insert(pieces.width, after, width)
    # a stretch ends where the next entity of the same stretch begins
    mark = np.insert(np.zeros(len(pieces.start), np.bool_), after, np.tile([True, False], len(places)))
    cut = np.flatnonzero(mark) - 1
    cut = cut[~mark[cut]]
    sizes[cut] = widths[cut] = start[cut + 1] - start[cut]
    used_pieces = sizes > 0
    return _Pieces(start[used_pieces], sizes[used_pieces], widths[used_pieces])


def _entities(out: Bytes, marks: Marks, places: Ints, limit: Ints) -> tuple[Ints, Ints]:
    """Bytes taken and bytes written by the entity at each place (0: there is none); they are written into `out`."""
    used, length = np.zeros(len(places), np.int64), np.zeros(len(places), np.int64)
    alone = np.arange(len(places))
    if len(places) > _ENTITIES_BY_WORD:  # most are short and one of few: `&nbsp;`
        words = marks.words()[places + 8]
        closed = equals(words, 0x3B)
        short = words & (before(closed) << np.uint64(8) | np.uint64(0xFF))
        ready = (closed != 0) & (places + 8 <= limit)
        unique, which = np.unique(short[ready], return_inverse=True)
        texts = [_whole(int(word).to_bytes(8, "little").rstrip(b"\0")) for word in unique.tolist()]
        taken = np.array([used for _, used in texts], np.int64)[which]
        sizes = np.array([len(text) for text, _ in texts], np.int64)[which]
        rows = np.array([list(text.ljust(8, b"\0")) for text, _ in texts], np.uint8).reshape(-1, 8)[which]
        at = places[ready]
        for column in range(int(sizes.max(initial=0))):
            some = sizes > column
            out[at[some] + column] = rows[some, column]
        used[ready], length[ready] = taken, sizes
        alone = np.flatnonzero(~(ready & (used > 0)))
    for number in alone.tolist():
        start = int(places[number])
        match = ENTITY.match(marks.pages, start, int(limit[number]))
        text, taken_here = entity(match[0]) if match else (b"", 0)
        if taken_here:
            out[start : start + len(text)] = np.frombuffer(text, np.uint8)
            used[number], length[number] = taken_here, len(text)
    return used, length


def _whole(written: bytes) -> tuple[bytes, int]:
    """An entity that takes all of `written`; else (b"", 0)."""
    text, used = entity(written) if ENTITY.fullmatch(written) else (b"", 0)
    return (text, used) if used == len(written) else (b"", 0)


def _selection(start: Ints, length: Ints, size: int) -> Bools:
    """Mask of `size` bytes: those of the pieces."""
    flags = np.zeros(2 * len(start) + 1, np.bool_)
    flags[1::2] = True
    runs = np.empty(len(flags), np.int64)
    end = start + length
    runs[1::2] = length
    runs[0:-1:2] = start - np.concatenate(([0], end[:-1]))
    runs[-1] = size - (end[-1] if len(end) else 0)
    return np.repeat(flags, runs)


def _blanks(out: Bytes, kept: Bools, marks: Marks, breaks: Breaks) -> None:
    """Make TABs and line breaks of the source spaces where they would look like cells and rows."""
    source = marks.buffer[8 : len(out) + 8]
    flags = marks.spare[1].view(np.bool_)
    np.less_equal(np.subtract(source, 9, out=marks.spare[0]), 4, out=flags)
    places = np.flatnonzero(np.logical_and(flags, kept, out=flags))
    if not len(places):
        return
    wrong = source[places] == 9
    if wrong.any():
        for start, end in _preformatted(marks):
            wrong[np.searchsorted(places, start) : np.searchsorted(places, end)] = False
    if len(breaks.places):
        within = np.searchsorted(breaks.places, places) - 1
        wrong |= (within >= 0) & breaks.row[within]
    out[places[wrong]] = 32


def _preformatted(marks: Marks) -> list[tuple[int, int]]:
    """From each `<pre>` to the next `</pre>` or page end."""
    out: list[tuple[int, int]] = []
    tags = np.flatnonzero((marks.kind == PRE) | (marks.kind == PAGE))
    open_at = -1
    for tag, opening in zip(tags.tolist(), ((marks.kind == PRE) & ~marks.closing)[tags].tolist(), strict=True):
        if opening and open_at < 0:
            open_at = int(marks.first[tag])
        elif not opening and open_at >= 0:
            out.append((open_at, int(marks.first[tag])))
            open_at = -1
    return [*out, (open_at, len(marks.pages))] if open_at >= 0 else out


def _widen(view: Bytes, pieces: _Pieces, first: Ints, wide: list[tuple[int, int]]) -> tuple[Bytes, _Pieces]:
    """Put in the TABs that did not fit over their tag."""
    tags, extra = (np.array(column, np.int64) for column in zip(*wide, strict=True))
    piece = np.searchsorted(pieces.start, first[tags])
    begins = (np.cumsum(pieces.length) - pieces.length)[piece]
    length = pieces.length.copy()
    length[piece] += extra
    return np.insert(view, np.repeat(begins, extra), 9), _Pieces(pieces.start, length, pieces.width)
