"""Paragraph properties of Word binaries that make tables: which marks end a row, which paragraphs stand in a cell ([MS-DOC] 2.9.175, 2.6.2)."""

from __future__ import annotations

from struct import unpack_from

import numpy as np

from deident.model import Bools, Ints

_PAGE = 512
_IN_TABLE, _ROW_END = 0x2416, 0x2417
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)  # operand bytes by the top three bits
_TABLE_DEFINITION, _TABS = 0xD608, 0xC615


class Paragraphs:
    """starts: file offsets where stretches of equal properties begin, (n,) int64; inside, last: of each; known: was any read?"""

    def __init__(self, starts: Ints, inside: Bools, last: Bools) -> None:
        order = np.argsort(starts, kind="stable")
        self._starts, self._inside, self._last = starts[order], inside[order], last[order]
        self.known = bool(last.any())

    def at(self, offsets: Ints) -> tuple[Bools, Bools]:
        """Of each offset: is it in a table; does its mark end a row?"""
        if not len(self._starts):
            return np.zeros(len(offsets), np.bool_), np.zeros(len(offsets), np.bool_)
        place = np.maximum(np.searchsorted(self._starts, offsets, "right") - 1, 0)
        return self._inside[place], self._last[place]


def paragraphs(main: bytes, at: int, size: int, table: bytes) -> Paragraphs:
    """Of the whole document: PlcBtePapx at `at` of the table stream names the pages of `main`."""
    count = (size - 4) // 8
    pages = np.frombuffer(table, "<u4", count, at + 4 * (count + 1)).tolist() if count > 0 else []
    starts: list[int] = []
    inside: list[bool] = []
    last: list[bool] = []
    for page in dict.fromkeys(number & 0x3FFFFF for number in pages):
        first = page * _PAGE
        if first + _PAGE > len(main):
            continue
        runs = main[first + _PAGE - 1]
        if not 0 < runs <= 29:
            continue
        offsets = unpack_from(f"<{runs + 1}I", main, first)
        for number in range(runs):
            place = 2 * main[first + 4 * (runs + 1) + 13 * number]
            found = _properties(main, first + place, first + _PAGE) if place else (False, False)
            starts.append(offsets[number])
            inside.append(found[0])
            last.append(found[1])
        starts.append(offsets[runs])  # what no later page explains is plain
        inside.append(False)
        last.append(False)
    order = np.lexsort((np.array(inside, np.bool_), np.array(starts, np.int64))) if starts else np.zeros(0, np.int64)
    return Paragraphs(np.array(starts, np.int64)[order], np.array(inside, np.bool_)[order], np.array(last, np.bool_)[order])


def _properties(main: bytes, at: int, end: int) -> tuple[bool, bool]:
    """(in a table, ends a row) of one PapxInFkp; broken ones say nothing."""
    if at + 2 >= end:
        return False, False
    size = 2 * main[at] - 1
    at += 1
    if size < 0:
        size = 2 * main[at]
        at += 1
    end = min(end, at + size)
    at += 2  # istd
    inside = last = False
    while at + 3 <= end:
        code = unpack_from("<H", main, at)[0]
        at += 2
        if code == _IN_TABLE:
            inside = bool(main[at])
        elif code == _ROW_END:
            last = bool(main[at])
        length = _SIZES[code >> 13]
        if code == _TABLE_DEFINITION:
            if at + 2 > end:
                break
            length = 1 + unpack_from("<H", main, at)[0]
        elif not length:
            if code == _TABS and main[at] == 255:
                break
            length = 1 + main[at]
        at += length
    return inside, last
