"""Organisation code: GB 11714-1997, eight characters 0-9A-Z and a check character (0-9 or X), modulo 11."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never

_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], np.int64)  # GB 11714-1997, 3.2


def org_code(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The ninth character is 11 - sum modulo 11 (10 is X, 11 is 0)."""
    if rows.shape[1] != 9:
        return never(rows)
    letters = (rows >= ord("A")) & (rows <= ord("Z"))
    values = np.where(letters, rows.astype(np.int64) - ord("A") + 10, digits(rows))
    check = np.where(rows[:, 8] == ord("X"), 10, digits(rows[:, 8:])[:, 0])
    sound = (values >= 0).all(axis=1) & (values[:, :8] > 0).any(axis=1) & (check >= 0)
    result: NDArray[np.bool_] = sound & ((values[:, :8] @ _WEIGHTS + check) % 11 == 0)
    return result
