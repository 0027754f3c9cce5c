"""Fixed-shape numbers: every token of the batch against every token pattern, vectorised.

A token is judged by its shape, its checks, what touches it (a unit of money or a decimal point makes it a quantity), the
cue before it and the column it stands in.  A pattern without a check counts as weak: another kind's column silences it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from deident import checks
from deident.matching.scene import Scene
from deident.matching.shapes import Shape
from deident.model import Bools, Candidates, Ints

EMBEDDED = 28  # from this width on only the ID inside is taken, not the whole token
UNITS = "元 万 亿 ㎡ 平 米 吨 公 亩 人 户 次 个 岁 年 ％ ￥ 株 件 只 头 台 套 美 张 份 页 字 条 ℃".split()
_UNITS = np.array([int.from_bytes(unit.encode(), "big") for unit in UNITS], np.int32)
_SHORT_UNITS = np.frombuffer(b"%", np.uint8)
_MONEY = np.array([int.from_bytes(sign.encode(), "big") for sign in ("￥", "＄")], np.int32)
_ID = re.compile(rb"(?=([1-9]\d{5}(?:18|19|20)\d{9}[\dXx]))")

Check = Callable[[NDArray[np.uint8]], Bools]


def find(scene: Scene) -> Candidates:
    """Candidates of all token patterns, and the resident IDs inside tokens too long to be a number of their own."""
    token, plan = scene.tokens, scene.plan
    if not len(token.start):
        return Candidates.none()
    width = token.end - token.start
    quantity = touching(scene, token.start, token.end)
    column = column_kind(scene, token.start, token.end)
    known = checks.load()
    parts = [_embedded(scene, np.flatnonzero((width >= EMBEDDED) | token.long), known["mod11_2"], known["calendar_date"])]
    rows_of: dict[int, tuple[Ints, NDArray[np.uint8]]] = {}
    for kind, pattern in enumerate(plan.patterns):
        if pattern.trigger != "token" or not pattern.regex:
            continue
        for size in plan.shapes[kind].tables:
            if size not in rows_of:
                chosen = np.flatnonzero((width == size) & ~token.long)
                rows_of[size] = (chosen, scene.buffer.rows(token.start[chosen], size))
            chosen, rows = rows_of[size]
            if len(chosen):
                passed, score = judge(scene, kind, rows, token.start[chosen], token.end[chosen], column[chosen], quantity[chosen])
                which = chosen[passed]
                parts.append(Candidates(token.start[which], token.end[which], np.full(len(which), kind, np.int32), score))
    return Candidates.join(parts)


def judge(
    scene: Scene, kind: int, rows: NDArray[np.uint8], start: Ints, end: Ints, column: NDArray[np.int32], quantity: Bools
) -> tuple[Ints, NDArray[np.float32]]:
    """Which rows are values of the kind, and their scores.  Shared by whole tokens and grouped numbers."""
    pattern, known = scene.plan.patterns[kind], checks.load()
    shape: Shape = scene.plan.shapes[kind]
    passed = np.flatnonzero(shape.match(rows))
    for name in pattern.checks:
        passed = passed[known[name](rows[passed])]
    weak = not pattern.checks
    if not len(passed):
        return passed, np.zeros(0, np.float32)
    start, end, column = start[passed], end[passed], column[passed]
    under = np.isin(column, announced(scene, kind))
    cued = scene.context.cued(start, end, kind) if pattern.cues else np.zeros(len(passed), np.bool_)
    ok = under | cued if pattern.need == "cue" else np.ones(len(passed), np.bool_)
    if weak:
        ok &= cued | under | ~quantity[passed]
    if weak or pattern.need == "cue":
        alike = np.array([p.category == pattern.category for p in scene.plan.patterns] + [True])
        ok &= under | (column < 0) | alike[column] & ~cued
        ok &= under | cued | ~scene.context.named(start, end)
    scores = np.where(under, pattern.score["column"], np.where(cued, pattern.score["cue"], pattern.score["bare"]))
    for name in pattern.evidence:
        scores = scores + pattern.score["evidence"] * known[name](rows[passed])
    return passed[ok], np.minimum(scores[ok], 0.99).astype(np.float32)


def announced(scene: Scene, kind: int) -> list[int]:
    """Kinds whose column headers announce this kind too: its own, and those it lists under `columns`."""
    kinds = scene.plan.catalogue.kinds
    return [kind, *(kinds.index(other) for other in scene.plan.patterns[kind].columns)]


def column_kind(scene: Scene, start: Ints, end: Ints) -> NDArray[np.int32]:
    """The kind that the header above announces, -1 outside tables and under other headers."""
    cell = scene.tables.cell(start, end)
    if not len(scene.tables.kind):
        return np.full(len(start), -1, np.int32)
    return np.where(cell >= 0, scene.tables.kind[np.maximum(cell, 0)], -1).astype(np.int32)


def touching(scene: Scene, start: Ints, end: Ints) -> Bools:
    """Whether what touches a number makes it a quantity, a part of a decimal or of a longer code."""
    after, before = scene.buffer.after(end, 3), scene.buffer.before(start, 3)
    found = np.isin(_three(after), _UNITS) | np.isin(after[:, 0], _SHORT_UNITS)
    found |= np.isin(_three(before), _MONEY) | (before[:, 2] == 36)
    last, last_but_one = before[:, 2], before[:, 1]
    digit_before = (last_but_one >= 48) & (last_but_one <= 57)
    letter_before = digit_before | ((last_but_one | 32) >= 97) & ((last_but_one | 32) <= 122)
    found |= digit_before & ((last == 46) | (last == 44))  # 0.138…, 1,380…
    found |= letter_before & ((last == 45) | (last == 95) | (last == 47))  # ab-138…, x_138…, 2015/0002…
    found |= (last == 95) | (last == 61) & letter_before
    first, second = after[:, 0], after[:, 1]
    digit_after = (second >= 48) & (second <= 57)
    found |= digit_after & ((first == 46) | (first == 95) | (first == 47))
    found |= (first == 45) & digit_after
    return found


def _three(rows: NDArray[np.uint8]) -> NDArray[np.int32]:
    """(n, 3) bytes as one number each."""
    wide = rows.astype(np.int32)
    return (wide[:, 0] << 16) | (wide[:, 1] << 8) | wide[:, 2]


def _embedded(scene: Scene, chosen: Ints, mod11_2: Check, calendar_date: Check) -> Candidates:
    """Resident IDs anywhere inside long tokens (file names, base of a URL, glued columns)."""
    kind = scene.plan.catalogue.kinds.index("resident_id") if "resident_id" in scene.plan.catalogue.kinds else -1
    rows: list[tuple[int, int, int, float]] = []
    view = scene.batch.view
    for index in chosen.tolist() if kind >= 0 else ():
        low, high = int(scene.tokens.start[index]), int(scene.tokens.end[index])
        for match in _ID.finditer(view, low, min(high + 64, len(view))):
            row = np.frombuffer(match[1].upper(), np.uint8)[None, :]
            if mod11_2(row)[0] and calendar_date(row)[0]:
                rows.append((match.start(), match.start() + 18, kind, 0.8))
    return Candidates.rows(rows)
