"""What stands before and behind a place where a name may begin or end, in half points."""

from __future__ import annotations

import numpy as np

from deident.detectors import name_marks
from deident.detectors.name_lists import NEVER, SOFT, Lists
from deident.detectors.name_text import Text
from deident.detectors.name_words import pack
from deident.model import Ints

KIN = 4  # points of 妻, 父 and the like
ROLE = 4  # points from which on a word before or behind speaks for a name by itself
GLUED = 1  # points of a SOFT word that the name goes on from
UNKNOWN = -3  # points of a Han character that no list knows
BORDER = 3  # points of the beginning of a line; other borders have one less

_LINK = name_marks.of(" :([\"'“‘【】]「「/|-")  # may stand between a label and its value
_LINE = name_marks.of("\0\n\t>")
_LETTER = name_marks.of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
DIGIT = name_marks.of("0123456789")
_MASK = name_marks.of("*×XＸ·•")
_ASIDE = name_marks.of("(, \t/:")
AND = name_marks.of("和与及或")
_DOT = name_marks.of(".、)")
_AGE = ord("岁")


def before(known: Lists, text: Text, places: Ints) -> Ints:
    """Role, label or kin before each place, else the kind of border, (n,)."""
    out = np.empty(len(places), np.int64)
    glued = text.han(places - 1)
    inside, border = np.flatnonzero(glued), np.flatnonzero(~glued)
    if len(inside):
        out[inside] = _inside(known, text, places[inside])
    if len(border):
        out[border] = _border(known, text, places[border])
    return out


def _inside(known: Lists, text: Text, places: Ints) -> Ints:
    """Role, label or kin before places behind a Han character, (n,)."""
    word = known.before.before(text.codes, places).astype(np.int64)
    word[(word == KIN) & text.han(places - 2)] = 0  # 父 before a name, but not 子 in 孙子, 弟子
    across = known.across.of(2, pack(text.codes, places - 1, 2)) > 0
    plain = np.where(word <= 0, UNKNOWN, np.where(word == SOFT, GLUED, word))
    return np.where(across, np.where(word > 0, -1, UNKNOWN - 4), plain)  # 女儿|童


def _border(known: Lists, text: Text, places: Ints) -> Ints:
    """Role or label before places behind a sign, else what sign that is, (n,)."""
    codes = text.codes
    last = codes.take(places - 1)
    back = places.copy()
    rows = np.flatnonzero(_LINK[last])
    for _ in range(4):
        back[rows] -= 1
        rows = rows[_LINK[codes[back[rows] - 1]]]
    word = known.before.before(codes, back)
    number = _DOT[last] & DIGIT[codes[places - 2]]
    border = np.where(_LINE[last] | number, BORDER, np.where(_LETTER[last], -2, 2))
    border = np.where((last == 32) & _LINE[codes[back - 1]], BORDER, border)
    return np.where(word >= ROLE, word + 1, border)


def behind(known: Lists, text: Text, places: Ints) -> Ints:
    """Post, title, predicate, note or number behind each place, else the kind of border, (n,)."""
    out = np.full(len(places), UNKNOWN + 1, np.int64)
    here = text.marks.take(places)
    worded = np.flatnonzero((here & (name_marks.HAN | name_marks.GOES)) == name_marks.HAN | name_marks.GOES)
    word = known.behind.behind(text.codes, places[worded])
    out[worded] = np.where(word == 0, UNKNOWN + 1, word)
    border = np.flatnonzero((here & name_marks.HAN) == 0)
    if len(border):
        out[border] = _open(known, text, places[border])
    return out


def _open(known: Lists, text: Text, places: Ints) -> Ints:
    """Note or number behind places before a sign, else what sign that is, (n,)."""
    codes = text.codes
    first = codes.take(places)
    points = np.where(_LETTER[first], 0, 2)
    at = places.copy()
    rows = np.flatnonzero(_ASIDE[first])
    beyond = rows
    for _ in range(3):
        at[rows] += 1
        rows = rows[_ASIDE[codes[at[rows]]]]
    beyond = beyond[(text.marks.take(at[beyond]) & name_marks.GOES) != 0]
    aside = known.aside.behind(codes, at[beyond]).astype(np.int64)
    aside = np.where(aside == 0, np.minimum(known.behind.behind(codes, at[beyond]), ROLE), aside)
    points[beyond] = np.maximum(points[beyond], aside)
    rows = np.flatnonzero(DIGIT[codes[at]])
    count = np.ones(len(rows), np.int64)
    more = np.ones(len(rows), np.bool_)
    for step in range(1, 6):
        more &= DIGIT[codes[at[rows] + step]]
        count += more
    number = np.select([count >= 6, count >= 4, at[rows] == places[rows]], [6, 4, 2], 0)
    years = (at[rows] > places[rows]) & (count < 4) & (codes[at[rows] + count] == _AGE)  # ,13岁
    points[rows] = np.maximum(points[rows], np.where(years, 6, number))
    return np.where(_MASK[first], NEVER, points)
