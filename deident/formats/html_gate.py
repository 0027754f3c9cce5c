"""HTML: where the markup could hold something.  One look at all bytes outside the text of many pages, by columns.

Hot places: the begin of five or more digits, grouped digits (`138 0000`, `0731-88`), `x@y`, the begin of a run of Han (or other
non-ASCII) characters, escapes (`\\u`, `%D5`, `&#`), base64 (`base64,`, `atob(`) and numbers put together (`"138" + "0000"`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from deident.formats.html_marks import Bytes, Marks
from deident.model import Bools, Ints


class Gate(NamedTuple):
    """Places that matter, ascending; strong: they do so even in a presentation attribute."""

    place: Ints
    strong: Bools
    short: Bools  # nothing but a run of five to nine digits
    quotes: Ints
    escapes: Ints  # every \\ % &


def find_gate(marks: Marks, kept: Bools) -> Gate:
    """The hot places of `marks` (`kept`: bytes that are text)."""
    size = len(marks.pages)
    source = marks.buffer[8 : size + 8]
    other, flags, more = marks.spare
    np.multiply(source, np.logical_not(kept, out=flags.view(np.bool_)), out=other)  # text becomes zeros
    quotes = np.flatnonzero(np.equal(other, 34, out=flags.view(np.bool_)))
    digit = np.empty(size + 8, np.bool_)
    digit[:1] = False
    digit[size + 1 :] = False
    np.less(np.subtract(other, 48, out=more), 10, out=digit[1 : size + 1])  # digit[i + 1]: byte i
    hot, part = flags.view(np.bool_), more.view(np.bool_)
    two = np.logical_and(digit[1:-1], digit[2:])  # two[i]: bytes i and i + 1
    two[-5:] = False
    three = np.zeros(size, np.bool_)
    short = max(size - 5, 0)
    np.logical_and(two[:short], digit[3 : short + 3], out=three[:short])
    hot[short:] = False
    np.logical_and(three[:short], two[3 : short + 3], out=hot[:short])
    np.greater(hot, digit[:size], out=hot)  # only where the run begins
    # 138-0000, 138 0000: three digits, one byte that is none, two digits
    np.greater(three, digit[4 : size + 4], out=three)
    np.logical_and(three[:short], two[4 : short + 4], out=three[:short])
    np.logical_or(hot, three, out=hot)
    np.greater_equal(other, 128, out=part)
    hot[0] |= part[0]
    np.greater(part[1:], part[:-1], out=three[1:])
    np.logical_or(hot[1:], three[1:], out=hot[1:])
    for byte in (64, 92, 37, 38):  # @ \ % &
        np.logical_or(hot, np.equal(other, byte, out=part), out=hot)
    for byte, previous in ((44, 52), (40, 98)):  # "64,"  "atob("
        np.equal(other, byte, out=part)
        np.logical_and(part[1:], np.equal(other[:-1], previous, out=three[1:]), out=part[1:])
        np.logical_or(hot, part, out=hot)
    np.equal(other, 43, out=part)  # "138" + "0000"
    np.logical_or(hot, part, out=hot)
    place = np.flatnonzero(hot)
    return _weigh(marks.buffer, place, quotes)


def _weigh(buffer: Bytes, place: Ints, quotes: Ints) -> Gate:
    """Drop what only looked like something, by the bytes around it."""
    at = [buffer[place + 8 + step] for step in range(-3, 8)]

    def digit(step: int) -> Bools:
        is_digit: Bools = at[step + 3] - np.uint8(48) < 10
        return is_digit

    def quote(step: int) -> Bools:
        is_quote: Bools = (at[step + 3] == 34) | (at[step + 3] == 39)
        return is_quote

    def letter(step: int) -> Bools:
        return ((at[step + 3] | 32) - np.uint8(97) < 26) | digit(step)

    byte = at[3]
    following = at[4]
    seven = digit(0) & digit(1) & digit(2) & digit(3) & digit(4) & digit(5) & digit(6)
    mail = (byte == 64) & letter(-1) & letter(1)
    escape = (byte == 92) & ((following == 117) | (following == 120) | digit(1))
    percent = (byte == 37) & (digit(1) | ((following | 32) - np.uint8(97) < 6))
    entity = (byte == 38) & ((following == 35) | ((following == 99) & (at[5] == 111)))
    coded = (byte == 44) | (byte == 40)
    plus = (byte == 43) & ((quote(-1) & digit(-2)) | ((at[2] == 32) & quote(-2) & digit(-3)))
    strong = seven | mail | escape | percent | entity | coded | plus
    grouped = digit(0) & (digit(3) | (at[6] == 32) | (at[6] == 45) | (at[6] == 46))
    nine = (
        seven
        & digit(7)
        & (buffer[place + 16] - np.uint8(48) < 10)
        & (buffer[np.minimum(place + 17, len(buffer) - 1)] - np.uint8(48) < 10)
    )
    short = digit(0) & digit(3) & digit(4) & ~nine
    useful = np.flatnonzero(strong | grouped | (byte >= 128))
    return Gate(place[useful], strong[useful], short[useful], quotes, place[(byte == 92) | (byte == 37) | (byte == 38)])
