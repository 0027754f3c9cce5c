"""Where words may stand that a pattern looks for: one look at every pair of characters, so that few sentences are read.

A match of a pattern holds one of its hints, so there are no more matches in a stretch than hints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from deident.model import Bools, Ints
from deident.text.characters import Characters, look_up

Codes = NDArray[np.uint16]

_STEP = np.uint16(0x9E35)
_PAIR = 128
_ATOM = re.compile(r"(\[[^\]]*\]|[^\\\[(])(\[[^^\]][^\]]*\](?!\?)|[^\\\[(](?!\?)|\(\?[:=])?(.*)", re.DOTALL)
_ANY = "[㐀-鿿]"


def leads(pattern: str) -> Iterator[str]:
    """What the alternatives of a pattern begin with: one character or two; of `any Han character, x` the x."""
    for branch in _branches(pattern):
        found = _ATOM.match(branch)
        if not found:
            raise ValueError(f"no hint for {branch!r}")
        first, second, rest = found.groups()
        if first == _ANY:
            yield second
        elif not second:
            yield from first.strip("[]")
        elif second[0] != "(":
            yield from map("".join, product(first.strip("[]"), second.strip("[]")))
        else:  # 该(?:户|男), 其(?=[妻夫])
            for lead in leads(rest[: _closing(rest)]):
                yield from (letter + lead[0] for letter in first.strip("[]"))


def _branches(pattern: str) -> Iterator[str]:
    """The alternatives of a pattern."""
    depth, start = 0, 0
    for at, sign in enumerate(pattern):
        depth += (sign in "([") - (sign in ")]")
        if sign == "|" and not depth:
            yield pattern[start:at]
            start = at + 1
    yield pattern[start:]


def _closing(pattern: str) -> int:
    """Where the bracket closes in which a pattern begins."""
    depth = 1
    for at, sign in enumerate(pattern):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return at
    return len(pattern)


@dataclass(frozen=True, slots=True)
class Hints:
    """begins, pairs   bits by character, by number of two characters (others may have the same); up to seven groups of hints

    The last bit of `begins`: a hint of two characters may begin here.
    """

    begins: NDArray[np.uint8]
    pairs: NDArray[np.uint8]

    @staticmethod
    def of(*groups: set[str]) -> Hints:
        """Tables for groups of hints of one or two characters."""
        begins, pairs = np.zeros(1 << 16, np.uint8), np.zeros(1 << 16, np.uint8)
        for bit, group in enumerate(groups):
            for hint in group:
                codes = np.array([ord(letter) for letter in hint], np.uint16)
                if len(hint) == 1:
                    begins[codes] |= 1 << bit
                else:
                    begins[codes[:1]] |= _PAIR
                    pairs[codes[:1] * _STEP + codes[1:]] |= 1 << bit
        return Hints(begins, pairs)

    def find(self, codes: Codes) -> tuple[Ints, NDArray[np.uint8]]:
        """Where hints stand among characters, ascending, and the bits of their groups, (n,) each."""
        bits = look_up(self.begins, codes, np.empty(len(codes), np.uint8))
        places = np.flatnonzero(bits != 0)
        bits = bits[places]
        rows = np.flatnonzero(bits >= _PAIR)
        rows = rows[: len(rows) - bool(len(rows) and places[rows[-1]] + 1 == len(codes))]  # none behind the last character
        first = places[rows]
        bits &= _PAIR - 1
        bits[rows] |= self.pairs.take(codes[first] * _STEP + codes[first + 1])
        return places[bits != 0], bits[bits != 0]


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a hint of a group where it means something: `step` characters behind its beginning no Han letter but `letters`.

    `never`: one of `letters` must not stand there.  A match ends with its stretch: a hint at the end of one is not judged by what is behind.
    """

    group: int
    hint: str
    step: int
    letters: str
    never: bool = False

    def fails(self, characters: Characters, places: Ints) -> Bools:
        """At which of the places (n,) where its first letter stands the hint holds, but not what must stand beside it."""
        found = np.ones(len(places), np.bool_)
        for step, letter in enumerate(self.hint[1:], 1):
            found &= characters.at(places + step) == ord(letter)
        beside = characters.at(places + self.step)
        listed = np.isin(beside, np.array([ord(letter) for letter in self.letters], np.uint16))
        found &= listed if self.never else ~listed & (beside >= 0x3400) & (beside < 0xA000)
        return found
