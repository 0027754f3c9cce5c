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
    taken = np.zeros(len(cells.start), np.bool_)
    holder = cells.cell(found.start, found.end)
    same = (holder >= 0) & plan.alike[found.kind, cells.at(cells.kind, holder, -1)]
    names = np.array([p.category == "person_name" for p in plan.patterns], np.bool_)[found.kind]
    inside = np.maximum(holder, 0)
    part = names & (holder >= 0) & (found.end - found.start < (cells.end - cells.start)[inside])  # 张三三 of 张三三三
    taken[holder[same & ~part]] = True
    view = scene.batch.view
    wanted = wanted[~taken[wanted] & (cells.end[wanted] - cells.start[wanted] <= LONGEST)]
    may = {int(kind): [_Form(scene, k) for k in choices(scene, int(kind))] for kind in np.unique(cells.kind[wanted])}
    starts, ends, kinds, scores = list[int](), list[int](), list[int](), list[float]()
    columns = (cells.start[wanted].tolist(), cells.end[wanted].tolist(), cells.kind[wanted].tolist())
    for low, high, under in zip(*columns, strict=True):
        raw = view[low:high]
        if b"*" in raw:
            continue
        text = raw.decode("utf-8", "replace")
        inner = text.strip()
        for form in may[under]:
            if match := form.fullmatch(inner):
                break
        else:
            continue
        if form.part or len(inner) != len(text):
            first, last = match.span("v") if form.part else (0, len(inner))
            low += len(text[: len(text) - len(text.lstrip()) + first].encode())
            high = low + len(inner[first:last].encode())
        starts.append(low)
        ends.append(high)
        kinds.append(form.kind)
        scores.append(form.score)
    return Candidates(
        np.array(starts, np.int64), np.array(ends, np.int64), np.array(kinds, np.int32), np.array(scores, np.float32)
    )


class _Form:
    """How cells of a kind look; `part`: of a cell only the group "v" is the value."""

    __slots__ = ("fullmatch", "kind", "part", "score")

    def __init__(self, scene: Scene, kind: int) -> None:
        expression = scene.plan.cells[kind]
        self.kind, self.fullmatch, self.part = kind, expression.fullmatch, "v" in expression.groupindex
        self.score = scene.plan.patterns[kind].score["column"]


def choices(scene: Scene, kind: int) -> list[int]:
    """Kinds that a cell under the header of `kind` may be: those that name it among their `columns`, then itself."""
    plan = scene.plan
    own = plan.catalogue.kinds[kind]
    others = [k for k in plan.cells if k != kind and own in plan.patterns[k].columns]
    return sorted(others, key=lambda k: -plan.patterns[k].rank) + [kind] * (kind in plan.cells)
