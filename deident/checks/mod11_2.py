"""Check character of the resident identity number: GB 11643-1999, 4.4 (ISO 7064 MOD 11-2) over the first 18 columns.

Wider rows (disability certificate, personal tax number) begin with an identity number: their tail is not looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never

_WEIGHTS = np.array([pow(2, 17 - i, 11) for i in range(18)], np.int64)  # 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 1


def mod11_2(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Weighted sum is 1 modulo 11; the 18th character may be X (10)."""
    if rows.shape[1] < 18:
        return never(rows)
    values = digits(rows[:, :18])
    values[:, 17] = np.where(rows[:, 17] == ord("X"), 10, values[:, 17])
    result: NDArray[np.bool_] = (values @ _WEIGHTS % 11 == 1) & (values >= 0).all(axis=1)
    return result
