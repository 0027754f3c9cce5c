"""What stands in the same row of a table under a certain header: the age, the relation to the head of the household."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from deident.matching.scene import Scene


def under(scene: Scene, cells: Sequence[int], header: re.Pattern[str]) -> list[str | None]:
    """For each cell: the text of the cell of its row whose header `header` finds, None where there is no such column or cell."""
    tables = scene.tables
    columns: dict[int, int] = {}  # table → column, -1 for none
    out: list[str | None] = []
    for cell in cells:
        table = int(tables.table[cell])
        if table not in columns:
            inside = tables.inside(table)
            heads = inside[tables.header[inside]]
            columns[table] = next((int(tables.column[n]) for n in heads.tolist() if header.search(_text(scene, n))), -1)
        found = None
        if columns[table] >= 0:
            low, high = np.searchsorted(tables.line, [tables.line[cell], tables.line[cell] + 1]).tolist()
            found = next((_text(scene, n) for n in range(low, high) if tables.column[n] == columns[table]), None)
        out.append(found)
    return out


def _text(scene: Scene, cell: int) -> str:
    return scene.text(int(scene.tables.start[cell]), int(scene.tables.end[cell])).strip()
