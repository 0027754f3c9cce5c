"""Numbers of cells as a sheet shows them: whole ones in digits, whatever type holds them.

>>> [number(value) for value in (13800000001, 13800000001.0, 5.2010219010315904e17, 0.25, float("nan"))]
['13800000001', '13800000001', '520102190103159000', '0.25', '']
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

EXACT, MOST = 1 << 53, 1e30  # whole numbers that a double holds; what is written out in digits
KEPT = 15  # significant digits a spreadsheet shows


def number(value: Any) -> str:
    """A number in digits; "" for none."""
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else ""
    if isinstance(value, int):
        return str(value)
    try:
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        if value == int(value):
            whole = int(value)
            if abs(whole) <= EXACT or not isinstance(value, float):
                return str(whole)
            return str(int(Decimal(f"{value:.{KEPT - 1}e}"))) if abs(whole) < MOST else repr(float(value))
    except (TypeError, ValueError):
        pass
    return str(value)
