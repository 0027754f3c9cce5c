"""The view as characters: one code each, so that names are looked up by place; and back to bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident.model import Bools, Ints

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
_HALF = _WIDTH.copy()
_HALF[0xDC80:0xDD00] = 2
_WIDTH[0xFFFF] = 4
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_PLAIN = np.arange(1 << 16, dtype=np.uint16)
_PLAIN[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
_PLAIN[[0x3000, 0xA0, 0x2003]] = 32
_PLAIN[[0x2022, 0x2027, 0xFF0E, 0x30FB, 0xFF65]] = 0xB7  # middle dots


@dataclass(frozen=True, slots=True)
class Text:
    """codes (n + 2 · PAD,) uint16: the characters of a view, signs in their plain form; places count in it
    raw      (n,) as they are
    widths   bytes of each character, by its code
    """

    codes: NDArray[np.uint16]
    raw: NDArray[np.uint16]
    widths: NDArray[np.uint8]

    @staticmethod
    def of(view: bytes) -> Text:
        """The characters of a view, those beyond the first plane in two halves."""
        try:
            packed, widths = view.decode("utf-8").encode("utf-16-le"), _HALF
        except UnicodeDecodeError:  # 0xFFFF for what is beyond, so that its halves are not taken for bytes that are no UTF-8
            text = _BEYOND.sub("\uffff", view.decode("utf-8", "surrogateescape"))
            packed, widths = text.encode("utf-16-le", "surrogatepass"), _WIDTH
        raw = np.frombuffer(packed, np.uint16)
        codes = np.zeros(len(raw) + 2 * PAD, np.uint16)
        np.take(_PLAIN, raw, out=codes[PAD : PAD + len(raw)], mode="clip")
        return Text(codes, raw, widths)

    def bytes(self, places: Ints) -> Ints:
        """Byte offset of each place in the view, (n,)."""
        offsets = np.zeros(len(self.raw) + 1, np.int64)
        np.cumsum(self.widths[self.raw], out=offsets[1:])
        found: Ints = offsets[places - PAD]
        return found

    def han(self, places: Ints) -> Bools:
        """Whether a Han character stands there, (n,)."""
        found: Bools = HAN[self.codes[places]]
        return found

    def slice(self, start: int, end: int) -> str:
        """The characters from one place to another."""
        return "".join(map(chr, self.codes[start:end].tolist()))
