"""Digits in boxes, a cell for each: what is written in one of them must not be written in all cells that share its string.

Such a cell is read where it stands.  Masked it becomes a number, 0, since RK is as long as LabelSst ([MS-XLS] 2.4.149, 2.4.220).
"""

from __future__ import annotations

from itertools import groupby
from struct import pack
from typing import NamedTuple

from deident.formats.ole.excel97_numbers import RK
from deident.formats.ole.units import BECOMES, Piece, numeral
from deident.model import FEWEST_BOXES

_SIGNS = [bytes((sign,)) for sign in b"0123456789Xx"]
_SIZE = 14  # bytes of the record


class Cell(NamedTuple):
    """row and column count from 0; shown: view and map; record: where the record of a shared string begins, -1 for others."""

    row: int
    column: int
    shown: Piece
    record: int = -1


def unshared(cells: list[Cell], data: bytes, start: int, runs: list[tuple[int, int, str]]) -> list[Cell]:
    """The cells; those of `data` (at `start` of the source) that are boxes are mapped to their own records, which are added to `runs`."""
    singles = sorted((cell for cell in cells if len(cell.shown[0]) == 1), key=lambda cell: cell[:2])
    boxes: set[int] = set()
    for _, members in groupby(enumerate(singles), lambda each: (each[1].row, each[1].column - each[0])):
        own = [cell for _, cell in members]
        if len(own) >= FEWEST_BOXES:
            boxes.update(cell.record for cell in own if cell.record >= 0 and cell.shown[0] in _SIGNS)
    for at in boxes:
        new = pack("<HH", RK, 10) + data[at + 4 : at + 10] + bytes(4)
        runs.append((start + at, start + at + _SIZE, BECOMES + new.hex()))
    return [_own(cell, start) if cell.record in boxes else cell for cell in cells] if boxes else cells


def _own(cell: Cell, start: int) -> Cell:
    return cell._replace(shown=numeral(cell.shown[0].decode(), start + cell.record, _SIZE))
