"""Patterns with an expression of their own, tried only where their gate fired, and mail addresses around an `@`."""

from __future__ import annotations

import numpy as np
import regex

from deident.detectors.numbers import announced, column_kind
from deident.matching.plan import MAIL
from deident.matching.scene import Scene
from deident.model import Candidates, Ints

WINDOW = 200  # bytes on both sides of a gate that are read; a value is shorter


def find(scene: Scene) -> Candidates:
    """Candidates of all `expression` and `mail` patterns."""
    plan = scene.plan
    rows: list[tuple[int, int, int, float]] = []
    for rule, kinds in plan.gates.items():
        for kind in kinds:
            _search(scene, scene.ends_of(rule), kind, rows)
    mails = [kind for kind, p in enumerate(plan.patterns) if p.trigger == "mail"]
    for kind in mails:
        _search(scene, scene.ends_of(MAIL), kind, rows)
    return _scored(scene, Candidates.rows(rows))


def _search(scene: Scene, ends: Ints, kind: int, rows: list[tuple[int, int, int, float]]) -> None:
    """`finditer` over the stretches around the gates; stretches that touch are read as one."""
    expression = scene.plan.searches[kind]
    bare = scene.plan.patterns[kind].score["bare"]
    stretches: list[tuple[int, int]] = []
    for end in ends.tolist():
        line_start, line_end = scene.line(end - 1)
        low, high = max(line_start, end - WINDOW), min(line_end, end + WINDOW)
        if stretches and low <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(high, stretches[-1][1]))
        else:
            stretches.append((low, high))
    view = scene.batch.view
    for low, high in stretches:
        while low < high and view[low] & 0xC0 == 0x80:  # begin at a character
            low += 1
        text = scene.text(low, high)
        for match in expression.finditer(text):
            first, last = match.span("v") if "v" in match.groupdict() else match.span()
            start = low + len(text[:first].encode())
            rows.append((start, start + len(text[first:last].encode()), kind, bare))


def _scored(scene: Scene, found: Candidates) -> Candidates:
    """Drop what needs a cue and has none; raise the score of what has one or stands in its column."""
    keep = np.ones(len(found), np.bool_)
    score = found.score.copy()
    column = column_kind(scene, found.start, found.end)
    for kind in np.unique(found.kind).tolist():
        pattern = scene.plan.patterns[kind]
        mine = np.flatnonzero(found.kind == kind)
        under = np.isin(column[mine], announced(scene, kind))
        cued = scene.context.cued(found.start[mine], found.end[mine], kind) if pattern.cues else np.zeros(len(mine), np.bool_)
        score[mine] = np.where(under, pattern.score["column"], np.where(cued, pattern.score["cue"], score[mine]))
        if pattern.need == "cue":
            keep[mine] = under | cued
    return Candidates(found.start, found.end, found.kind, score).take(keep)
