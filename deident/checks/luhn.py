"""Check digit of payment cards: ISO/IEC 7812-1, annex B (Luhn, MOD 10 double-add-double) over the whole row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never

_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.int64)


def luhn(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Sum of the digits, every second one from the right doubled, is 0 modulo 10; a row of zeros is no card."""
    if rows.shape[1] < 2:
        return never(rows)
    values = digits(rows)
    total = values[:, ::-1][:, ::2].sum(axis=1) + _DOUBLED[values[:, ::-1][:, 1::2]].sum(axis=1)
    result: NDArray[np.bool_] = (total % 10 == 0) & (values >= 0).all(axis=1) & (values > 0).any(axis=1)
    return result
