"""A sheet of cells as rows of text, and the way from a place in it back to the cell."""

from __future__ import annotations

from bisect import bisect_right

from deident.formats.ole.excel97 import Sheet
from deident.formats.ole.excel97_numbers import place
from deident.formats.ole.units import Piece, apart
from deident.text.maps import concat

_WIDEST = 256  # columns of a sheet (BIFF8)


class Table:
    """piece: view and map, cells of a row apart by TAB, rows by LF; `at` names the cell of a place in the view."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._cells = sorted(sheet.cells, key=lambda cell: cell[:2])
        self._starts: list[int] = []
        tabs = [apart(b"\t" * count) for count in range(1, _WIDEST)]
        line, parts, size = apart(b"\n"), [], 0
        row, column = self._cells[0].row if self._cells else 0, 0
        for cell in self._cells:
            if cell.row != row:
                parts.append(line)
                size += 1
                row, column = cell.row, 0
            if gap := min(cell.column - column, _WIDEST - 1):
                parts.append(tabs[gap - 1])
                size += gap
            elif parts and parts[-1] is not line:  # the same cell twice
                parts.append(line)
                size += 1
            column = cell.column
            self._starts.append(size)
            parts.append(cell.shown)
            size += len(cell.shown[0])
        self.piece: Piece = concat([part for part in parts if part[0]])

    def at(self, offset: int) -> str:
        """Sheet1!C7."""
        number = max(0, bisect_right(self._starts, offset) - 1)
        cell = self._cells[number]
        return f"{self._sheet.name}!{place(cell.row, cell.column)}"
