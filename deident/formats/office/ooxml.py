"""What hangs in the runs of Office Open XML, and stands apart from their text (ECMA-376-1, 17).

text boxes (14.9.1)              behind their paragraph            field codes (17.16)    a segment each, links decoded
mc:Fallback (ECMA-376-3, 10.2)   the same text again: a segment    comments (17.13.4)     a segment each
ruby (17.3.3.24)                 a segment                         authors                attributes; initials go with the name
"""

from __future__ import annotations

from collections.abc import Callable

from deident.formats.escapes import chain, entities, percent
from deident.formats.office.attributes import Attribute, attribute, telling
from deident.formats.office.flow import Story, flat
from deident.formats.office.runs import Runs
from deident.formats.tags import Token, attributes
from deident.text.maps import MapBuilder, compose, shift

_CODE = frozenset((b"instrText", b"delInstrText"))
_LINK = (b"HYPERLINK", b"INCLUDEPICTURE", b"INCLUDETEXT", b"LINK")


class OoxmlReader(Runs):
    """A part of a Word or PowerPoint document."""

    def __init__(self, view: bytes, where: str = "", role: str = "text") -> None:
        super().__init__(view, where, role)
        self._fields: list[MapBuilder] = []

    def read(self) -> None:
        """All of the part."""
        super().read()
        while self._fields:
            self._field(self._fields.pop())

    def start_txbxcontent(self, token: Token) -> None:
        """A text box: its text follows the paragraph it hangs in."""
        self.push(token, self._kept(self.aside))

    def start_fallback(self, token: Token) -> None:
        """The same once more, for programs of old."""
        self.push(token, self._kept(self.apart), where=f"{self.where} fallback".strip())

    def start_rt(self, token: Token) -> None:
        """How a word is read, above it."""
        self.push(token, self._kept(self.apart), where=f"{self.where} ruby".strip())

    def start_comment(self, token: Token) -> None:
        """A comment."""
        number = attribute(self.view, token, b"id").decode("utf-8", "replace")
        self.push(token, self.apart, "comment", f"comment {number}" if number.isdigit() else "comment")

    start_cm = start_reply = start_comment

    def _kept(self, done: Callable[[Story], None]) -> Callable[[Story], None]:
        """Goes on with the run around, when the inner story is done."""
        run, shaded, span = self._run, self._shaded, self._span
        self._run, self._shaded, self._span = False, [False, True, False], 1  # the ground of a box is not known

        def restored(story: Story) -> None:
            self._run, self._shaded, self._span = run, shaded, span
            done(story)

        return restored

    def start_fldchar(self, token: Token) -> None:
        """A field begins, its result begins, or it ends."""
        kind = attribute(self.view, token, b"fldchartype")
        if kind == b"begin":
            self._fields.append(MapBuilder())
        elif self._fields:
            self._field(self._fields.pop())
            if kind == b"separate":
                self._fields.append(MapBuilder())

    def characters(self, token: Token) -> None:
        """See Runs; the code of a field may be cut in pieces."""
        if self._kind not in _CODE:
            super().characters(token)
            return
        if not self._fields:
            self._fields.append(MapBuilder())
        self._fields[-1].extend(*self.plain(token))

    def _field(self, code: MapBuilder) -> None:
        view, map = code.finish()
        if any(word in view for word in _LINK):
            decoded, way = percent(view)
            self.segment("url", "field", decoded, compose(way, map))
        else:
            self.segment("attribute", "field", view, map)

    def attribute(self, found: Attribute) -> None:
        """See Reader; a field's code may be an attribute."""
        if found.name == "instr" and any(word in self.view[found.start : found.end] for word in _LINK):
            text, map = chain(flat(self.view[found.start : found.end]), entities, percent)
            self.segment("url", "field", text, shift(map, found.start))
        else:
            super().attribute(found)

    def attributes(self, token: Token) -> None:
        """What the attributes tell; the initials of somebody whose name changes change with it."""
        if token.name.startswith(b"v:") and b"gfxdata" in self.view[token.start : token.end]:
            self._packed(token)
        self.codes(token)
        found = list(telling(self.view, token))
        for one in found:
            self.attribute(one)
        if initials := [one for one in found if one.name == "initials"]:
            for one in found:
                if one.name in ("author", "name"):
                    self.steps.append((one.start, one.end, [(own.start, own.end, b"*") for own in initials]))

    def _packed(self, token: Token) -> None:
        """A shape once more, as a package in base64 that programs may leave away: it goes when the part changes."""
        for name, start, end in attributes(self.view, token):
            if name == b"o:gfxdata":
                self.steps.append((0, len(self.view), [(start, end, b"")]))
