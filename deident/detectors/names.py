"""Names of people in running text and lists: 县长陈国栋, 张三之妻李四, `王一一、李二二`, `李　明`.

Every surname followed by what given names are made of is a candidate of two to four characters.  In half points count how
much it looks like a name (surname, given characters, words that begin like it), what stands before it (role, label, kin,
border), what behind it (post, title, predicate, `(男`, an ID), and its neighbours: items of a list speak for each other.  ENOUGH
points make a name; a sure one is a name wherever it stands again in its document.  All of it is done by columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deident.detectors import name_signs, name_units
from deident.detectors.name_lists import NEVER, Lists, first, lists, pack
from deident.detectors.name_text import PAD, Text
from deident.matching.scene import Scene
from deident.model import ROLES, Bools, Candidates, Ints

KIND = "person_name"
ENOUGH = 8
SURE = {2: 12, 3: 10, 4: 11}  # points from which on a name of that length counts wherever it stands
UNSEEN = [ROLES.index(role) for role in ROLES if role not in ("text", "title", "attribute", "comment", "meta")]


@dataclass(frozen=True, slots=True)
class Places:
    """start, end   places of candidates (n,), by start
    looks        how much each looks like a name
    before, behind   what its surroundings say
    """

    start: Ints
    end: Ints
    looks: Ints
    before: Ints
    behind: Ints

    @property
    def points(self) -> Ints:
        """All together, without neighbours."""
        return self.looks + self.before + self.behind

    def take(self, chosen: Bools | Ints) -> Places:
        """Some of them."""
        return Places(self.start[chosen], self.end[chosen], self.looks[chosen], self.before[chosen], self.behind[chosen])

    def __len__(self) -> int:
        return len(self.start)


def find(scene: Scene) -> Candidates:
    """Candidates of the kind `person_name`."""
    plan = scene.plan
    if KIND not in plan.catalogue.kinds or len(scene.batch.view) < 6:
        return Candidates.none()
    known, text = lists(plan.catalogue.home), Text.of(scene.batch.view)
    heads = np.flatnonzero(known.head[text.codes[:-1]] & (known.given[text.codes[1:]] > NEVER))
    places = _weighed(known, text, heads)
    points = places.points + _neighbours(known, text, places)
    chosen, points = _alone(places, _joined(text, places, points))
    sure = _again(scene, known, text, heads, chosen, points)
    units = name_units.find(known, text)
    start = np.concatenate((chosen.start, sure[0], units[0]))
    end = np.concatenate((chosen.end, sure[1], units[1]))
    points = np.concatenate((points, np.full(len(sure[0]), ENOUGH), units[2]))
    if not len(start):
        return Candidates.none()
    offsets = text.bytes(np.concatenate((start, end)))
    low, high = offsets[: len(start)], offsets[len(start) :]
    score = np.clip(0.6 + (points - ENOUGH) * 0.03, 0.6, 0.9).astype(np.float32)
    found = Candidates(low, high, np.full(len(start), plan.catalogue.kinds.index(KIND), np.int32), score)
    segment = np.searchsorted(scene.batch.segments, low, "right") - 1
    return found.take(~np.isin(scene.batch.role[segment], UNSEEN))


def _weighed(known: Lists, text: Text, heads: Ints) -> Places:
    """Candidates at the heads that their surroundings do not rule out, by start."""
    codes = text.codes
    before = codes[heads - 1]
    open_ = ~text.han(heads - 1) | known.opens[before]
    usual = known.surname[codes[heads]] >= 2
    follows = usual & (known.follows[codes[heads + 2]] | known.follows[codes[heads + 3]] | known.follows[codes[heads + 4]])
    heads = heads[open_ | follows]
    left = name_signs.before(known, text, heads)
    likely = left + known.surname[codes[heads]] + known.given[codes[heads + 1]] >= 2
    likely |= known.compound.of(2, pack(codes, heads, 2)) > 0
    heads, left = heads[likely], left[likely]
    spaced = _spaced(known, text)
    parts = [*_lengths(known, text, heads), spaced]
    start, end, looks = (np.concatenate([part[n] for part in parts]) for n in range(3))
    side = np.concatenate([*[left[part[3]] for part in parts[:-1]], name_signs.before(known, text, spaced[0])])
    keep = looks + side >= ENOUGH - 8  # more than eight no sign behind can add
    start, end, looks, side = start[keep], end[keep], looks[keep], side[keep]
    behind = name_signs.behind(known, text, end)
    behind -= 4 * (
        text.han(end) & (known.links[codes[end - 1]] | name_signs.AND[codes[start + 1]])
    )  # 安全和|… : 和 ends no name in the middle of a sentence
    head = known.surname[codes[start]]
    doubtful = (head <= 0) & (head > NEVER) & ~(known.compound.of(2, pack(codes, start, 2)) > 0)
    behind -= 2 * (doubtful & (side < name_signs.BORDER) & (behind <= 2))  # 保民生: borders alone do not make it a name
    places = Places(start, end, looks, side, behind)
    return places.take(np.lexsort((end, start)))


Part = tuple[Ints, Ints, Ints, Ints]


def _lengths(known: Lists, text: Text, heads: Ints) -> list[Part]:
    """Start, end, looks and number of the head of all candidates, by length."""
    codes = text.codes
    surname = known.surname[codes[heads]].astype(np.int64)
    given = [known.given[codes[heads + step]].astype(np.int64) for step in range(4)]
    keys = pack(codes, heads, 4)
    words = [known.stops.of(size, first(keys, size)) for size in (2, 3, 4)]
    titled = known.titles.behind(codes, heads + 1) > 0
    double = known.compound.of(2, pack(codes, heads, 2)) > 0
    two, three, four = (np.array([0, -4, -10])[found] for found in words)
    begins = np.array([0, -1, -4])[words[0]]
    rows: list[Part] = []

    def add(size: int, looks: Ints, allowed: Bools) -> None:
        chosen = np.flatnonzero(allowed & (looks > -8) & ~titled)
        rows.append((heads[chosen], heads[chosen] + size, looks[chosen], chosen))

    single = surname > NEVER
    surname = surname - 4 * (single & (surname <= 1) & name_signs.DIGIT[codes[heads - 1]])  # 600米
    add(2, surname + given[1] - 1 + two + three + four, single & ~double)
    word = known.inner.of(2, pack(codes, heads + 1, 2)) > 0  # 惠|民生
    house = 4 * (codes[heads + 1] == ord("家"))  # 张家界, 王家坝
    both = ((given[1] > 0) & (given[2] > 0) & (surname > 1)).astype(np.int64) - word * np.where(surname > 1, 1, 4)
    add(
        3,
        surname + given[1] + given[2] + both + (surname == 4) * (both > 0) + begins + three + four - house,
        single & (given[2] > NEVER),
    )
    walled = ~text.han(heads - 1) & ~text.han(heads + 4) & (given[2] > 0) & (given[3] > 0)
    twice = known.surname[codes[heads + 1]] >= 2
    add(4, surname + given[2] + given[3] - 2 + begins + three + four, single & walled & twice)
    whole = np.where(double, 4, NEVER)
    add(3, whole + given[2] - 1 + three + four, double & (given[2] > NEVER))
    add(4, whole + given[2] + given[3] + four, double & (given[2] > NEVER) & (given[3] > NEVER))
    return rows


def _spaced(known: Lists, text: Text) -> tuple[Ints, Ints, Ints]:
    """Two characters with blanks between, borders around: 李　明."""
    codes = text.codes
    at = np.flatnonzero(codes[:-6] == 32)
    at = at[(at >= 8) & known.head[codes[at - 1]] & (~text.han(at - 2) | known.opens[codes[at - 2]])]
    parts: list[tuple[Ints, Ints]] = []
    for gap in (1, 2, 3, 4):
        given = at + gap
        fits = (known.given[codes[given]] > NEVER) & (~text.han(given + 1) | known.follows[codes[given + 1]])
        for step in range(1, gap):
            fits &= codes[at + step] == 32
        spelt = (codes[given + 1] == 32) & text.han(given + 2) & ~text.han(given + 3)  # 通 知 公 告
        spelt |= (codes[at - 2] == 32) & text.han(at - 3) & ~text.han(at - 4)
        parts.append((at[fits & ~spelt] - 1, given[fits & ~spelt] + 1))
    start = np.concatenate([part[0] for part in parts])
    end = np.concatenate([part[1] for part in parts])
    key = codes[start].astype(np.uint64) | codes[end - 1].astype(np.uint64) << np.uint64(16)
    looks = (
        known.surname[codes[start]].astype(np.int64) + known.given[codes[end - 1]] + np.array([0, -2, -4])[known.stops.of(2, key)]
    )
    keep = looks > -8
    return start[keep], end[keep], looks[keep]


def _neighbours(known: Lists, text: Text, places: Places) -> Ints:
    """What the items of a list add to each other: candidates that fill all between two borders, nothing but signs between them."""
    bonus = np.zeros(len(places), np.int64)
    whole = ~text.han(places.start - 1) & ~text.han(places.end) & (places.looks >= 3) & (places.behind > NEVER // 2)
    items = np.flatnonzero(whole)
    if len(items) < 2:
        return bonus
    start, end = places.start[items], places.end[items]
    gap = start[1:] - end[:-1]
    linked = (gap > 0) & (gap <= 12)
    for step in range(12):
        inside = step < gap
        linked &= ~inside | ~text.han(end[:-1] + np.minimum(step, np.maximum(gap - 1, 0)))
    group = np.concatenate(([0], np.cumsum(~linked)))
    size = np.bincount(group)[group]
    plain = np.bincount(group, known.surname[text.codes[start]] > 0)[group]
    size = np.where(plain * 2 >= size, size, 0)  # 保增长、保民生: heads of words all along
    bonus[items] = np.select([size >= 5, size >= 3, size == 2], [5, 3, 1], 0)
    return bonus


_AND = np.array([ord(sign) for sign in "、,和及与"], np.uint16)


def _joined(text: Text, places: Places, points: Ints) -> Ints:
    """Points with what a sure neighbour adds: 村民王三三、李四."""
    for _ in range(2):
        sure = points >= ENOUGH
        after = np.isin(text.codes[places.start - 1], _AND) & np.isin(places.start - 1, places.end[sure])
        ahead = np.isin(text.codes[places.end], _AND) & np.isin(places.end + 1, places.start[sure])
        points = np.where(sure, points, points + 3 * (after | ahead) * (places.looks >= 3))
    return points


def _alone(places: Places, points: Ints) -> tuple[Places, Ints]:
    """Those with enough points; of such as overlap the best, then the longest."""
    enough = np.flatnonzero(points >= ENOUGH)
    order = enough[np.lexsort((places.start[enough] - places.end[enough], -points[enough], places.start[enough]))]
    kept: list[int] = []
    starts, ends, scores = places.start.tolist(), places.end.tolist(), points.tolist()
    for row in order.tolist():
        if kept and starts[row] < ends[kept[-1]]:
            if scores[row] > scores[kept[-1]] and starts[row] > starts[kept[-1]]:
                kept[-1] = row
            continue
        kept.append(row)
    chosen = np.array(kept, np.int64)
    return places.take(chosen), points[chosen]


def _again(scene: Scene, known: Lists, text: Text, heads: Ints, chosen: Places, points: Ints) -> tuple[Ints, Ints]:
    """Start and end of further mentions of sure names in their documents."""
    none = np.zeros(0, np.int64)
    size = chosen.end - chosen.start
    sure = np.zeros(len(chosen), np.bool_)
    for length, least in SURE.items():
        sure |= (size == length) & (points >= least) & (text.codes[chosen.start + 1] != 32)
    if not sure.any():
        return none, none
    document = _document(scene, text, heads).astype(np.uint64)
    row = np.searchsorted(heads, chosen.start)
    starts, ends = [none], [none]
    for length in SURE:
        mine = np.flatnonzero(sure & (size == length))
        if not len(mine):
            continue
        keys = pack(text.codes, heads, length) * np.uint64(0x9E3779B97F4A7C15) + document
        hit = np.isin(keys, keys[row[mine]]) & ~np.isin(heads, chosen.start)
        places = heads[hit]
        behind = name_signs.behind(known, text, places + length)
        places = places[behind > (0 if length == 2 else -10)]
        starts.append(places)
        ends.append(places + length)
    return np.concatenate(starts), np.concatenate(ends)


def _document(scene: Scene, text: Text, places: Ints) -> Ints:
    """Number of the document in which each place lies: every segment ends in NUL."""
    ends = np.flatnonzero(text.codes[PAD:-PAD] == 0) + PAD
    segment = np.minimum(np.searchsorted(ends, places), len(scene.batch.document) - 1)
    found: Ints = scene.batch.document[segment]
    return found
