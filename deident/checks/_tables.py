"""The registry tables in `tables/`, read on first use.  `scripts/make_tables.py` makes them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@cache
def table(name: str) -> NDArray[np.int64]:
    """`tables/<name>.npy`: one sorted array of numbers."""
    with (files(__package__) / "tables" / f"{name}.npy").open("rb") as file:
        values: NDArray[np.int64] = np.load(file, allow_pickle=False).astype(np.int64)
    values.setflags(write=False)
    return values


def listed(values: NDArray[np.int64], name: str) -> NDArray[np.bool_]:
    """Which values stand in the table."""
    known = table(name)
    at = np.searchsorted(known, values).clip(max=len(known) - 1)
    result: NDArray[np.bool_] = known[at] == values
    return result
