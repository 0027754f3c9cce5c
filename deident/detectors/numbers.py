"""Fixed-shape numbers: every token of the batch against every token pattern, vectorised.

A token is judged by its shape, its checks, what touches it (a unit of money or a decimal point makes it a quantity), the
cue before it and the column it stands in.  A pattern without a check counts as weak: another kind's column silences it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident import checks
from deident.matching.context import Calls
from deident.matching.scene import Scene
from deident.matching.shapes import WIDEST
from deident.model import Bools, Candidates, Ints

EMBEDDED = 28  # from this width on only the ID inside is taken, not the whole token
UNITS = "元 万 亿 ㎡ 平 米 吨 公 亩 人 户 次 个 岁 年 ％ ￥ 株 件 只 头 台 套 美 张 份 页 字 条 ℃".split()
_UNITS = np.sort(np.array([int.from_bytes(unit.encode(), "big") for unit in UNITS], np.int32))
_SUMS = np.sort(np.array([int.from_bytes(unit.encode(), "big") for unit in ("元", "万", "亿", "吨", "亩")], np.int32))
_MONEY = np.sort(np.array([int.from_bytes(sign.encode(), "big") for sign in ("￥", "＄")], np.int32))
_ALNUM = re.compile(rb"[0-9A-Za-z]*")
INSIDE = re.compile(rb"(?=([1-9]\d{5}(?:18|19|20)\d{9}[\dXx]))")  # an identity number anywhere

Check = Callable[[NDArray[np.uint8]], Bools]


def find(scene: Scene) -> Candidates:
    """Candidates of all token patterns, and the resident IDs inside tokens too long to be a number of their own."""
    token, plan = scene.tokens, scene.plan
    if not len(token.start):
        return Candidates.none()
    width = token.end - token.start
    facts = facts_of(scene, token.start, token.end)
    known = checks.load()
    parts = [_embedded(scene, np.flatnonzero((width >= EMBEDDED) | token.long), known["mod11_2"], known["calendar_date"])]
    by_width = {int(size): np.flatnonzero((width == size) & ~token.long) for size in np.unique(width[~token.long])}
    rows_of = {size: scene.buffer.rows(token.start[chosen], size) for size, chosen in by_width.items() if size <= WIDEST}
    for kind, pattern in enumerate(plan.patterns):
        if pattern.trigger == "token":
            for size in plan.shapes[kind].tables:
                if size in rows_of:
                    passed, score = judge(scene, kind, rows_of[size], facts, by_width[size])
                    if len(passed):
                        which = by_width[size][passed]
                        parts.append(Candidates(token.start[which], token.end[which], np.full(len(which), kind, np.int32), score))
    return Candidates.join(parts)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of some numbers before their kind is: (n,) each."""

    start: Ints
    end: Ints
    column: NDArray[np.int32]
    quantity: Bools
    perhaps: Bools
    calls: Calls


def facts_of(scene: Scene, start: Ints, end: Ints) -> Facts:
    """Column, surroundings and cues of the numbers at start … end."""
    tables = scene.tables
    cell = tables.cell(start, end)
    surely, perhaps = touching(scene, start, end, tables.at(tables.start, cell, -1) == start)
    surely |= tables.at(tables.amount, cell, False)
    return Facts(start, end, tables.at(tables.kind, cell, -1), surely, perhaps, scene.context.calls(start, end))


def judge(scene: Scene, kind: int, rows: NDArray[np.uint8], facts: Facts, chosen: Ints) -> tuple[Ints, NDArray[np.float32]]:
    """Which rows (of the numbers `chosen` in `facts`) are values of the kind, and their scores."""
    pattern, known = scene.plan.patterns[kind], checks.load()
    column = facts.column[chosen]
    under = scene.plan.announces[kind][column]
    cued = facts.calls.of(kind, chosen)
    weak = not pattern.checks
    ok = under | cued
    if pattern.need != "cue":
        ok = ok | ~facts.perhaps[chosen] if weak else np.ones(len(chosen), np.bool_)
    if weak:
        ok &= ~facts.quantity[chosen]
    passed = np.flatnonzero(ok)
    if len(passed):
        passed = passed[scene.plan.shapes[kind].match(rows[passed])]
    for name in pattern.checks:
        if len(passed):
            passed = passed[known[name](rows[passed])]
    if not len(passed):
        return passed, np.zeros(0, np.float32)
    under, cued, column = under[passed], cued[passed], column[passed]
    if weak or pattern.need == "cue":
        good = under | (column < 0) | scene.plan.alike[kind][column] & ~cued
        near = chosen[passed]
        good &= under | cued | _related(scene, kind, facts.calls, near) | ~scene.context.named(facts.start[near], facts.end[near])
        passed, under, cued = passed[good], under[good], cued[good]
    scores = np.where(under, pattern.score["column"], np.where(cued, pattern.score["cue"], pattern.score["bare"]))
    for name in pattern.evidence:
        scores = scores + pattern.score["evidence"] * known[name](rows[passed])
    return passed, np.minimum(scores, 0.99).astype(np.float32)


def _related(scene: Scene, kind: int, calls: Calls, chosen: Ints) -> Bools:
    """Whether the nearest label speaks of a kind of the same category: 举报人钟某（138…"""
    found: Bools = ((calls.before[chosen] & scene.plan.alike_bits[kind]) != 0).any(1)
    return found


def column_kind(scene: Scene, start: Ints, end: Ints) -> NDArray[np.int32]:
    """The kind that the header above announces, -1 outside tables and under other headers."""
    return scene.tables.at(scene.tables.kind, scene.tables.cell(start, end), -1)


def touching(scene: Scene, start: Ints, end: Ints, opens: Bools) -> tuple[Bools, Bools]:
    """Whether what touches a number makes it a quantity or a part of a longer code; whether that is so unless a cue names it.

    13800000000元, 0.13800…, 2018-13800… are no phones whatever stands before; x=138…, 138…/139…, 8555…-805 may be.
    `opens`: the number begins a cell, so that a comma before it only ends the cell before.
    """
    after, wide = scene.buffer.after(end, 4), scene.buffer.before(start, 8)
    before = wide[:, 5:]
    surely = _among(_three(after), _UNITS) | (after[:, 0] == 37)
    surely |= (after[:, 0] == 32) & _among(_three(after[:, 1:]), _SUMS)  # 13800000000 元
    surely |= _among(_three(before), _MONEY) | (before[:, 2] == 36)
    last, last_but_one = before[:, 2], before[:, 1]
    digit_before = (last_but_one >= 48) & (last_but_one <= 57)
    long_before = _digits(wide[:, 3:7])  # 1,380… is one number, 430104…,138… are two
    letter_before = digit_before | ((last_but_one | 32) >= 97) & ((last_but_one | 32) <= 122)
    first, second = after[:, 0], after[:, 1]
    digit_after = (second >= 48) & (second <= 57)
    surely |= digit_before & ((last == 46) | (last == 44) & ~opens & ~long_before) | letter_before & (last == 45) | (last == 95)
    surely |= digit_after & ((first == 46) | (first == 95))
    phone_before = _digits(wide[:, :7]) & (last == 47)  # 0851-26000001/138…
    phone_after = (first == 47) & ((second == 48) | (second == 49) & (after[:, 2] > 50))
    perhaps = letter_before & ((last == 47) | (last == 61)) | digit_after & ((first == 47) | (first == 45))
    perhaps &= ~phone_before & ~phone_after
    return surely, perhaps


def _digits(rows: NDArray[np.uint8]) -> Bools:
    """Rows of nothing but digits."""
    found: Bools = np.all((rows >= 48) & (rows <= 57), axis=1)
    return found


def _among(values: NDArray[np.int32], table: NDArray[np.int32]) -> Bools:
    """Which values stand in a small sorted table."""
    at = np.minimum(np.searchsorted(table, values), len(table) - 1)
    found: Bools = table[at] == values
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
        inside = _ALNUM.match(view, low, high + 64)  # never into the next token
        for match in INSIDE.finditer(view, low, inside.end() if inside else high):
            row = np.frombuffer(match[1].upper(), np.uint8)[None, :]
            if mod11_2(row)[0] and calendar_date(row)[0]:
                rows.append((match.start(), match.start() + 18, kind, 0.8))
    return Candidates.rows(rows)
