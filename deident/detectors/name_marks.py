"""What can be told from a single character, as bits: one look-up a character, so that all others are few.

A name is looked for where the bits of neighbours allow one; only there are words compared.  HEAD and GIVEN, USUAL and FOLLOWS, and
the bits named as pairs lie side by side: `here & next >> 1` tells at once where one of them follows on the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.uint16]

HAN = 1
HEAD = 2  # a surname or the first half of a compound one
GIVEN = 4  # may stand in a given name
USUAL = 8  # a surname that is not doubtful
FOLLOWS = 16  # begins a word that stands behind names and speaks for one
GOES = 32  # begins any word that is looked for behind names or brackets
OPENS = 64  # ends a word that stands before names
SHORT = 128  # is such a word by itself, one that may stand before anything
ROLE = 256  # is such a word by itself, one that stands before names only
TWICE = 512  # first character of a compound surname; the next bit: its second
UNIT = 2048  # first character of a piece of a Tibetan, Mongol, … name; the next bit: its second
LETTER = 8192  # such names are written with it


def table(parts: Mapping[int, NDArray[np.bool_]]) -> Marks:
    """The bits of every character, (65536,): `parts` says which bear a bit."""
    marks = np.zeros(1 << 16, np.uint16)
    for bit, bearing in parts.items():
        marks[bearing] |= bit
    return marks


def of(letters: Iterable[str]) -> NDArray[np.bool_]:
    """A table that is true for some characters."""
    bearing = np.zeros(1 << 16, np.bool_)
    bearing[[ord(letter) for letter in letters]] = True
    return bearing
