"""A resident identity number inside a longer certificate number (T + ID, student number, medical licence, insurance number).

Any 18 neighbouring characters count that pass date, province and check character: one random row of 20 in 35,000.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import never
from deident.checks.calendar_date import calendar_date
from deident.checks.mod11_2 import mod11_2
from deident.checks.province import province


def embedded_id(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The row is wider than 18 and some 18 columns of it are a valid identity number."""
    found = never(rows)
    for start in range(rows.shape[1] - 17 if rows.shape[1] > 18 else 0):
        window = rows[:, start : start + 18]
        found |= calendar_date(window) & province(window) & mod11_2(window)
    return found
