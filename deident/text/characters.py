"""The characters of a view as columns: decoded once however many ask, and from bytes to characters and back."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from deident.model import Ints

Kind = TypeVar("Kind", bound=np.generic)
_WIDTH = np.full(1 << 16, 3, np.uint8)
_WIDTH[:0x800] = 2
_WIDTH[:0x80] = 1
_WIDTH[0xDC80:0xDD00] = 1  # a byte that is no UTF-8
_WIDTH[0xD800:0xDC80] = 2  # half of a character beyond the first plane
_WIDTH[0xDD00:0xE000] = 2
_WIDTH[0xFFFF] = 4
_BLOCK = 1 << 16  # characters looked up at once: what fits a cache
_EVEN = np.uint64(0x00FF00FF00FF00FF)  # every second byte of eight
_ONES = np.uint64(0x0001000100010001)
BEYOND = re.compile("[\U00010000-\U0010ffff]")  # the first plane


class Characters:
    """The characters of a view; nothing is decoded before somebody asks.

    >>> characters = Characters("住3组".encode())
    >>> characters.bytes(np.array([1, 2])), characters.places(np.array([3, 4]))
    (array([3, 4]), array([1, 2]))
    """

    def __init__(self, view: bytes) -> None:
        self._view = view

    @cached_property
    def _decoded(self) -> tuple[NDArray[np.uint16], bool]:
        try:
            packed, clean = self._view.decode("utf-8").encode("utf-16-le"), True
        except UnicodeDecodeError:  # 0xFFFF for what is beyond, so that its halves are not taken for bytes that are no UTF-8
            text = BEYOND.sub("\uffff", self._view.decode("utf-8", "surrogateescape"))
            packed, clean = text.encode("utf-16-le", "surrogatepass"), False
        return np.frombuffer(packed, np.uint16), clean

    @property
    def codes(self) -> NDArray[np.uint16]:
        """(n,) uint16: those beyond the first plane in two halves, or 0xFFFF where the view is no UTF-8."""
        return self._decoded[0]

    @property
    def clean(self) -> bool:
        """Whether the view is UTF-8."""
        return self._decoded[1]

    def at(self, places: Ints) -> NDArray[np.uint16]:
        """The code at each place, 0 outside of the view, (n,)."""
        codes = self.codes
        if not len(codes):
            return np.zeros(len(places), np.uint16)
        inside = (places >= 0) & (places < len(codes))
        return np.where(inside, codes[np.where(inside, places, 0)], np.uint16(0))

    @cached_property
    def _eights(self) -> tuple[NDArray[np.uint64], Ints]:
        """Bytes of each character, eight of them a number; and the byte where each eight begins."""
        codes = self.codes
        size = len(codes)
        widths = np.zeros(size // 8 * 8 + 8, np.uint8)
        if self.clean:
            widths[:size] = 1
            widths[:size] += codes >= 0x80
            widths[:size] += codes >= 0x800
            widths[:size] -= (codes & 0xF800) == 0xD800  # half of a character beyond the first plane
        else:
            look_up(_WIDTH, codes, widths[:size])
        eights = widths.view("<u8")
        offsets = np.zeros(len(eights) + 1, np.int64)
        np.cumsum(_sums(eights).view(np.int64), out=offsets[1:])
        return eights, offsets

    def bytes(self, places: Ints) -> Ints:
        """Byte offset of each place in the view, (n,)."""
        eights, offsets = self._eights
        rest = (places & 7).astype(np.uint64) << np.uint64(3)
        block = places >> 3
        within = _sums(eights[block] & ((np.uint64(1) << rest) - np.uint64(1)))
        found: Ints = offsets[block] + within.view(np.int64)
        return found

    def places(self, offsets: Ints) -> Ints:
        """How many characters begin before each byte offset, (n,): the place of a character that begins there."""
        eights, starts = self._eights
        block = np.clip(np.searchsorted(starts, offsets, "right") - 1, 0, len(eights) - 1)
        widths = eights[block].view(np.uint8).reshape(-1, 8)
        begins = np.zeros((len(block), 8), np.int64)
        np.cumsum(widths[:, :7], axis=1, out=begins[:, 1:])
        begins += starts[block, None]
        begins[widths == 0] = np.iinfo(np.int64).max  # behind the last character
        found: Ints = block * 8 + (begins < offsets[:, None]).sum(axis=1)
        return found


def look_up(table: NDArray[Kind], codes: NDArray[np.uint16], out: NDArray[Kind]) -> NDArray[Kind]:
    """What the table says of each character, (n,), written to `out`."""
    for low in range(0, len(codes), _BLOCK):
        np.take(table, codes[low : low + _BLOCK], out=out[low : low + _BLOCK], mode="clip")
    return out


def _sums(eights: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The sum of the eight bytes of each number, (n,)."""
    pairs = (eights & _EVEN) + (eights >> np.uint64(8) & _EVEN)
    found: NDArray[np.uint64] = pairs * _ONES >> np.uint64(48)
    return found
