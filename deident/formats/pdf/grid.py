"""Cells that are drawn: the rules around a piece of text say which cell, and which row and column, it stands in.

A cell may hold several lines, span several columns, or be a frame of its own; rows are the cells with one upper edge.  Columns are numbered
over the whole table, so a cell that spans two leaves an empty one behind it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from deident.formats.pdf.glyphs import Floats
from deident.formats.pdf.paths import THIN
from deident.formats.pdf.tables import Chunk, Line

_MOST = 4000  # rules; more of them are a drawing
_NEAR = 3.0  # points between edges that are one
_PAIRS = 4_000_000  # glyphs × rules looked at in one go


class Cell(NamedTuple):
    """Edges, in points."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(slots=True)
class Table:
    """Rows of cells from top to bottom, each with its column and the chunks in it, from left to right."""

    top: float
    bottom: float
    rows: list[list[tuple[int, Cell, list[Chunk]]]] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)

    @property
    def columns(self) -> int:
        """How many there are."""
        return len(self.edges)

    def column(self, x: float) -> int:
        """The column at a place, from 0."""
        return max(0, bisect_right(self.edges, x + 0.01) - 1)

    def heads(self, line: Line) -> bool:
        """Is this line, just above, the header without rules: a piece for a column?"""
        if len(line.chunks) < 2 or not 0 < line.y - self.top < 2.5 * line.em:
            return False
        columns = [self.column((chunk.left + chunk.right) / 2) for chunk in line.chunks]
        return all(before < after for before, after in pairwise(columns))


class Grid:
    """Rules of a page: `walls` x y0 y1, `floors` y x0 x1, pieces in one line joined."""

    def __init__(self, rules: Floats) -> None:
        """`rules`: (n, 4) x0 y0 x1 y1."""
        wide, high = rules[:, 2] - rules[:, 0], rules[:, 3] - rules[:, 1]
        few = len(rules) <= _MOST
        upright = rules[(wide <= THIN) & (high > _NEAR)] if few else rules[:0]
        flat = rules[(high <= THIN) & (wide > _NEAR)] if few else rules[:0]
        self.walls = _joined(np.stack([upright[:, [0, 2]].mean(1), upright[:, 1], upright[:, 3]], 1))
        self.floors = _joined(np.stack([flat[:, [1, 3]].mean(1), flat[:, 0], flat[:, 2]], 1))

    def __bool__(self) -> bool:
        return len(self.walls) > 1 and len(self.floors) > 1

    def left(self, x: Floats, y: Floats) -> Floats:
        """The wall left of each point, -inf for none."""
        out = np.full(len(x), -np.inf)
        step = max(1, _PAIRS // max(1, len(self.walls)))
        wall, low, high = self.walls.T
        for at in range(0, len(x), step):
            px, py = x[at : at + step, None], y[at : at + step, None]
            out[at : at + step] = np.where((wall <= px) & (low - 1 <= py) & (py <= high + 1), wall, -np.inf).max(
                1, initial=-np.inf
            )
        return out

    def cell(self, chunk: Chunk) -> Cell | None:
        """The cell around a chunk."""
        x, y = (chunk.left + chunk.right) / 2, chunk.y + 0.3 * chunk.em
        wall, low, high = self.walls.T
        here = wall[(low - 1 <= y) & (y <= high + 1)]
        left, right = here[here <= x].max(initial=-np.inf), here[here > x].min(initial=np.inf)
        floor, low, high = self.floors.T
        here = floor[(low <= left + _NEAR) & (high >= right - _NEAR)]
        bottom, top = here[here <= y].max(initial=-np.inf), here[here > y].min(initial=np.inf)
        cell = Cell(float(left), float(bottom), float(right), float(top))
        return cell if np.isfinite(cell).all() else None

    def tables(self, chunks: Iterable[Chunk]) -> tuple[list[Table], list[Chunk]]:
        """Tables from top to bottom, and the chunks that stand in none."""
        found: dict[Cell, list[Chunk]] = {}
        loose: list[Chunk] = []
        for chunk in chunks:
            cell = self.cell(chunk)
            if cell is None:
                loose.append(chunk)
            else:
                found.setdefault(cell, []).append(chunk)
        tables: list[list[Cell]] = []
        bottom = np.inf
        for cell in sorted(found, key=lambda one: (-one.top, one.left)):
            if not tables or cell.top < bottom - 2 * _NEAR:
                tables.append([])
                bottom = cell.bottom
            tables[-1].append(cell)
            bottom = min(bottom, cell.bottom)
        out = []
        for cells in tables:
            table = _table(cells, found)
            if table.columns > 1:
                out.append(table)
            else:
                loose += [chunk for cell in cells for chunk in found[cell]]
        return out, loose


def _table(cells: Sequence[Cell], found: dict[Cell, list[Chunk]]) -> Table:
    edges: list[float] = []
    for left in sorted(cell.left for cell in cells):
        if not edges or left - edges[-1] > _NEAR:
            edges.append(left)
    table = Table(cells[0].top, min(cell.bottom for cell in cells), [], edges)
    top = np.inf
    for cell in cells:
        if top - cell.top > _NEAR:
            table.rows.append([])
            top = cell.top
        table.rows[-1].append((table.column(cell.left), cell, found[cell]))
    for row in table.rows:
        row.sort(key=lambda one: (one[0], one[1].left))
    return table


def _joined(rules: Floats) -> Floats:
    """(n, 3) place, from, to: rules at one place that touch are one."""
    out: list[list[float]] = []
    for place, low, high in sorted(rules.tolist(), key=lambda one: (round(one[0]), one[1])):
        if out and abs(place - out[-1][0]) < 1.5 and low <= out[-1][2] + _NEAR:
            out[-1][2] = max(out[-1][2], high)
        else:
            out.append([place, low, high])
    return np.array(out, np.float64).reshape(-1, 3)
