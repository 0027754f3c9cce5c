"""Numbers of OFD: lists, deltas, matrices, boxes, colours, paths (GB/T 33190-2016, 7.2-7.3, 8.3, 9.1, 11.3).  Lengths are millimetres, y
grows downwards."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_PATH = re.compile(r"[A-Za-z]|[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")
_LONGEST = 4000  # characters of a path that may be a box or a ruled line
_FAR = 1e6


def number(text: str, default: float = 0.0) -> float:
    """A number, whatever stands there."""
    try:
        value = float(text)
    except ValueError:
        return default
    return value if math.isfinite(value) and abs(value) < _FAR else default


def numbers(text: str) -> list[float]:
    """A list of numbers."""
    return [number(one) for one in text.split()]


def matrix(text: str) -> Matrix:
    """a b c d e f."""
    values = numbers(text)
    return (values[0], values[1], values[2], values[3], values[4], values[5]) if len(values) == 6 else IDENTITY


def deltas(text: str, most: int) -> list[float]:
    """Steps from character to character, `g n v` written out: n times v (11.3).  Not more than `most`."""
    words = text.split()
    found: list[float] = []
    place = 0
    while place < len(words) and len(found) < most:
        if words[place] == "g" and place + 2 < len(words):
            found += [number(words[place + 2])] * min(int(number(words[place + 1], most)), most - len(found))
            place += 3
        else:
            found.append(number(words[place]))
            place += 1
    return found[:most]


def written(values: Sequence[float]) -> str:
    """Steps as they are written."""
    return " ".join(f"{value:.4f}".rstrip("0").rstrip(".") for value in values)


@lru_cache(1 << 14)
def advance(one: str) -> float:
    """Width of a character in em, as well as it is known without its font."""
    return 1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5


def at(matrix: Matrix, left: float, top: float, x: float, y: float) -> tuple[float, float]:
    """A point of an object on its page."""
    a, b, c, d, e, f = matrix
    return left + a * x + c * y + e, top + b * x + d * y + f


class Color(NamedTuple):
    """Red, green and blue, 0-255, and opacity."""

    red: float = 0.0
    green: float = 0.0
    blue: float = 0.0
    alpha: float = 255.0

    @property
    def white(self) -> bool:
        """Is it not to be told from paper?"""
        return min(self.red, self.green, self.blue) >= 245

    @property
    def grey(self) -> bool:
        """Black, white, or between."""
        return max(self.red, self.green, self.blue) - min(self.red, self.green, self.blue) < 24


def color(value: str, alpha: str) -> Color:
    """One part is grey, three are RGB, four CMYK; `#ff` is hexadecimal."""
    parts = [float(int(one[1:3], 16)) if re.fullmatch(r"#[0-9A-Fa-f]{1,2}", one) else number(one) for one in value.split()[:4]]
    if len(parts) == 1:
        parts *= 3
    elif len(parts) == 4:
        parts = [(255 - part) * (255 - parts[3]) / 255 for part in parts[:3]]
    red, green, blue = parts if len(parts) == 3 else (0.0, 0.0, 0.0)
    return Color(red, green, blue, number(alpha, 255))


def points(path: str) -> list[tuple[float, float]]:
    """End points of a path made of straight lines; nothing for any other, and for long ones."""
    if len(path) > _LONGEST:
        return []
    words = _PATH.findall(path)
    found: list[tuple[float, float]] = []
    place = 0
    while place < len(words):
        word = words[place]
        if word == "C":
            place += 1
            continue
        if word not in ("S", "M", "L") or place + 2 >= len(words):
            return []
        found.append((number(words[place + 1]), number(words[place + 2])))
        place += 3
    return found
