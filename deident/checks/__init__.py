"""Checks: checksum and registry rules, one vectorised function per file.

A check takes an `(n, width)` uint8 matrix of upper-case ASCII, one value a row, separators already removed, and says for
each row whether the rule holds.  One value is `n = 1`.  Junk bytes and widths for which the rule is not defined give False,
never an exception.  The name of the file is the name of the function and the name used in `patterns/*.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Check = Callable[[NDArray[np.uint8]], NDArray[np.bool_]]


@cache
def load() -> Mapping[str, Check]:
    """Every check of this folder by name; a new file is a new check."""
    names = sorted(module.name for module in iter_modules(__path__) if not module.ispkg and not module.name.startswith("_"))
    return MappingProxyType({name: getattr(import_module(f"{__name__}.{name}"), name) for name in names})
