"""What readers of tables answer: what columns hold, findings, masked columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.integrations.cells import Texts
from deident.model import Ints

#: How it was told what a column holds.
HINTS = "header", "cells", "beside", "found", "given"


class Unmasked(UserWarning):
    """Something was not masked or not read: an index, a column of a type that holds no text."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a column holds: id of the kind and its category ("" for nothing), how it was told (HINTS), the share of its filled cells in
    which something of the category was found."""

    kind: str
    category: str
    told: str
    share: float


@dataclass(frozen=True, slots=True)
class Found:
    """Findings as columns (n,), in order of column and row; offsets in code points of the cell.  No values.

    row -1 is the label of the column; rules: what decided, by id
    """

    row: Ints
    column: Ints
    start: Ints
    end: Ints
    kind: NDArray[Any]
    category: NDArray[Any]
    action: NDArray[Any]
    score: NDArray[np.float32]
    rule: NDArray[Any]
    reason: NDArray[Any]
    basis: NDArray[Any]
    tag: NDArray[Any]

    def __len__(self) -> int:
        return len(self.row)

    def columns(self) -> dict[str, NDArray[Any]]:
        """By name, beside row and column."""
        return {name: getattr(self, name) for name in NAMES}


NAMES = ("start", "end", "kind", "category", "action", "reason", "basis", "score", "tag")
_FIELDS = ("row", "column", "start", "end", "kind", "category", "action", "score", "rule", "reason", "basis", "tag")


@dataclass(frozen=True, slots=True)
class Masked:
    """Columns after masking, which of their cells have changed, (rows,) each, and the labels; `left`: by column how much would have to be
    masked in it, had it been chosen."""

    columns: list[Texts]
    changed: list[NDArray[np.bool_]]
    labels: list[str]
    left: Ints


def each(names: Sequence[str], numbers: Any) -> NDArray[Any]:
    table = np.array([*names, ""], object)
    made: NDArray[Any] = table[numbers]
    return made


def joined(parts: Sequence[Found]) -> Found:
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS}
    order = np.lexsort((columns["start"], columns["row"], columns["column"]))
    return Found(**{name: column[order] for name, column in columns.items()})
