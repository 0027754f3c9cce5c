"""The other parts of a workbook: comments, drawings, charts, links to other books, revisions, tables, queries.

Text of runs (`t`, `a:t`) is joined by comment or paragraph; all other text is a line `element：value`, numbers as in cells.
"""

from __future__ import annotations

from deident.formats.escapes import entities
from deident.formats.office.attributes import Attribute, attribute
from deident.formats.office.flow import flat
from deident.formats.office.reader import Reader
from deident.formats.tags import Token, attributes
from deident.formats.xlsx import numbers
from deident.model import SourceMap
from deident.text.maps import MapBuilder, shift


def shown(view: bytes, start: int, end: int) -> tuple[bytes, SourceMap]:
    """A value as a person sees it, and its map; whole numbers in digits."""
    raw = flat(view[start:end])
    plain = numbers.plain(raw.strip())
    if plain != raw.strip():
        builder = MapBuilder()
        builder.atomic(start, end - start, plain)
        return builder.finish()
    text, map = entities(raw)
    return text, shift(map, start)


class BookReader(Reader):
    """Any part but the sheets' rows and the shared strings."""

    def characters(self, token: Token) -> None:
        """Runs go together; the rest is lines of its own."""
        name = self.name.rpartition(b":")[2]
        if name == b"t" or self.story.inside:
            self.put(token)
        elif not self.view[token.start : token.end].isspace():
            self.other(token)

    def plain(self, token: Token) -> tuple[bytes, SourceMap]:
        """See Reader; numbers as in cells."""
        return shown(self.view, token.start, token.end) if token.kind == "text" else super().plain(token)

    def start_p(self, _: Token) -> None:
        """A paragraph of a drawing."""
        self.story.paragraph()

    def end_p(self, _: Token) -> None:
        """It ends."""
        self.story.paragraph_end()

    start_div, end_div = start_p, end_p  # notes in VML

    def end_si(self, _: Token) -> None:
        """A comment, a string or a value ends its line."""
        self.story.line()

    end_comment = end_is = end_si

    def attributes(self, token: Token) -> None:
        """As they tell; and names of persons in any letters."""
        super().attributes(token)
        if token.name.rpartition(b":")[2] == b"person" and attribute(self.view, token, b"displayname").isascii():
            for own, start, end in attributes(self.view, token):
                if own == b"displayName" and start < end:
                    self.attribute(Attribute("displayName", start, end))
