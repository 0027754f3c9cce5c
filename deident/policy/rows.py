"""What stands in the same row of a table under a certain header: the age, the relation to the head of the household."""

from __future__ import annotations

import re

import numpy as np

from deident.matching.scene import Scene
from deident.model import Ints


def under(scene: Scene, cells: Ints, header: re.Pattern[str]) -> list[str | None]:
    """For each cell: the text of the cell of its row whose header `header` finds, None where there is no such column or cell."""
    tables = scene.tables
    out: list[str | None] = [None] * len(cells)
    if not len(cells):
        return out
    columns = np.full(len(tables.kinds), -1)  # by table, -1 for none
    for table in set(tables.table[cells].tolist()):
        inside = tables.inside(table)
        heads = inside[tables.header[inside]]
        columns[table] = next((int(tables.column[n]) for n in heads.tolist() if header.search(_text(scene, n))), -1)
    column = columns[tables.table[cells]]
    rows = np.flatnonzero(column >= 0)
    line = tables.line[cells[rows]]
    place = np.searchsorted(tables.line, line) + column[rows]  # the cells of a line stand side by side
    there = place < np.searchsorted(tables.line, line, "right")
    for row, cell in zip(rows[there].tolist(), place[there].tolist(), strict=True):
        out[row] = _text(scene, cell)
    return out


def _text(scene: Scene, cell: int) -> str:
    return scene.text(int(scene.tables.start[cell]), int(scene.tables.end[cell])).strip()
