"""The view as characters: one code each, so that names are looked up by place; and back to bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from deident.detectors import name_marks
from deident.model import Bools, Ints

Kind = TypeVar("Kind", bound=np.generic)
PAD = 16  # zeros on both sides: places near the ends need no care
HAN = np.zeros(1 << 16, np.bool_)
HAN[0x3400:0xA000] = True
HAN[0x3007] = True  # 〇
_WIDTH = np.full(1 << 16, 3, np.uint8)
_WIDTH[:0x800] = 2
_WIDTH[:0x80] = 1
_WIDTH[0xDC80:0xDD00] = 1  # a byte that is no UTF-8
_WIDTH[0xD800:0xDC80] = 2  # half of a character beyond the first plane
_WIDTH[0xDD00:0xE000] = 2
_WIDTH[0xFFFF] = 4
_BARE = name_marks.table({name_marks.HAN: HAN})
_BLOCK = 1 << 16  # characters looked up at once: what fits a cache
_EVEN = np.uint64(0x00FF00FF00FF00FF)  # every second byte of eight
_ONES = np.uint64(0x0001000100010001)
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_PLAIN = np.arange(1 << 16, dtype=np.uint16)
_PLAIN[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
_PLAIN[[0x3000, 0xA0, 0x2003]] = 32
_PLAIN[[0x2022, 0x2027, 0xFF0E, 0x30FB, 0xFF65]] = 0xB7  # middle dots


@dataclass(frozen=True, slots=True)
class Characters:
    """codes (n,) uint16: the characters of a view, those beyond the first plane in two halves
    widths   bytes of each character, by its code, where the view is no UTF-8
    """

    codes: NDArray[np.uint16]
    widths: NDArray[np.uint8] | None

    @staticmethod
    def of(view: bytes) -> Characters:
        """The characters of a view."""
        try:
            packed, widths = view.decode("utf-8").encode("utf-16-le"), None
        except UnicodeDecodeError:  # 0xFFFF for what is beyond, so that its halves are not taken for bytes that are no UTF-8
            text = _BEYOND.sub("\uffff", view.decode("utf-8", "surrogateescape"))
            packed, widths = text.encode("utf-16-le", "surrogatepass"), _WIDTH
        return Characters(np.frombuffer(packed, np.uint16), widths)

    def bytes(self, places: Ints) -> Ints:
        """Byte offset of each place in the view, (n,)."""
        size = len(self.codes)
        widths = np.zeros(size // 8 * 8 + 8, np.uint8)
        if self.widths is None:
            widths[:size] = 1
            widths[:size] += self.codes >= 0x80
            widths[:size] += self.codes >= 0x800
            widths[:size] -= (self.codes & 0xF800) == 0xD800  # half of a character beyond the first plane
        else:
            _look_up(self.widths, self.codes, widths[:size])
        eights = widths.view("<u8")  # a sum for every eight characters, then what is left
        offsets = np.zeros(len(eights) + 1, np.uint64)
        np.cumsum(_sums(eights), out=offsets[1:])
        rest = (places & 7).astype(np.uint64) << np.uint64(3)
        within = _sums(eights[places >> 3] & ((np.uint64(1) << rest) - np.uint64(1)))
        found: Ints = (offsets[places >> 3] + within).astype(np.int64)
        return found


@dataclass(frozen=True, slots=True)
class Text:
    """codes (n + 2 · PAD,) uint16: the characters of a view, signs in their plain form; places count in it
    marks    (n + 2 · PAD,) uint16: what each of them may be
    raw      as they are
    """

    codes: NDArray[np.uint16]
    marks: name_marks.Marks
    raw: Characters

    @staticmethod
    def of(view: bytes, marks: name_marks.Marks = _BARE) -> Text:
        """The characters of a view; `marks`: the table of what they may be."""
        raw = Characters.of(view)
        codes = np.zeros(len(raw.codes) + 2 * PAD, np.uint16)
        _look_up(_PLAIN, raw.codes, codes[PAD : PAD + len(raw.codes)])
        return Text(codes, _look_up(marks, codes, np.empty(len(codes), np.uint16)), raw)

    def bytes(self, places: Ints) -> Ints:
        """Byte offset of each place in the view, (n,)."""
        return self.raw.bytes(places - PAD)

    def han(self, places: Ints) -> Bools:
        """Whether a Han character stands there, (n,)."""
        found: Bools = (self.marks.take(places) & name_marks.HAN) != 0
        return found

    def near(self, places: Ints, step: int) -> name_marks.Marks:
        """The marks so many characters behind each place, (n,)."""
        found: name_marks.Marks = self.marks.take(places + step)
        return found

    def slice(self, start: int, end: int) -> str:
        """The characters from one place to another."""
        return "".join(map(chr, self.codes[start:end].tolist()))


def _look_up(table: NDArray[Kind], codes: NDArray[np.uint16], out: NDArray[Kind]) -> NDArray[Kind]:
    """What the table says of each character, (n,), written to `out`."""
    for low in range(0, len(codes), _BLOCK):
        np.take(table, codes[low : low + _BLOCK], out=out[low : low + _BLOCK], mode="clip")
    return out


def _sums(eights: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The sum of the eight bytes of each number, (n,)."""
    pairs = (eights & _EVEN) + (eights >> np.uint64(8) & _EVEN)
    found: NDArray[np.uint64] = pairs * _ONES >> np.uint64(48)
    return found
