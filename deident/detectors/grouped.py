"""Numbers written in groups: `132 6458 7364`, `6217-0097-4901-3464-786`, an ID broken over two lines.

The matcher reports junctions (three digits, a separator, three digits).  The chain of groups around a junction is taken
apart here: every run of neighbouring groups that, put together, has the shape and passes the checks of a `grouped` kind
is a candidate.  Without a check the grouping itself must be the usual one (`groups` in the pattern, as lengths: `3-4-4`).
"""

from __future__ import annotations

import re

import numpy as np

from deident.detectors.numbers import facts_of, judge
from deident.matching.plan import JUNCTION, SEPARATOR
from deident.matching.scene import Scene
from deident.matching.tokens import ALNUM
from deident.model import Candidates, Ints

AHEAD = 480  # bytes of a chain that are read behind a junction
OVERLAP = 48  # the longest number with its separators
GROUPS = 8  # a number has no more groups than this
LONGEST = 23  # characters without separators
WHOLE = 11  # characters from which on two lines are two numbers, not one that is broken
_CHAIN = re.compile(rb"[0-9A-Za-z]{1,23}(?:" + SEPARATOR + rb"[0-9A-Za-z]{1,23})+")
_GROUP = re.compile(rb"[0-9A-Za-z]+")
_USUAL = re.compile(r"(?:4-){2,4}\d|(?:4-){3}4|(?:4-){4}[1-4]")
_WHITE = re.compile(rb"[\r\n]")
_SIGNS = b" .-\n\r\xc2\xb7"  # the bytes of SEPARATOR

Runs = tuple[list[int], list[int], list[bytes]]


def find(scene: Scene) -> Candidates:
    """Candidates of all patterns that say `grouped = true`."""
    kinds = [k for k, p in enumerate(scene.plan.patterns) if p.grouped and p.trigger == "token"]
    parts: list[Candidates] = []
    for width, (starts, ends, texts) in _runs(
        scene, {width for kind in kinds for width in scene.plan.shapes[kind].tables}
    ).items():
        rows = np.frombuffer(b"".join(texts).upper(), np.uint8).reshape(len(texts), width)
        start, end = np.array(starts, np.int64), np.array(ends, np.int64)
        facts, every = facts_of(scene, start, end), np.arange(len(texts))
        for kind in kinds:
            if width in scene.plan.shapes[kind].tables:
                passed, score = judge(scene, kind, rows, facts, every)
                sure = score >= scene.plan.patterns[kind].score["cue"] - 1e-3
                usual = np.array(
                    [_grouping(scene, kind, starts[i], ends[i], bool(s)) for i, s in zip(passed.tolist(), sure, strict=True)],
                    np.bool_,
                )
                which: Ints = passed[usual]
                parts.append(Candidates(start[which], end[which], np.full(len(which), kind, np.int32), score[usual]))
    return Candidates.join(parts) if parts else Candidates.none()


def _grouping(scene: Scene, kind: int, start: int, end: int, sure: bool) -> bool:
    """Whether a kind is written in groups of such lengths ("3-4-4"); broken over two lines it needs two checks or a cue."""
    pattern, view = scene.plan.patterns[kind], scene.batch.view
    sizes = [len(group) for group in _GROUP.findall(view, start, end)]
    lengths = "-".join(map(str, sizes))
    broken = _WHITE.search(view, start, end) is not None
    if broken and len(pattern.checks) < 2:
        return sure and len(sizes) == 2 and min(sizes) < WHOLE and not _rows(scene, start, end)
    if pattern.groups:
        return re.fullmatch(pattern.groups, lengths) is not None
    return len(pattern.checks) >= 2 or _USUAL.fullmatch(lengths) is not None


def _rows(scene: Scene, start: int, end: int) -> bool:
    """Whether a number would begin in one cell of a table and end in another: the last cell of a row, the first of the next."""
    first, last = scene.tables.cell(np.array([start, end - 1]), np.array([start + 1, end])).tolist()
    return bool(first >= 0 and last >= 0 and first != last)


def _junctions(scene: Scene) -> Ints:
    """Junctions without those inside 0851-8555…: a telephone with its area code is no riddle, and stands on every page."""
    found, token = scene.ends_of(JUNCTION), scene.tokens
    if not len(found) or not len(token.start):
        return found
    width = token.end - token.start
    before = scene.buffer.before(token.start, 6)
    digits = (before >= 48) & (before <= 57)
    hyphen = (before[:, 5] == 45) & digits[:, 4] & digits[:, 3]
    area = hyphen & (digits[:, 2] & (before[:, 1] == 48) & ~digits[:, 0] | (before[:, 2] == 48) & ~digits[:, 1])
    behind = scene.buffer.after(token.end, 2)
    area &= (width >= 7) & (width <= 8) & ~token.long & ~ALNUM[behind[:, 1]]
    at = np.maximum(np.searchsorted(token.start, found, "right") - 1, 0)
    kept: Ints = found[~(area[at] & (found <= token.end[at]) & (found >= token.start[at]))]
    return kept


def _runs(scene: Scene, widths: set[int]) -> dict[int, Runs]:
    """Starts, ends and characters of every run of groups that could be a number, by how many characters it has."""
    view = scene.batch.view
    runs: dict[int, Runs] = {}
    done = -1
    for junction in _junctions(scene).tolist():
        if junction <= done:
            continue
        low = max(done, junction - 64, 0)
        chain = next((m for m in _CHAIN.finditer(view, low, junction + AHEAD) if m.end() >= junction), None)
        if chain is None or chain.start() > junction:
            continue
        done = chain.end()
        groups = [m.span() for m in _GROUP.finditer(view, *chain.span())]
        if view[max(groups[0][0] - 1, 0) : groups[0][0]].isalnum():
            del groups[0]  # the rest of a group that begins before the window
        if done == junction + AHEAD and done < len(
            view
        ):  # the chain goes on: what the window cut is read again with what follows
            if view[done : done + 1].isalnum():
                groups.pop()
            done = next((low for low, _ in groups if low > done - OVERLAP), done)
        for first in range(len(groups)):
            total = 0
            for last in range(first, min(first + GROUPS, len(groups))):
                total += groups[last][1] - groups[last][0]
                if total > LONGEST:
                    break
                if last > first and total in widths:
                    low, high = groups[first][0], groups[last][1]
                    if view[max(low - 4, 0) : low] == b"****" or view.startswith(b"****", high):
                        continue  # what a mask left
                    starts, ends, texts = runs.setdefault(total, ([], [], []))
                    starts.append(low)
                    ends.append(high)
                    texts.append(view[low:high].translate(None, _SIGNS))
    return runs
