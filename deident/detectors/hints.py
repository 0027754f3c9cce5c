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

from deident.detectors.name_text import Characters
from deident.model import Ints

_STEP = np.uint16(0x9E35)
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
    """singles, pairs   bits by character, by number of two characters (others may have the same); up to eight groups of hints"""

    singles: NDArray[np.uint8]
    pairs: NDArray[np.uint8]

    @staticmethod
    def of(*groups: set[str]) -> Hints:
        """Tables for groups of hints of one or two characters."""
        singles, pairs = np.zeros(1 << 16, np.uint8), np.zeros(1 << 16, np.uint8)
        for bit, group in enumerate(groups):
            for hint in group:
                codes = np.array([ord(letter) for letter in hint], np.uint16)
                if len(hint) == 1:
                    singles[codes] |= 1 << bit
                else:
                    pairs[codes[:1] * _STEP + codes[1:]] |= 1 << bit
        return Hints(singles, pairs)

    def find(self, characters: Characters) -> tuple[Ints, NDArray[np.uint8]]:
        """Where hints stand among the characters, ascending, and the bits of their groups, (n,) each."""
        codes = characters.codes
        bits = self.singles.take(codes, mode="clip")
        bits[:-1] |= self.pairs.take(codes[:-1] * _STEP + codes[1:], mode="clip")
        places = np.flatnonzero(bits != 0)
        return places, bits[places]
