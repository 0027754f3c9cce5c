"""Province of a GB/T 2260 code: the first two digits, with Taiwan (71, 83), Hong Kong (81) and Macao (82).

81, 82 and 83 begin the numbers of the residence permits for people of Hong Kong, Macao and Taiwan (国办发〔2018〕81号).
91 (abroad) is left out: it begins the unified social credit codes of firms; a foreigner's card has its own pattern.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.checks._digits import digits, never, number

_CODES = (
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83,
)  # fmt: skip


def province(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The first two columns are the code of a province."""
    if rows.shape[1] < 2:
        return never(rows)
    return np.isin(number(digits(rows[:, :2])), _CODES)
