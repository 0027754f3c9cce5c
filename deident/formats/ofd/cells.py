"""Cells of an OFD page: text between four ruled lines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deident.formats.ofd.model import Group
from deident.formats.ofd.runs import Line, Run, arranged
from deident.formats.ofd.spacing import Piece, joins, spaced

_TOUCH = 0.5  # mm that ruled lines may miss each other by
_MOST = 20_000_000  # pairs of a run and a ruled line that are compared

Floats = NDArray[np.float64]
Cell = tuple[float, float, float, float]  # left, top, right, bottom


def cells(found: Sequence[Run], group: Group) -> list[Cell | None]:
    """The cell of each run: the nearest ruled lines around it, if there are four."""
    none: list[Cell | None] = [None] * len(found)
    if len(group.down) < 2 or len(group.across) < 2 or (len(group.down) + len(group.across)) * len(found) > _MOST:
        return none
    x = np.array([run.x + 0.3 * run.em for run in found])
    y = np.array([run.y - 0.3 * run.em for run in found])
    for first in range(0, len(found), 512):
        part = slice(first, first + 512)
        left, right = _around(np.array(group.down), x[part], y[part])
        top, bottom = _around(np.array(group.across), y[part], x[part])
        for number, corners in enumerate(np.stack([left, top, right, bottom], 1).round(1).tolist(), first):
            if found[number].angle in (0, 90) and all(map(math.isfinite, corners)):
                none[number] = corners[0], corners[1], corners[2], corners[3]
    return none


def _around(lines: Floats, place: Floats, along: Floats) -> tuple[Floats, Floats]:
    """The nearest line before and behind each place, of those that pass it."""
    at, start, end = lines.T
    passes = (start <= along[:, None] + _TOUCH) & (end >= along[:, None] - _TOUCH)
    before = at <= place[:, None]
    return np.where(passes & before, at, -np.inf).max(1), np.where(passes & ~before, at, np.inf).min(1)


def table(rows: dict[Cell, list[Run]]) -> list[tuple[float, list[Piece]]]:
    """Rows of cells, from the top; what is in a cell is joined."""
    blocks: list[tuple[float, list[Piece]]] = []
    line: list[Piece] = []
    top = 0.0
    for cell in sorted(rows, key=lambda cell: (cell[1], cell[0])):
        if line and cell[1] - top > 0.5:
            blocks.append((top, [*line, "\n"]))
            line = []
        if line:
            line.append("\t")
        else:
            top = cell[1]
        line += _cell(rows[cell], cell[2] - cell[0])
    return [*blocks, (top, [*line, "\n"])] if line else blocks


def _cell(own: list[Run], width: float) -> Iterator[Piece]:
    before: Line = []
    for angle in sorted({run.angle for run in own}):
        lines, spilled = arranged(run for run in own if run.angle == angle)
        for line in lines + spilled:
            if before:
                full = before[-1].end - before[0].begin > width - 2.5 * before[0].em
                above, below = "".join(run.string() for run in before), "".join(run.string() for run in line)
                if not (full and joins(above, below)):
                    yield " "
            yield from (piece if isinstance(piece, Run) else " " for piece in spaced(line, ()))
            before = line
