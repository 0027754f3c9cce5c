"""Text that runs over the elements of an XML part: runs, paragraphs, tables, text boxes, tracked changes.

A Story is text in reading order.  Paragraphs end in LF; the cells of a row stand apart by TAB, rows by LF; whatever breaks lines or
cells inside a cell (paragraphs, nested tables) is a blank there.  Text boxes and notes that hang in a paragraph or a table follow
behind it, so that they never cut a sentence in two.

Tracked changes: the story shows the text as it is now.  A paragraph or table in which something was deleted is read once more
as it was before (`olds`), so that neither reading is glued to the other, and both lead to the same source.
"""

from __future__ import annotations

from deident.model import SourceMap
from deident.text.maps import MapBuilder

BOTH, NEW, OLD = range(3)  # in which reading a piece of text stands
_INSERT, _MARK = -1, -2  # in place of a source offset; mark n is _MARK - n
FILL = 1 << 20  # empty cells that repetitions may stand for in one story: beyond it they count as one
_FLAT = bytes.maketrans(b"\0\t\r\n", b"    ")

View = tuple[bytes, SourceMap]
Mark = tuple[int, str, int, int]  # offset in the story, what begins there, its number, number within it
Piece = tuple[int, int, bytes, SourceMap | None]  # in which reading, source offset, text, map


def flat(text: bytes) -> bytes:
    """The text on one line, byte for byte in place."""
    return text.translate(_FLAT)


class Story:
    """Text in reading order; offsets are those of the part's decoded view.

    marks   where its paragraphs and rows begin
    olds    earlier readings of blocks with tracked changes
    """

    def __init__(self, tracked: bool = False, role: str = "text", where: str = "") -> None:
        self.role, self.where, self.tracked = role, where, tracked
        self.name = ""  # of the sheet, with "!" behind it
        self.out = MapBuilder()
        self.marks: list[Mark] = []
        self.olds: list[View] = []
        self.asides: list[Story] = []
        self.depth = self.inside = 0  # tables and paragraphs that are open
        self.filled = False  # does this line or cell hold text?
        self._block: list[Piece] = []
        self._named: list[Mark] = []  # marks in blocks
        self._blank = self._skipped = False
        self._cells = self._tabs = self._column = self._width = 0
        self._fill = FILL
        self._paragraphs = self._tables = self._rows = 0

    def text(self, start: int, data: bytes, map: SourceMap | None = None, flag: int = BOTH) -> None:
        """Text on one line; `map`: where it is not what stands in the part at `start`."""
        self._gap()
        self._put(flag, start, data, map)

    def sign(self, data: bytes) -> None:
        """A sign that has no text in the file."""
        self.text(_INSERT, data)

    def space(self) -> None:
        """A blank, unless nothing stands before or behind it in this line or cell."""
        self._blank = self._blank or self.filled

    def line(self) -> None:
        """A line break; in a cell a blank."""
        if self.depth:
            self.space()
        else:
            self._put(BOTH, _INSERT, b"\n")
            self.filled = self._blank = False

    def paragraph(self) -> None:
        """A paragraph begins."""
        self.inside += 1
        if not self.depth and self.inside == 1:
            self._paragraphs += 1
            self.mark("paragraph", self._paragraphs)

    def paragraph_end(self) -> None:
        """It ends."""
        self.inside = max(self.inside - 1, 0)
        self.line()
        if not self.depth:
            self.flush()

    def table(self) -> None:
        """A table begins, maybe in a cell of another."""
        self.depth += 1
        if self.depth == 1:
            self._tables += 1
            self._rows = self._width = 0
        self.space()

    def table_end(self) -> None:
        """It ends."""
        self.depth = max(self.depth - 1, 0)
        self.space()
        if not self.depth:
            self.filled = self._blank = self._skipped = False
            self._tabs = 0
            self.flush()

    def row(self) -> None:
        """A row begins."""
        self.space()
        if self.depth == 1:
            self._rows += 1
            self.mark(self.name or "table", self._tables, self._rows)
            self._cells = self._column = self._tabs = 0
            self.filled = self._blank = False

    def row_end(self, times: int = 1) -> None:
        """It ends; it has at least as many cells as those above that hold something.  Empty rows are one empty line."""
        if self.depth != 1:
            return
        self._rows += times - 1
        if self._column or self.filled:
            missing = min(self._tabs, self._width - self._column)
            self._put(BOTH, _INSERT, b"\t" * max(missing, 0) + b"\n")
            self._width = max(self._width, self._column)
        else:
            self._skipped = self._width > 0
        self._tabs = 0
        self.filled = self._blank = False

    def cell(self) -> None:
        """A cell begins."""
        if self.depth != 1:
            self.space()
            return
        self._tabs += self._cells > 0
        self._cells += 1
        self.filled = self._blank = False

    def skip(self, cells: int) -> None:
        """So many empty cells follow: a merged one goes on, or they are only counted in the file."""
        if self.depth == 1 and cells > 0:
            cells = min(cells, max(self._fill, 1))
            self._fill -= cells
            self._tabs += cells if self._cells else cells - 1
            self._cells += cells

    def mark(self, kind: str, number: int, within: int = 0) -> None:
        """A place that has a name begins here."""
        if self.tracked:
            self._block.append((BOTH, _MARK - len(self._named), b"", None))
            self._named.append((0, kind, number, within))
        else:
            self.marks.append((self.out.size, kind, number, within))

    def flush(self) -> None:
        """The block (paragraph, table) is complete: what hangs in it follows."""
        if self._block:
            block, self._block = self._block, []
            for flag, start, data, map in block:
                if start <= _MARK:
                    self.marks.append((self.out.size, *self._named[_MARK - start][1:]))
                elif flag != OLD:
                    _write(self.out, start, data, map)
            if any(flag == OLD and data.strip() for flag, start, data, _ in block):
                old = MapBuilder()
                for flag, start, data, map in block:
                    if flag != NEW:
                        _write(old, start, data, map)
                self.olds.append(old.finish())
        for aside in self.asides:
            text, map = aside.close()
            self.olds += aside.olds
            if text.strip():
                self.out.extend(text, map)
        self.asides = []

    def close(self) -> View:
        """All of its text."""
        self.depth = 0
        self.flush()
        return self.out.finish()

    def _gap(self) -> None:
        if gap := b"\n" * self._skipped + b"\t" * self._tabs + b" " * self._blank:
            self._put(BOTH, _INSERT, gap)
        self._column += self._tabs
        self._tabs = 0
        self._skipped = self._blank = False
        self.filled = True

    def _put(self, flag: int, start: int, data: bytes, map: SourceMap | None = None) -> None:
        if self.tracked:
            self._block.append((flag, start, data, map))
        else:
            _write(self.out, start, data, map)


def _write(out: MapBuilder, start: int, data: bytes, map: SourceMap | None) -> None:
    if start < 0:
        out.insert(data)
    elif map is None:
        out.copy(start, data)
    else:
        out.extend(data, map)
