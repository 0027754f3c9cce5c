"""Is it a relative's?  In lists that say how each person on them is related to the head of the household (与户主关系), everybody but the
head is there only as a relative: 邱水秀 ⇥ 配偶."""

from __future__ import annotations

import re

import numpy as np

from deident.matching.scene import Scene
from deident.model import Bools, Candidates

_RELATION = re.compile(r"与(?:户主|申请人|本人|学生|残疾人|权利人|产权人).{0,4}关系|^(?:家庭|人员|成员)?关系$")
_HIMSELF = re.compile(r"^(?:户主|本人|户主本人|申请人|自己|—|-|/|无)?$")


def relatives(scene: Scene, found: Candidates, among: Bools) -> Bools:
    """Which of the candidates (of those `among`) stand in the row of somebody whose relation is not 户主 or 本人, (n,)."""
    result = np.zeros(len(found), np.bool_)
    tables = scene.tables
    cells = tables.cell(found.start, found.end)
    rows = np.flatnonzero(among & (cells >= 0))
    columns: dict[int, int] = {}  # table → column of relations, -1 for none
    for row in rows.tolist():
        cell = int(cells[row])
        table = int(tables.table[cell])
        if table not in columns:
            low, high = np.searchsorted(tables.table, [table, table + 1]).tolist()
            heads = low + np.flatnonzero(tables.header[low:high])
            columns[table] = next((int(tables.column[n]) for n in heads.tolist() if _RELATION.search(_text(scene, n))), -1)
        if columns[table] < 0:
            continue
        low, high = np.searchsorted(tables.line, [tables.line[cell], tables.line[cell] + 1]).tolist()
        said = next((n for n in range(low, high) if tables.column[n] == columns[table]), None)
        result[row] = said is not None and not _HIMSELF.match(_text(scene, said))
    return result


def _text(scene: Scene, cell: int) -> str:
    return scene.text(int(scene.tables.start[cell]), int(scene.tables.end[cell])).strip()
