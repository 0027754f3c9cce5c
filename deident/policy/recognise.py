"""What kind of page is it?  Clues of all document types, looked for in the zones of many documents at once.

    title   title segments of the document; where it has none, its first line
    page    the title of the page that an attachment hangs on (given from outside); worth INHERITED of a title
    heads   cells of the first row, and of header rows, of every table; keys of forms
    body    the beginning and the end of the running text, without the short lines of a page's navigation

A document may hold a table of another type than its own: a caption and headers that say so (PART) decide for that table.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deident.matching.rules import Matcher, Rule
from deident.matching.scene import Scene
from deident.model import ROLES, Bools, Candidates, Ints
from deident.policy.types import MOST_WORDS, ZONES, Clue, DocType

ENOUGH = 4.0  # points from which on a type is recognised: one likely title, or a sure word in the text
MARGIN = 0.25  # by which the best type must lead, else nobody knows
PART = 7.0  # points that a table's own caption and headers need to be of another type than the document
INHERITED = 0.6
CAPS = {"title": 14.0, "page": 10.0, "heads": 8.0, "body": 7.0}  # what a zone can give at most: a long text is no better evidence
OVER = 0.05  # what a point above the cap still counts: it tells two types apart that both reach it
HEAD, TAIL = 2400, 600  # bytes of running text that are read, at its beginning and its end
RAW = 4 * HEAD  # bytes in which the beginning is looked for: a page's navigation stands before it
SHORT = 24  # bytes of a line (8 Han characters) below which it may be a link of the navigation …
PAGE = 60  # … in a document of more lines than this
TITLE = 200  # bytes of a title
_ENDS = np.zeros(256, np.bool_)
_ENDS[[0, 9, 10, 13, 32, 40, 41, 45, 91, 93, 95, 124]] = True  # NUL TAB LF CR blank ( ) - [ ] _ |


@dataclass(frozen=True, slots=True)
class Evidence:
    """One clue that was found: for which type, in which zone, its words as written, its points."""

    type: str
    zone: str
    words: str
    points: float


@dataclass(frozen=True, slots=True)
class Types:
    """Types of documents and of tables: index into the recogniser's `ids`, -1 for unknown.

    document  (d,) the document's own type, `score` (d,) its points
    table     table number → type, for tables of another type than their document
    """

    document: Ints
    score: NDArray[np.float64]
    table: Mapping[int, int] = field(default_factory=dict)


class Typing:
    """The type of each candidate of a scene, asked for only where a verdict hangs on it; a document is read once."""

    def __init__(
        self, recogniser: Recogniser, scene: Scene, found: Candidates, document: Ints, pages: Sequence[str] = ()
    ) -> None:
        self._recogniser, self._scene, self._document, self._pages = recogniser, scene, document, pages
        count = len(scene.batch)
        self._known = np.zeros(count, np.bool_)
        self._table = scene.tables.at(scene.tables.table, scene.tables.cell(found.start, found.end), -1)
        self._of_table = np.full(len(scene.tables.kinds) + 1, -1, np.int64)
        self.documents = Types(np.full(count, -1, np.int64), np.zeros(count))

    def give(self, number: int) -> None:
        """All documents are of this type: the caller knows."""
        self._known[:], self.documents.document[:] = True, number

    def read(self, documents: Ints) -> None:
        """Recognise these documents, if that was not done before."""
        wanted = np.unique(documents)
        wanted = wanted[~self._known[wanted]]
        if not len(wanted):
            return
        types = self._recogniser.recognise(self._scene, self._pages, wanted)
        self._known[wanted] = True
        self.documents.document[wanted], self.documents.score[wanted] = types.document[wanted], types.score[wanted]
        for table, type in types.table.items():
            self._of_table[table] = type

    def of(self, among: Bools) -> Ints:
        """Type of each candidate, -1 unknown: right for those `among`, and for others whose document was read before."""
        self.read(self._document[among])
        table = self._of_table[self._table]
        types: Ints = np.where(table >= 0, table, self.documents.document[self._document])
        return types


class Recogniser:
    """Built once from the types; `matcher(rules)` makes the engine that looks for their words."""

    def __init__(self, types: Mapping[str, DocType], matcher: Callable[[Sequence[Rule]], Matcher]) -> None:
        self.ids = tuple(types)
        clues = [(number, clue) for number, kind in enumerate(types.values()) for clue in kind.clues]
        self._clues: tuple[Clue, ...] = tuple(clue for _, clue in clues)
        self._type = np.array([number for number, _ in clues], np.int64)
        self._weight = np.array([clue.weight for clue in self._clues], np.float64)
        self._sure = np.array([clue.sure and clue.zone == "title" for clue in self._clues], np.bool_)
        self._rivals = np.array([kind.rivals for kind in types.values()], np.float64)
        self._size = np.array([len(clue.words) for clue in self._clues], np.int64)
        self._words = {
            zone: _Words([(n, clue) for n, clue in enumerate(self._clues) if clue.zone == zone], matcher) for zone in ZONES
        }

    def recognise(self, scene: Scene, pages: Sequence[str] = (), wanted: Ints | None = None) -> Types:
        """Types of the documents of a scene (all, or those `wanted`); `pages`: by document, the title of the page it hangs on."""
        read = _Zones(scene)
        count = len(scene.batch)
        chosen = range(count) if wanted is None else wanted.tolist()
        stretches = [(n, zone, text) for n in chosen for zone, text in read.document(n)]
        stretches += [(n, "page", pages[n].encode()) for n in chosen if pages and pages[n]]
        points = self._points(stretches, count)
        best, score = _best(points, ENOUGH)
        tables = read.tables(chosen)
        parts: dict[int, int] = {}
        if tables:
            own, own_score = _best(
                self._points([(n, z, t) for n, (_, zones) in enumerate(tables) for z, t in zones], len(tables)), PART
            )
            for n, (table, _) in enumerate(tables):
                document = read.owner(table)
                if own[n] >= 0 and own[n] != best[document] and own_score[n] > points[document, own[n]] * 0.5:
                    parts[table] = int(own[n])
        return Types(best, score, parts)

    def evidence(self, scene: Scene, document: int, page: str = "") -> list[Evidence]:
        """Every clue found in one document, best first, with the type it speaks for."""
        stretches = [(0, zone, text) for zone, text in _Zones(scene).document(document)]
        if page:
            stretches.append((0, "page", page.encode()))
        found = self._found(stretches)
        rows = [
            Evidence(self.ids[self._type[clue]], ("title", "heads", "body", "page")[zone], str(self._clues[clue]), float(worth))
            for _, zone, clue, worth in zip(*(column.tolist() for column in found), strict=True)
        ]
        return sorted(rows, key=lambda row: (-abs(row.points), row.type, row.words))

    def _found(self, stretches: Sequence[tuple[int, str, bytes]]) -> tuple[Ints, Ints, Ints, NDArray[np.float64]]:
        """Clues all of whose words stand in a zone: owner, zone (3: page), clue, points."""
        parts: list[Ints] = []
        most = len(self._clues)
        for zone in ZONES:
            chosen = [row for row in stretches if row[1] == zone or (row[1], zone) == ("page", "title")]
            if not chosen:
                continue
            owner = np.array([row[0] * 4 + (*ZONES, "page").index(row[1]) for row in chosen], np.int64)
            place, clue, form = self._words[zone].find([row[2] for row in chosen])
            # one number for (owner, zone, clue, form): numbers sort ten times as fast as rows
            both = np.unique((owner[place] * most + clue) * MOST_WORDS + form)
            rows, words = np.unique(both // MOST_WORDS, return_counts=True)
            parts.append(rows[words == self._size[rows % most]])
        rows = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        clue, place = rows % most, rows // most
        return place // 4, place % 4, clue, self._weight[clue] * np.where(place % 4 == 3, INHERITED, 1.0)

    def _points(self, stretches: Sequence[tuple[int, str, bytes]], count: int) -> NDArray[np.float64]:
        """(count, types) points; what a zone gives above its cap counts little."""
        owner, zone, clue, worth = self._found(stretches)
        shape = (4, count, len(self.ids))
        total = np.zeros(shape)
        np.add.at(total, (zone, owner, self._type[clue]), worth)
        caps = np.array([CAPS["title"], CAPS["heads"], CAPS["body"], CAPS["page"]])
        capped = np.minimum(total, caps[:, None, None])
        points: NDArray[np.float64] = (capped + OVER * (total - capped)).sum(0)
        titled = np.zeros((count, len(self.ids)), np.bool_)
        sure = self._sure[clue] & (zone != 3)
        titled[owner[sure], self._type[clue[sure]]] = True
        taken = titled * self._rivals
        points -= taken.max(1, initial=0.0)[:, None] * ~(taken > 0)
        return points


class _Words:
    """The words of the clues of one zone, and which clues ask for each in which anchored form (four for each word)."""

    def __init__(self, clues: Sequence[tuple[int, Clue]], matcher: Callable[[Sequence[Rule]], Matcher]) -> None:
        words: dict[str, int] = {}
        for _, clue in clues:
            for word in clue.words:
                words.setdefault(word.strip("^$").lower(), len(words))
        asked: list[list[tuple[int, int]]] = [[] for _ in range(4 * len(words))]
        for number, clue in clues:
            for place, word in enumerate(clue.words):
                asked[words[word.strip("^$").lower()] * 4 + word.startswith("^") + 2 * word.endswith("$")].append((number, place))
        self._matcher = matcher([Rule(word.encode(), literal=True, caseless=word.upper() != word) for word in words])
        self._sizes = np.array([len(word.encode()) for word in words], np.int64)
        self._first = np.concatenate(([0], np.cumsum([len(found) for found in asked]))).astype(np.int64)
        self._clue = np.array([number for found in asked for number, _ in found], np.int64)
        self._place = np.array([place for found in asked for _, place in found], np.int64)

    def find(self, texts: Sequence[bytes]) -> tuple[Ints, Ints, Ints]:
        """Which words of which clues stand in which texts: number of the text, of the clue, of the word in it."""
        view = b"\0\0\0" + b"\0".join(texts) + b"\0\0\0"
        starts = np.cumsum([3] + [len(text) + 1 for text in texts])[:-1]
        events = self._matcher.events(view)
        text = np.searchsorted(starts, events.end - 1, "right") - 1
        word, ends = events.rule.astype(np.int64), events.end
        _, first = np.unique((text * len(self._sizes) + word) * 4 + self._anchors(view, word, ends), return_index=True)
        word, ends, text = word[first], ends[first], text[first]
        anchors = self._anchors(view, word, ends)
        forms = [(word * 4 + form, (anchors & form) == form) for form in range(4)]
        form = np.concatenate([number[chosen] for number, chosen in forms])
        text = np.concatenate([text[chosen] for _, chosen in forms])
        count = self._first[form + 1] - self._first[form]
        at = _ranges(self._first[form], count)
        return np.repeat(text, count), self._clue[at], self._place[at]

    def _anchors(self, view: bytes, word: Ints, ends: Ints) -> Ints:
        """1 where a word begins a title, line or cell, 2 where it ends one, 3 for both."""
        raw = np.frombuffer(view, np.uint8)
        starts = ends - self._sizes[word]
        found: Ints = (_ENDS[raw[starts - 1]] | _opening(raw, starts)) + np.int64(2) * (_ENDS[raw[ends]] | _closing(raw, ends))
        return found


def _opening(raw: NDArray[np.uint8], starts: Ints) -> Bools:
    """（ 《 【 “ before a word, three bytes."""
    code = (raw[starts - 3].astype(np.int64) << 16) | (raw[starts - 2].astype(np.int64) << 8) | raw[starts - 1]
    return np.isin(code, [int.from_bytes(sign.encode(), "big") for sign in "（《【“「—：｜"])


def _closing(raw: NDArray[np.uint8], ends: Ints) -> Bools:
    """（ ） 》 【 】 ” behind a word: what stands in brackets behind a title does not count as its end."""
    last = len(raw) - 1
    code = (
        (raw[ends].astype(np.int64) << 16)
        | (raw[np.minimum(ends + 1, last)].astype(np.int64) << 8)
        | raw[np.minimum(ends + 2, last)]
    )
    return np.isin(code, [int.from_bytes(sign.encode(), "big") for sign in "（）》【】”」—：｜。！？"])


def _ranges(first: Ints, count: Ints) -> Ints:
    """first[i] … first[i] + count[i] - 1 for all i, one after the other."""
    total = int(count.sum())
    offsets = np.repeat(first - (np.cumsum(count) - count), count)
    return offsets + np.arange(total)


def _best(points: NDArray[np.float64], enough: float) -> tuple[Ints, NDArray[np.float64]]:
    """The leading type of each row, -1 where none has enough points or none leads."""
    if not points.size:
        return np.full(len(points), -1, np.int64), np.zeros(len(points))
    best = points.argmax(1)
    rows = np.arange(len(points))
    score = points[rows, best]
    others = points.copy()
    others[rows, best] = -np.inf
    lead = score - others.max(1, initial=0.0)
    return np.where((score >= enough) & (lead >= MARGIN), best, -1), score


class _Zones:
    """The text of the zones of each document of a scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        batch = scene.batch
        self.view = batch.view
        self.first = np.searchsorted(batch.document, np.arange(len(batch) + 1))
        starts = scene.tables.start
        segment = np.searchsorted(batch.segments, starts, "right") - 1 if len(starts) else np.zeros(0, np.int64)
        self.cell_document = batch.document[segment] if len(starts) else segment
        self.cells = np.searchsorted(self.cell_document, np.arange(len(batch) + 1))

    def document(self, number: int) -> list[tuple[str, bytes]]:
        """(zone, text) of a document."""
        batch, view = self.scene.batch, self.view
        titles, texts, tail, size = [], [], b"", 0
        for segment in range(int(self.first[number]), int(self.first[number + 1])):
            low, high = int(batch.segments[segment]), int(batch.segments[segment + 1]) - 1
            role = ROLES[batch.role[segment]]
            if role == "title":
                titles.append(view[low : min(high, low + TITLE)])
            elif role == "text" and size < RAW:
                texts.append(view[low : min(high, low + RAW - size)])
                size += high - low
                tail = view[max(high - TAIL, low + RAW) : high] if high - low > RAW else tail
        body = b"\n".join(texts).lstrip(b"\r\n\t ")
        if not titles:
            line = body.split(b"\n", 1)[0]
            titles.append(line[:TITLE] if b"\t" not in line else b"")
        lines = body.split(b"\n")
        if len(lines) > PAGE:
            body, tail = (b"\n".join(line for line in part if len(line) >= SHORT) for part in (lines, tail.split(b"\n")))
        tail = tail or body[max(len(body) - TAIL, HEAD) :]
        body = body[:HEAD] + b"\n" + tail if tail else body
        zones = [("title", b"\n".join(titles)), ("body", body)]
        if heads := self._heads(int(self.cells[number]), int(self.cells[number + 1])):
            zones.append(("heads", heads))
        return zones

    def _heads(self, low: int, high: int) -> bytes:
        """Header cells and first rows among the cells low … high."""
        tables = self.scene.tables
        if low >= high:
            return b""
        part = slice(low, high)
        fresh = np.ones(high - low, np.bool_)
        fresh[1:] = np.diff(tables.table[part]) != 0
        first_line = tables.line[part][np.maximum.accumulate(np.where(fresh, np.arange(high - low), 0))]
        chosen = np.flatnonzero(tables.header[part] | (tables.line[part] == first_line))[:400] + low
        return b"\n".join(
            self.view[a:b].strip()
            for a, b in zip(tables.start[chosen].tolist(), tables.end[chosen].tolist(), strict=True)
            if b - a <= 90
        )

    def owner(self, table: int) -> int:
        """The document that a table lies in."""
        return int(self.cell_document[int(np.searchsorted(self.scene.tables.table, table))])

    def tables(self, documents: Container[int]) -> list[tuple[int, list[tuple[str, bytes]]]]:
        """Tables with a caption of their own: number and (zone, text): the line or two above it, and its headers."""
        tables = self.scene.tables
        found: list[tuple[int, list[tuple[str, bytes]]]] = []
        if not len(tables.start):
            return found
        fresh = np.flatnonzero(np.concatenate(([True], np.diff(tables.table) != 0)))
        borders = np.append(fresh, len(tables.start)).tolist()
        for low, high in pairwise(borders):
            if int(self.cell_document[low]) not in documents:
                continue
            start = int(tables.start[low])
            floor = self.view.rfind(b"\0", 0, start) + 1
            above = self.view[max(floor, start - 400) : start].split(b"\n")[-4:-1]
            caption = [line for line in above if 6 <= len(line.strip()) <= 150 and b"\t" not in line]
            if caption and start - floor > 400:
                found.append((int(tables.table[low]), [("title", b"\n".join(caption)), ("heads", self._heads(low, high))]))
        return found
