"""Patterns with an expression of their own, tried only where their gate fired, and mail addresses around an `@`."""

from __future__ import annotations

import numpy as np

from deident.detectors.numbers import column_kind
from deident.matching.plan import MAIL
from deident.matching.scene import Scene
from deident.model import Candidates, Ints

WINDOW = 200  # bytes on both sides of a gate that are read; a value is shorter


def find(scene: Scene) -> Candidates:
    """Candidates of all `expression` and `mail` patterns."""
    plan = scene.plan
    rows: list[tuple[int, int, int, float]] = []
    mails = tuple(kind for kind, p in enumerate(plan.patterns) if p.trigger == "mail")
    for rule, gated in [*plan.gates.items(), (MAIL, mails)]:
        ends, kinds = scene.ends_of(rule), tuple(kind for kind in gated if plan.patterns[kind].trigger != "place")
        if len(ends) and kinds:
            _search(scene, *_stretches(scene, ends), kinds, rows)
    return _scored(scene, Candidates.rows(rows))


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


def _search(scene: Scene, lows: Ints, highs: Ints, kinds: tuple[int, ...], rows: list[tuple[int, int, int, float]]) -> None:
    """`finditer` over the stretches."""
    view = scene.batch.view
    tries = [(kind, scene.plan.searches[kind].finditer, scene.plan.patterns[kind].score["bare"],
              "v" if "v" in scene.plan.searches[kind].groupindex else 0) for kind in kinds]  # fmt: skip
    for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
        text = view[low:high].decode("utf-8", "ignore")
        for kind, finditer, bare, group in tries:
            done, start = 0, low  # characters and bytes counted so far: a line may be a megabyte of matches
            for match in finditer(text):
                first, last = match.span(group)
                start, done = start + len(text[done:first].encode()), first
                rows.append((start, start + len(text[first:last].encode()), kind, bare))


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
