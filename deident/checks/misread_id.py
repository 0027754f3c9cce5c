"""An identity number in which O stands for 0, and I or L for 1, as OCR and hasty typing leave it (`52O1O2…`, `…2l29`).

Read with the digits that were meant, it must pass everything that GB 11643-1999 asks for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import never
from deident.checks.calendar_date import calendar_date
from deident.checks.mod11_2 import mod11_2
from deident.checks.province import province


def misread_id(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """18 columns with at least one O, I or L that are a valid number when these are read as 0 and 1."""
    if rows.shape[1] != 18:
        return never(rows)
    zero, one = rows == ord("O"), (rows == ord("I")) | (rows == ord("L"))
    meant = np.where(zero, ord("0"), np.where(one, ord("1"), rows)).astype(np.uint8)
    result: NDArray[np.bool_] = (zero | one).any(axis=1) & calendar_date(meant) & province(meant) & mod11_2(meant)
    return result
