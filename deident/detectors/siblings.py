"""Headers that many kinds use (类别, 等级, dj, zy): what stands beside them says which is meant.

    姓名 ⇥ 残疾证号 ⇥ 类别 ⇥ 等级     category and level of a disability, in a list of schools they are something else

The kind is noted in the scene's tables, so that the column detector and the policy see it like that of a header.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import regex

from deident.matching.scene import Scene
from deident.model import ROLES

TITLE = ROLES.index("title")
TOP = 180  # bytes at the beginning of a document without a title in which its heading stands


def note(scene: Scene) -> None:
    """Give columns under such headers their kind (in place)."""
    cells = scene.tables
    wanted = np.flatnonzero((cells.open >= 0) & (cells.kind < 0) & ~cells.header & (cells.end > cells.start))
    if not len(wanted):
        return
    meanings = list(scene.plan.beside.values())
    heads: dict[int, str] = {}
    titles: dict[int, str] = {}
    low, high = scene.lines(cells.start[wanted])
    documents = scene.documents(cells.start[wanted])
    for cell, start, end, document in zip(wanted.tolist(), low.tolist(), high.tolist(), documents.tolist(), strict=True):
        table = int(cells.table[cell])
        if table not in heads:
            heads[table] = _heads(scene, table)
        if document not in titles:
            titles[document] = heading(scene, document)
        around = (heads[table], titles[document], scene.text(start, min(end, start + 600)))
        kind = meant(meanings[cells.open[cell]], around)
        if kind >= 0:
            cells.kind[cell] = kind
            cells.kinds[table] = cells.kinds[table] | {kind}


def meant(meanings: Iterable[tuple[int, regex.Pattern[str]]], around: Iterable[str]) -> int:
    """The first kind of which one of the texts `around` says that it is meant, -1 for none."""
    texts = tuple(around)
    return next((kind for kind, signs in meanings if any(map(signs.search, texts))), -1)


def _heads(scene: Scene, table: int) -> str:
    """The header cells of a table."""
    cells = scene.tables
    inside = cells.inside(table)
    chosen = inside[cells.header[inside]][:60]
    return "\t".join(scene.text(int(cells.start[cell]), int(cells.end[cell])) for cell in chosen.tolist())


def heading(scene: Scene, document: int) -> str:
    """Title of a document and its first lines."""
    batch = scene.batch
    first, last = np.searchsorted(batch.document, [document, document + 1])
    start = int(batch.segments[first])
    parts = [scene.text(start, start + TOP).split("\0")[0]]
    parts += [
        scene.text(int(batch.segments[n]), int(batch.segments[n]) + TOP).split("\0")[0]
        for n in range(first, last)
        if batch.role[n] == TITLE
    ]
    return "\n".join(parts)
