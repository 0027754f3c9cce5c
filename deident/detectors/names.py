"""Names of people in running text and lists: 县长陈国栋, 张三之妻李四, `王一一、李二二`, `李　明`.

Every surname followed by what given names are made of is a candidate of two to four characters.  In half points count how
much it looks like a name (surname, given characters, words that begin like it), what stands before it (role, label, kin,
border), what behind it (post, title, predicate, `(男`, an ID), and its neighbours: items of a list speak for each other.  ENOUGH
points make a name; a sure one is a name wherever it stands again in its document.  All of it is done by columns.
"""

from __future__ import annotations

import numpy as np

from deident.detectors import name_marks, name_places, name_signs, name_units
from deident.detectors.name_lists import NEVER, Lists, lists
from deident.detectors.name_places import ENOUGH, Places
from deident.detectors.name_text import PAD, Text
from deident.detectors.name_words import pack
from deident.matching.scene import Scene
from deident.model import SENTENCES, Bools, Candidates, Ints

KIND = "person_name"
WEAK = 0.7  # score below which a name in running text must not end like a place
_PLACE = name_marks.of("沟坪湾沱坝岭坡屯寨洼营庄村镇乡县路街巷堡塘墩峪纬经")
SURE = {2: 12, 3: 10, 4: 11}  # points from which on a name of that length counts wherever it stands


def find(scene: Scene) -> Candidates:
    """Candidates of the kind `person_name`."""
    plan = scene.plan
    if KIND not in plan.catalogue.kinds or len(scene.batch.view) < 6 or scene.batch.view.isascii():
        return Candidates.none()
    known = lists(plan.catalogue.home)
    text = Text.made(scene.characters, known.marks)
    heads, signed = name_places.heads(text)
    places = name_places.weighed(known, text, name_places.likely(known, text, signed))
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
    kept = np.isin(scene.batch.role[segment], SENTENCES)
    weak = np.flatnonzero(kept & (score < WEAK) & _PLACE[text.codes[end - 1]])  # 东至罗玉沟: in a cell it may be a name
    kept[weak] = scene.tables.cell(low[weak], high[weak]) >= 0
    return found.take(kept)


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


_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_AND = name_marks.of("、,和及与")


def _joined(text: Text, places: Places, points: Ints) -> Ints:
    """Points with what a sure neighbour adds: 村民王三三、李四."""
    starts, ends = np.zeros(len(text.codes), np.bool_), np.zeros(len(text.codes), np.bool_)
    after = np.flatnonzero(_AND[text.codes[places.start - 1]] & (places.looks >= 3))
    ahead = np.flatnonzero(_AND[text.codes[places.end]] & (places.looks >= 3))
    for _ in range(2):
        sure = points >= ENOUGH
        starts[places.start[sure]] = True
        ends[places.end[sure]] = True
        near = np.zeros(len(points), np.bool_)
        near[after] = ends[places.start[after] - 1]
        near[ahead] |= starts[places.end[ahead] + 1]
        points = np.where(sure, points, points + 3 * near)
    return points


def _alone(places: Places, points: Ints) -> tuple[Places, Ints]:
    """Those with enough points; of such as overlap the best, then the longest."""
    enough = np.flatnonzero(points >= ENOUGH)
    order = enough[np.lexsort((places.start[enough] - places.end[enough], -points[enough], places.start[enough]))]
    start, end = places.start[order], places.end[order]
    apart = np.ones(len(order) + 1, np.bool_)  # nothing before reaches into it
    apart[1:-1] = start[1:] >= np.maximum.accumulate(end)[:-1]
    single = apart[:-1] & apart[1:]
    rest = np.flatnonzero(~single)
    kept: list[int] = []
    starts, ends, scores = start.tolist(), end.tolist(), points[order].tolist()
    for row in rest.tolist():
        if kept and starts[row] < ends[kept[-1]]:
            if scores[row] > scores[kept[-1]] and starts[row] > starts[kept[-1]]:
                kept[-1] = row
            continue
        kept.append(row)
    single[kept] = True
    chosen = order[single]
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
    taken = np.zeros(len(text.codes), np.bool_)
    taken[chosen.start] = True
    again = heads[_first(text, chosen.start[sure], heads)]
    document = _document(scene, text, again).astype(np.uint64)
    own = _document(scene, text, chosen.start).astype(np.uint64)
    starts, ends = [none], [none]
    for length in SURE:
        mine = np.flatnonzero(sure & (size == length))
        if not len(mine):
            continue
        keys = pack(text.codes, again, length) * _SPREAD + document
        hit = np.isin(keys, pack(text.codes, chosen.start[mine], length) * _SPREAD + own[mine])
        hit &= ~taken[again]
        places = again[hit]
        behind = name_signs.behind(known, text, places + length)
        places = places[behind > (0 if length == 2 else -10)]
        starts.append(places)
        ends.append(places + length)
    return np.concatenate(starts), np.concatenate(ends)


def _first(text: Text, names: Ints, heads: Ints) -> Bools:
    """Whether the first and the second character at each head are those of some of the names, (n,)."""
    here = np.zeros((2, 1 << 16), np.bool_)
    here[0, text.codes[names]] = True
    here[1, text.codes[names + 1]] = True
    same: Bools = here[0].take(text.codes.take(heads))
    same[same] = here[1].take(text.codes.take(heads[same] + 1))
    return same


def _document(scene: Scene, text: Text, places: Ints) -> Ints:
    """Number of the document in which each place lies: every segment ends in NUL."""
    ends = np.flatnonzero(text.codes[PAD:-PAD] == 0) + PAD
    segment = np.minimum(np.searchsorted(ends, places), len(scene.batch.document) - 1)
    found: Ints = scene.batch.document[segment]
    return found
