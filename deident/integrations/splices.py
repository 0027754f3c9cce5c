"""Edits of the data of many columns, all standing one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.integrations.cells import INNER, Texts, hidden
from deident.model import Ints

SIGN = INNER.encode()


def between(data: Sequence[bytes], bases: Ints, start: Ints, end: Ints, new: NDArray[Any]) -> tuple[Ints, Ints, NDArray[Any]]:
    """The edits again, those that lie over several elements of a list in pieces."""
    listed = [n for n, own in enumerate(data) if SIGN in own]
    rows: list[tuple[int, int, Any]] = []
    keep = np.ones(len(start), np.bool_)
    for n in listed:
        for row in np.flatnonzero((start >= bases[n]) & (start < bases[n + 1])).tolist():
            low, high = int(start[row] - bases[n]), int(end[row] - bases[n])
            if SIGN not in data[n][low:high]:
                continue
            keep[row], at = False, int(start[row])
            for place, piece in enumerate(data[n][low:high].split(SIGN)):
                rows.append((at, at + len(piece), hidden(piece) if place else new[row]))
                at += len(piece) + 1
    if not rows:
        return start, end, new
    first, last, made = zip(*rows, strict=True)
    column = np.empty(len(made), object)
    column[:] = made
    return np.append(start[keep], first), np.append(end[keep], last), np.append(new[keep], column)


def bases_of(columns: Sequence[Texts]) -> Ints:
    """Where the data of each column begin when all stand one behind the other, (columns + 1,)."""
    return np.concatenate(([0], np.cumsum([len(column.data) + 1 for column in columns]))).astype(np.int64)


def spliced(columns: Sequence[Texts], start: Ints, end: Ints, new: NDArray[Any]) -> list[Texts]:
    order = np.argsort(start, kind="stable")
    start, end, new = start[order], end[order], new[order]
    bases, out = bases_of(columns), []
    cuts = np.searchsorted(start, bases)
    for n, column in enumerate(columns):
        rows = slice(int(cuts[n]), int(cuts[n + 1]))
        out.append(column.edited(start[rows] - bases[n], end[rows] - bases[n], new[rows]) if cuts[n] < cuts[n + 1] else column)
    return out
