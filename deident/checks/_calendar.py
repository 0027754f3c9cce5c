"""Real dates, vectorised."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)


def past(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.bool_]:
    """A date of the Gregorian calendar from 1900 on that is not in the future.  Today is asked for on each call."""
    now = date.today()
    known = (month >= 1) & (month <= 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS[np.where(known, month, 0)] + (leap & (month == 2))
    today = now.year * 10000 + now.month * 100 + now.day
    result: NDArray[np.bool_] = known & (year >= 1900) & (day >= 1) & (day <= last) & (year * 10000 + month * 100 + day <= today)
    return result
