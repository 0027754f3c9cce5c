"""Numbers written one digit in a box, as forms have them: a cell for each digit, or blanks between all of them.

A kind that may be written in groups (`grouped`) may be written so, too.  With a check digit and a date in it it is found anywhere in
a row of boxes; else the boxes must hold nothing else, and something must call it by its name.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from deident.detectors.numbers import INSIDE, column_kind, facts_of, judge
from deident.matching.plan import BETWEEN, BOXES
from deident.matching.scene import Scene
from deident.model import Bools, Candidates, Ints

SURE = {"mod11_2", "calendar_date"}  # checks that one in some thousand rows of digits passes by chance
LEFT = b"0" * 8  # what a mask left of a phone in a workbook of Excel 97, where a number can become nothing but 0
AROUND = 64  # bytes before the end of ten boxes in which their row begins
_ROW = re.compile(rb"(?<![0-9A-Za-z*])[0-9](?:" + BETWEEN + rb"[0-9Xx](?![0-9A-Za-z*]))+")
_SIGN = re.compile(rb"[0-9Xx]")


def find(scene: Scene) -> Candidates:
    """Candidates of all patterns that say `grouped = true`."""
    rows = _rows(scene)
    if not rows:
        return Candidates.none()
    kinds = [kind for kind, p in enumerate(scene.plan.patterns) if p.grouped and p.trigger == "token"]
    widths = {width for kind in kinds for width in scene.plan.shapes[kind].tables}
    view, by_width = scene.batch.view, dict[int, list[tuple[int, int, bytes, bool]]]()
    for low, high in rows:
        text = view[low:high].translate(None, b" \t")
        found = [(one.start(), one.end(1), False) for one in INSIDE.finditer(text)]
        found += [(0, len(text), True)] * (len(text) in widths)
        places = [sign.start() for sign in _SIGN.finditer(view, low, high)] if found else []
        for first, last, whole in found:
            if LEFT not in text[first:last]:
                by_width.setdefault(last - first, []).append((places[first], places[last - 1] + 1, text[first:last], whole))
    parts = [Candidates.none()]
    for width, numbers in by_width.items():
        own = [kind for kind in kinds if width in scene.plan.shapes[kind].tables]
        parts += _judged(scene, own, numbers) if own else []
    return Candidates.join(parts)


def boxed(scene: Scene, starts: Ints, ends: Ints) -> Bools:
    """Which stretches are numbers with a cell of a table for each digit, (n,)."""
    over: Bools = np.zeros(len(starts), np.bool_)
    if len(scene.ends_of(BOXES)):
        rows = np.flatnonzero((scene.tables.cell(starts, ends) < 0) & (scene.tables.cell(starts, starts + 1) >= 0))
        for row in rows.tolist():  # (others may be broken over two lines of a cell)
            text = scene.batch.view[starts[row] : ends[row]]
            over[row] = b"\t" in text and _ROW.fullmatch(text) is not None
    return over


def _judged(scene: Scene, kinds: list[int], numbers: list[tuple[int, int, bytes, bool]]) -> list[Candidates]:
    """Those of one width (start, end, signs, whether they fill their row of boxes) that are values of their kinds."""
    starts, ends, texts, fills = zip(*numbers, strict=True)
    start, end, whole = np.array(starts, np.int64), np.array(ends, np.int64), np.array(fills, np.bool_)
    rows = np.frombuffer(b"".join(texts).upper(), np.uint8).reshape(len(texts), -1)
    facts = replace(facts_of(scene, start, end), column=column_kind(scene, start, start + 1))
    parts = []
    for kind in kinds:
        pattern = scene.plan.patterns[kind]
        passed, score = judge(scene, kind, rows, facts, np.arange(len(texts)))
        if not set(pattern.checks) >= SURE:
            named = whole[passed] & (score >= pattern.score["cue"] - 1e-3)
            passed, score = passed[named], score[named]
        parts.append(Candidates(start[passed], end[passed], np.full(len(passed), kind, np.int32), score))
    return parts


def _rows(scene: Scene) -> list[tuple[int, int]]:
    """Start and end of each row of boxes."""
    rows, done = list[tuple[int, int]](), 0
    for end in scene.ends_of(BOXES).tolist():
        if end > done:
            row = next((row for row in _ROW.finditer(scene.batch.view, max(done, end - AROUND)) if row.end() >= end), None)
            if row is not None:
                done = row.end()
                rows.append(row.span())
    return rows
