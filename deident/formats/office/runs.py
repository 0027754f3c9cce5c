"""Parts of Word and PowerPoint documents, and the drawings and charts in all of Office Open XML (ECMA-376-1, 17, 19-21).

Runs are `r` with `t`, paragraphs `p`, tables `tbl`/`tr`/`tc` in both languages.  Elements are known by their local name.

Deletions and moves (17.13.5) are OLD readings, see flow.py.  What hangs in runs is read by `OoxmlReader` (ooxml.py).
"""

from __future__ import annotations

import re

from deident.formats.office.attributes import attribute, number
from deident.formats.office.flow import BOTH, NEW, OLD
from deident.formats.office.reader import Reader
from deident.formats.tags import Token

_TEXT = frozenset((b"t", b"delText"))
_LINES = frozenset((b"v", b"text"))  # of charts and of comments: a line each
_OFF = frozenset((b"0", b"false", b"off", b"none"))
_WHITE = frozenset((b"ffffff", b"fefefe"))
_UNSHADED = frozenset((b"", b"auto", b"ffffff"))
#: Is there anything in a part that has an earlier reading?
TRACKED = re.compile(rb"<(?:[\w.-]+:)?(?:del|moveFrom|delText)\b")


class Runs(Reader):
    """Runs, paragraphs, tables."""

    def __init__(self, view: bytes, where: str = "", role: str = "text") -> None:
        super().__init__(view, where, role, TRACKED.search(view) is not None)
        self._old = self._new = 0  # deletions and insertions that are open
        self._run = self._properties = False  # in a run, in its properties
        self._hidden = self._white = False
        self._shaded = [False, False, False]  # run, paragraph, cell or table
        self._kind = b""  # of the element whose text comes
        self._span = 1

    def characters(self, token: Token) -> None:
        """Text of a run or a chart; all else stands beside."""
        kind = self._kind
        if kind in _TEXT:
            self.put(token, OLD if self._old or kind == b"delText" else NEW if self._new else BOTH)
            unseen = self._hidden or (self._white and not any(self._shaded))
            if unseen and not self.view[token.start : token.end].isspace() and "hidden-text" not in self.warnings:
                self.warnings.append("hidden-text")
        elif not self.view[token.start : token.end].isspace():
            if kind in _LINES:
                self.put(token)
            else:
                self.other(token)

    def start_t(self, token: Token) -> None:
        """Text begins."""
        self._kind = b"" if token.closed else token.name.rpartition(b":")[2]

    start_deltext = start_instrtext = start_delinstrtext = start_v = start_text = start_t

    def end_t(self, token: Token) -> None:
        """Text ends."""
        self._kind = b""

    end_deltext = end_instrtext = end_delinstrtext = end_t

    def end_v(self, token: Token) -> None:
        """A value of a chart, or the text of a comment."""
        if self._kind:
            self.story.line()
        self._kind = b""

    end_text = end_v

    def start_r(self, token: Token) -> None:
        """A run, with nothing known of its looks."""
        self._run, self._hidden, self._white, self._shaded[0] = True, False, False, False

    def end_r(self, token: Token) -> None:
        """It ends."""
        self._run = self._hidden = self._white = self._shaded[0] = False

    def start_rpr(self, token: Token) -> None:
        """Properties of a run (not of a paragraph's mark)."""
        self._properties = self._run and not token.closed

    def end_rpr(self, token: Token) -> None:
        """They end."""
        self._properties = False

    def start_vanish(self, token: Token) -> None:
        """Hidden text."""
        if self._properties:
            self._hidden = attribute(self.view, token, b"val").lower() not in _OFF

    def start_color(self, token: Token) -> None:
        """White text."""
        if self._properties:
            self._white = attribute(self.view, token, b"val").lower() in _WHITE

    def start_shd(self, token: Token) -> None:
        """A ground that is not white."""
        shaded = attribute(self.view, token, b"fill").lower() not in _UNSHADED
        self._shaded[0 if self._run else 1 if self.story.inside else 2] = shaded

    def start_highlight(self, token: Token) -> None:
        """The same."""
        self._shaded[0] = True

    def start_tblstyle(self, token: Token) -> None:
        """A table whose ground is not known."""
        self._shaded[2] = True

    def _blank(self, token: Token) -> None:
        if self._run:
            self.story.space()

    start_tab = start_ptab = start_sym = _blank

    def start_br(self, token: Token) -> None:
        """A line break."""
        if self._run or self.story.inside:
            self.story.line()

    start_cr = start_br

    def start_nobreakhyphen(self, token: Token) -> None:
        """A hyphen that is an element: it has no place of its own that could be written to."""
        if self._run:
            self.story.sign(b"-")

    def start_p(self, token: Token) -> None:
        """A paragraph."""
        self.story.paragraph()
        self._shaded[1] = False

    def end_p(self, token: Token) -> None:
        """It ends."""
        self.story.paragraph_end()

    def start_tbl(self, token: Token) -> None:
        """A table."""
        self.story.table()

    def end_tbl(self, token: Token) -> None:
        """It ends."""
        self.story.table_end()
        self._shaded[2] = False

    def start_tr(self, token: Token) -> None:
        """A row."""
        self.story.row()

    def end_tr(self, token: Token) -> None:
        """It ends."""
        self.story.row_end()

    def start_tc(self, token: Token) -> None:
        """A cell; a merged one stands for several (17.4.17), where these are not written themselves."""
        self.story.cell()

    def end_tc(self, token: Token) -> None:
        """It ends."""
        if self.story.depth == 1:
            self.story.skip(self._span - 1)
            self._span = 1

    def start_gridspan(self, token: Token) -> None:
        """How many columns a cell takes."""
        if self.story.depth == 1:
            self._span = number(attribute(self.view, token, b"val"))

    def start_gridbefore(self, token: Token) -> None:
        """Columns that a row leaves out at its beginning."""
        self.story.skip(number(attribute(self.view, token, b"val")))

    def start_ins(self, token: Token) -> None:
        """Inserted text."""
        self._new += 1

    def end_ins(self, token: Token) -> None:
        """It ends."""
        self._new = max(self._new - 1, 0)

    start_moveto, end_moveto = start_ins, end_ins

    def start_del(self, token: Token) -> None:
        """Deleted text."""
        self._old += 1

    def end_del(self, token: Token) -> None:
        """It ends."""
        self._old = max(self._old - 1, 0)

    start_movefrom, end_movefrom = start_del, end_del
