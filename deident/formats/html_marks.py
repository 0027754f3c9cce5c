"""HTML, first step: where the tags are.  Works on many pages at once, joined (and best ended) by NUL.

What counts as a tag is simpler than the WHATWG tokenizer and never loses text:

1. *Raw* elements are found first, left to right: comments `<!--` … `-->` (or `--!>`), `script`, `style` and `title` up to their
   end tag.  What is missing its end stops at the end of the page (NUL).
2. A tag starts at `<` followed by a letter, `/`, `!` or `?` and ends at the next `>`.  Only where another `<` or `>` shows that
   this `>` may stand in a quoted value, the quotes are read (`_QUOTED`).  A `<` without a `>` on its page is text.
3. A page end is a tag of its own, of the class PAGE.

Names are read as 8-byte words: comparing, cutting and lowering eight letters is a dozen operations on the whole column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from deident.model import Bools, Ints

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]

PAGE, TABLE, ROW, ROW_END, CELL, CELL_END, BLOCK, INLINE, PRE = range(9)

_INLINE = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label map mark nobr q rb rp ruby s samp script "
    "small span strike strong style sub sup time title tt u var wbr"
)
_NAMES = {
    "table": TABLE,
    "tr": ROW,
    "td": CELL,
    "th": CELL,
    "pre": PRE,
    "textarea": PRE,
    **dict.fromkeys(_INLINE.split(), INLINE),
}

_RAW = re.compile(rb"<(?:!--|(script|style|title)(?=[\s/>]))", re.I)
_RAW_END = {
    b"": re.compile(rb"--!?>"),
    b"script": re.compile(rb"</script(?=[\s/>\0])", re.I),
    b"style": re.compile(rb"</style(?=[\s/>\0])", re.I),
    b"title": re.compile(rb"</title(?=[\s/>\0])", re.I),
}
# No `<` outside quotes: so at most three readings are under way at any place, and a hostile page costs linear time.
_QUOTED = re.compile(rb"""<(?:[^<>"'\0]|"[^"\0]*"|'[^'\0]*')*+>""")


@dataclass(frozen=True, slots=True)
class Raw:
    """One raw element: `tag`, its first byte; `start:end`, what it holds; name "" for a comment."""

    name: str
    tag: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Marks:
    """The tags of some pages.  first, last: their `<` and `>`; kind: class of each; closing: `</…>`."""

    pages: bytes
    buffer: Bytes  # 8 zeros, the pages, 8 zeros
    first: Ints
    last: Ints
    kind: NDArray[np.uint8]
    closing: Bools
    raws: list[Raw]
    spare: list[Bytes]  # working space, three arrays as long as the pages: large new ones cost more than the work on them

    def words(self, reverse: bool = False) -> Words:
        """The eight bytes from each place of `buffer` on as one number (the first byte lowest; `reverse`: the last)."""
        kind = np.dtype(">u8" if reverse else "<u8")
        return np.ndarray((len(self.buffer) - 7,), kind, self.buffer.data, strides=(1,))


def _u(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101010101010101)


_LOW, _HIGH, _SPACES = _u(0x7F), _u(0x80), _u(0x20)
_ONE, _SEVEN = np.uint64(1), np.uint64(7)


def equals(words: Words, byte: int) -> Words:
    """0x80 in every byte of `words` that is `byte`."""
    other = words ^ _u(byte)
    return ~(((other & _LOW) + _LOW) | other) & _HIGH


def at_least(words: Words, byte: int) -> Words:
    """0x80 in every byte of `words` that is at least `byte` (1 … 127), or not ASCII."""
    return (((words & _LOW) + _u(0x80 - byte)) | words) & _HIGH


def before(flags: Words) -> Words:
    """All bits below the lowest flagged byte (all bits where none is flagged)."""
    return ((flags & (~flags + _ONE)) >> _SEVEN) - _ONE


def names(words: Words) -> Words:
    """Tag or attribute name at the start of each word, lower case, zeros behind it."""
    lower = words | _SPACES
    part = at_least(lower, 0x30) & ~equals(lower, 0x3E) & ~(words & _HIGH)
    return lower & before(~part & _HIGH)


def word(name: str) -> int:
    """The word of a name."""
    return int.from_bytes(name.encode()[:8].ljust(8, b"\0"), "little")


@cache
def _table() -> tuple[np.uint64, Words, NDArray[np.uint8]]:
    """A perfect hash of the names: factor, words and classes by the top ten bits of the product."""
    keys = np.array([word(name) for name in _NAMES], np.uint64)
    factor = 0x9E3779B97F4A7C15
    while True:
        place = (keys * np.uint64(factor)) >> np.uint64(54)
        if len(set(place.tolist())) == len(keys):
            break
        factor = (factor * 6364136223846793005 + 1442695040888963407) % 2**64 | 1
    found = np.full(1024, 2**64 - 1, np.uint64)
    found[place.astype(np.int64)] = keys
    kind = np.full(1024, BLOCK, np.uint8)
    kind[place.astype(np.int64)] = list(_NAMES.values())
    return np.uint64(factor), found, kind


def _kinds(key: Words, question: Bools, closing: Bools) -> NDArray[np.uint8]:
    factor, known, kinds = _table()
    place = ((key * factor) >> np.uint64(54)).astype(np.int64)
    kind = np.where(known[place] == key, kinds[place], BLOCK)
    kind[(key == 0) | question | (equals(key, 0x3A) != 0)] = INLINE  # comments, <!…>, <?…>, o:p
    kind[closing & ((kind == ROW) | (kind == CELL))] += 1
    return kind


def _candidates(buffer: Bytes, marks: Ints) -> Ints:
    """Places of `<` where a raw element may start, by two letters."""
    second, third = buffer[marks + 9], buffer[marks + 10]
    low, next_low = second | 32, third | 32
    start = (second == 33) | ((low == 115) & ((next_low == 99) | (next_low == 116))) | ((low == 116) & (next_low == 105))
    chosen: Ints = marks[start & (buffer[marks + 8] == 60)]
    return chosen


def _raws(pages: bytes, candidates: Ints) -> list[tuple[Raw, int]]:
    """Raw elements, and where each one's content and end mark are over."""
    found: list[tuple[Raw, int]] = []
    page_end, place, size = -1, 0, len(pages)
    for tag in candidates.tolist():
        if tag < place or not (opening := _RAW.match(pages, tag)):
            continue
        if tag > page_end:
            page_end = pages.find(b"\0", tag)
            page_end = size if page_end < 0 else page_end
        name = (opening[1] or b"").lower()
        if name:
            whole = _QUOTED.match(pages, tag, page_end)
            start = whole.end() if whole else pages.find(b">", tag, page_end) + 1
            if not start:  # the tag never ends: text, as for any other tag
                continue
            closing = _RAW_END[name].search(pages, start, min(page_end + 1, size))
            end = place = closing.start() if closing else page_end
        else:
            start = tag + 4
            closing = _RAW_END[b""].search(pages, tag + 2, page_end)
            end, place = (closing.start(), closing.end()) if closing else (page_end, page_end)
            end = max(start, end)  # <!--> and <!--->
        found.append((Raw(name.decode("ascii"), tag, start, end), place))
    return found


def _fold(marks: Ints, sign: Bytes, raws: list[tuple[Raw, int]]) -> tuple[Ints, Bytes]:
    """Every raw element as one tag: its `<` (sign 1), its last byte (a `>`), no marks between."""
    first = np.array([raw.tag for raw, _ in raws], np.int64)
    last = np.array([place - 1 for _, place in raws], np.int64)
    low = np.searchsorted(marks, first)
    high = np.searchsorted(marks, last, "right")  # marks[low:high] lie in the element
    sign[low] = 1
    moved = high - low >= 2
    marks[high[moved] - 1], sign[high[moved] - 1] = last[moved], 62
    keep = np.ones(len(marks), np.bool_)
    for begin, end in zip((low + 1).tolist(), (high - 1).tolist(), strict=True):
        keep[begin:end] = False
    missing = low[~moved] + 1  # an unfinished comment without any mark inside
    keep = np.insert(keep, missing, True)
    return np.insert(marks, missing, last[~moved])[keep], np.insert(sign, missing, 62)[keep]


def find_marks(pages: bytes) -> Marks:
    """All tags of `pages`."""
    size = len(pages)
    buffer = np.zeros(size + 16, np.uint8)
    source = buffer[8 : size + 8]
    source[:] = np.frombuffer(pages, np.uint8)
    spare = [np.empty(size, np.uint8) for _ in range(3)]
    flags, more = spare[0].view(np.bool_), spare[1].view(np.bool_)
    np.equal(np.bitwise_or(source, 2, out=spare[2]), 62, out=flags)
    np.logical_or(flags, np.equal(source, 0, out=more), out=flags)
    marks = np.flatnonzero(flags)
    sign = source[marks]
    raws = _raws(pages, _candidates(buffer, marks))
    if raws:
        marks, sign = _fold(marks, sign, raws)
    after = buffer[marks + 9]
    letter = (after | 32) - np.uint8(97) < 26
    opens = ((sign == 60) & (letter | (after == 47) | (after == 33) | (after == 63))) | (sign <= 1)
    first, last = _outermost(*_ends(pages, marks, sign, np.flatnonzero(opens)))
    closing = buffer[first + 9] == 47
    words = np.ndarray((size + 9,), np.dtype("<u8"), buffer.data, strides=(1,))
    key = names(words[first + 9 + closing])
    kind = _kinds(key, buffer[first + 9] == 63, closing)
    kind[buffer[first + 8] == 0] = PAGE
    return Marks(pages, buffer, first, last, kind, closing, [raw for raw, _ in raws], spare)


def _ends(pages: bytes, marks: Ints, sign: Bytes, which: Ints) -> tuple[Ints, Ints]:
    """First and last byte of every tag; `which` of the marks start one."""
    count = len(marks)
    first = marks[which]
    follow = np.minimum(which + 1, count - 1)
    last = marks[follow]
    page = sign[which] == 0
    last[page] = first[page]
    closed = ((which + 1 < count) & (sign[follow] == 62)) | page
    beyond = np.minimum(which + 2, count - 1)
    doubtful = (sign[which] == 60) & (~closed | ((which + 2 < count) & (sign[beyond] == 62)))
    lost = []
    ends: Ints | None = None
    for number in np.flatnonzero(doubtful).tolist():
        start, end = int(first[number]), int(last[number])
        if closed[number] and not (pages.count(b'"', start, end) & 1 or pages.count(b"'", start, end) & 1):
            continue
        if whole := _QUOTED.match(pages, start):
            last[number] = whole.end() - 1
        elif not closed[number]:
            if ends is None:
                ends = np.flatnonzero((sign == 62) | (sign == 0))
            place = int(np.searchsorted(ends, which[number]))
            if place < len(ends) and sign[ends[place]] == 62:
                last[number] = marks[ends[place]]
            else:
                lost.append(number)
    if lost:
        keep = np.ones(len(first), np.bool_)
        keep[lost] = False
        first, last = first[keep], last[keep]
    return first, last


def _outermost(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Without tags that start inside an earlier one."""
    clash = np.flatnonzero(first[1:] <= last[:-1])
    if not len(clash):
        return first, last
    keep = np.ones(len(first), np.bool_)
    done = -1
    for number in clash.tolist():
        if number <= done:
            continue
        end = int(last[number])
        done = int(np.searchsorted(first, end, "right")) - 1
        keep[number + 1 : done + 1] = False
    return first[keep], last[keep]
