"""Unified social credit code of an organisation: GB 32100-2015, 18 characters without I O S V Z, check modulo 31."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import never
from deident.checks.calendar_date import calendar_date
from deident.checks.province import province

_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 2
_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], np.int64)  # 1 3 9 27 19 26 16 …, annex A
_VALUES = np.full(256, -1, np.int64)
_VALUES[np.frombuffer(_ALPHABET, np.uint8)] = np.arange(31)
_VALUES.setflags(write=False)


def uscc(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The area is six digits and the 18th character makes the weighted sum 0 modulo 31; and it does not read as a person's number.

    Digits alone that begin with a province and hold a day of birth are a resident ID (GB 11643) with a wrong check digit: one in 31 of
    such passes here by chance.
    """
    if rows.shape[1] != 18:
        return never(rows)
    values = _VALUES[rows]
    area = values[:, 2:8]
    sound = (values >= 0).all(axis=1) & (area <= 9).all(axis=1) & (values > 0).any(axis=1)
    born = (values <= 9).all(axis=1) & province(rows) & calendar_date(rows)
    result: NDArray[np.bool_] = sound & ~born & ((values[:, :17] @ _WEIGHTS + values[:, 17]) % 31 == 0)
    return result
