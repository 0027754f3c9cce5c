"""What is written in place of what must go, as columns: a workbook may have half a million of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.model import Ints, SourceMap


class Replacements(NamedTuple):
    """Bytes `start:end` of the folded view, in a document, become `new`, (n,) each."""

    start: Ints
    end: Ints
    new: NDArray[Any]
    document: Ints

    @staticmethod
    def rows(rows: Iterable[tuple[int, int, str, int]]) -> Replacements:
        """Some, one by one."""
        start, end, new, document = zip(*rows, strict=True) if (rows := list(rows)) else ((), (), (), ())
        return Replacements(np.array(start, np.int64), np.array(end, np.int64), _objects(new), np.array(document, np.int64))

    @staticmethod
    def join(parts: Sequence[Replacements]) -> Replacements:
        """One after the other."""
        start, end, new, document = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return Replacements(start, end, new, document)

    def take(self, rows: NDArray[Any]) -> Replacements:
        """Some of them."""
        return Replacements(self.start[rows], self.end[rows], self.new[rows], self.document[rows])

    def by_box(self, view: bytes) -> Replacements:
        """The same for numbers with a digit in each cell of a table: each cell gets its own sign of the mask, or the first one all of
        what comes instead."""
        rows = []
        for start, end, new, document in zip(*(column.tolist() for column in self), strict=True):
            alike = len(set(new)) == 1
            for number, sign in enumerate(re.finditer(rb"[^\t ]+", view[start:end])):
                own = new[0] if alike else "" if number else new
                rows.append((start + sign.start(), start + sign.end(), own, document))
        return Replacements.rows(rows)

    def through(self, map: SourceMap) -> tuple[Ints, Ints]:
        """Where a map leads: starts and ends, (n,) each; what only inserts stays a place."""
        low, high = map.stretch(self.start, np.maximum(self.end, self.start + 1))
        return low, np.where(self.end > self.start, high, low)


def _objects(values: Sequence[str]) -> NDArray[Any]:
    column = np.empty(len(values), object)
    column[:] = values
    return column
