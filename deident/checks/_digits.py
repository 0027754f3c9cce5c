"""Bytes of a row as numbers; shared by the checks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def digits(rows: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n, width) values 0–9; any byte that is no ASCII digit becomes -1."""
    values = rows.astype(np.int64) - ord("0")
    return np.where((values < 0) | (values > 9), -1, values)


def number(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) each row of digits read as one number; -1 where a digit is -1 or the row is empty."""
    if not values.shape[1]:
        return np.full(len(values), -1, np.int64)
    powers = 10 ** np.arange(values.shape[1] - 1, -1, -1, dtype=np.int64)
    return np.where((values < 0).any(axis=1), -1, values @ powers)


def never(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(n,) False: the answer for a width the rule does not know."""
    return np.zeros(len(rows), np.bool_)
