"""What stands apart from the paragraphs of OpenDocument (ODF 1.3 part 3).

shapes, text boxes, footnotes (10, 6.3)   behind the paragraph or table they hang in
annotations (14.1)                        a segment each; the initials go with the name
slides, their notes (3.5, 9.1.5)          a story, a segment
headers and footers (16.11)               a segment each
tracked changes (5.5)                     deletions are put back where they stood, as OLD readings (flow.py)
"""

from __future__ import annotations

import re

from deident.formats.odf.text import OdfText
from deident.formats.office.attributes import SURE, Attribute, attribute
from deident.formats.office.flow import OLD, Story
from deident.formats.tags import Token

_CREATORS = frozenset((b"creator", b"initial-creator", b"creator-initials", b"sender-initials"))
_SETTING = re.compile(rb"-?\d+(?:\.\d+)?|true|false|[A-Za-z0-9+/=]{200,}")


class OdfReader(OdfText):
    """A content.xml or styles.xml."""

    def __init__(self, view: bytes, where: str = "") -> None:
        super().__init__(view, where)
        self._deleted: dict[bytes, Story] = {}
        self._used: set[bytes] = set()
        self._inserted: set[bytes] = set()
        self._region = b""
        self._pages = 0
        self._creator = (0, 0)

    def read(self) -> None:
        """All of the part; deletions that stand nowhere in the text, too."""
        super().read()
        for id, story in self._deleted.items():
            if id not in self._used:
                self.apart(story)

    def other(self, token: Token) -> None:
        """Whose a comment or a change is, settings, descriptions of pictures."""
        name, text = self.name.rpartition(b":")[2], self.view[token.start : token.end]
        if name in _CREATORS:
            self.attribute(Attribute(name.decode(), token.start, token.end))
            if name.endswith(b"initials") and self._creator[1]:
                self.steps.append((*self._creator, [(token.start, token.end, b"*")]))
            self._creator = (token.start, token.end)
        elif name in (b"title", b"desc"):
            self.attribute(Attribute(name.decode(), token.start, token.end))
        elif name == b"binary-data":
            self.unseen = "part-unseen"
        elif self.name == b"number:text" and len(text.strip()) < 4:  # a sign of a format
            return
        elif name != b"config-item" or SURE.search(text) or not self._setting(token):
            super().other(token)

    def _setting(self, token: Token) -> bool:
        """Is this a number, a word of its own, or a blob?"""
        return self.packed("meta", b"config-item", token.start, token.end) or bool(
            _SETTING.fullmatch(self.view[token.start : token.end].strip())
        )

    def _shape(self, token: Token) -> None:
        if self.story.inside or self.story.depth:
            self.push(token, self.aside)

    start_frame = start_custom_shape = start_rect = start_line = start_ellipse = start_circle = start_path = start_polygon = (
        _shape
    )
    start_g = start_connector = start_shapes = start_note_body = start_caption = start_polyline = start_regular_polygon = _shape

    def _apart(self, token: Token) -> None:
        self.push(token, self.apart, where=f"{self.where} {token.name.rpartition(b':')[2].decode('utf-8', 'replace')}".strip())

    start_note_citation = start_ruby_text = start_notes = _apart
    start_header = start_header_left = start_header_first = start_footer = start_footer_left = start_footer_first = _apart

    def start_annotation(self, token: Token) -> None:
        """A comment."""
        self._creator = (0, 0)
        self.push(token, self.apart, "comment", f"{self.where} comment".strip())

    def start_page(self, token: Token) -> None:
        """A slide."""
        if self.body:
            self.cut()
            self._pages += 1
            self.where = self.story.where = f"slide {self._pages}"

    def end_page(self, token: Token) -> None:
        """It ends."""
        if self.body:
            self.cut()

    def start_tracked_changes(self, token: Token) -> None:
        """What was changed, and by whom."""
        self.push(token, self.apart, where="tracked change")

    def start_changed_region(self, token: Token) -> None:
        """One change."""
        self._region = attribute(self.view, token, b"id")

    def start_insertion(self, token: Token) -> None:
        """It is new text."""
        self._inserted.add(self._region)

    def start_deletion(self, token: Token) -> None:
        """It is text that was taken out."""
        region = self._region
        if self.tracked:
            self.push(token, lambda story: self._deleted.__setitem__(region, story), where="tracked change")

    def start_change(self, token: Token) -> None:
        """Here stood something that was deleted."""
        id = attribute(self.view, token, b"change-id")
        if id in self._deleted and id not in self._used:
            self._used.add(id)
            view, map = self._deleted[id].close()
            text = view.rstrip(b"\n")
            if text and not self.story.depth:
                self.story.text(0, view, map, OLD)
            elif text:
                self.story.text(0, view.replace(b"\n", b" ").replace(b"\t", b" "), map, OLD)

    def start_change_start(self, token: Token) -> None:
        """New text begins."""
        if (id := attribute(self.view, token, b"change-id")) in self._inserted:
            self._open.add(id)

    def start_change_end(self, token: Token) -> None:
        """It ends."""
        self._open.discard(attribute(self.view, token, b"change-id"))
