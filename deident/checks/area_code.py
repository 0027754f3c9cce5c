"""Area code of a landline: 010, 02x or 0xxx of the national numbering plan, then a subscriber number of 7 or 8 digits.

The table comes from the package jionlp (Apache-2.0).  An extension may follow; its digits are not looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never, number
from deident.checks._tables import listed


def area_code(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The row begins with 0, a known area code and the first digits of a subscriber number, which is never 0 or 1."""
    if rows.shape[1] < 10:
        return never(rows)
    values = digits(rows[:, :10])
    short, long = number(values[:, 1:3]), number(values[:, 1:4])
    three = (short < 30) & listed(short, "area_codes") & (values[:, 3] >= 2)
    four = (long >= 300) & listed(long, "area_codes") & (values[:, 4] >= 2)
    result: NDArray[np.bool_] = (values[:, 0] == 0) & (three | four) & (values >= 0).all(axis=1)
    return result
