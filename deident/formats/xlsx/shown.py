"""Numbers of cells as they are shown: which of many need a closer look, and what stands for them in the Middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident.formats.xlsx import numbers
from deident.formats.xlsx.cells import digits
from deident.formats.xlsx.middle import Middle
from deident.formats.xlsx.strings import Strings
from deident.model import FEWEST_BOXES, Bools, Ints, SourceMap

_LONG = 16  # bytes of a number from which on it may have more digits than a sheet shows


@dataclass(frozen=True, slots=True)
class Book:
    """What all sheets share: strings, which styles are of dates, and since when days are counted."""

    strings: Strings
    dates: Bools
    since_1904: bool = False


def show(
    data: bytes, codes: NDArray[np.uint8], way: SourceMap, book: Book, middle: Middle, style: Ints, start: Ints, end: Ints,
    numeric: Bools, at: Ints, length: Ints, shown: Bools,
) -> None:  # fmt: skip
    """Dates, and numbers that are not shown as they are written: at, length and shown change."""
    rows = np.flatnonzero(numeric & (end - start < 48))
    if not len(rows):
        return
    texts: list[bytes] = []
    changed = rows[:0]
    if book.dates.any():
        dated = np.append(book.dates, False)[np.minimum(style[rows], len(book.dates))]
        days, which = _days(data, codes, start[rows[dated]], end[rows[dated]], book.since_1904)
        good = np.array([day != b"" for day in days], np.bool_)[which]
        dated[np.flatnonzero(dated)[~good]] = False
        changed, rows = rows[dated], rows[~dated]
        texts = [days[day] for day in which[good].tolist()]
    strange = rows[_strange(codes, start[rows], end[rows])]
    others = []
    for row, low, high in zip(strange.tolist(), start[strange].tolist(), end[strange].tolist(), strict=True):
        raw = data[low:high]
        if (plain := numbers.plain(raw.strip())) != raw:
            others.append(row)
            texts.append(plain)
    if texts:
        changed = np.append(changed, np.array(others, np.int64))
        _put(way, middle, changed, texts, start, end, at, length, shown)


def unshared(
    way: SourceMap,
    book: Book,
    middle: Middle,
    number: Ints,
    cell: Ints,
    start: Ints,
    end: Ints,
    at: Ints,
    length: Ints,
    shown: Bools,
) -> Bools:
    """Digits in boxes, a cell for each: what is written in one of them must not be written in all cells that say the same.  Gives
    which values are read where they stand, not as the shared string `number`; at, length and shown change."""
    if not book.strings.sign.any():
        return np.zeros(len(number), np.bool_)
    alone = length == 1
    fresh = np.ones(len(alone), np.bool_)
    fresh[1:] = (np.diff(cell) != 1) | (alone[1:] != alone[:-1])
    run = np.cumsum(fresh) - 1
    signs = np.where(number >= 0, np.append(book.strings.sign, 0)[number], 0)
    chosen: Bools = alone & (np.bincount(run)[run] >= FEWEST_BOXES) & ((signs >= 48) & (signs <= 57) | ((signs | 32) == ord("x")))
    if chosen.any():
        _put(
            way,
            middle,
            np.flatnonzero(chosen),
            [bytes((sign,)) for sign in signs[chosen].tolist()],
            start,
            end,
            at,
            length,
            shown,
        )
    return chosen


def _put(
    way: SourceMap, middle: Middle, rows: Ints, texts: list[bytes], start: Ints, end: Ints, at: Ints, length: Ints, shown: Bools
) -> None:
    """Put texts in the place of what is written in some rows."""
    source = way.starts(np.concatenate((start[rows], end[rows]))) if len(way.view) > 1 else (
        np.concatenate((start[rows], end[rows])) + int(way.source[0])
    )  # fmt: skip
    at[rows] = middle.atoms(source[: len(rows)], source[len(rows) :], texts)
    length[rows] = [len(text) for text in texts]
    shown[rows] = True


def _days(data: bytes, codes: NDArray[np.uint8], start: Ints, end: Ints, since_1904: bool) -> tuple[list[bytes], Ints]:
    """The dates that are written at `start:end`, each once (b"" for what is none), and which of them stands at each place."""
    serials = digits(codes, start, end).astype(np.float64)
    for row in np.flatnonzero(serials < 0).tolist():
        serials[row] = _float(data[int(start[row]) : int(end[row])])
    different, which = np.unique(serials, return_inverse=True)
    return numbers.dates(different, since_1904), which


def _strange(codes: NDArray[np.uint8], start: Ints, end: Ints) -> Bools:
    """Which numbers have an exponent, blanks, many digits, or nothing but zeros behind the point (as its last digit shows)."""
    length = end - start
    strange: Bools = (length >= _LONG) | ((length > 1) & (codes[end - 1] == 48) & (codes[end - 2] == 46))
    for place in range(min(int(length.max(initial=0)), _LONG)):
        code = codes[np.minimum(start + place, len(codes) - 1)]
        strange |= (place < length) & ((code > 57) | (code < 43))
    return strange


def _float(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
