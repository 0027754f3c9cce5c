"""Numbers of cells as they are shown: which of many need a closer look, and what stands for them in the Middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident.formats.xlsx import numbers
from deident.formats.xlsx.middle import Middle
from deident.formats.xlsx.strings import Strings
from deident.model import Bools, Ints, SourceMap

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
    dated = np.zeros(len(rows), np.bool_)
    if book.dates.any():
        dated = np.append(book.dates, False)[np.minimum(style[rows], len(book.dates))]
    texts: dict[int, bytes] = {}
    if dated.any():
        own = rows[dated].tolist()
        serials = np.array([_float(data[int(start[row]) : int(end[row])]) for row in own], np.float64)
        texts = {row: day for row, day in zip(own, numbers.dates(serials, book.since_1904), strict=True) if day}
    strange = _strange(codes, start[rows], end[rows])
    for row in rows[strange & ~np.isin(rows, list(texts)) if texts else strange].tolist():
        raw = data[int(start[row]) : int(end[row])]
        if (plain := numbers.plain(raw.strip())) != raw:
            texts[row] = plain
    if texts:
        changed = np.array(list(texts), np.int64)
        source = way.starts(np.concatenate((start[changed], end[changed]))) if len(way.view) > 1 else (
            np.concatenate((start[changed], end[changed])) + int(way.source[0])
        )  # fmt: skip
        at[changed] = middle.atoms(source[: len(changed)], source[len(changed) :], list(texts.values()))
        length[changed] = [len(text) for text in texts.values()]
        shown[changed] = True


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
