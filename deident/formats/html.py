"""HTML and XHTML: text, attributes, comments and scripts of a page as segments, and edits back into its bytes.

    html_marks    where the tags are                     html_tags     attributes, comments: what the markup says
    html_tables   what a tag stands for in the text      html_script   scripts and style sheets
    html_text     the text and its map                   html_gate     which markup is worth reading
                                                         escapes       entities, \\u, percent codes

No parser, no tree: nothing is re-written but the bytes of an edit.  `read_many` reads many pages at once (the bulk way);
`HtmlDocument` is one page.  A page is at least one segment, its text; the others follow in source order.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.formats import LIMITS, Limits
from deident.formats.document import TextDocument
from deident.formats.html_marks import find_marks
from deident.formats.html_tags import Extras, Fragment, find_extras
from deident.formats.html_text import read_text
from deident.model import ROLES, Batch, Ints, SourceMap
from deident.text.charset import decode
from deident.text.maps import MapBuilder, compose, concat, shift

CHUNK = 1 << 20  # bytes of HTML read at once
_DEPTH = 3  # HTML in a comment in srcdoc …
_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.I)
#: Text shown in another order than it is written: a style (CSS Writing Modes 2.2), <bdo>, or U+202D, U+202E as they are or as entities.
_TURNED = (
    b"bidi-override", b"isolate-override", b"<bdo", b"\xe2\x80\xad", b"\xe2\x80\xae", b"\x81\x36\xa7\x30", b"\x81\x36\xa7\x31",
    b"&#8237;", b"&#8238;", b"&#x202d", b"&#x202e", b"&#x202D", b"&#x202E",
)  # fmt: skip
_LARGE = 30 << 20
_ROLES = {role: number for number, role in enumerate(ROLES)}


class _Part(NamedTuple):
    """Segments of some pages; `way` leads to their joined views."""

    view: bytes
    segments: Ints
    document: Ints
    role: NDArray[np.uint8]
    way: SourceMap
    where: dict[int, str]


def declared(page: bytes) -> str | None:
    """The character set a page claims for itself."""
    found = _DECLARED.search(page[:4096])
    return found[1].decode("ascii") if found else None


def read_many(pages: Sequence[bytes], thorough: bool = False) -> Batch:
    """All pages as one batch; offsets of its map count the pages' own bytes, one page after the other."""
    np.empty(_LARGE, np.uint8)  # glibc keeps and re-uses blocks up to the largest it ever gave back: half of the time here
    parts: list[_Part] = []
    ways: list[SourceMap] = []
    sizes = np.array([len(page) for page in pages], np.int64)
    firsts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    start = 0
    while start < len(pages):
        end = max(start + 1, int(np.searchsorted(firsts, firsts[start] + CHUNK, "right")) - 1)
        part, way = _chunk(pages[start:end], int(firsts[start]), thorough)
        parts.append(part)
        ways.append(way)
        start = end
    return _join(parts, ways, firsts)


def fragment(view: bytes) -> tuple[bytes, SourceMap]:
    """HTML inside another format: its text, then what its markup says, a line each."""
    part = _read([view], 0, 0, False, Limits().max_segments)
    lines = np.frombuffer(part.view, np.uint8).copy()
    lines[lines == 0] = 10
    size = max(part.way.size - 1, 0)
    keep = part.way.view < size
    keep[:1] = True
    return lines[:size].tobytes(), SourceMap(part.way.view[keep], part.way.source[keep], part.way.width[keep], size)


class HtmlDocument(TextDocument):
    """One page.  See the module."""

    format = "html"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        if any(sign in data for sign in _TURNED):
            self.status, self.reason = "partial", "bidi-override"

    def declared(self) -> str | None:
        """What the page says of itself."""
        return declared(self.data)

    def batch(self) -> Batch:
        """See Document."""
        if self._batch is None:
            part = _read([self._decoded.view], 0, 0, False, self.limits.max_segments)
            way = compose(part.way, self._decoded.map)
            sources = np.array([0, len(self.data)], np.int64)
            self._batch = Batch(part.view, part.segments, part.document, part.role, way, sources, part.where)
        return self._batch

    def escape(self, text: str) -> str:
        """Right in text and attributes; in a script use none of & < > "."""
        return html.escape(text, quote=True)


def _chunk(pages: Sequence[bytes], first: int, thorough: bool) -> tuple[_Part, SourceMap]:
    """Some pages, and the map of their segments to the pages' own bytes (which begin at `first`)."""
    plain = not any(b"\0" in page or page.startswith(b"\xef\xbb\xbf") for page in pages)
    try:
        for page in pages if plain else ():
            page.decode()
    except UnicodeDecodeError:
        plain = False
    if plain:
        part = _read(pages, 0, 0, thorough)
        pieces = np.searchsorted(part.way.view, part.segments)
        pieces[-1] = len(part.way.view)
        source = part.way.source - np.repeat(part.document, np.diff(pieces)) + first  # one NUL before every page but the first
        return part, SourceMap(part.way.view, source, part.way.width, part.way.size)
    views: list[bytes] = []
    maps: list[tuple[bytes, SourceMap]] = []
    nul = SourceMap(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), 1)
    for page in pages:
        decoded = decode(page, declared(page))
        views.append(decoded.view)
        maps += [(decoded.view, shift(decoded.map, first)), (b"\0", shift(nul, first + len(page)))]
        first += len(page)
    part = _read(views, 0, 0, thorough)
    return part, compose(part.way, concat(maps)[1])


def _read(views: Sequence[bytes], depth: int, first: int, thorough: bool, limit: int = 1 << 60) -> _Part:
    """Segments of UTF-8 pages without NUL; the map leads to the pages joined, each followed by NUL."""
    pages = b"\0".join(views) + b"\0" if views else b""
    marks = find_marks(pages)
    view, way, kept = read_text(marks)
    extras, fragments = find_extras(marks, kept, thorough)
    if fragments:
        _fragments(fragments, depth + 1, thorough, extras)
    extras = extras.ordered()
    if len(extras.view) > limit:
        extras = _limited(extras, limit)
    starts = np.cumsum([0] + [len(page) + 1 for page in views])[: len(views)] + first
    return _assemble(view, way, extras, starts.astype(np.int64))


def _limited(extras: Extras, limit: int) -> Extras:
    """The first `limit` segments, and the others as one, a line each."""
    out = MapBuilder()
    for place, view, way in zip(extras.place[limit:], extras.view[limit:], extras.way[limit:], strict=True):
        if way is None:
            out.copy(place, view)
        else:
            out.extend(view, way)
        out.insert(b"\n")
    few = extras.chosen(range(limit))
    few.add(extras.place[limit], extras.role[limit], "", *out.finish())
    return few


def _assemble(view: bytes, way: SourceMap, extras: Extras, pages: Ints) -> _Part:
    """Every page's text, then its other segments, each with NUL behind it."""
    count, more = len(pages), len(extras.view)
    place = np.array(extras.place, np.int64)
    begin = np.zeros(count + 1, np.int64)
    for page in range(count):
        begin[page + 1] = view.index(b"\0", begin[page]) + 1
    owner = np.searchsorted(pages, place, "right") - 1
    before = np.searchsorted(owner, np.arange(count + 1))  # extras before each page
    text = np.arange(count) + before[:-1]  # segment numbers
    other = np.arange(more) + owner + 1
    size = np.empty(count + more, np.int64)
    size[text] = np.diff(begin)
    size[other] = np.array([len(view) for view in extras.view], np.int64) + 1
    segments = np.concatenate(([0], np.cumsum(size)))
    document = np.empty(count + more, np.int64)
    document[text], document[other] = np.arange(count), owner
    role = np.zeros(count + more, np.uint8)
    role[other] = [_ROLES[name] for name in extras.role]
    where = {number: text for number, text in zip(other.tolist(), extras.where, strict=True) if text}
    chunks: list[bytes] = []
    borders, firsts = begin.tolist(), before.tolist()
    for page in range(count):
        chunks.append(view[borders[page] : borders[page + 1]])
        if firsts[page] < firsts[page + 1]:
            chunks += (b"\0".join(extras.view[firsts[page] : firsts[page + 1]]), b"\0")
    # pieces: of the text, of exact segments (itself, NUL), of decoded ones (theirs, NUL)
    cut = np.searchsorted(way.view, begin)
    cut[-1] = len(way.view) if count else 0
    pieces = np.empty(count + more, np.int64)
    pieces[text] = np.diff(cut)
    exact = np.array([inner is None for inner in extras.way], np.bool_)
    pieces[other] = [2 if inner is None else len(inner.view) + 1 for inner in extras.way]
    at = np.cumsum(pieces) - pieces
    total = int(pieces.sum())
    new_view, new_source, new_width = (np.zeros(total, np.int64) for _ in range(3))
    to = np.arange(cut[-1]) + np.repeat(at[text] - cut[:-1], np.diff(cut))
    new_view[to] = way.view[: cut[-1]] + np.repeat(segments[text] - begin[:-1], np.diff(cut))
    new_source[to], new_width[to] = way.source[: cut[-1]], way.width[: cut[-1]]
    new_width[(at + pieces - 1)[text]] = 0  # the NUL is no byte of the page
    last = at[other] + pieces[other] - 1
    new_view[last] = segments[other + 1] - 1
    new_source[last] = place
    new_view[at[other[exact]]] = segments[other[exact]]
    new_source[at[other[exact]]] = place[exact]
    new_width[at[other[exact]]] = size[other[exact]] - 1
    for number in np.flatnonzero(~exact).tolist():
        inner, segment = extras.way[number], other[number]
        if inner is not None:
            low, high = at[segment], at[segment] + len(inner.view)
            new_view[low:high] = inner.view + segments[segment]
            new_source[low:high], new_width[low:high] = inner.source, inner.width
    final = SourceMap(new_view, new_source, new_width, int(segments[-1]))
    return _Part(b"".join(chunks), segments, document, role, final, where)


def _fragments(fragments: list[Fragment], depth: int, thorough: bool, extras: Extras) -> None:
    """Add what HTML inside comments and srcdoc holds; all of it is read at once.  Too deep a nest is one text."""
    fragments = [one for one in fragments if one.view]
    if depth > _DEPTH:
        for one in fragments:
            extras.add(*one)
        return
    part = _read([one.view for one in fragments], depth, 0, thorough)
    starts = np.cumsum([0] + [len(one.view) + 1 for one in fragments])
    pieces = np.searchsorted(part.way.view, part.segments)
    for number, document in enumerate(part.document.tolist()):
        one = fragments[document]
        begin, end = int(part.segments[number]), int(part.segments[number + 1]) - 1
        low, high = int(pieces[number]), int(np.searchsorted(part.way.view, end))
        if begin >= end:
            continue
        way = SourceMap(
            part.way.view[low:high] - begin, part.way.source[low:high] - starts[document], part.way.width[low:high], end - begin
        )
        way = shift(way, one.place) if one.way is None else compose(way, one.way)
        inner = part.where.get(number, "")
        role = one.role if not part.role[number] else ROLES[part.role[number]]
        extras.add(one.place, role, f"{one.where} {inner}".strip(), part.view[begin:end], way)


def _join(parts: list[_Part], ways: list[SourceMap], firsts: Ints) -> Batch:
    """The batch of several chunks."""
    if not parts:
        parts, ways = [_read([], 0, 0, False)], [SourceMap.identity(0)]
    view, way = concat([(part.view, way) for part, way in zip(parts, ways, strict=True)])
    segments = [np.zeros(1, np.int64)]
    documents: list[Ints] = []
    where: dict[int, str] = {}
    number = size = document = 0
    for part in parts:
        segments.append(part.segments[1:] + size)
        documents.append(part.document + document)
        where |= {number + own: text for own, text in part.where.items()}
        number += len(part.document)
        size += len(part.view)
        document += int(part.document[-1]) + 1 if len(part.document) else 0
    role = np.concatenate([part.role for part in parts])
    return Batch(view, np.concatenate(segments), np.concatenate(documents), role, way, firsts, where)
