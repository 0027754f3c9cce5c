"""Short words in tables, so that a whole column of places is compared with a list in one step.

A word of up to four characters is one number, 16 bits a character.  What cannot be listed is left out by two characters first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from deident.detectors import name_marks
from deident.model import Ints

Codes = NDArray[np.uint16]
Weights = NDArray[np.int8]
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint16(0x9E35)
_FIRST = {size: np.uint64((1 << 16 * size) - 1) for size in (1, 2, 3, 4)}


def _key(word: str) -> int:
    return sum(ord(letter) << 16 * place for place, letter in enumerate(word))


class Words:
    """Words of one to four characters with a weight each.

    keys[n], weights[n]   sorted keys of the words with n characters, and what they count
    """

    def __init__(self, weighted: Mapping[str, int]) -> None:
        self.keys: dict[int, NDArray[np.uint64]] = {}
        self.weights: dict[int, Weights] = {}
        self._maybe: dict[int, NDArray[np.bool_]] = {}
        for size in sorted({len(word) for word in weighted if len(word) <= 4}, reverse=True):
            pairs = sorted((_key(word), weight) for word, weight in weighted.items() if len(word) == size)
            self.keys[size] = np.array([key for key, _ in pairs], np.uint64)
            self.weights[size] = np.array([weight for _, weight in pairs], np.int8)
            self._maybe[size] = np.zeros(1 << max(10, (8 * len(pairs)).bit_length()), np.bool_)
            self._maybe[size][_hash(self.keys[size], len(self._maybe[size]))] = True
        self._single = name_marks.of(word for word in weighted if len(word) == 1)
        longer = [word for word in weighted if len(word) > 1]
        self._first = _pairs((word[0], word[1]) for word in longer)
        self._last = _pairs((word[-2], word[-1]) for word in longer)

    def __contains__(self, word: str) -> bool:
        """Whether one word is listed."""
        return len(word) in self.keys and bool(self.of(len(word), np.array([_key(word)], np.uint64))[0])

    def begins(self, codes: Codes, places: Ints) -> NDArray[np.bool_]:
        """Whether a word may begin at each place: a quick test that lets some others pass, (n,)."""
        here = codes.take(places)
        found: NDArray[np.bool_] = self._single.take(here) | self._first.take(_pair(here, codes.take(places + 1)))
        return found

    def ends(self, codes: Codes, places: Ints) -> NDArray[np.bool_]:
        """Whether a word may end (exclusively) at each place, likewise, (n,)."""
        found: NDArray[np.bool_] = self._single.take(codes.take(places - 1)) | self.longer(codes, places)
        return found

    def longer(self, codes: Codes, places: Ints) -> NDArray[np.bool_]:
        """Whether one of two characters or more may end there, (n,)."""
        return self._last.take(_pair(codes.take(places - 2), codes.take(places - 1)))

    def of(self, size: int, keys: NDArray[np.uint64]) -> Weights:
        """Weight of each key of `size` characters, 0 for what is not listed, (n,)."""
        out = np.zeros(len(keys), np.int8)
        if size in self.keys and len(keys):
            chosen = np.flatnonzero(self._maybe[size].take(_hash(keys, len(self._maybe[size]))))
            if not len(chosen):
                return out
            at = np.minimum(np.searchsorted(self.keys[size], keys[chosen]), len(self.keys[size]) - 1)
            hit = self.keys[size][at] == keys[chosen]
            out[chosen[hit]] = self.weights[size][at[hit]]
        return out

    def behind(self, codes: Codes, places: Ints) -> Weights:
        """Weight of the longest word that begins at each place, (n,)."""
        out = np.zeros(len(places), np.int8)
        rows = np.flatnonzero(self.begins(codes, places)) if len(places) else places
        if not len(rows):
            return out
        whole = pack(codes, places[rows], 4)
        out[rows] = self._longest({size: whole & _FIRST[size] for size in self.keys})
        return out

    def before(self, codes: Codes, places: Ints) -> Weights:
        """Weight of the longest word that ends (exclusively) at each place, (n,)."""
        out = np.zeros(len(places), np.int8)
        rows = np.flatnonzero(self.ends(codes, places)) if len(places) else places
        if not len(rows):
            return out
        whole = pack(codes, places[rows] - 4, 4)
        out[rows] = self._longest({size: whole >> np.uint64(64 - 16 * size) for size in self.keys})
        return out

    def _longest(self, keys: Mapping[int, NDArray[np.uint64]]) -> Weights:
        """Weight of the longest of the words; `keys` by size, the longest first."""
        found = [self.of(size, column) for size, column in keys.items()]
        out = found[-1]
        for longer in reversed(found[:-1]):
            out = np.where(longer == 0, out, longer)
        return out


def _pair(first: Codes, second: Codes) -> Codes:
    """A number for two characters, (n,); others may have the same."""
    found: Codes = first * _STEP + second
    return found


def _pairs(pairs: Iterable[tuple[str, str]]) -> NDArray[np.bool_]:
    """A table that is true for the numbers of some pairs."""
    table = np.zeros(1 << 16, np.bool_)
    codes = np.array([(ord(first), ord(second)) for first, second in pairs], np.uint16).reshape(-1, 2)
    table[_pair(codes[:, 0], codes[:, 1])] = True
    return table


def _hash(keys: NDArray[np.uint64], size: int) -> Ints:
    """Place of each key in a table of `size` cells, a power of two, (n,)."""
    found: Ints = ((keys * _SPREAD) >> np.uint64(65 - size.bit_length())).view(np.int64)
    return found


def first(keys: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """The keys of the first `size` characters of keys."""
    return keys & _FIRST[size]


def pack(codes: Codes, places: Ints, size: int) -> NDArray[np.uint64]:
    """`size` characters from each place on as one number, (n,)."""
    out = codes[places].astype(np.uint64)
    for step in range(1, size):
        out |= codes[places + step].astype(np.uint64) << np.uint64(16 * step)
    return out
