"""Names that do not begin with a surname: 扎西顿珠, 其木格, 阿依古丽·买买提, foreign ones with a dot.

Pieces that stand in nothing else (patterns/words/names.txt) and middle dots are where such names are looked for; a name is the
run of characters around in which they are written, as far as a border or a role.
"""

from __future__ import annotations

import numpy as np

from deident.detectors import name_marks, name_signs
from deident.detectors.name_lists import Lists
from deident.detectors.name_text import Text
from deident.model import Bools, Ints

DOT = 0xB7
LONGEST = 8  # characters of one part
ENOUGH = 9


def find(known: Lists, text: Text) -> tuple[Ints, Ints, Ints]:
    """Start, end and points of such names."""
    places = _places(known, text)
    if not len(places):
        return places, places, places
    start, end = _left(known, text, places), _right(known, text, places)
    points = _points(known, text, start, end)
    rows: list[int] = []
    done = 0
    for row, (place, last) in enumerate(zip(places.tolist(), end.tolist(), strict=True)):
        if place >= done:
            rows.append(row)
            done = last
    found = np.array(rows, np.int64)
    found = found[points[found] >= ENOUGH]
    return start[found], end[found], points[found]


def _places(known: Lists, text: Text) -> Ints:
    """Where dots stand between Han characters and where pieces begin, ascending."""
    codes, marks = text.codes, text.marks
    dots = np.flatnonzero(codes == DOT)
    dots = dots[text.han(dots - 1) & text.han(dots + 1)]
    pairs = np.flatnonzero((marks[:-1] & (marks[1:] >> 1) & name_marks.UNIT) != 0)
    pairs = pairs[known.units.behind(codes, pairs) > 0]
    return np.union1d(dots, pairs)


def _left(known: Lists, text: Text, places: Ints) -> Ints:
    """Where names begin that go on at the places: behind a role or a border near by, else where their letters do."""
    codes = text.codes
    start, go = places.copy(), np.ones(len(places), np.bool_)
    for _ in range(LONGEST * 2):
        go &= _lettered(text, start - 1, -1)
        if not go.any():
            break
        start -= go
    wall = _walled(text, places, -1, LONGEST)
    reach = np.arange(-2 * LONGEST, 1)
    spots = places[:, None] + reach
    chosen = (spots >= np.minimum(start, wall)[:, None]) & (spots < np.maximum(start + 1, places)[:, None])
    role = _last(chosen, known.before.before(codes, spots[chosen]) >= name_signs.ROLE)
    near = (codes[places] == DOT) & (places - wall <= 6) & (codes[wall - 1] != DOT)  # 阿依夏木·: a letter that no list knows
    return np.where(role >= 0, places + reach[role], np.where(near, wall, start))


def _right(known: Lists, text: Text, places: Ints) -> Ints:
    """Where they end."""
    codes = text.codes
    end, go = places + 1, np.ones(len(places), np.bool_)
    for _ in range(LONGEST * 2 - 1):
        go &= _lettered(text, end, 1)
        if not go.any():
            break
        end += go
    wall = _walled(text, end, 1, 2)
    near = ~text.han(wall) & (codes[places] == DOT) & (known.behind.behind(codes, end) == 0)
    end = np.where(near, wall, end)
    reach = np.arange(2 * LONGEST + 2, 1, -1)
    spots = places[:, None] + reach
    chosen = spots < end[:, None]
    role = _last(chosen, known.behind.behind(codes, spots[chosen]) >= 6)
    return np.where(role >= 0, places + reach[role], end)


def _lettered(text: Text, places: Ints, step: int) -> Bools:
    """Whether a character of such a name stands there, or a dot with a Han character behind (step 1) or before it (-1), (n,)."""
    dotted = (text.codes[places] == DOT) & text.han(places + step)
    found: Bools = ((text.marks[places] & name_marks.LETTER) != 0) | dotted
    return found


def _walled(text: Text, places: Ints, step: int, longest: int) -> Ints:
    """Where Han characters end from each place on (step 1) or begin before it (-1), `longest` of them at most, (n,)."""
    wall, go = places.copy(), np.ones(len(places), np.bool_)
    for _ in range(longest):
        go &= text.han(wall if step > 0 else wall - 1)
        wall += step * go
    return wall


def _last(chosen: Bools, hit: Bools) -> Ints:
    """Column of the last hit in each row, -1 for none; `hit` tells of the chosen cells only."""
    grid = np.zeros(chosen.shape, np.int64)
    grid[chosen] = hit
    found: Ints = (grid * np.arange(1, chosen.shape[1] + 1)).max(axis=1, initial=0) - 1
    return found


def _points(known: Lists, text: Text, start: Ints, end: Ints) -> Ints:
    """How sure they are, (n,); 0 for no name."""
    spots = start[:, None] + np.arange(int((end - start).max(initial=0)))
    inside = spots < end[:, None]
    spots = np.where(inside, spots, 0)  # zero stands in the margin
    codes = text.codes[spots]
    dots = (codes == DOT).sum(axis=1)
    letters = ((text.marks[spots] & name_marks.LETTER) != 0).sum(axis=1)
    size = end - start - dots
    points = np.zeros(len(start), np.int64)
    rows = np.flatnonzero((codes[:, :1] != DOT).all(axis=1) & (size >= 2) & (size <= 4 * LONGEST) & (letters * 4 >= size * 3))
    start, end, dots, size, whole = start[rows], end[rows], dots[rows], size[rows], letters[rows] == size[rows]
    pairs = spots[rows]
    inner = pairs < end[:, None] - 1
    inner &= pairs > 0
    units = np.zeros(pairs.shape, np.int64)
    units[inner] = known.units.behind(text.codes, pairs[inner]) > 0
    count = units.sum(axis=1)
    sides = name_signs.before(known, text, start) + name_signs.behind(known, text, end)
    fits = (sides >= -20) & ((dots > 0) | (count > 0)) & ((size != 2) | (sides >= 6))
    walled = ~text.han(start - 1) & ~text.han(end) & whole
    dotted = np.where(dots == 0, 0, np.where(whole, 5, 3))
    points[rows] = np.where(fits, np.minimum(count, 2) * 3 + 3 * walled + dotted + sides, 0)
    return points
