"""Where else in its family a removed value stands that nobody found there: in a link, inside a longer number, glued to other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from deident.engine.verify import SURE, Words
from deident.model import MASK

if TYPE_CHECKING:
    from deident.engine.pages import Pages

_HAN = re.compile("[㐀-鿿]{3,}")
_MAIL = re.compile(rb"[0-9A-Za-z._%+-]{1,64}@(?:[0-9A-Za-z-]+\.)+[0-9A-Za-z-]+")


def numbers(pages: Pages, values: Sequence[Sequence[bytes]]) -> list[tuple[int, int, str, int]]:
    """Where else a removed value stands: a number as a token or inside of a longer one, a mail address anywhere."""
    scene, found, tops = pages.judged.scene, pages.judged.found, pages.tops
    if not any(values):
        return []
    view, tokens, batch = scene.batch.view, scene.tokens, scene.batch
    document = batch.document[np.searchsorted(batch.segments, tokens.start, "right") - 1]
    gone = pages.judged.action == MASK
    sizes = [sorted({len(number) for number in numbers}) for numbers in values]
    wanted = [frozenset(numbers) for numbers in values]
    rows = []
    asked = np.array([bool(wanted[family]) for family in tops], np.bool_)[document]
    if len(found):
        same = np.minimum(np.searchsorted(found.start, tokens.start), len(found) - 1)
        asked &= ~(gone[same] & (found.start[same] == tokens.start) & (found.end[same] == tokens.end))
    columns = (tokens.start[asked].tolist(), tokens.end[asked].tolist(), document[asked].tolist())
    for start, end, number in zip(*columns, strict=True):
        family = tops[number]
        token = view[start:end].upper()
        for size in sizes[family]:
            if size == len(token) or SURE <= size < len(token):
                places = range(len(token) - size + 1)
                rows += [
                    (start + at, start + at + size, "*" * size, number)
                    for at in places
                    if token[at : at + size] in wanted[family]
                ]
    for number, family in enumerate(tops):
        if b"@" in b" ".join(wanted[family]):
            own = batch.segments[np.searchsorted(batch.document, [number, number + 1])].tolist()
            covered = set(zip(found.start[gone].tolist(), found.end[gone].tolist(), strict=True))
            for match in _MAIL.finditer(view, *own):
                if match[0].upper() in wanted[family] and match.span() not in covered:
                    rows.append((*match.span(), "*" * 6, number))
    return rows


def names(pages: Pages) -> list[tuple[int, int, str, int]]:
    """Where else a masked name of three characters or more stands that nobody found: in a link, glued to other words."""
    judged, patterns = pages.judged, pages.examiner.plan.patterns
    found, scene = judged.found, judged.scene
    wanted: list[dict[bytes, str]] = [{} for _ in range(pages.count)]
    for row in np.flatnonzero(judged.action == MASK).tolist():
        if patterns[found.kind[row]].category == "person_name":
            value = scene.text(int(found.start[row]), int(found.end[row]))
            if _HAN.fullmatch(value):
                hidden = pages.editor.preview(int(found.kind[row]), int(judged.verdict[row]), value)
                wanted[pages.tops[int(judged.document[row])]].setdefault(value.encode(), hidden)
    view, batch, rows = scene.batch.view, scene.batch, []
    last = np.maximum.accumulate(found.end) if len(found) else found.end
    for number, family in enumerate(pages.tops):
        low, high = batch.segments[np.searchsorted(batch.document, [number, number + 1])].tolist()
        if not wanted[family]:
            continue
        there = [(low + place, name) for place, name in Words(wanted[family].keys()).everywhere(view[low:high])]
        starts = np.array([start for start, _ in there], np.int64)
        ends = np.array([start + len(name) for start, name in there], np.int64)
        before = np.searchsorted(found.start, ends, "left") - 1
        free = (before < 0) | (last[np.maximum(before, 0)] <= starts)  # nothing that was found stands there
        rows += [
            (start, start + len(name), wanted[family][name], number)
            for (start, name), may in zip(there, free.tolist(), strict=True)
            if may
        ]
    return rows
