"""Attributes of the cells of a sheet as arrays: `<c r="C7" s="1" t="s">` (ECMA-376-1, 18.3.1.4).

Nearly all cells are written just so.  A cell that is written in another way is read by itself, and what it holds beside these three
attributes is given back as stretches of the source, since text may stand there.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.model import Bools, Ints

NUMBER, SHARED, TEXT, INLINE, OTHER = range(5)  # types of cells: "n" or none, "s", "str", "inlineStr", "b" "e" "d"
_TYPES = {b"": NUMBER, b"n": NUMBER, b"s": SHARED, b"str": TEXT, b"inlineStr": INLINE}
_ATTRIBUTE = re.compile(rb"""([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PLACE = re.compile(rb"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\Z")
_LONGEST = 12  # bytes of a value
_MANY = 1 << 15  # cells whose columns stay in the processor's cache


class Attributes(NamedTuple):
    """Of each cell: row and column (from 1; 0: not said), number of its style, type, and whether the type may be written there;
    `rest`: stretches that hold something else."""

    row: Ints
    column: Ints
    style: Ints
    type: Ints
    typed: Bools
    rest: list[tuple[int, int]]


def digits(codes: NDArray[np.uint8], start: Ints, end: Ints) -> Ints:
    """The numbers written at `start:end`; -1 for what is not one to nine digits."""
    length = end - start
    value = np.zeros(len(start), np.int64)
    bad = (length < 1) | (length > 9)
    for place in range(min(int(length.max(initial=0)), 9)):
        inside = place < length
        code = np.where(inside, codes[np.minimum(start + place, len(codes) - 1)], 48).astype(np.int64) - 48
        bad |= (code < 0) | (code > 9)
        value = np.where(inside, value * 10 + code, value)
    return np.where(bad, -1, value)


def letters(codes: NDArray[np.uint8], start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """The column (1 for A) that is written from each `start`, and where its letters end; 0 for none of one to three letters."""
    value, at = np.zeros(len(start), np.int64), start.copy()
    for _ in range(3):
        code = codes[at].astype(np.int64) - 64
        more = (code > 0) & (code <= 26) & (at < end)
        value = np.where(more, value * 26 + code, value)
        at += more
    return value, at


def attributes(data: bytes, codes: NDArray[np.uint8], start: Ints, end: Ints) -> Attributes:
    """Of the cells whose tags begin behind their names at `start` and end at `end`; `codes`: marks.padded(data)."""
    row, column, style, type = (np.zeros(len(start), np.int64) for _ in range(4))
    typed = np.zeros(len(start), np.bool_)
    rest: list[tuple[int, int]] = []
    for low in range(0, len(start), _MANY):
        own = slice(low, low + _MANY)
        rest += _some(data, codes, start[own], end[own], row[own], column[own], style[own], type[own], typed[own])
    return Attributes(row, column, style, type, typed, rest)


def _some(
    data: bytes, codes: NDArray[np.uint8], start: Ints, end: Ints, row: Ints, column: Ints, style: Ints, type: Ints, typed: Bools
) -> list[tuple[int, int]]:
    """The same of a few, put into the columns; gives what else they hold."""
    at, good = start.copy(), np.ones(len(start), np.bool_)
    for _ in range(3):
        here = np.flatnonzero(good & (codes[at] == 32))
        if not len(here):
            break
        letter, value = codes[at[here] + 1], at[here] + 4
        fits = (codes[at[here] + 2] == ord("=")) & (codes[at[here] + 3] == ord('"'))
        stop = _quote(codes, value)
        good[here] = fits & (stop >= 0) & np.isin(letter, list(b"rst"))
        stop = np.maximum(stop, value)
        at[here] = stop + 1
        for name, read in ((ord("r"), _places), (ord("s"), _styles), (ord("t"), _types)):
            own = letter == name
            good[here[own]] &= read(codes, value[own], stop[own], here[own], row, column, style, type)
        typed[here[letter == ord("t")]] = True
    good &= (at == end - 1) | ((at == end - 2) & (codes[at] == ord("/")))
    rest: list[tuple[int, int]] = []
    for number in np.flatnonzero(~good).tolist():
        rest += _odd(data, int(start[number]), int(end[number]), number, row, column, style, type)
        typed[number] = True
    return rest


def _quote(codes: NDArray[np.uint8], start: Ints) -> Ints:
    """The next `"` within _LONGEST bytes, -1 for none."""
    found = np.full(len(start), -1, np.int64)
    left = np.arange(len(start))
    for place in range(_LONGEST):
        hit = codes[np.minimum(start[left] + place, len(codes) - 1)] == ord('"')
        found[left[hit]] = start[left[hit]] + place
        left = left[~hit]
        if not len(left):
            break
    return found


def _places(codes: NDArray[np.uint8], low: Ints, high: Ints, at: Ints, row: Ints, column: Ints, *_: Ints) -> Bools:
    own, behind = letters(codes, low, high)
    number = digits(codes, behind, high)
    column[at], row[at] = own, np.maximum(number, 0)
    good: Bools = (own > 0) & (number > 0) & (high - behind < 8)
    return good


def _styles(codes: NDArray[np.uint8], low: Ints, high: Ints, at: Ints, row: Ints, column: Ints, style: Ints, _: Ints) -> Bools:
    number = digits(codes, low, high)
    style[at] = np.maximum(number, 0)
    good: Bools = (number >= 0) & (high - low < 7)
    return good


def _types(codes: NDArray[np.uint8], low: Ints, high: Ints, at: Ints, row: Ints, column: Ints, style: Ints, type: Ints) -> Bools:
    length, first = high - low, codes[low]
    one = length == 1
    shared, number, other = one & (first == ord("s")), one & (first == ord("n")), one & np.isin(first, list(b"bed"))
    text = (length == 3) & (first == ord("s")) & (codes[low + 1] == ord("t")) & (codes[low + 2] == ord("r"))
    inline = (length == 9) & (first == ord("i")) & (codes[low + 8] == ord("r"))
    type[at] = np.select([number, shared, text, inline], [NUMBER, SHARED, TEXT, INLINE], OTHER)
    good: Bools = number | shared | text | inline | other
    return good


def _odd(
    data: bytes, start: int, end: int, number: int, row: Ints, column: Ints, style: Ints, type: Ints
) -> list[tuple[int, int]]:
    """Read one cell's tag by itself; gives what else it holds."""
    row[number] = column[number] = style[number] = type[number] = 0
    rest = []
    for found in _ATTRIBUTE.finditer(data, start, end):
        low, high = found.span(2 if found[2] is not None else 3)
        value = data[low:high].strip()
        place = _PLACE.match(value)
        if found[1] == b"r" and place:
            row[number] = int(place[2])
            for letter in place[1].upper():
                column[number] = column[number] * 26 + letter - 64
        elif found[1] == b"s" and value.isdigit() and len(value) < 7:
            style[number] = int(value)
        elif found[1] == b"t" and (value in _TYPES or value in (b"b", b"e", b"d")):
            type[number] = _TYPES.get(value, OTHER)
        elif value:
            rest.append((low, high))
    return rest
