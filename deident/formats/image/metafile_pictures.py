"""Bitmaps of a metafile: which belong together, and new bytes in the place of old ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from deident.formats.image import dib
from deident.formats.image.canvas import Bitmap, Spans

_ICON, _RULE = 24, 8  # pixels: what fits in a square of one, or is thinner than the other, holds no text


def over(out: dib.Bytes, spans: Spans, old: bytes, new: bytes) -> None:
    """Only bytes that differ are written: hostile records may share theirs with others."""
    before, after = np.frombuffer(old, np.uint8), np.frombuffer(new, np.uint8)
    at = 0
    for start, end in spans:
        own = slice(at, at + end - start)
        differ = before[own] != after[own]
        out[start:end][differ] = after[own][differ]
        at += end - start


def pictures(bitmaps: Sequence[Bitmap]) -> Iterator[list[Bitmap]]:
    """Bitmaps that may show text; strips that are drawn one below the other are one picture, from the top down."""
    groups: list[list[Bitmap]] = []
    for one in bitmaps:
        if groups and _below(groups[-1][-1], one):
            groups[-1].append(one)
        else:
            groups.append([one])
    for own in groups:
        if len(own) > 1 and own[1].place[1] < own[0].place[1]:
            own.reverse()
        wide, tall = own[0].dib.width, sum(one.dib.height for one in own)
        if max(wide, tall) >= _ICON and min(wide, tall) >= _RULE:
            yield own


def _below(one: Bitmap, two: Bitmap) -> bool:
    """Is `two` drawn right below or above `one`?"""
    left, top, wide, tall = one.place
    other_left, other_top, other_wide, other_tall = two.place
    if not (one.dib.width == two.dib.width and one.dib.alpha == two.dib.alpha == "" and wide and tall):
        return False
    near = max(1.0, 2 * abs(tall) / one.dib.height)
    beside = abs(left - other_left) <= 1 and abs(wide - other_wide) <= 1
    return beside and min(abs(other_top - top - tall), abs(top - other_top - other_tall)) <= near


def check(out: dib.Bytes, place: int, old: bytes, new: bytes) -> None:
    """The check sum of an EMF in a WMF: all words XORed, complemented ([MS-WMF] 2.3.6.1), or negated, as LibreOffice does."""
    said = int(out[place]) | int(out[place + 1]) << 8
    before, after = (int(np.bitwise_xor.reduce(np.frombuffer(one[: len(one) & ~1], "<u2"), initial=0)) for one in (old, new))
    for more in (0, 1):
        if said == (~before + more) & 0xFFFF:
            sum = (~after + more) & 0xFFFF
            out[place], out[place + 1] = sum & 0xFF, sum >> 8
            return
