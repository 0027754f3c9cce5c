"""Matrices of ISO 32000-1, 8.3.3: a b c d e f, with x' = a x + c y + e and y' = b x + d y + f."""

from __future__ import annotations

from typing import Any

Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def times(m: Matrix, n: Matrix) -> Matrix:
    """First `m`, then `n`."""
    a, b, c, d, e, f = m
    g, h, i, j, k, l = n  # noqa: E741
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l)


def moved(m: Matrix, x: float, y: float) -> Matrix:
    """First a shift, then `m`."""
    a, b, c, d, e, f = m
    return (a, b, c, d, x * a + y * c + e, x * b + y * d + f)


def matrix(numbers: Any) -> Matrix:
    """Six operands."""
    a, b, c, d, e, f = (float(number) for number in numbers)
    return (a, b, c, d, e, f)
