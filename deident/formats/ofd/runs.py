"""Runs of characters of an OFD page, and the lines that they make.

A `Run` is characters of one TextCode without a wide gap.  Runs of one direction on one baseline are a line; what overlaps (text drawn
twice for bold, text under text) is a line of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from deident.formats.ofd.geometry import advance, at
from deident.formats.ofd.model import Code, Text

COLUMN = 1.5  # em: a gap that parts columns
_SAME = 0.4  # em: what baselines of one line differ by
_OVERLAP = 0.3  # em
_LAYERS = 4


class Run(NamedTuple):
    """Characters `first:last` of a TextCode: where they begin and end along the line, where the line is across it."""

    text: Text
    code: Code
    first: int
    last: int
    begin: float
    end: float
    across: float
    angle: int
    em: float
    x: float  # on the page
    y: float

    def string(self) -> str:
        """What is read."""
        return "".join(one for _, _, one in self.code.chars[self.first : self.last])


def runs(text: Text, code: Code) -> Iterator[Run]:
    """The runs of a TextCode, without the spaces around them."""
    chars, places = code.chars, code.places
    if not chars:
        return
    flow = 1.0, 0.0
    if len(chars) > 1:
        across, down = places[-1][0] - places[0][0], places[-1][1] - places[0][1]
        flow = (0.0, 1.0) if abs(down) > abs(across) else (1.0, 0.0)
    elif text.upright:
        flow = 0.0, 1.0
    a, b, c, d = text.matrix[:4]
    way = a * flow[0] + c * flow[1], b * flow[0] + d * flow[1]
    angle = round(math.degrees(math.atan2(way[1], way[0])) / 5) * 5 % 360
    cos, sin = (math.cos(math.radians(angle)), math.sin(math.radians(angle))) if angle else (1.0, 0.0)
    em = text.em
    points = [at(text.matrix, text.left, text.top, x, y) for x, y in places]
    along = [x * cos + y * sin for x, y in points]
    wide = em * (text.stretch if flow[0] else 1.0)
    first = -1
    last = 0
    for number, (_, _, one) in enumerate(chars):
        if one.isspace():
            continue
        if first >= 0 and not -wide < along[number] - along[last] - _width(chars[last][2], wide, flow[0]) <= COLUMN * em:
            yield _run(text, code, first, last + 1, along, points, cos, sin, angle, wide, flow[0])
            first = -1
        first = number if first < 0 else first
        last = number
    if first >= 0:
        yield _run(text, code, first, last + 1, along, points, cos, sin, angle, wide, flow[0])


def _width(one: str, wide: float, level: float) -> float:
    return advance(one) * wide if level else wide


def _run(
    text: Text,
    code: Code,
    first: int,
    last: int,
    along: Sequence[float],
    points: Sequence[tuple[float, float]],
    cos: float,
    sin: float,
    angle: int,
    wide: float,
    level: float,
) -> Run:
    x, y = points[first]
    end = along[last - 1] + _width(code.chars[last - 1][2], wide, level)
    return Run(text, code, first, last, along[first], end, y * cos - x * sin, angle, text.em, x, y)


Line = list[Run]


def arranged(found: Iterable[Run]) -> tuple[list[Line], list[Line]]:
    """Runs of one direction as lines, from the top, each from left to right; and those that lie over others.  Columns of single
    characters are lines, too."""
    ordered = sorted(found, key=lambda run: (run.across, run.begin))
    lines: list[Line] = []
    spilled: list[Line] = []
    for start, end in _baselines(ordered):
        layers: list[Line] = [[]]
        for run in sorted(ordered[start:end], key=lambda run: run.begin):
            for layer in layers:
                if not layer or run.begin >= layer[-1].end - _OVERLAP * run.em:
                    layer.append(run)
                    break
            else:
                if len(layers) < _LAYERS:
                    layers.append([run])
                else:
                    spilled.append([run])
        lines.append(layers[0])
        spilled += layers[1:]
    return _upright(lines), spilled


def _baselines(ordered: Sequence[Run]) -> Iterator[tuple[int, int]]:
    start = 0
    for number in range(1, len(ordered) + 1):
        if number == len(ordered) or ordered[number].across - ordered[start].across > _SAME * ordered[number].em:
            yield start, number
            start = number


def _upright(lines: list[Line]) -> list[Line]:
    """Three single characters or more, one below the other, are one line."""
    single = [number for number, line in enumerate(lines) if len(line) == 1 and line[0].last - line[0].first == 1]
    if len(single) < 3:
        return lines
    single.sort(key=lambda number: (round(lines[number][0].begin / lines[number][0].em), lines[number][0].across))
    chain: list[int] = []
    gone: set[int] = set()
    for number in [*single, -1]:
        if chain and number >= 0:
            above, run = lines[chain[-1]][0], lines[number][0]
            if abs(run.begin - above.begin) < 0.5 * run.em and 0 < run.across - above.across <= 1.7 * run.em:
                chain.append(number)
                continue
        if len(chain) >= 3:
            lines[chain[0]] = [lines[one][0] for one in chain]
            gone.update(chain[1:])
        chain = [number]
    return [line for number, line in enumerate(lines) if number not in gone]


def column(line: Line) -> bool:
    """Is this a column of single characters?"""
    return (
        len(line) > 1 and line[1].across - line[0].across > 0.5 * line[0].em and abs(line[1].begin - line[0].begin) < line[0].em
    )
