"""What kind of page is it?  Clues of all document types, looked for in the zones of many documents at once.

    title   title segments of the document; where it has none, its first line
    page    the title of the page that an attachment hangs on (given from outside); worth INHERITED of a title
    heads   cells of the first row, and of header rows, of every table; keys of forms
    body    the beginning and the end of the running text, without the short lines of a page's navigation

A document may hold a table of another type than its own: a caption and headers that say so (PART) decide for that table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deident.matching.rules import Matcher, Rule
from deident.matching.scene import Scene
from deident.model import Ints
from deident.policy.clue_words import Words
from deident.policy.types import MOST_WORDS, ZONES, Clue, DocType
from deident.policy.zones import Zones

ENOUGH = 4.0  # points from which on a type is recognised: one likely title, or a sure word in the text
MARGIN = 0.25  # by which the best type must lead, else nobody knows
PART = 7.0  # points that a table's own caption and headers need to be of another type than the document
INHERITED = 0.6
CAPS = {"title": 14.0, "page": 10.0, "heads": 8.0, "body": 7.0}  # what a zone can give at most: a long text is no better evidence
OVER = 0.05  # what a point above the cap still counts: it tells two types apart that both reach it


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
            zone: Words([(n, clue) for n, clue in enumerate(self._clues) if clue.zone == zone], matcher) for zone in ZONES
        }

    def recognise(self, scene: Scene, pages: Sequence[str] = (), wanted: Ints | None = None) -> Types:
        """Types of the documents of a scene (all, or those `wanted`); `pages`: by document, the title of the page it hangs on."""
        read = Zones(scene)
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
        stretches = [(0, zone, text) for zone, text in Zones(scene).document(document)]
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
