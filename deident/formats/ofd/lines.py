"""Characters of a page, known by their places, as lines of text: rows of a table with TAB, wrapped lines joined.

Generators write one character, a word, or a row per TextCode, in any order.  Ruled lines make cells (cells.py); without them a gap
is a column where a line nearby has one at the same place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from deident.formats.ofd.cells import Cell, cells, table
from deident.formats.ofd.model import Group
from deident.formats.ofd.runs import Line, Run, arranged, column, runs
from deident.formats.ofd.spacing import Piece, gaps, joins, spaced

_LEADING = 2.2  # em from line to line within a paragraph
_SHORT = 10  # em: a line no longer does not wrap


def pieces(group: Group) -> Iterator[Piece]:
    """All text of a group in reading order; lines end in LF."""
    found = [run for text in group.texts for code in text.codes for run in runs(text, code)]
    inside = cells(found, group)
    rows: dict[Cell, list[Run]] = {}
    rest: dict[int, list[Run]] = {}
    for run, cell in zip(found, inside, strict=True):
        if cell:
            rows.setdefault(cell, []).append(run)
        else:
            rest.setdefault(run.angle, []).append(run)
    blocks: list[tuple[float, list[Piece]]] = []
    for angle, own in sorted(rest.items()):
        lines, spilled = arranged(own)
        if angle == 0:
            blocks += _paragraphs(lines)
        else:
            spilled = lines + spilled
        blocks += [(math.inf, [*spaced(line, ()), "\n"]) for line in spilled]
    blocks += table(rows)
    for _, block in sorted(blocks, key=lambda one: one[0]):
        yield from block


def _paragraphs(lines: Sequence[Line]) -> list[tuple[float, list[Piece]]]:
    """Level lines: columns where gaps agree, and lines that go on in the next one."""
    wide = [gaps(line) for line in lines]
    margin = max((line[-1].end for line in lines), default=0.0)
    blocks: list[tuple[float, list[Piece]]] = []
    block: list[Piece] = []
    top = math.inf
    for number, line in enumerate(lines):
        near = [gap for other in (*wide[max(number - 2, 0) : number], *wide[number + 1 : number + 3]) for gap in other]
        block += spaced(line, near)
        top = min(top, line[0].y)
        if number + 1 < len(lines) and not wide[number] and not wide[number + 1] and wraps(line, lines[number + 1], margin):
            continue
        blocks.append((top, [*block, "\n"]))
        block, top = [], math.inf
    return blocks


def wraps(line: Line, after: Line, margin: float) -> bool:
    """Does the text of a line that reaches the margin go on in the next one?"""
    one, two = line[-1], after[0]
    if (
        column(line)
        or column(after)
        or not 0 < two.across - one.across < _LEADING * one.em
        or abs(one.em - two.em) > 0.1 * one.em
    ):
        return False
    if one.end < max(margin - 1.6 * one.em, line[0].begin + _SHORT * one.em) or two.begin > line[0].begin + 0.6 * one.em:
        return False
    return joins("".join(run.string() for run in line), "".join(run.string() for run in after))
