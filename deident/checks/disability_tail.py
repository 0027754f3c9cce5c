"""Tail of a disability certificate number: after the identity number the category 1–7 and the level 1–4 (残联厅发〔2008〕).

1 sight, 2 hearing, 3 speech, 4 limb, 5 intellect, 6 mind, 7 several.  A reissue may add B and its count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never


def disability_tail(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Columns 19 and 20 are a category and a level; what follows is B and digits."""
    width = rows.shape[1]
    if not 20 <= width <= 22:
        return never(rows)
    values = digits(rows[:, 18:])
    kind, level = values[:, 0], values[:, 1]
    result: NDArray[np.bool_] = (kind >= 1) & (kind <= 7) & (level >= 1) & (level <= 4)
    if width > 20:
        result &= (rows[:, 20] == ord("B")) & (values[:, 3:] >= 0).all(axis=1)
    return result
