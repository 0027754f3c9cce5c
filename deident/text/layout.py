"""Where cells end in plain text: lines of columns aligned by blanks, or separated by `|`, `;` or `,`.

    姓名      身份证号              金额
    邵兴全    520122190401032376    500

Nothing is rewritten: the result are offsets of bytes (the last blank of a gap, the bar, the comma) that the tables treat as
a TAB, so no text is lost and no map is needed.  Two neighbouring lines that are cut alike make a block; blanks inside a
number (138 0013 8000) or a padded name (凌 霜) cut nothing.  A row with fewer cells than its block gets the missing cuts in its
widest gap, where the empty cells are.

>>> delimiters(b"name|no\\nab|12\\n", np.array([7, 13]), np.zeros(0, np.int64)).tolist()
[4, 10]
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SPACE, COMMA, SEMICOLON, BAR = 32, 44, 59, 124
LINE = 600  # bytes of a line of columns
SELDOM = 2000  # marks beyond which they are better found by columns
FEW = 3  # marks in the whole text below which nothing is looked for
_GAP = re.compile(rb" +")
_DIGIT = re.compile(rb"[0-9]")
_DIGITS_BEFORE, _DIGITS_AFTER = re.compile(rb"[0-9-]+$"), re.compile(rb"[0-9-]+")
COMPLETE = 7  # digits from which two neighbouring groups are two numbers
HAN = 3  # bytes of a Han character


def delimiters(view: bytes, breaks: Ints, tabs: Ints) -> Ints:
    """Offsets that end a cell, ascending; `breaks` and `tabs` as in the scene.  Lines with a TAB are left alone."""
    code = np.frombuffer(view, np.uint8)
    borders = np.concatenate(([-1], breaks, [len(code)])).astype(np.int64)
    opens = np.concatenate(([True], code[breaks] == 0))  # lines that begin a text: they have no neighbour above
    tabbed = np.searchsorted(breaks, tabs)
    found: list[int] = []
    for mark in (BAR, COMMA, SEMICOLON):
        places = _places(view, code, mark)
        if len(places) >= 2:
            found += _separated(borders, opens, np.searchsorted(breaks, places), places, tabbed, 1 if mark == BAR else 2)
    gaps = np.flatnonzero(code[:-1] == SPACE)
    gaps = gaps[code[gaps + 1] > SPACE]
    if len(gaps) >= FEW:
        done = np.searchsorted(breaks, np.array(found, np.int64))
        found += _aligned(view, borders, opens, np.searchsorted(breaks, gaps), np.append(tabbed, done))
    return np.unique(np.array(found, np.int64))


def _places(view: bytes, code: NDArray[np.uint8], mark: int) -> Ints:
    """Where a byte stands: in most texts seldom or never, which `find` sees at the speed of memory."""
    sign, places = bytes([mark]), []
    at = view.find(sign)
    while at >= 0:
        places.append(at)
        if len(places) > SELDOM:
            return np.flatnonzero(code == mark)
        at = view.find(sign, at + 1)
    return np.array(places, np.int64)


def _runs(lines: Ints, least: int, opens: NDArray[np.bool_]) -> list[Ints]:
    """Neighbouring line numbers of one text, at least so many."""
    parts = np.split(lines, np.flatnonzero((np.diff(lines) != 1) | opens[lines[1:]]) + 1)
    return [part for part in parts if len(part) >= least]


def _narrow(borders: Ints, lines: Ints, tabbed: Ints) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = (borders[lines + 1] - borders[lines] <= LINE) & ~np.isin(lines, tabbed)
    return result


def _separated(borders: Ints, opens: NDArray[np.bool_], line: Ints, places: Ints, tabbed: Ints, least: int) -> list[int]:
    """Marks of neighbouring lines that hold as many of them as the line before or behind."""
    lines, count = np.unique(line, return_counts=True)
    good = _narrow(borders, lines, tabbed) & (count >= least)
    lines, count = lines[good], count[good]
    close = (np.diff(lines) == 1) & (np.diff(count) == 0) & ~opens[lines[1:]]
    alike = np.zeros(len(lines), np.bool_)
    alike[1:] |= close
    alike[:-1] |= close
    result: list[int] = places[np.isin(line, lines[alike])].tolist()
    return result


def _aligned(view: bytes, borders: Ints, opens: NDArray[np.bool_], line: Ints, tabbed: Ints) -> list[int]:
    """Ends of gaps in blocks of aligned lines."""
    lines, count = np.unique(line, return_counts=True)
    good = _narrow(borders, lines, tabbed) & (count >= 2) & (count <= 40)
    found: list[int] = []
    for block in _runs(lines[good], 2, opens):
        bounds = [(int(borders[n]) + 1, int(borders[n + 1])) for n in block.tolist()]
        for least in (2, 1):
            rows = [_gaps(view, low, high, least) for low, high in bounds]
            if least == 1:
                rows = _like_the_header(view, bounds, rows)
            enough = 2 if least == 2 else 3
            sizes = [len(row) for row in rows if len(row) >= enough]
            usual = max(sizes, key=sizes.count) if sizes else 0
            alike = sum(usual - 2 <= size <= usual for size in sizes)
            if alike >= 2 and alike * 5 >= len(rows) * 3:
                for row in rows:
                    found += _cuts(row, usual) if least == 2 else [end - 1 for _, end in row]
                break
    return found


def _like_the_header(
    view: bytes, bounds: list[tuple[int, int]], rows: list[list[tuple[int, int]]]
) -> list[list[tuple[int, int]]]:
    """Rows cut at every blank where that gives as many cells as the line without digits has: 320 8605200000000001 are two."""
    target = next((len(row) for row, (low, high) in zip(rows, bounds, strict=True) if not _DIGIT.search(view, low, high)), 0)
    every = [_gaps(view, low, high, 0) for low, high in bounds]
    return [whole if len(whole) == target > len(row) else row for row, whole in zip(rows, every, strict=True)]


def _gaps(view: bytes, low: int, high: int, least: int) -> list[tuple[int, int]]:
    """Gaps between two cells of a line; those of at least so many blanks; where single blanks cut (1),
    not those inside numbers and names; all (0).
    """
    gaps = [m.span() for m in _GAP.finditer(view, low, high) if m.end() < high and m.start() > low]
    if least != 1:
        return [gap for gap in gaps if gap[1] - gap[0] >= least]
    result: list[tuple[int, int]] = []
    for place, (start, end) in enumerate(gaps):
        before = gaps[place - 1][1] if place else low
        after = gaps[place + 1][0] if place + 1 < len(gaps) else high
        left, right = view[before:start], view[end:after]
        if end - start == 1:
            padded = len(left) == len(right) == HAN and left[0] > 127 and right[0] > 127
            if padded and (not place or (result and result[-1] == gaps[place - 1])):  # 凌 霜 女: the first two are a name
                continue
            tail, head = _DIGITS_BEFORE.search(left), _DIGITS_AFTER.match(right)
            if tail and head and min(len(tail[0]), len(head[0])) < COMPLETE:
                continue
        result.append((start, end))
    return result


def _cuts(row: list[tuple[int, int]], usual: int) -> list[int]:
    """The last blank of every gap; a row that lacks cells is cut as often as needed in a gap twice as wide as the others."""
    missing = usual - len(row)
    cuts = [end - 1 for _, end in row]
    if row and 0 < missing <= 3:
        widths = sorted(end - start for start, end in row)
        start, end = max(row, key=lambda gap: gap[1] - gap[0])
        if end - start >= max(2 * widths[len(widths) // 2], missing + 2) or end - start >= 3 * widths[0]:
            cuts += range(max(start + 1, end - 1 - missing), end - 1)
    return cuts
