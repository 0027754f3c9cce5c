"""Names that do not begin with a surname: 扎西顿珠, 其木格, 阿依古丽·买买提, foreign ones with a dot.

Pieces that stand in nothing else (patterns/words/names.txt) and middle dots are where such names are looked for; a name is the
run of characters around in which they are written, as far as a border or a role.  There are few, so they are taken one by one.
"""

from __future__ import annotations

import numpy as np

from deident.detectors import name_signs
from deident.detectors.name_lists import Lists
from deident.detectors.name_text import HAN, Text
from deident.model import Ints

DOT = 0xB7
LONGEST = 8  # characters of one part
ENOUGH = 9


def find(known: Lists, text: Text) -> tuple[Ints, Ints, Ints]:
    """Start, end and points of such names."""
    codes = text.codes
    dots = np.flatnonzero(codes == DOT)
    dots = dots[text.han(dots - 1) & text.han(dots + 1)]
    pairs = np.flatnonzero(known.starts[0][codes[:-1]])
    pairs = pairs[known.starts[1][codes[pairs + 1]]]
    pairs = pairs[known.units.behind(codes, pairs) > 0]
    rows: list[tuple[int, int, int]] = []
    done = 0
    for place in np.union1d(dots, pairs).tolist():
        if place < done:
            continue
        start, end = _left(known, text, place), _right(known, text, place)
        if points := _points(known, text, start, end):
            rows.append((start, end, points))
        done = end
    found = np.array(rows, np.int64).reshape(-1, 3)
    return found[:, 0], found[:, 1], found[:, 2]


def _left(known: Lists, text: Text, place: int) -> int:
    """Where a name begins that goes on at `place`: behind a role or a border near by, else where its letters do."""
    codes = text.codes
    start = place
    while place - start < LONGEST * 2 and (known.letter[codes[start - 1]] or (codes[start - 1] == DOT and HAN[codes[start - 2]])):
        start -= 1
    wall = place
    while place - wall < LONGEST and HAN[codes[wall - 1]]:
        wall -= 1
    spots = np.arange(min(start, wall), max(start + 1, place))
    role = spots[known.before.before(codes, spots) >= name_signs.ROLE]
    if len(role):
        return int(role[-1])
    near = codes[place] == DOT and place - wall <= 6 and codes[wall - 1] != DOT  # 阿依夏木·: a letter that no list knows
    return wall if near else start


def _right(known: Lists, text: Text, place: int) -> int:
    """Where it ends."""
    codes = text.codes
    end = place + 1
    while end - place < LONGEST * 2 and (known.letter[codes[end]] or (codes[end] == DOT and HAN[codes[end + 1]])):
        end += 1
    wall = end
    while wall - end < 2 and HAN[codes[wall]]:
        wall += 1
    if not HAN[codes[wall]] and codes[place] == DOT and not known.behind.behind(codes, np.array([end]))[0]:
        end = wall
    spots = np.arange(place + 2, end)
    role = np.flatnonzero(known.behind.behind(codes, spots) >= 6)
    return int(spots[role[0]]) if len(role) else end


def _points(known: Lists, text: Text, start: int, end: int) -> int:
    """How sure it is; 0 for no name."""
    codes = text.codes[start:end]
    dots = int((codes == DOT).sum())
    letters = int(known.letter[codes].sum())
    size = end - start - dots
    if codes[0] == DOT or size < 2 or size > 4 * LONGEST or letters * 4 < size * 3:
        return 0
    pairs = np.arange(start, end - 1)
    units = int((known.units.behind(text.codes, pairs) > 0).sum())
    places = np.array([start, end])
    sides = int(name_signs.before(known, text, places)[0]) + int(name_signs.behind(known, text, places)[1])
    if sides < -20 or (not dots and not units):
        return 0
    if size == 2 and sides < 6:
        return 0
    walled = not HAN[text.codes[start - 1]] and not HAN[text.codes[end]] and letters == size
    points = min(units, 2) * 3 + 3 * walled + (5 if dots and letters == size else 3 if dots else 0) + sides
    return points if points >= ENOUGH else 0
