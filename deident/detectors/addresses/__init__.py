"""Addresses in running text: where a cue (家住, 地址, 坐落 …) or a detail (3组, 5栋, 602室) stands, from first to last place name.

Cues and details are gates of the one pass (patterns/home_address.toml, office_address.toml).  Cells under a header of
addresses are the column detector's.
"""

from __future__ import annotations

import re

import numpy as np

from deident.detectors.addresses import grammar, left, names, owner
from deident.matching.scene import Scene
from deident.model import Bools, Candidates, Ints

KINDS = ("home_address", "office_address")
LEFT, RIGHT = 320, 260  # bytes around an event that are read
CELL = 300  # bytes of a cell that the column detector reads
_LINK = re.compile(
    r"(?:详细|具体|所在)?(?:地址|地|址|处)?(?:变更|登记|疑)?[为是在于至]{0,2}(?:位于)?(?P<sign>[ 　]*[:：=]?[ 　]*[(（\[【“\"「<]?[ 　]*)"
)
_NUMBER = re.compile(r"[0-9A-Z]|[一二三四五六七八九十](?:号|[组社队屯排栋幢])")
_ENDS_WELL = re.compile(r"$|[^㐀-鿿0-9A-Za-z]|[的村居户人内一家务]")
#: what stands behind a colon up to the next sign, when it ends like an address: for what the grammar does not know
_FIELD = re.compile(
    r"(?=[㐀-鿿])(?![^\s]{0,30}(?:[的了是]|请|可|须|应))[㐀-鿿0-9A-Za-z#\-—~·_]{3,40}"
    r"(?:[0-9] ?(?:号[楼院]?|室|栋|幢|座|楼|单元|层|组|社|队|屯|排|户|房|铺)?|-[0-9]{2,4}[A-Za-z]?)(?=$|[\s,，。;；、|”\"】\])）])"
)
_NOT_LIVED = "房建院宿户宅所址持保"


def find(scene: Scene) -> Candidates:
    """Candidates of homes and of addresses of offices."""
    kinds = scene.plan.catalogue.kinds
    if not set(KINDS) <= set(kinds):
        return Candidates.none()
    home, office = (kinds.index(kind) for kind in KINDS)
    rows: list[tuple[int, int, int, float]] = []
    done = -1
    ends, cues = _events(scene, home, office)
    lows, highs = scene.lines(ends - 1)
    for end, cued, low, high in zip(ends.tolist(), cues.tolist(), lows.tolist(), highs.tolist(), strict=True):
        if end <= done:
            continue
        found = _Window(scene, end, low, high).address(cued)
        if found is None or found[0] < done:
            continue
        first, done, agency, sure = found
        kind = office if agency else home
        score = scene.plan.patterns[kind].score
        rows.append((first, done, kind, score["cue"] if sure else score["bare"]))
    return Candidates.rows(rows)


def _events(scene: Scene, home: int, office: int) -> tuple[Ints, Bools]:
    """Ends of cues and details in order of the text, and whether it is a cue; without those in columns of addresses."""
    plan, events = scene.plan, scene.events
    cues = [rule for rule, kinds in plan.starters.items() if home in kinds or office in kinds]
    gates = [rule for rule, kinds in plan.gates.items() if home in kinds or office in kinds]
    cued = np.isin(events.rule, cues)
    chosen = cued | np.isin(events.rule, gates)
    end, cued = events.end[chosen], cued[chosen]
    after, before = scene.buffer.after(end, 3), scene.buffer.before(end, 3)
    live = (before == np.frombuffer("住".encode(), np.uint8)).all(1)
    keep = ~_is_one(after, "织长成建级线") | cued
    keep &= ~(live & _is_one(after, _NOT_LIVED))
    tables = scene.tables
    cell = tables.cell(end, end)
    own = [kind for kind, pattern in enumerate(plan.patterns) if pattern.category == plan.patterns[home].category]
    column = np.isin(tables.at(tables.kind, cell, -1), own)
    keep &= ~(column & (tables.at(tables.end, cell, 0) - tables.at(tables.start, cell, 0) <= CELL))
    end, cued = end[keep], (cued | live)[keep]
    keep = cued.copy()
    keep[~cued] = left.likely(scene.characters, end[~cued])
    return end[keep], cued[keep]


def _is_one(rows: np.ndarray[tuple[int, int], np.dtype[np.uint8]], letters: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows of three bytes are one of some Han letters."""
    wide = rows.astype(np.int32)
    codes = [int.from_bytes(letter.encode(), "big") for letter in letters]
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.isin((wide[:, 0] << 16) | (wide[:, 1] << 8) | wide[:, 2], codes)
    return found


class _Window:
    """The text around an event, within its cell or line; what stood before that is known to `owner` only."""

    def __init__(self, scene: Scene, end: int, low: int, high: int) -> None:
        self.scene, self.line, self.cut = scene, low, end - LEFT > low
        before = scene.text(max(low, end - LEFT), end)
        self.row, tab, before = before.rpartition("\t")
        self.row += tab
        self.text = before + scene.text(end, min(high, end + RIGHT)).split("\t", 1)[0]
        self.at = len(before)
        self.low = end - len(before.encode())

    def address(self, cued: bool) -> tuple[int, int, bool, bool] | None:
        """Start and end in bytes, whether it is an office's, and whether that is sure."""
        found = self._behind() if cued else self._around()
        if found is None:
            return None
        start, reading = found
        end = reading.end
        before = (self._above() + self.row + self.text[:start])[-owner.BEFORE :]
        address, behind = self.text[start:end], self.text[end : end + owner.BEHIND]
        office, sure = owner.office(before, address, behind, reading)
        if reading.places == 1 and not cued and not sure:
            return None  # 青年路61号: nobody is said to live there
        first = self.low + len(self.text[:start].encode())
        return first, first + len(address.encode()), office, sure

    def _above(self) -> str:
        """The line before, of the same text: a label or an office's name may stand there."""
        above = "" if self.cut else self.scene.text(max(self.line - 150, 0), self.line)
        return above.rpartition("\0")[2].rstrip("\n").rpartition("\n")[2] + "\n" if above else ""

    def _behind(self) -> tuple[int, grammar.Reading] | None:
        """What a cue announces."""
        link = _LINK.match(self.text, self.at)
        assert link is not None  # all of it may be missing
        start = link.end()
        marked = link["sign"].strip() != ""
        reading = grammar.read(self.text, start, loose=True)
        if marked and (field := _FIELD.match(self.text, start)) and field.end() > reading.end:
            return start, reading._replace(end=field.end(), places=reading.places + 1, level=grammar.DOOR, door=True)
        if not reading.places:
            return None
        known = names.at(self.text, start)[1] >= 0
        likely = marked or known or reading.places > 1 or (reading.door and self.text[self.at - 1] in "住在于")
        return (start, reading) if likely and (reading.door or _ENDS_WELL.match(self.text, reading.end)) else None

    def _around(self) -> tuple[int, grammar.Reading] | None:
        """What a detail belongs to."""
        start = left.start(self.text, self.at)
        if start < 0:
            return None
        reading = grammar.read(self.text, start)
        if reading.end < self.at or not reading.door:
            return None
        numbered = _NUMBER.search(self.text, start, reading.end) is not None
        return (start, reading) if numbered or reading.coarse or reading.places > 2 else None
