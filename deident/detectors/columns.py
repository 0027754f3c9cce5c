"""Cells by their header: under 存折账号 an account, under 出生年月 a birth date, under 姓名 a name, without any checksum.

A cell in which something of the header's category was found already is left alone; otherwise the whole cell must match the
pattern's `cell` expression.  Cells that hold a star are masked already.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count

import numpy as np

from deident.matching.scene import Scene
from deident.model import Bools, Candidates, Ints

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
    wanted = wanted[~_starred(view, cells.start[wanted], cells.end[wanted])]
    start, end = cells.start[wanted], cells.end[wanted]
    kinds, scores = np.full(len(wanted), -1, np.int32), np.zeros(len(wanted), np.float32)
    for under in np.unique(cells.kind[wanted]).tolist():
        mine = np.flatnonzero(cells.kind[wanted] == under)
        said: defaultdict[bytes, int] = defaultdict(count().__next__)  # many rows share their dates and degrees
        raws = [view[low:high] for low, high in zip(start[mine].tolist(), end[mine].tolist(), strict=True)]
        number = np.fromiter(map(said.__getitem__, raws), np.int64, len(raws))
        read = _read([_Form(scene, kind) for kind in choices(scene, under)], list(said))
        kinds[mine], scores[mine] = read.kind[number], read.score[number]
        start[mine] += read.start[number]
        end[mine] = start[mine] + (read.end - read.start)[number]
    chosen = kinds >= 0
    return Candidates(start[chosen], end[chosen], kinds[chosen], scores[chosen])


def _read(forms: list[_Form], raws: list[bytes]) -> Candidates:
    """The value in each cell by the first form that it has: where it stands in the cell; kind -1 for none."""
    texts = b"\t".join(raws).decode("utf-8", "replace").split("\t")
    inner = [text.strip() for text in texts]
    bare = np.fromiter(map(len, texts), np.int64, len(texts)) == np.fromiter(map(len, inner), np.int64, len(texts))
    start, end = np.zeros(len(texts), np.int64), np.fromiter(map(len, raws), np.int64, len(raws))
    kinds, scores, rest = np.full(len(texts), -1, np.int32), np.zeros(len(texts), np.float32), np.arange(len(texts))
    for form in forms:
        fitting = np.array([form.fullmatch(inner[cell]) is not None for cell in rest.tolist()], np.bool_)
        fits, rest = rest[fitting], rest[~fitting]
        kinds[fits], scores[fits] = form.kind, form.score
        for cell in (fits if form.part else fits[~bare[fits]]).tolist():
            text, (first, last) = texts[cell], form.span(inner[cell])
            start[cell] = len(text[: len(text) - len(text.lstrip()) + first].encode())
            end[cell] = start[cell] + len(inner[cell][first:last].encode())
    return Candidates(start, end, kinds, scores)


def _starred(view: bytes, starts: Ints, ends: Ints) -> Bools:
    """Which cells (that are not empty, in order) hold a star."""
    if not len(starts) or b"*" not in view:
        return np.zeros(len(starts), np.bool_)
    stars = np.append(np.frombuffer(view, np.uint8) == 42, False)
    found: Bools = np.logical_or.reduceat(stars, np.stack((starts, ends), 1).ravel())[::2]
    return found


class _Form:
    """How cells of a kind look; `part`: of a cell only the group "v" is the value."""

    __slots__ = ("fullmatch", "kind", "part", "score")

    def __init__(self, scene: Scene, kind: int) -> None:
        expression = scene.plan.cells[kind]
        self.kind, self.fullmatch, self.part = kind, expression.fullmatch, "v" in expression.groupindex
        self.score = scene.plan.patterns[kind].score["column"]

    def span(self, inner: str) -> tuple[int, int]:
        """Where the value is in a cell that fits."""
        match = self.fullmatch(inner) if self.part else None
        return match.span("v") if match else (0, len(inner))


def choices(scene: Scene, kind: int) -> list[int]:
    """Kinds that a cell under the header of `kind` may be: those that name it among their `columns`, then itself."""
    plan = scene.plan
    own = plan.catalogue.kinds[kind]
    others = [k for k in plan.cells if k != kind and own in plan.patterns[k].columns]
    return sorted(others, key=lambda k: -plan.patterns[k].rank) + [kind] * (kind in plan.cells)
