"""Cells by their header: under 存折账号 an account, under 出生年月 a birth date, under 姓名 a name, without any checksum.

A cell in which something of the header's category was found already is left alone; otherwise the whole cell must match the
pattern's `cell` expression.  Cells that hold a star are masked already.
"""

from __future__ import annotations

import numpy as np

from deident.matching.scene import Scene
from deident.model import Candidates

LONGEST = 300  # bytes of a cell that is read


def find(scene: Scene, found: Candidates) -> Candidates:
    """Candidates from headers, given what the other detectors have found."""
    cells, plan = scene.tables, scene.plan
    wanted = np.flatnonzero((cells.kind >= 0) & ~cells.header & (cells.end > cells.start))
    if not len(wanted):
        return Candidates.none()
    categories = np.array([hash(p.category) for p in plan.patterns])
    taken = np.zeros(len(cells.start), np.bool_)
    holder = cells.cell(found.start, found.end)
    same = (holder >= 0) & (categories[found.kind] == categories[cells.kind[np.maximum(holder, 0)]])
    taken[holder[same]] = True
    view = scene.batch.view
    rows: list[tuple[int, int, int, float]] = []
    for cell in wanted[~taken[wanted]].tolist():
        kind = int(cells.kind[cell])
        expression = plan.cells.get(kind)
        low, high = int(cells.start[cell]), int(cells.end[cell])
        if expression is None or high - low > LONGEST:
            continue
        raw = view[low:high]
        text = raw.decode("utf-8", "replace")
        inner = text.strip()
        match = expression.fullmatch(inner)
        if match is None or "*" in inner:
            continue
        first, last = match.span("v") if "v" in match.groupdict() else (0, len(inner))
        start = low + len(text[: len(text) - len(text.lstrip()) + first].encode())
        rows.append((start, start + len(inner[first:last].encode()), kind, plan.patterns[kind].score["column"]))
    return Candidates.rows(rows)
