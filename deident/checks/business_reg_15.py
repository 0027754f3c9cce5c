"""Business registration number of 15 digits: GS 15-2006, 6 office + 8 sequence + 1 check (ISO 7064 MOD 11,10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never


def business_reg_15(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The recursive sum of all fifteen digits is 1 modulo 10."""
    if rows.shape[1] != 15:
        return never(rows)
    values = digits(rows)
    product = np.full(len(rows), 10, np.int64)
    for column in range(14):
        total = (product + values[:, column]) % 10
        product = np.where(total == 0, 10, total) * 2 % 11
    result: NDArray[np.bool_] = ((product + values[:, 14]) % 10 == 1) & (values >= 0).all(axis=1) & (values > 0).any(axis=1)
    return result
