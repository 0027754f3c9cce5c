"""Many stretches of a text searched as one: cut where an expression must stop, and what is equal is read once.

A column of masked numbers says the same a thousand times (51****************), and calling an expression takes longer than the search.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import count

import numpy as np

from deident.model import Ints
from deident.text.characters import BEYOND, Characters


class Stretches:
    """The stretches `lows` … `highs` (bytes, ascending and apart) of a view of UTF-8, cut at each TAB where `cells`.

    >>> Stretches(b"a 12\\t12\\0", np.array([0]), np.array([7]), True).find(re.compile("[0-9]+"))
    (array([2, 5]), array([4, 7]))
    """

    def __init__(self, view: bytes, lows: Ints, highs: Ints, cells: bool) -> None:
        """Raises UnicodeDecodeError where the view is no UTF-8."""
        code = np.frombuffer(view, np.uint8)
        if (
            np.array_equal(lows[1:], highs[:-1] + 1) and np.isin(code[highs[:-1]], (0, 10)).all()
        ):  # whole lines, one behind the other
            joined = view[lows[0] : highs[-1]].replace(b"\n", b"\0")
        else:
            joined = b"\0".join([view[low:high] for low, high in zip(lows.tolist(), highs.tolist(), strict=True)])
        if cells:
            joined = joined.replace(b"\t", b"\0")
        begins = np.append(0, np.flatnonzero(np.frombuffer(joined, np.uint8) == 0) + 1)
        size = highs - lows + 1
        first = np.cumsum(size) - size
        own = np.searchsorted(first, begins, "right") - 1
        self._places = begins - first[own] + lows[own]  # of each piece in the view
        self._number: Ints  # what each piece says
        self._first: Ints  # where that stands in the text
        if cells:
            self._number, self._first, said = _distinct(joined)
        else:
            self._number, self._first, said = np.arange(len(begins)), begins, joined
        self._text, self._characters = said.decode(), Characters(said)
        wide = len(self._characters.codes) > len(self._text)  # characters beyond the first plane are two codes
        self._beyond = np.array([one.start() for one in BEYOND.finditer(self._text)] if wide else [], np.int64)

    def find(self, expression: re.Pattern[str]) -> tuple[Ints, Ints]:
        """Start and end of what an expression finds that NUL, and TAB where `cells`, `parts` (n,), in order of the text."""
        spans = [match.span() for match in expression.finditer(self._text)]
        if not spans:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        places = np.array(spans, np.int64).ravel()
        at = self._characters.bytes(places + np.searchsorted(self._beyond, places)).reshape(-1, 2)
        number = np.searchsorted(self._first, at[:, 0], "right") - 1
        times = np.bincount(number, minlength=len(self._first))
        hit = np.flatnonzero(times[self._number])
        own = times[self._number[hit]]
        piece = np.repeat(hit, own)
        number = self._number[piece]
        among = np.arange(len(piece)) - np.repeat(np.cumsum(own) - own, own)  # which of the matches in its piece
        chosen = at[(np.cumsum(times) - times)[number] + among]
        by = self._places[piece] - self._first[number]
        return chosen[:, 0] + by, chosen[:, 1] + by


def _distinct(joined: bytes) -> tuple[Ints, Ints, bytes]:
    """What each piece says, as a number; where those begin that say something else than all before them; and these, joined by NUL."""
    pieces = joined.split(b"\0")
    numbers: defaultdict[bytes, int] = defaultdict(count().__next__)  # one look-up a piece
    number = np.fromiter(map(numbers.__getitem__, pieces), np.int64, len(pieces))
    size = np.fromiter(map(len, numbers), np.int64, len(numbers)) + 1
    return number, np.cumsum(size) - size, b"\0".join(numbers)
