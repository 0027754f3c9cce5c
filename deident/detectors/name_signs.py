"""What stands before and behind a place where a name may begin or end, in half points."""

from __future__ import annotations

import numpy as np

from deident.detectors.name_lists import NEVER, Lists, pack
from deident.detectors.name_text import Text
from deident.model import Ints

SOFT = 2  # points of a word that stands before a name or before anything
KIN = 4  # points of 妻, 父 and the like
ROLE = 4  # points from which on a word before or behind speaks for a name by itself
BORDER = 3  # points of the beginning of a line; other borders have one less
UNKNOWN = -3  # a Han character that no list knows


def _table(signs: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    table = np.zeros(1 << 16, np.bool_)
    table[[ord(sign) for sign in signs]] = True
    return table


_LINK = _table(" :([\"'“‘【】]「「/|-")  # may stand between a label and its value
_LINE = _table("\0\n\t>")
_LETTER = _table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
DIGIT = _table("0123456789")
_MASK = _table("*×XＸ·•")
_ASIDE = _table("(, \t/:")
AND = _table("和与及或")
_DOT = _table(".、)")


def before(known: Lists, text: Text, places: Ints) -> Ints:
    """Role, label or kin before each place, else the kind of border, (n,)."""
    codes = text.codes
    last = codes[places - 1]
    back = places.copy()
    linked = np.ones(len(places), np.bool_)
    for _ in range(4):
        linked &= _LINK[codes[back - 1]]
        back = back - linked
    word = np.zeros(len(places), np.int64)
    chosen = np.flatnonzero(known.opens[codes[back - 1]])
    word[chosen] = known.before.before(codes, back[chosen])
    glued = text.han(places - 1)
    word[(word == KIN) & glued & text.han(places - 2)] = 0  # 父 before a name, but not 子 in 孙子, 弟子
    across = glued & (known.across.of(2, pack(codes, places - 1, 2)) > 0)
    number = _DOT[last] & DIGIT[codes[places - 2]]
    border = np.where(_LINE[last] | number, BORDER, np.where(_LETTER[last], -2, 2))
    border = np.where((last == 32) & _LINE[codes[back - 1]], BORDER, border)
    alone = np.where(word >= ROLE, word + 1, border)
    inside = np.where(word <= 0, UNKNOWN, np.where(word == SOFT, 1, word))
    inside = np.where(across, np.where(word > 0, -1, UNKNOWN - 4), inside)  # 女儿|童
    return np.where(glued, inside, alone)


def behind(known: Lists, text: Text, places: Ints) -> Ints:
    """Post, title, predicate, note or number behind each place, else the kind of border, (n,)."""
    codes = text.codes
    first = codes[places]
    glued = text.han(places)
    word = known.behind.behind(codes, places).astype(np.int64)
    at = places.copy()
    skipped = _ASIDE[first] & ~glued
    for _ in range(3):
        at = at + skipped
        skipped = skipped & _ASIDE[codes[at]]
    aside = known.aside.behind(codes, at).astype(np.int64)
    aside = np.where((at > places) & (aside == 0), np.minimum(known.behind.behind(codes, at), ROLE) * (at > places), aside)
    aside = np.maximum(aside, 0) * (at > places)
    digits = DIGIT[codes[at]]
    count = digits.astype(np.int64)
    for step in range(1, 6):
        digits = digits & DIGIT[codes[at + step]]
        count += digits
    numbered = np.select([count >= 6, count >= 4, (count > 0) & (at == places)], [6, 4, 2], 0)
    years = (at > places) & (count > 0) & (count < 4) & (codes[at + count] == ord("岁"))  # ,13岁
    numbered = np.where(years, 6, numbered)
    border = np.where(_MASK[first], NEVER, np.where(_LETTER[first], -2, 2))
    open_ = np.maximum(np.maximum(border, aside), numbered)
    open_ = np.where(_MASK[first], NEVER, open_)
    return np.where(glued, np.where(word == 0, UNKNOWN + 1, word), open_)
