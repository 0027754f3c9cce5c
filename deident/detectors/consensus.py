"""Columns that agree: where most cells of a column without a known header are of one kind, the column is of that kind.

    邵兴全 ⇥ 520122190401032376 ⇥ 300        no header row at all
    阮天翠 ⇥ 530112190811160759 ⇥ 300
    祝成林 ⇥ 370112060421142   ⇥ 300        fifteen digits: an ID because its neighbours are

The kind is noted in the scene's tables, so that the column detector and the policy see it like that of a header.
"""

from __future__ import annotations

import numpy as np

from deident.matching.scene import Scene
from deident.model import Candidates

#: kinds that speak for a column, and the kind whose header they stand for
SPEAKERS = {
    "resident_id": "resident_id", "resident_id_misread": "resident_id", "hk_mo_tw_residence_permit": "resident_id",
    "mobile": "mobile", "bank_card": "bank_account", "disability_cert": "disability_cert",
}  # fmt: skip
LEAST = 2  # cells that agree


def note(scene: Scene, found: Candidates) -> None:
    """Give columns their kind (in place)."""
    cells, kinds = scene.tables, scene.plan.catalogue.kinds
    if not len(cells.start) or not len(found):
        return
    stands_for = np.full(len(kinds), -1, np.int32)
    for speaker, announced in SPEAKERS.items():
        if speaker in kinds and announced in kinds:
            stands_for[kinds.index(speaker)] = kinds.index(announced)
    voice = stands_for[found.kind]
    cell = cells.cell(found.start, found.end)
    speaking = np.flatnonzero((voice >= 0) & (cell >= 0))
    speaking = speaking[cells.kind[cell[speaking]] == -1]
    if len(speaking) < LEAST:
        return
    own, voice = cell[speaking], voice[speaking]
    whole = (found.end - found.start)[speaking] * 2 >= (cells.end - cells.start)[own]  # not a number in a cell of prose
    own, first = np.unique(own[whole], return_index=True)  # one vote a cell, however many findings overlap in it
    voice = voice[whole][first]
    place = cells.table * (int(cells.column.max()) + 1) + cells.column
    filled = np.bincount(place[(cells.end > cells.start) & ~cells.header], minlength=int(place.max()) + 1)
    for column in np.unique(place[own]).tolist():
        votes = voice[place[own] == column]
        kind = int(np.bincount(votes).argmax())
        count = int((votes == kind).sum())
        if count >= LEAST and count * 5 >= int(filled[column]) * 3:
            members = np.flatnonzero((place == column) & (cells.kind == -1) & ~cells.header)
            cells.kind[members] = kind
            table = int(cells.table[members[0]])
            cells.kinds[table] = cells.kinds[table] | {kind}
