"""Date of birth in a first-generation identity number of 15 digits: YYMMDD at columns 7–12, always of the 1900s.

GB 11643-1989; the number was issued until 1999, so the century is not written.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._calendar import past
from deident.checks._digits import digits, never, number


def calendar_date_15(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The six digits are a day of 1900–1999."""
    if rows.shape[1] < 12:
        return never(rows)
    values = digits(rows[:, 6:12])
    year = number(values[:, :2])
    return past(np.where(year < 0, -1, year + 1900), number(values[:, 2:4]), number(values[:, 4:6]))
