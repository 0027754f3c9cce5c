"""Whom a finding is about: findings of one row, line or block belong to one person.

Every name is a person, the same name in a document the same one; a relative's name is a person of its own.  Everything else goes to

    in a table row    the nearest name to the left, else the first name of the row, else the row itself is somebody
    in running text   the nearest name before it on its line, else the last one of the lines above in its block (key：value), else the
                      next one on the line, else the line itself is somebody: a name that is hidden, or not there
    beside the text   (links, attributes, scripts) as in running text; where nobody is named to whoever has the same value in the text

A person is a number, from 1 on in order of appearance within a document, and means nothing outside of it.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from deident.matching.scene import Scene
from deident.model import KEEP, Bools, Candidates, Ints

LINES = 6  # lines above in which the name of a block may stand
BLANK = 4  # bytes of a line that may be nothing but blanks
CONTACTS = ("phone", "email", "home_address", "bank_account")  # what offices and companies have, too
_HIDDEN = re.compile("[*×○〇●□■_某]|[Xx]{2}")  # 陈**, 张某: in a list as many people as rows


def attach(scene: Scene, found: Candidates, document: Ints) -> Ints:
    """The person each candidate belongs to (n,); candidates in order of the text."""
    count = len(found)
    if not count:
        return np.zeros(0, np.int64)
    breaks, segments = scene.breaks, scene.batch.segments
    line = np.searchsorted(breaks, found.start)
    names = np.flatnonzero(np.array([p.category == "person_name" for p in scene.plan.patterns], np.bool_)[found.kind])
    owner = count + 1 + line  # the line itself; a name is below
    if len(names):
        row, keyed = _rows(scene, line)
        owner[names] = _same(scene, found, document, names, np.where(row, line, -1)[names])
        rest = np.ones(count, np.bool_)
        rest[names] = False
        others = np.flatnonzero(rest)
        place = np.searchsorted(names, others)
        before, behind = names[np.maximum(place - 1, 0)], names[np.minimum(place, len(names) - 1)]
        own = line[others]
        left = (place > 0) & (line[before] == own)
        segment = np.searchsorted(segments, found.start, "right")
        above = (place > 0) & (own - line[before] <= LINES) & (segment[before] == segment[others])
        above &= (row[before] == row[others]) & (~row | keyed)[others]
        above[above] &= ~_parted(scene, line[before[above]], own[above])
        right = (place < len(names)) & (line[behind] == own)
        owner[others] = np.where(left | above, owner[before], np.where(right, owner[behind], owner[others]))
    _repeated(scene, found, document, owner, np.flatnonzero((owner > count) & (_role(scene, found) > 0)))
    return numbered(owner, document)


def release(subject: Ints, document: Ints, organisations: Bools) -> Ints:
    """The numbers again, with those of `organisations` (n,) taken away: nobody's, 0."""
    return numbered(np.where(organisations, 0, subject), document) if organisations.any() else subject


def kept(scene: Scene, found: Candidates, action: NDArray[np.int8], by_rule: Bools) -> Bools:
    """Contacts that a rule keeps, (n,): an office's or a company's, since a private person's go to the matrix."""
    contact = np.array([p.category in CONTACTS for p in scene.plan.patterns], np.bool_)[found.kind]
    result: Bools = contact & (action == KEEP) & by_rule
    return result


def numbered(owner: Ints, document: Ints) -> Ints:
    """1, 2, 3 … for what is different within a document (ascending), in order of appearance; 0 stays 0."""
    result = np.zeros(len(owner), np.int64)
    somebody = np.flatnonzero(owner)
    if not len(somebody):
        return result
    both = document[somebody] * (owner.max() + 1) + owner[somebody]
    firsts = _firsts(both)
    fresh = firsts == np.arange(len(both))
    home = document[somebody][fresh]
    rank = np.cumsum(fresh)
    rank[fresh] -= np.searchsorted(home, home)
    result[somebody] = rank[firsts]
    return result


def _firsts(keys: Ints) -> Ints:
    """For each key (0 …) where it stands first, (n,)."""
    size = int(keys.max()) + 1
    if size > 16 * len(keys):  # many documents
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        found: Ints = first[inverse]
        return found
    place = np.empty(size, np.int64)
    place[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)  # of several the last that is written stays
    return place[keys]


def _rows(scene: Scene, line: Ints) -> tuple[Bools, Bools]:
    """Whether each line is the row of a table, and whether that of a form, with its keys beside the values (n,)."""
    tables = scene.tables
    if not len(tables.line):
        nowhere = np.zeros(len(line), np.bool_)
        return nowhere, nowhere
    return np.isin(line, tables.line), np.isin(line, tables.line[tables.header])


def _same(scene: Scene, found: Candidates, document: Ints, names: Ints, row: Ints) -> Ints:
    """For each name where it stands first in its document (1 …); a hidden one in a table is somebody else in every row."""
    view, raws = scene.batch.view, dict[bytes, int]()  # lists repeat names
    bounds = zip(found.start[names].tolist(), found.end[names].tolist(), strict=True)
    raw = np.array([raws.setdefault(view[start:end], len(raws)) for start, end in bounds], np.int64)
    values = [value.decode("utf-8", "replace").replace(" ", "") for value in raws]
    numbers = dict[str, int]()
    value = np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)[raw]
    hidden = np.array([_HIDDEN.search(value) is not None for value in values], np.bool_)[raw]
    home = document[names]
    home = np.where(hidden & (row >= 0), home.max() + 1 + row, home)  # a row by itself
    return names[_firsts(home * len(numbers) + value)] + 1


def _role(scene: Scene, found: Candidates) -> NDArray[np.uint8]:
    role: NDArray[np.uint8] = scene.batch.role[np.searchsorted(scene.batch.segments, found.start, "right") - 1]
    return role


def _repeated(scene: Scene, found: Candidates, document: Ints, owner: Ints, aside: Ints) -> None:
    """Give those `aside` to the owner of the same value in their document (in place): mailto:… and what it is shown as."""
    if not len(aside):
        return
    view = scene.batch.view
    alike = np.isin(document, document[aside]) & np.isin(found.kind, found.kind[aside])
    alike[aside] = False
    first: dict[tuple[int, bytes], int] = {}
    for row in [*np.flatnonzero(alike).tolist(), *aside.tolist()]:
        value = view[found.start[row] : found.end[row]]
        known = first.setdefault((int(document[row]), value), int(owner[row]))
        if not alike[row]:
            owner[row] = known


def _parted(scene: Scene, above: Ints, below: Ints) -> Bools:
    """Whether an empty line stands between two lines (n,)."""
    view = np.frombuffer(scene.batch.view, np.uint8)
    at = np.minimum(above[:, None] + np.arange(1, LINES + 1), below[:, None])  # the lines between, the lower one at the end
    start, end = scene.breaks[at - 1] + 1, scene.breaks[np.minimum(at, len(scene.breaks) - 1)]
    empty = end - start <= BLANK
    for step in range(BLANK):
        place = start + step
        empty &= (place >= end) | (view[np.minimum(place, len(view) - 1)] == 32)
    result: Bools = (empty & (at < below[:, None])).any(1)
    return result
