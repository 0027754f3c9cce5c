"""Recognised lines → text in reading order: rows, the cells of tables, and paragraphs that run over several lines.

The page may lie on any side or stand askew: everything is measured along the direction in which most of the text runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.formats.image.ocr import Line

Floats = NDArray[np.float64]


class Piece(NamedTuple):
    """A stretch of the text: a line (its number) from its character `first` on, or what stands between two (-1)."""

    text: str
    line: int = -1
    first: int = 0


class Box(NamedTuple):
    """Where a line (its characters from `first` to `last`) lies once the page is straight: left, top, right, bottom in pixels."""

    line: int
    left: float
    top: float
    right: float
    bottom: float
    first: int = 0
    last: int = 1 << 30

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Of the line."""
        return max(self.bottom - self.top, 1.0)


Row = list[Box]


def arrange(lines: Sequence[Line]) -> list[Piece]:
    """All lines in reading order; TAB between cells, LF between rows and paragraphs."""
    if not lines:
        return []
    boxes, others = straight(lines)
    own = rows(boxes)
    out: list[Piece] = []
    for block in blocks(own):
        cells = table(block, lines) if len(block) > 1 else [[[box] for box in block[0]]] if _wide(block[0]) else []
        for row in cells or ():
            for place, cell in enumerate(row):
                out += ([Piece("\t")] if place else []) + list(_joined(lines, cell))
            out.append(Piece("\n"))
        if not cells:
            out += [*_joined(lines, block[0]), Piece("\n")]
    for number in others:
        out += [Piece(lines[number].text, number), Piece("\n")]
    return _paragraphs(lines, out[:-1], {box.line: box for row in own for box in row})


def straight(lines: Sequence[Line]) -> tuple[list[Box], list[int]]:
    """The lines that run as most do, on the straightened page; and the numbers of the others."""
    quads = np.stack([line.box for line in lines]).astype(np.float64)
    along = quads[:, 1] - quads[:, 0]
    length = np.linalg.norm(along, axis=1)
    angle = np.arctan2(along[:, 1], along[:, 0])
    side = np.round(angle / (np.pi / 2)).astype(int) % 4
    main = int(np.argmax(np.bincount(side, weights=length, minlength=4)))
    own = side == main
    lean = (angle - main * np.pi / 2 + np.pi) % (2 * np.pi) - np.pi
    long = own & (length >= np.median(length[own]))
    turn = main * np.pi / 2 + float(np.median(lean[long]))
    way = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    flat = quads @ way
    low, high = flat.min(axis=1), flat.max(axis=1)
    boxes = [Box(n, low[n, 0], low[n, 1], high[n, 0], high[n, 1]) for n in np.flatnonzero(own).tolist()]
    return boxes, np.flatnonzero(~own).tolist()


def rows(boxes: Sequence[Box]) -> list[Row]:
    """Boxes at the same height, left to right; rows from the top down."""
    found: list[Row] = []
    middle = height = 0.0
    for box in sorted(boxes, key=lambda one: one.middle):
        if found and abs(box.middle - middle) < 0.5 * min(box.height, height):
            row = found[-1]
            row.append(box)
            middle += (box.middle - middle) / len(row)
            height += (box.height - height) / len(row)
        else:
            found.append([box])
            middle, height = box.middle, box.height
    return [sorted(row, key=lambda one: one.left) for row in found]


def _wide(row: Row) -> bool:
    """Do gaps part it into cells?"""
    return len(row) > 1 and min(b.left - a.right for a, b in pairwise(row)) > 1.2 * row[0].height


def _overlap(one: Box, other: Box) -> float:
    return min(one.right, other.right) - max(one.left, other.left)


def _alike(one: Row, other: Row) -> int:
    """How many columns two rows have in common: boxes that lie above one another, or were read as one above two."""
    count = 0
    for box in one:
        under = [low for low in other if _overlap(box, low) > 0.3 * min(box.right - box.left, low.right - low.left)]
        count += 1 <= len(under) <= 2
    return count


def blocks(all_rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows that make a table together; any other row alone."""
    at = 0
    while at < len(all_rows):
        end, last = at + 1, at  # the last row of more than one box
        place = at + 1
        while len(all_rows[at]) > 1 and place < len(all_rows) and place - last <= 4:
            row = all_rows[place]
            if row[0].middle - all_rows[last][0].middle > 12 * row[0].height:
                break
            if len(row) > 1:
                if min(_alike(all_rows[last], row), _alike(row, all_rows[last])) < 2:
                    break
                last, end = place, place + 1
            elif sum(_overlap(row[0], box) > 0 for box in all_rows[last]) > 1:
                break  # runs across columns: a sentence
            place += 1
        yield list(all_rows[at:end])
        at = end


def table(block: Sequence[Row], lines: Sequence[Line]) -> list[list[list[Box]]]:
    """Cells of every row of a table: rows → columns → boxes.  Lines that a cell was broken into come together again."""
    columns = _columns(block)
    block = [[part for box in row for part in _parted(columns, box, lines[box.line])] for row in block]
    filled = [[_column(columns, box) for box in row] for row in block]
    full = [number for number, places in enumerate(filled) if len(set(places)) >= max(2, 0.6 * len(columns))]
    middles = np.array([float(np.mean([box.middle for box in row])) for row in block])
    pitch = float(np.median(np.diff(middles[full]))) if len(full) > 1 else 0.0
    height = float(np.median([box.height for row in block for box in row]))
    target = list(range(len(block)))
    if pitch > 1.6 * height:
        for number in sorted(set(range(len(block))) - set(full)):
            near = min(full, key=lambda one: abs(middles[one] - middles[number]))
            if abs(middles[near] - middles[number]) < 0.75 * pitch:
                target[number] = near
    cells: dict[int, list[list[Box]]] = {}
    for number, row in enumerate(block):
        own = cells.setdefault(target[number], [[] for _ in columns])
        for box, place in zip(row, filled[number], strict=True):
            own[place].append(box)
    return [cells[number] for number in sorted(cells)]


def _columns(block: Sequence[Row]) -> list[tuple[float, float]]:
    """Left and right of each column: those of the fullest row, wider where other rows' boxes are, and any besides."""
    columns = [(box.left, box.right) for box in max(block, key=len)]
    for row in block:
        for box in row:
            under = [place for place, (left, right) in enumerate(columns) if min(right, box.right) - max(left, box.left) > 0]
            if not under:
                columns.append((box.left, box.right))
                columns.sort()
            elif len(under) == 1:
                left, right = columns[under[0]]
                columns[under[0]] = min(left, box.left), max(right, box.right)
    return columns


def _column(columns: Sequence[tuple[float, float]], box: Box) -> int:
    return max(range(len(columns)), key=lambda n: min(columns[n][1], box.right) - max(columns[n][0], box.left))


def _parted(columns: Sequence[tuple[float, float]], box: Box, line: Line) -> list[Box]:
    """A box that was read across two columns or more, in parts."""
    under = [n for n, (left, right) in enumerate(columns) if min(right, box.right) - max(left, box.left) > 0.6 * box.height]
    if len(under) < 2 or len(line.text) < 2:
        return [box]
    places = box.left + line.spans * (box.right - box.left)
    bounds = [(columns[one][1] + columns[next][0]) / 2 for one, next in pairwise(under)]
    cuts = [0, *np.searchsorted(places.mean(axis=1), bounds).tolist(), len(line.text)]
    return [
        box._replace(left=float(places[first, 0]), right=float(places[last - 1, 1]), first=first, last=last)
        for first, last in pairwise(cuts)
        if last > first and line.text[first:last].strip()
    ]


def _joined(lines: Sequence[Line], cell: Sequence[Box]) -> Iterator[Piece]:
    """The lines of a cell or row, a blank between those of a row that stand apart."""
    for place, box in enumerate(cell):
        before = cell[place - 1] if place else None
        if before:
            apart = box.left - before.right if abs(box.middle - before.middle) < 0.5 * box.height else 0.0
            if apart > 0.3 * box.height or _words(lines[before.line].text[: before.last], lines[box.line].text[box.first :]):
                yield Piece(" ")
        yield Piece(lines[box.line].text[box.first : box.last], box.line, box.first)


def _words(before: str, after: str) -> bool:
    """Would two words become one, without a blank between?"""
    ends = before[-1:] + after[:1]
    return len(ends) == 2 and ends.isascii() and ends.isalpha()


def _paragraphs(lines: Sequence[Line], pieces: list[Piece], boxes: dict[int, Box]) -> list[Piece]:
    """Where a row goes on in the next one, they are one paragraph."""
    alone = [
        place
        for place, piece in enumerate(pieces)
        if piece.line in boxes
        and (place == 0 or pieces[place - 1].text == "\n")
        and (place + 1 == len(pieces) or pieces[place + 1].text == "\n")
    ]
    if len(alone) < 2:
        return pieces
    left = float(np.percentile([boxes[pieces[place].line].left for place in alone], 10))
    right = float(np.percentile([boxes[pieces[place].line].right for place in alone], 95))
    for place in alone:
        if place + 2 >= len(pieces) or pieces[place + 2].line not in boxes or place + 2 not in alone:
            continue
        one, next = boxes[pieces[place].line], boxes[pieces[place + 2].line]
        goes_on = (
            len(pieces[place].text) >= 10
            and one.right >= right - 1.8 * one.height
            and next.left <= left + 0.5 * one.height
            and next.middle - one.middle < 2.8 * one.height
            and 0.7 < next.height / one.height < 1.4
        )
        if goes_on:
            pieces[place + 1] = Piece(" " if _words(pieces[place].text, pieces[place + 2].text) else "")
    return pieces
