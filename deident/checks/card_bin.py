"""Issuer prefix (BIN) of a bank card with the length that the issuer uses.

The table comes from the npm package bankcardinfo (ISC).  It knows little more than half of the cards in use: evidence,
never a condition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never, number
from deident.checks._tables import listed, table

PREFIX = 10**10  # a table entry is (length * 16 + length of the prefix) * PREFIX + prefix


def card_bin(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Some prefix of the row is a BIN whose cards have this length."""
    found = never(rows)
    width = rows.shape[1]
    if not 13 <= width <= 19:
        return found
    values = digits(rows)
    for size in np.unique(table("bins") // PREFIX % 16):
        prefix = number(values[:, :size])
        found |= (prefix >= 0) & listed((width * 16 + size) * PREFIX + prefix, "bins")
    result: NDArray[np.bool_] = found & (values >= 0).all(axis=1)
    return result
