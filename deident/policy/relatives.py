"""Is it a relative's?  In lists that say how each person on them is related to the head of the household (与户主关系), everybody but the
head is there only as a relative: 邱水秀 ⇥ 配偶."""

from __future__ import annotations

import re

import numpy as np

from deident.matching.scene import Scene
from deident.model import Bools, Candidates
from deident.policy.rows import under

_RELATION = re.compile(r"与(?:户主|申请人|本人|学生|残疾人|权利人|产权人).{0,4}关系|^(?:家庭|人员|成员)?关系$")
_HIMSELF = re.compile(r"^(?:户主|本人|户主本人|申请人|自己|—|-|/|无)?$")


def relatives(scene: Scene, found: Candidates, among: Bools) -> Bools:
    """Which of the candidates (of those `among`) stand in the row of somebody whose relation is not 户主 or 本人, (n,)."""
    result = np.zeros(len(found), np.bool_)
    cells = scene.tables.cell(found.start, found.end)
    rows = np.flatnonzero(among & (cells >= 0))
    said = under(scene, cells[rows], _RELATION)
    result[rows] = [relation is not None and not _HIMSELF.match(relation) for relation in said]
    return result
