"""Tables and sheets of OpenDocument (ODF 1.3 part 3, 9): every sheet is a story, its cells are read by cells.py."""

from __future__ import annotations

import re

from deident.formats import locators
from deident.formats.odf.cells import VALUES, Cell, cell_of, count, science
from deident.formats.office.attributes import attribute, telling
from deident.formats.office.flow import flat
from deident.formats.office.reader import Reader
from deident.formats.tags import Token
from deident.text.maps import MapBuilder

_TRACKED = re.compile(rb"<text:tracked-changes\b")
_INSIDE = re.compile(rb"(?:\./)?(?:Pictures|media|Object\b|ObjectReplacements)|#")
_VALUES = frozenset(name.decode() for name in VALUES)


class OdfTables(Reader):
    """Tables and sheets."""

    def __init__(self, view: bytes, where: str = "") -> None:
        super().__init__(view, where, "text", _TRACKED.search(view) is not None)
        self.body = ""  # "spreadsheet", "presentation" …
        self.sheet = 0  # number of the one that is open
        self._cells: list[Cell | None] = []  # that are open; None: nothing but text
        self._times = 1

    def start_spreadsheet(self, token: Token) -> None:
        """Which kind of document it is."""
        self.body = token.name.rpartition(b":")[2].decode()

    start_presentation = start_drawing = start_spreadsheet

    def start_table(self, token: Token) -> None:
        """A table; on the first level of a spreadsheet, a sheet."""
        if self.body == "spreadsheet" and not self.story.depth and not self._stack:
            self.cut()
            name = attribute(self.view, token, b"name").decode("utf-8", "replace")
            self.sheet += 1
            self.story.name = f"{locators.sheet(name, self.sheet)}!"
        self.story.table()

    def end_table(self, token: Token) -> None:
        """It ends."""
        self.story.table_end()
        if self.story.name and not self.story.depth:
            self.cut()

    def start_table_row(self, token: Token) -> None:
        """A row."""
        self._times = count(self.view, token)
        self.story.row()

    def end_table_row(self, token: Token) -> None:
        """It ends."""
        self.story.row_end(self._times)

    def start_table_cell(self, token: Token) -> None:
        """A cell."""
        self.story.cell()
        self._cells.append(cell_of(self.view, token))

    def end_table_cell(self, token: Token) -> None:
        """It ends: a value that is not shown follows the text."""
        cell = self._cells.pop() if self._cells else None
        if cell is None:
            return
        if (hidden := cell.hidden(self.view)) is not None:
            start, end = hidden
            self.story.space()
            self.number(start, self.view[start:end])
        self.steps += cell.steps(self.view)
        for _ in range(cell.copies - 1):
            self.story.cell()
            for flag, start, data, map in cell.pieces:
                self.story.text(start, data, map, flag)
        self.story.skip(cell.repeated - cell.copies)

    start_covered_table_cell, end_covered_table_cell = start_table_cell, end_table_cell

    def number(self, start: int, text: bytes) -> None:
        """Text of a cell; a long number with an exponent is shown with its digits."""
        if digits := science(text):
            piece = MapBuilder()
            piece.atomic(start, len(text), digits)
            self.story.text(start, *piece.finish())
        else:
            self.story.text(start, flat(text))

    def attributes(self, token: Token) -> None:
        """What the attributes tell; values of cells are read with their text, links to members are none."""
        cell = self._cells[-1] if self._cells else None
        own = cell is not None and cell.start == token.start
        self.codes(token)
        for found in telling(self.view, token):
            if not (own and found.name in _VALUES) and not (found.name == "href" and _INSIDE.match(self.view, found.start)):
                self.attribute(found)
