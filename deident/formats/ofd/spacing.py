"""What stands between the runs of a line, and between lines: TAB, a space, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from deident.formats.ofd.runs import COLUMN, Line, Run, column

_WORD = 0.7  # em: a gap that parts words of letters
_NUMBERED = re.compile(r"(?:\d{1,3}[.、．)）]|[(（]?[一二三四五六七八九十]{1,3}[、)）])")
_WHOLE = (11, 15, 16, 18, 19)  # digits of numbers that end where the line does

Piece = Run | str


def spaced(line: Line, near: Sequence[tuple[float, float]]) -> Iterator[Piece]:
    """A line with what stands between its runs.  `near`: gaps of the lines around."""
    before: Run | None = None
    straight = not column(line)
    for run in line:
        if before and straight and (gap := run.begin - before.end) > _WORD * run.em:
            if gap > COLUMN * run.em:
                shared = any(min(end, run.begin) - max(start, before.end) > 0.5 * run.em for start, end in near)
                yield "\t" if shared else " "
            elif _letter(before.code.chars[before.last - 1][2]) and _letter(run.code.chars[run.first][2]):
                yield " "
        yield run
        before = run


def _letter(one: str) -> bool:
    return one.isascii() and one.isalpha()


def gaps(line: Line) -> list[tuple[float, float]]:
    if column(line):
        return []
    return [(one.end, two.begin) for one, two in pairwise(line) if two.begin - one.end > COLUMN * two.em]


def joins(above: str, below: str) -> bool:
    """May the two be one text?  A whole number at the end, or a number that counts paragraphs, ends it."""
    if _NUMBERED.match(below):
        return False
    tail = len(above) - len(above.rstrip("0123456789"))
    return not (tail in _WHOLE and below[:1].isdigit())
