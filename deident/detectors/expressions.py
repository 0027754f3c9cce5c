"""Patterns with an expression of their own, tried only where their gate fired, and mail addresses around an `@`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from deident.detectors.numbers import column_kind
from deident.detectors.stretches import Stretches
from deident.matching.plan import MAIL
from deident.matching.scene import Scene
from deident.model import Candidates, Ints
from deident.text.expression import parts

WINDOW = 200  # bytes on both sides of a gate that are read; a value is shorter
MANY = 100  # stretches from which on they are searched as one
Held = dict[tuple[bytes, bytes, bool], Stretches | None]  # by their bounds: several gates fire in the same lines


def find(scene: Scene) -> Candidates:
    """Candidates of all `expression` and `mail` patterns."""
    plan, held = scene.plan, Held()
    found = [Candidates.none()]
    mails = tuple(kind for kind, p in enumerate(plan.patterns) if p.trigger == "mail")
    for rule, gated in [*plan.gates.items(), (MAIL, mails)]:
        ends, kinds = scene.ends_of(rule), [kind for kind in gated if plan.patterns[kind].trigger != "place"]
        if len(ends) and kinds:
            lows, highs = _stretches(scene, ends)
            found += [_search(scene, lows, highs, kind, held) for kind in kinds]
    return _scored(scene, Candidates.join(found))


def _stretches(scene: Scene, ends: Ints) -> tuple[Ints, Ints]:
    """What is read around the gates: WINDOW bytes within the line, beginning at a character; neighbours that touch are one."""
    line_start, line_end = scene.lines(ends - 1)
    low, high = np.maximum(line_start, ends - WINDOW), np.minimum(line_end, ends + WINDOW)
    around = scene.buffer.after(low, 4)
    low = low + np.argmin((around & 0xC0) == 0x80, axis=1)
    fresh = np.ones(len(low), np.bool_)
    fresh[1:] = low[1:] > np.maximum.accumulate(high)[:-1]
    first = np.flatnonzero(fresh)
    return low[first], np.maximum.reduceat(high, first)


def _search(scene: Scene, lows: Ints, highs: Ints, kind: int, held: Held) -> Candidates:
    """What the expression of the kind finds in the stretches."""
    bare = scene.plan.patterns[kind].score["bare"]
    many = _at_once(scene, lows, highs, kind, held) if len(lows) >= MANY else None
    if many is None:
        return Candidates.rows([(start, end, kind, bare) for start, end in _one_by_one(scene, lows, highs, kind)])
    start, end = many.find(scene.plan.searches[kind])
    return Candidates(start, end, np.full(len(start), kind, np.int32), np.full(len(start), bare, np.float32))


def _at_once(scene: Scene, lows: Ints, highs: Ints, kind: int, held: Held) -> Stretches | None:
    """The stretches as one text, None where the expression of the kind might find something else in it than in each."""
    expression = scene.plan.searches[kind]
    if "v" in expression.groupindex or not parts(expression, "\0"):
        return None
    cells = parts(expression, "\t")
    key = lows.tobytes(), highs.tobytes(), cells
    if key not in held:
        whole = np.minimum(highs, len(scene.batch.view))
        for _ in range(3):  # a character that is cut is left out
            whole = whole - ((scene.buffer.after(whole, 1)[:, 0] & 0xC0) == 0x80)
        try:
            held[key] = Stretches(scene.batch.view, lows, whole, cells)
        except UnicodeDecodeError:
            held[key] = None
    return held[key]


def _one_by_one(scene: Scene, lows: Ints, highs: Ints, kind: int) -> Iterator[tuple[int, int]]:
    """`finditer` over each of the stretches."""
    view, expression = scene.batch.view, scene.plan.searches[kind]
    group = "v" if "v" in expression.groupindex else 0
    for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
        text = view[low:high].decode("utf-8", "ignore")
        done, start = 0, low  # characters and bytes counted so far: a line may be a megabyte of matches
        for match in expression.finditer(text):
            first, last = match.span(group)
            start, done = start + len(text[done:first].encode()), first
            yield start, start + len(text[first:last].encode())


def _scored(scene: Scene, found: Candidates) -> Candidates:
    """Drop what needs a cue and has none; raise the score of what has one or stands in its column."""
    keep = np.ones(len(found), np.bool_)
    score = found.score.copy()
    if not len(found):
        return found
    column, calls = column_kind(scene, found.start, found.end), scene.context.calls(found.start, found.end)
    for kind in np.unique(found.kind).tolist():
        pattern = scene.plan.patterns[kind]
        mine = np.flatnonzero(found.kind == kind)
        under = scene.plan.announces[kind][column[mine]]
        cued = calls.of(kind, mine)
        score[mine] = np.where(under, pattern.score["column"], np.where(cued, pattern.score["cue"], score[mine]))
        if pattern.need == "cue":
            keep[mine] = under | cued
    return Candidates(found.start, found.end, found.kind, score).take(keep)
