"""Glyphs → chunks that follow each other closely → lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from deident.formats.pdf.glyphs import Placed
from deident.formats.pdf.grid import Grid
from deident.formats.pdf.tables import Chunk, Line
from deident.model import Ints

_SAME = 0.45  # ems between baselines of one row
_GAP = 0.45  # ems between words that may be cells
_WORD = 0.22  # ems between letters or digits: a blank


def directions(glyphs: Placed) -> Iterator[tuple[Ints, float]]:
    """Glyphs written the same way (within 10°), and the angle; most first."""
    dx, dy, ux, uy = glyphs.place[2:]
    still = np.abs(dx) + np.abs(dy) < 1e-6
    angle = np.arctan2(np.where(still, -ux, dy), np.where(still, uy, dx))
    key = np.round(angle / (np.pi / 18)).astype(np.int64) % 36
    for one in sorted(set(key.tolist()), key=lambda one: (-int((key == one).sum()), one)):
        chosen = np.flatnonzero(key == one)
        turned = angle[chosen] - one * np.pi / 18
        yield chosen, one * np.pi / 18 + float(np.median((turned + np.pi) % (2 * np.pi) - np.pi))


def chunks(glyphs: Placed, group: Ints, angle: float, again: list[int], grid: Grid) -> Iterator[Chunk]:
    """Glyphs that follow each other closely within a cell, in drawing order.  A glyph drawn on itself goes to `again`."""
    px, py, dx, dy, ux, uy = glyphs.place[:, group]
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = px * cos + py * sin, py * cos - px * sin
    em = np.hypot(ux, uy)
    em = np.where(em > 1e-6, em, 1.0)
    ends = x + np.hypot(dx, dy)
    text = [glyphs.text[number] for number in group.tolist()]
    if len(group) > 1:
        near = (np.abs(np.diff(x)) < 0.15 * em[1:]) & (np.abs(np.diff(y)) < 0.15 * em[1:]) & (ends[1:] > x[1:])
        double = np.array([False, *(a == b and n for a, b, n in zip(text, text[1:], near.tolist(), strict=False))])
        if double.any():
            again += group[double].tolist()
            keep = ~double
            x, y, em, ends, group = x[keep], y[keep], em[keep], ends[keep], group[keep]
            text = [glyphs.text[number] for number in group.tolist()]
    size = np.maximum(em[1:], em[:-1])
    gap = x[1:] - ends[:-1]
    breaks = (np.abs(np.diff(y)) > 0.3 * size) | (gap > _WORD * size) | (gap < -0.8 * size)
    if grid:
        wall = grid.left((x + ends) / 2, y + 0.3 * em)
        breaks |= wall[1:] != wall[:-1]
    bounds = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(group)]
    numbers, xs, xe, ys, ems = group.tolist(), x.tolist(), ends.tolist(), y.tolist(), em.tolist()
    drawn: dict[str, list[Chunk]] = {}
    for order, (first, last) in enumerate(pairwise(bounds)):
        words = "".join(text[first:last])
        if words.isspace():
            continue
        chunk = Chunk(numbers[first:last], words, xs[first], max(xe[first:last]), ys[first], max(ems[first:last]), order)
        if any(chunk.covers(other) for other in drawn.get(words, ())[-8:]):
            again += chunk.glyphs
            continue
        drawn.setdefault(words, []).append(chunk)
        yield chunk


def rows(chunks: Sequence[Chunk]) -> list[Line]:
    """Rows from top to bottom, each from left to right."""
    lines: list[Line] = []
    row: list[Chunk] = []
    for chunk in sorted(chunks, key=lambda one: (-one.y, one.left)):
        if row and row[0].y - chunk.y > _SAME * min(max(one.em for one in row[:8]), chunk.em):
            lines.append(_line(row))
            row = []
        row.append(chunk)
    return [*lines, _line(row)] if row else lines


def _line(row: list[Chunk]) -> Line:
    """Chunks of a row, joined where no cell may end."""
    row = _spaced(sorted(row, key=lambda one: one.left))
    out = [row[0]]
    for chunk in row[1:]:
        last = out[-1]
        gap, em = chunk.left - last.right, max(last.em, chunk.em)
        if gap > (_GAP if chunk.text else 2.0) * em:
            out.append(chunk)
        else:
            out[-1] = last.joined(chunk, blank(last.text, chunk.text, gap / em))
    return Line(out)


def _spaced(row: list[Chunk]) -> list[Chunk]:
    """Single characters at equal distances are one word: a title spaced out, a number in boxes."""
    out: list[Chunk] = []
    at = 0
    while at < len(row):
        end = at + 1
        if len(row[at].text) == 1:
            while end < len(row) and len(row[end].text) == 1:
                gap, em = row[end].left - row[end - 1].right, row[end].em
                before = row[end - 1].left - row[end - 2].right if end - 1 > at else gap
                if not -0.2 * em < gap < 1.6 * em or abs(gap - before) > 0.2 * em:
                    break
                end += 1
        if end - at >= 3:
            word = row[at]
            for chunk in row[at + 1 : end]:
                word = word.joined(chunk, False)
            if out and _begun(out[-1], row[at], row[at + 1]):
                word = out.pop().joined(word, False)
            out.append(word)
            at = end
        else:
            out.append(row[at])
            at += 1
    return out


def _begun(before: Chunk, first: Chunk, second: Chunk) -> bool:
    """Is the last character of a chunk the first digit of a number spaced out: `号：5 2 0 1`, with `5` close to the colon?"""
    text, gap, em = before.text, first.left - before.right, first.em
    if not (text[-1:].isdigit() and first.text.isdigit() and not text[-2:-1].isdigit()):
        return False
    return -0.2 * em < gap < 1.6 * em and abs(gap - (second.left - first.right)) <= 0.2 * em


def blank(before: str, after: str, gap: float) -> bool:
    """Is a gap (in ems) a blank?  Between letters or digits; Han characters have none."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return False
    return gap > _WORD and (before[-1] < "\u2e80" and after[0] < "\u2e80")
