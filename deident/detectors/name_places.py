"""Candidates of two to four characters: surnames followed by what given names are made of, and how much speaks for each.

Most surnames of a text are parts of words.  So that few are looked at closely, what its neighbours' marks rule out goes first,
then what too few points before it rule out, then what a word of two characters takes too much from: each step drops only
what the last would.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deident.detectors import name_marks, name_signs
from deident.detectors.name_lists import NEVER, Lists
from deident.detectors.name_text import Text
from deident.detectors.name_words import Weights, first, pack
from deident.model import Bools, Ints

ENOUGH = 8
LEAST = ENOUGH - 8  # more than eight no sign behind can add
LIKELY = 2  # points of what stands before a name, its surname and first given character, at least


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


def heads(text: Text) -> tuple[Ints, Ints]:
    """Places of surnames with a given character behind, ascending: all, and those with a sign before or behind."""
    marks = text.marks
    found = np.flatnonzero((marks[1:-4] & (marks[2:-3] >> 1) & name_marks.HEAD) != 0) + 1
    behind = text.near(found, 2) | text.near(found, 3) | text.near(found, 4)
    sign = (behind >> 1) & text.near(found, 0) & name_marks.USUAL != 0
    sign |= (text.near(found, -1) & (name_marks.HAN | name_marks.OPENS)) != name_marks.HAN
    return found, found[sign]


def likely(known: Lists, text: Text, heads: Ints) -> Ints:
    """Those of the heads that what stands before them may make a name: what `weighed` would drop is left out early."""
    before = text.near(heads, -1)
    kept = (before & name_marks.HAN) == 0
    glued = np.flatnonzero(~kept)
    inside, before = heads[glued], before[glued]
    codes = text.codes
    own = known.surname.take(codes.take(inside)) + known.given.take(codes.take(inside + 1))
    may = own >= np.where((before & name_marks.SHORT) != 0, LIKELY - name_signs.GLUED, LIKELY - name_signs.UNKNOWN)
    may |= (text.marks.take(inside) & (text.near(inside, 1) >> 1) & name_marks.TWICE) != 0
    may |= (before & name_marks.ROLE) != 0
    rest = np.flatnonzero(~may & (own > NEVER // 2))
    may[rest] = known.before.longer(codes, inside[rest])
    kept[glued] = may
    found: Ints = heads[kept]
    return found


def weighed(known: Lists, text: Text, heads: Ints) -> Places:
    """Candidates at the heads that their surroundings do not rule out, by start."""
    codes = text.codes
    left = name_signs.before(known, text, heads)
    kept = left + known.surname[codes[heads]] + known.given[codes[heads + 1]] >= LIKELY
    kept |= known.compound.of(2, pack(codes, heads, 2)) > 0
    heads, left = heads[kept], left[kept]
    spaced = _spaced(known, text)
    parts = [*_lengths(known, text, heads, left), spaced]
    start, end, looks = (np.concatenate([part[n] for part in parts]) for n in range(3))
    side = np.concatenate([*[left[part[3]] for part in parts[:-1]], name_signs.before(known, text, spaced[0])])
    keep = looks + side >= LEAST
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
_WHOLE, _BEGINS = np.array([0, -4, -10]), np.array([0, -1, -4])  # what a word takes away from it, from longer candidates


def _hopeful(known: Lists, text: Text, heads: Ints, left: Ints) -> tuple[Ints, Weights]:
    """Numbers of the heads that words of two characters leave enough points, and what words those are, (n,) each."""
    words = known.stops.of(2, pack(text.codes, heads, 2))
    surname, given = known.surname[text.codes[heads]], known.given[text.codes[heads + 1]]
    points = left + surname + given
    third = known.given[text.codes[heads + 2]]
    hope = (points - 1 + _WHOLE[words] >= LEAST) | ((points + third + 2 + _BEGINS[words] >= LEAST) & (third > NEVER))
    number = np.flatnonzero(hope | ((text.near(heads, 0) & (text.near(heads, 1) >> 1) & name_marks.TWICE) != 0))
    return number, words[number]


def _lengths(known: Lists, text: Text, all_heads: Ints, left: Ints) -> list[Part]:
    """Start, end, looks and number of the head of all candidates, by length."""
    codes = text.codes
    number, begin = _hopeful(known, text, all_heads, left)
    heads = all_heads[number]
    surname = known.surname[codes[heads]].astype(np.int64)
    given = [known.given[codes[heads + step]].astype(np.int64) for step in range(4)]
    keys = pack(codes, heads, 4)
    words = [begin, known.stops.of(3, first(keys, 3)), known.stops.of(4, keys)]
    titled = known.titles.behind(codes, heads + 1) > 0
    double = known.compound.of(2, pack(codes, heads, 2)) > 0
    two, three, four = (_WHOLE[found] for found in words)
    begins = _BEGINS[begin]
    rows: list[Part] = []

    def add(size: int, looks: Ints, allowed: Bools) -> None:
        chosen = np.flatnonzero(allowed & (looks > -8) & ~titled)
        rows.append((heads[chosen], heads[chosen] + size, looks[chosen], number[chosen]))

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
    at = np.flatnonzero(codes[8:-6] == 32) + 8
    at = at[(text.near(at, -1) & name_marks.HEAD) != 0]
    at = at[(text.near(at, -2) & (name_marks.HAN | name_marks.OPENS)) != name_marks.HAN]
    parts: list[tuple[Ints, Ints]] = []
    for gap in (1, 2, 3, 4):
        given = at + gap
        fits = (text.near(given, 0) & name_marks.GIVEN) != 0
        fits &= (text.near(given, 1) & (name_marks.HAN | name_marks.FOLLOWS)) != name_marks.HAN
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
