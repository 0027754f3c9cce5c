"""Boxes in place of glyphs that were removed: drawn last, black, of one height, one for each value and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

import numpy as np
from pikepdf import ContentStreamInstruction, Operator

from deident.formats.pdf.glyphs import Floats, Glyphs
from deident.model import Ints

_LOW, _HIGH = -0.2, 0.9  # ems: the box around a baseline
_HALF = 0.55  # ems: half of the box around a vertical line


def balanced(instructions: Iterable[ContentStreamInstruction]) -> list[ContentStreamInstruction]:
    """Between q and Q, so that boxes stand in the space the stream began in; Q without q and text never ended put right."""
    out = [ContentStreamInstruction([], Operator("q"))]
    depth, text = 1, False
    for instruction in instructions:
        name = str(instruction.operator)
        if name == "Q" and depth == 1:
            continue
        depth += (name == "q") - (name == "Q")
        text = name == "BT" or (text and name != "ET")
        out.append(instruction)
    out += [ContentStreamInstruction([], Operator("ET"))] * text
    return out + [ContentStreamInstruction([], Operator("Q"))] * depth


def covers(glyphs: Glyphs, runs: Iterable[Ints]) -> Iterator[ContentStreamInstruction]:
    """A black box for each run of glyphs that went, one for each line it runs over."""
    yield ContentStreamInstruction([], Operator("q"))
    yield ContentStreamInstruction([0], Operator("g"))
    for rows in runs:
        for corners in boxes(glyphs, rows):
            for number, (x, y) in enumerate(corners.tolist()):
                point = [Decimal(f"{x:.3f}"), Decimal(f"{y:.3f}")]
                yield ContentStreamInstruction(point, Operator("l" if number else "m"))
            yield ContentStreamInstruction([], Operator("h"))
            yield ContentStreamInstruction([], Operator("f"))
    yield ContentStreamInstruction([], Operator("Q"))


def boxes(glyphs: Glyphs, rows: Ints) -> Iterator[Floats]:
    """Corners (4, 2) around glyphs, line by line, in stream space."""
    for line in _lines(glyphs, rows):
        place = glyphs.place[:, line]
        start, move, up = place[0:2], place[2:4], place[4:6]
        em = np.hypot(up[0], up[1])
        across = up[:, int(em.argmax())]
        unit = move.sum(axis=1)
        if not unit.any():
            continue
        unit = unit / np.hypot(*unit)
        along = np.concatenate((unit @ (start - start[:, :1]), unit @ (start + move - start[:, :1])))
        low, high = (-_HALF, _HALF) if glyphs.vertical[line[0]] else (_LOW, _HIGH)
        near, far = start[:, 0] + unit * along.min(), start[:, 0] + unit * along.max()
        yield np.stack((near + across * low, far + across * low, far + across * high, near + across * high))


def _lines(glyphs: Glyphs, rows: Ints) -> list[list[int]]:
    """Glyphs as they follow each other on one line."""
    lines: list[list[int]] = []
    for row in rows.tolist():
        if lines and _follows(glyphs, lines[-1][0], row):
            lines[-1].append(row)
        else:
            lines.append([row])
    return lines


def _follows(glyphs: Glyphs, first: int, row: int) -> bool:
    x, y, dx, dy = glyphs.place[:4, row].tolist()
    px, py, pdx, pdy, ux, uy = glyphs.place[:, first].tolist()
    off = abs((x - px) * ux + (y - py) * uy) / (ux * ux + uy * uy or 1.0)
    turned = abs(dx * pdy - dy * pdx) > 0.05 * (abs(dx) + abs(dy)) * (abs(pdx) + abs(pdy)) or dx * pdx + dy * pdy < 0
    return bool(off < 0.4 and not turned and glyphs.vertical[row] == glyphs.vertical[first])
