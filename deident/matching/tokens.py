"""Tokens: maximal runs of letters and digits that hold six or more digits in a row, as columns.

The matcher reports where a digit run ends; the token's bounds are found for all of them at once by gathering the bytes
around (performance.md §8: end-anchored trigger, no start-of-match, gather).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from deident.model import Bools, Ints

SIDE = 48  # a token that reaches further than this to one side is "long"
ROOM = 128  # bytes of padding on both sides of a buffer: no gathered window is wider
ALNUM = np.zeros(256, np.bool_)
ALNUM[[*range(48, 58), *range(65, 91), *range(97, 123)]] = True
UPPER = np.arange(256, dtype=np.uint8)
UPPER[97:123] -= 32
_SIGNS = b" .()[]-\r\n\t"
_WIDE_SIGNS = re.compile(rb"\xc2\xb7|\xef\xbc[\x88\x89]")


class Buffer:
    """A view with room on both sides, so that windows may be gathered anywhere in it."""

    def __init__(self, view: bytes) -> None:
        self.view = view
        self.padded = np.zeros(len(view) + 2 * ROOM, np.uint8)
        self.padded[ROOM : ROOM + len(view)] = np.frombuffer(view, np.uint8)

    def rows(self, starts: Ints, width: int) -> NDArray[np.uint8]:
        """(n, width) upper-cased bytes from each start on (width ≤ ROOM)."""
        return UPPER[sliding_window_view(self.padded, width)[starts + ROOM]]

    def before(self, places: Ints, width: int) -> NDArray[np.uint8]:
        """(n, width) bytes before each place, as they are."""
        return sliding_window_view(self.padded, width)[places + ROOM - width]

    def after(self, places: Ints, width: int) -> NDArray[np.uint8]:
        """(n, width) bytes from each place on, as they are."""
        return sliding_window_view(self.padded, width)[places + ROOM]


def compact(value: bytes) -> bytes:
    """Letters and digits only, upper case: how two writings of one number are compared."""
    if value.isalnum():
        return value.upper()
    value = value.translate(None, _SIGNS)
    return (value if value.isascii() else _WIDE_SIGNS.sub(b"", value)).upper()


@dataclass(frozen=True, slots=True)
class Tokens:
    """start, end of each token (n,); `long` ones are cut at SIDE bytes from the digit run that was reported."""

    start: Ints
    end: Ints
    long: Bools


def tokens(buffer: Buffer, ends: Ints) -> Tokens:
    """The tokens around digit runs that end (exclusively) at `ends`."""
    if not len(ends):
        none = np.zeros(0, np.int64)
        return Tokens(none, none, np.zeros(0, np.bool_))
    left, right = ALNUM[buffer.before(ends, SIDE)[:, ::-1]], ALNUM[buffer.after(ends, SIDE)]
    whole_left: Bools = np.all(left, axis=1)
    whole_right: Bools = np.all(right, axis=1)
    start = ends - np.where(whole_left, SIDE, left.argmin(1))
    end = ends + np.where(whole_right, SIDE, right.argmin(1))
    first = np.ones(len(start), np.bool_)
    first[1:] = start[1:] != start[:-1]  # two digit runs in one token
    return Tokens(start[first], end[first], (whole_left | whole_right)[first])
