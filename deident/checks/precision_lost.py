"""An identity number that a spreadsheet has rounded to 15 significant digits: `…000` at the end, check character wrong.

IEEE 754 doubles keep 15 to 17 digits, Excel shows 15.  Region, date of birth and half of the sequence still stand there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import never
from deident.checks.calendar_date import calendar_date
from deident.checks.mod11_2 import mod11_2
from deident.checks.province import province


def precision_lost(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """18 digits that end in 000, with a real date and province, whose check digit is wrong."""
    if rows.shape[1] != 18:
        return never(rows)
    zeros = (rows[:, 15:] == ord("0")).all(axis=1)
    result: NDArray[np.bool_] = zeros & calendar_date(rows) & province(rows) & ~mod11_2(rows)
    return result
