"""HTML, fourth step: what stands in the markup, as segments of their own.

Attribute values, titles, comments (their tags read as HTML again), scripts and style sheets.  Most tags hold nothing that
could be found, so a *gate* looks at all bytes outside the text at once: only where five digits in a row, grouped digits,
`x@y`, a Han character or an escape stands, the value around it becomes a segment.  `thorough` opens the gate for all; the
tests compare.  Presentation attributes (`_SILENT`) count only where seven digits, `x@y` or an escape are in them, addresses
(`_URL`) without a query or `tel:` only where more than nine digits: `/202401/t20240115_1234567.html` is in every list of links.

Values between double quotes are cut out by columns; everything unusual is read by `_attributes`, tag by tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from deident.formats.html_gate import Gate, find_gate
from deident.formats.html_marks import Marks, at_least, before, equals
from deident.formats.html_script import BLANKS, decoded, is_hot, is_picture, script_lines
from deident.model import Bools, Ints, SourceMap
from deident.text.maps import shift


@dataclass(slots=True)
class Extras:
    """Segments as columns.  `way` leads to the source; None: the view is the source at `place`."""

    place: list[int] = field(default_factory=list)
    role: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    view: list[bytes] = field(default_factory=list)
    way: list[SourceMap | None] = field(default_factory=list)

    def add(self, place: int, role: str, where: str, view: bytes, way: SourceMap | None) -> None:
        """One more, if it holds anything."""
        if view:
            self.place.append(place)
            self.role.append(role)
            self.where.append(where)
            self.view.append(view)
            self.way.append(way)

    def chosen(self, numbers: Sequence[int]) -> Extras:
        """Some of them, in this order."""
        place, role, where, view, way = self.place, self.role, self.where, self.view, self.way
        return Extras(
            [place[n] for n in numbers], [role[n] for n in numbers], [where[n] for n in numbers], [view[n] for n in numbers],
            [way[n] for n in numbers],
        )  # fmt: skip

    def ordered(self) -> Extras:
        """The same by place."""
        return self.chosen(np.argsort(np.array(self.place, np.int64), kind="stable").tolist())


class Fragment(NamedTuple):
    """HTML inside the markup (a comment, srcdoc), still to be read."""

    place: int
    role: str
    where: str
    view: bytes
    way: SourceMap | None


_SILENT = frozenset(
    "style class id width height face color bgcolor align valign border lang xml:lang rel type target charset size sizes media "
    "cellspacing cellpadding colspan rowspan nowrap d viewbox points transform coords shape tabindex for http-equiv xmlns integrity".split()
)
_URL = frozenset("href src action data-url data-href data-src poster formaction background longdesc".split())
_ATTRIBUTE = re.compile(rb"""([^\s=/>"']++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++)?))?""")
_STRONG = re.compile(rb"[0-9]{7}|[A-Za-z0-9]@[A-Za-z0-9]|\\[ux0-9]|%[0-9a-fA-F]{2}|&(?:#|co)|64,")
_ADDRESS = re.compile(
    rb"[0-9]{10}|[0-9]{3}[ .-][0-9]{2}|[A-Za-z0-9]@[A-Za-z0-9]|\\[ux0-9]|[\x80-\xff]|%[0-9a-fA-F]{2}|&(?:#|co)|64,"
)
_META_NAME = re.compile(rb"""(?:name|property|http-equiv|itemprop)\s*=\s*["']?([^\s"'>/]+)""", re.I)
_TAG_NAME = re.compile(rb"</?([A-Za-z][A-Za-z0-9:-]*)")


def find_extras(marks: Marks, kept: Bools, thorough: bool = False) -> tuple[Extras, list[Fragment]]:
    """Segments of the markup of `marks` in source order (`kept`: bytes that are text), and HTML found inside it."""
    if not len(marks.first):
        return Extras(), []
    extras = Extras()
    fragments: list[Fragment] = []
    gate = find_gate(marks, kept)
    place = gate.place
    outside = np.ones(len(place), np.bool_)
    read: dict[bytes, tuple[bytes, SourceMap]] = {}
    raws = marks.raws
    low = np.searchsorted(place, [raw.start for raw in raws])
    high = np.searchsorted(place, [raw.end for raw in raws])
    for raw, begin, end in zip(raws, low.tolist(), high.tolist(), strict=True):
        outside[begin:end] = False
        if raw.end > raw.start and (end > begin or thorough or raw.name == "title"):
            strong = end > begin and bool(gate.strong[begin:end].any())
            text = marks.pages[raw.start : raw.end]
            if raw.name in ("script", "style"):
                if thorough or raw.name == "script" or strong or b"content" in text or b"CONTENT" in text:
                    if text not in read:  # pages of one site share their scripts
                        read[text] = script_lines(text, None if thorough else (place[begin:end] - raw.start).tolist())
                    view, way = read[text]
                    extras.add(raw.start, "script", raw.name, view, shift(way, raw.start))
            else:
                _raw(text, raw.name, raw.start, extras, fragments)
    if thorough:
        ends = _ends(marks)
        for first, last in zip(marks.first.tolist(), marks.last.tolist(), strict=True):
            _attributes(marks.pages, first, ends.get(first, last), True, extras, fragments)
    else:
        _values(
            marks, Gate(place[outside], gate.strong[outside], gate.short[outside], gate.quotes, gate.escapes), extras, fragments
        )
    return extras, fragments


def _ends(marks: Marks) -> dict[int, int]:
    """Where the tag itself ends, for tags that stand for a whole raw element; a comment has no attributes."""
    return {raw.tag: raw.start - 1 if raw.name else raw.tag for raw in marks.raws}


def _raw(text: bytes, name: str, start: int, extras: Extras, fragments: list[Fragment]) -> None:
    """A title or comment that passed the gate."""
    if name == "title":
        view, way = decoded(text)
        extras.add(start, "title", "", view, shift(way, start))
    elif b"<" in text:
        fragments.append(Fragment(start, "comment", "comment", text, None))
    else:
        _value(text, start, "comment", "comment", extras)


def _value(text: bytes, start: int, role: str, where: str, extras: Extras) -> None:
    if b"&" in text or b"\\" in text or b"%" in text or b"base64," in text or b"\n" in text or b"\t" in text or b"\r" in text:
        view, way = decoded(text)
        extras.add(start, role, where, view, shift(way, start))
    else:
        extras.add(start, role, where, text, None)


def _values(marks: Marks, gate: Gate, extras: Extras, fragments: list[Fragment]) -> None:
    """Attribute values around the places of `gate`."""
    pages, buffer, quotes = marks.pages, marks.buffer, gate.quotes
    tag = np.searchsorted(marks.first, gate.place, "right") - 1
    inside = np.flatnonzero((tag >= 0) & (gate.place <= marks.last[tag]))
    place, strong, short, tag = gate.place[inside], gate.strong[inside], gate.short[inside], tag[inside]
    if not len(place):
        return
    follow = np.searchsorted(quotes, place)
    usable = (follow > 0) & (follow < len(quotes))
    opening = quotes[np.maximum(follow - 1, 0)] if len(quotes) else place
    closing = quotes[np.minimum(follow, len(quotes) - 1)] if len(quotes) else place
    end = buffer[closing + 9]
    usable &= (opening > marks.first[tag]) & (closing < marks.last[tag]) & (buffer[opening + 7] == 61)
    usable &= (end <= 32) | (end == 62) | (end == 47)
    odd = np.unique(tag[~usable])
    if len(odd):
        ends = _ends(marks)
        for first, last in zip(marks.first[odd].tolist(), marks.last[odd].tolist(), strict=True):
            _attributes(pages, first, ends.get(first, last), False, extras, fragments)
        usable &= ~np.isin(tag, odd)
    opening, closing, tag, strong, short = opening[usable], closing[usable], tag[usable], strong[usable], short[usable]
    if not len(opening):
        return
    head = np.flatnonzero(np.diff(opening, prepend=-1))
    strong, short = np.logical_or.reduceat(strong, head), np.logical_and.reduceat(short, head)
    opening, closing, tag = opening[head], closing[head], tag[head]
    names, which = _names(marks, opening)
    silent = np.array([name in _SILENT for name in names])[which] & ~strong
    address = np.array([name in _URL for name in names])[which] & short & (buffer[opening + 12] != 58)  # tel:
    if address.any():  # a path; a query says more
        marked = np.flatnonzero(np.equal(marks.spare[0], 63, out=marks.spare[1].view(np.bool_)))
        address &= np.searchsorted(marked, opening) == np.searchsorted(marked, closing)
    wanted = np.flatnonzero(~silent & ~address)
    start, stop, which, tag = opening[wanted] + 1, closing[wanted], which[wanted], tag[wanted]
    special = np.array([len(name) == 8 or name in ("content", "srcdoc") for name in names])[which]  # 8: it may be longer
    special |= np.searchsorted(gate.escapes, start) < np.searchsorted(gate.escapes, stop)
    special |= (buffer[start + 8] | 32 == 100) & (buffer[start + 12] == 58)  # data:
    rows = (column[special].tolist() for column in (start, stop, which, tag))
    for begin, end, name_number, number in zip(*rows, strict=True):
        name = names[name_number] if len(names[name_number]) < 8 else _long_name(pages, begin - 2)
        _attribute(pages, int(marks.first[number]), name, begin, end, extras, fragments)
    begins, ends, numbers = (column[~special].tolist() for column in (start, stop, which))
    views = [pages[begin:end] for begin, end in zip(begins, ends, strict=True)]
    if any(blank in b"".join(views) for blank in (b"\n", b"\r", b"\t")):
        views = [view.translate(BLANKS) for view in views]
    roles, labels = ["url" if name in _URL else "attribute" for name in names], ["@" + name for name in names]
    extras.place += begins
    extras.role += [roles[number] for number in numbers]
    extras.where += [labels[number] for number in numbers]
    extras.view += views
    extras.way += [None] * len(views)


def _names(marks: Marks, opening: Ints) -> tuple[list[str], Ints]:
    """Attribute names before each `="`: the last eight letters of the different ones, and which one each is."""
    words = marks.words(reverse=True)[opening - 1].astype(np.uint64) | np.uint64(0x2020202020202020)
    high = np.uint64(0x8080808080808080)
    part = at_least(words, 0x28) & ~(words & high) & ~equals(words, 0x2F)
    unique, which = np.unique(words & before(~part & high), return_inverse=True)
    return [int(word).to_bytes(8, "little").rstrip(b"\0")[::-1].decode("latin-1") for word in unique.tolist()], which


def _long_name(pages: bytes, end: int) -> str:
    start = end
    while start > 0 and end - start < 80 and pages[start - 1] > 39:
        start -= 1
    return pages[start:end].decode("utf-8", "replace").lower()


def _attribute(pages: bytes, tag: int, name: str, start: int, end: int, extras: Extras, fragments: list[Fragment]) -> None:
    """One attribute value."""
    text = pages[start:end]
    if text[:5].lower() == b"data:" and is_picture(text):
        return
    if name == "srcdoc":
        view, way = decoded(text)
        fragments.append(Fragment(start, "attribute", "@srcdoc", view, shift(way, start)))
    elif name == "content" and pages[tag : tag + 5].lower() == b"<meta":
        found = _META_NAME.search(pages, tag, pages.find(b">", end))
        _value(text, start, "meta", f"<meta {found[1].decode('utf-8', 'replace')[:40] if found else ''}>", extras)
    else:
        _value(text, start, "url" if name in _URL else "attribute", "@" + name, extras)


def _attributes(pages: bytes, first: int, last: int, thorough: bool, extras: Extras, fragments: list[Fragment]) -> None:
    """All attributes of one tag that could hold anything; what is no attribute, too (`<p 张三>`, a doctype)."""
    last += pages[last : last + 1] not in (b">", b"\0")  # a tag that ends with a raw element in it
    begin = _TAG_NAME.match(pages, first, last)
    left = begin.end() if begin else first + 1
    rest = bytearray()
    for name, start, end in _pairs(pages, left, last):
        if start == end:
            continue
        text = pages[start:end]
        if thorough or _passes(name, text):
            _attribute(pages, first, name, start, end, extras, fragments)
        rest += pages[left:start] + b" "
        left = end
    rest += pages[left:last]
    if is_hot(bytes(rest)):
        text = pages[first:last]
        label = begin[1].decode().lower() if begin else text[1:2].decode("latin-1")
        view, way = decoded(text)
        extras.add(first, "attribute", f"<{label}>", view, shift(way, first))


def _passes(name: str, text: bytes) -> bool:
    if name in _SILENT:
        return _STRONG.search(text) is not None
    if name in _URL and b"?" not in text and text[3:4] != b":":
        return _ADDRESS.search(text) is not None
    return is_hot(text)


def _pairs(pages: bytes, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for found in _ATTRIBUTE.finditer(pages, start, end):
        group = found.lastindex or 1
        if group > 1:
            yield found[1].decode("utf-8", "replace").lower(), *found.span(group)
