"""The view as characters: one code each, so that names are looked up by place; and back to bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident.detectors import name_marks
from deident.model import Bools, Ints
from deident.text.characters import Characters, look_up

PAD = 16  # zeros on both sides: places near the ends need no care
HAN = np.zeros(1 << 16, np.bool_)
HAN[0x3400:0xA000] = True
HAN[0x3007] = True  # 〇
_BARE = name_marks.table({name_marks.HAN: HAN})
_PLAIN = np.arange(1 << 16, dtype=np.uint16)
_PLAIN[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
_PLAIN[[0x3000, 0xA0, 0x2003]] = 32
_PLAIN[[0x2022, 0x2027, 0xFF0E, 0x30FB, 0xFF65]] = 0xB7  # middle dots


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
        return Text.made(Characters(view), marks)

    @staticmethod
    def made(raw: Characters, marks: name_marks.Marks) -> Text:
        """From characters that are decoded."""
        codes = np.zeros(len(raw.codes) + 2 * PAD, np.uint16)
        look_up(_PLAIN, raw.codes, codes[PAD : PAD + len(raw.codes)])
        return Text(codes, look_up(marks, codes, np.empty(len(codes), np.uint16)), raw)

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
