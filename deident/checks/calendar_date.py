"""Date of birth in an 18-character identity number: YYYYMMDD at columns 7–14 (GB 11643-1999, 4.2), real and not in the future.

Rows of eight columns are read as a date alone, so that the same check serves a printed `19820305`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._calendar import past
from deident.checks._digits import digits, never, number


def calendar_date(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The eight digits are a day between 1900-01-01 and today."""
    width = rows.shape[1]
    if width != 8 and width < 14:
        return never(rows)
    values = digits(rows if width == 8 else rows[:, 6:14])
    return past(number(values[:, :4]), number(values[:, 4:6]), number(values[:, 6:8]))
