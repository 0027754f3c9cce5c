"""Paragraphs of OpenDocument (ODF 1.3 part 3, 5 and 6): text, spans, blanks, and styles that hide it."""

from __future__ import annotations

from deident.formats.odf.cells import science
from deident.formats.odf.tables import OdfTables
from deident.formats.office.attributes import attribute
from deident.formats.office.flow import BOTH, NEW
from deident.formats.tags import Token


class OdfText(OdfTables):
    """See the module."""

    def __init__(self, view: bytes, where: str = "") -> None:
        super().__init__(view, where)
        self._open: set[bytes] = set()  # insertions that are open
        self._style = b""
        self._hidden: set[bytes] = set()  # styles of text that cannot be seen
        self._white: set[bytes] = set()  # or only on another ground
        self._spans: list[bool] = []

    def characters(self, token: Token) -> None:
        """Text of a paragraph; all else stands beside."""
        text = self.view[token.start : token.end]
        if not self.story.inside:
            if not text.isspace():
                self.other(token)
            return
        flag = NEW if self._open else BOTH
        cell = self._cells[-1] if self._cells and self.story.depth else None
        if cell is not None:
            cell.texts.append((token.start, token.end))
            if science(text):
                cell.pieces.append((flag, token.start, text, None))
                self.number(token.start, text)
                return
            cell.pieces.append((flag, token.start, *self.plain(token)))
        self.put(token, flag)
        if any(self._spans) and not text.isspace() and "hidden-text" not in self.warnings:
            self.warnings.append("hidden-text")

    def start_p(self, token: Token) -> None:
        """A paragraph; within another (in a shape) it is a story of its own."""
        if self.story.inside:
            self.push(token, self.aside)
        self.story.paragraph()

    def end_p(self, token: Token) -> None:
        """It ends."""
        self.story.paragraph_end()

    start_h, end_h = start_p, end_p

    def start_s(self, token: Token) -> None:
        """Blanks, a tab."""
        if self.story.inside:
            self.story.space()

    start_tab = start_s

    def start_line_break(self, token: Token) -> None:
        """A line break."""
        if self.story.inside:
            self.story.line()

    def start_style(self, token: Token) -> None:
        """A style."""
        self._style = attribute(self.view, token, b"name")

    def start_text_properties(self, token: Token) -> None:
        """Its text may be hidden, or white on white."""
        tag = self.view[token.start : token.end]
        if b'display="none"' in tag:
            self._hidden.add(self._style)
        elif b'fo:color="#ffffff"' in tag.lower() and b"background-color" not in tag:
            self._white.add(self._style)

    def start_span(self, token: Token) -> None:
        """Text of one style."""
        if not token.closed:
            style = attribute(self.view, token, b"style-name") if self._hidden or self._white else b""
            paper = not self.story.depth and not self.body  # cells and shapes have grounds of their own
            self._spans.append(style in self._hidden or (paper and style in self._white))

    def end_span(self, token: Token) -> None:
        """It ends."""
        if self._spans and not token.closed:
            self._spans.pop()
