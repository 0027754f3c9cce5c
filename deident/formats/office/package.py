"""Documents that are a ZIP of XML parts (ECMA-376-2 OPC, ODF 1.3 part 2, GB/T 33190): what they share, and the plain reader of the rest.

Every member is a part of the source.  A format reads the parts that it knows (`read_part`); any other XML is read as markup, other
text as text, so that nothing in a package goes unseen.  Members that are files of their own (pictures, embedded packages, OLE
objects) are children (members.py).
"""

from __future__ import annotations

import re
from bisect import bisect_right

from deident.formats import LIMITS, Limits
from deident.formats.archive.inner import cut
from deident.formats.document import Assembly
from deident.formats.escapes import chain, entities, percent
from deident.formats.markup import MarkupDocument
from deident.formats.office.attributes import SURE, telling
from deident.formats.office.flow import Mark, flat
from deident.formats.office.members import NAMES, OUTSIDE, Members
from deident.formats.office.outside import binary
from deident.formats.office.printer import PRINTER
from deident.formats.office.properties import properties
from deident.formats.office.reader import Reader
from deident.formats.office.relations import relations
from deident.formats.office.steps import Step, led
from deident.formats.parts import Part
from deident.formats.tags import tokens
from deident.model import SourceMap
from deident.text.charset import decode
from deident.text.maps import compose, shift

#: Members that list the others or say what the package is; they are read only where they hold more than that.
LISTS = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml")
_TELLING = re.compile(rb"[\0@]|\d{7}")
_LINES = bytes.maketrans(b"\0\t\r", b"   ")


class PackageDocument(Members):
    """See the module."""

    format = "package"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self._stories: list[tuple[int, int, list[Mark]]] = []  # where they begin and end in the view, and their marks

    def read(self, out: Assembly) -> None:
        """All parts in the order of the package, then what is outside of them, and their names."""
        for part in self.ordered():
            self.read_part(part, out)
        for part in self.parts:
            if part.name == NAMES:
                self.later(part, out, "name", "name", part.data)
            elif part.name.startswith(OUTSIDE) and not binary(part.data):
                self.later(part, out, "meta", "hidden", self.decoded(part).view.translate(_LINES))

    def ordered(self) -> list[Part]:
        """The parts that are members, in the order in which they are read."""
        return [part for part in self.parts if not part.name.startswith("\0")]

    def read_part(self, part: Part, out: Assembly) -> None:
        """One part.  A format overrides it for those that it knows."""
        self.read_common(part, out)

    def read_common(self, part: Part, out: Assembly) -> None:
        """A part that packages of any kind have, or else one that no format knows."""
        if part.name.endswith(".rels") and b"Relationships" in self.decoded(part).view[:1024]:
            self.read_links(part, out)
        elif part.name.lower().startswith("docprops/") and part.name.endswith(".xml"):
            self.read_properties(part, out)
        elif part.name not in LISTS or _TELLING.search(part.data):
            self.read_other(part, out)

    def read_properties(self, part: Part, out: Assembly) -> None:
        """What is said of the document."""
        steps: list[Step] = []
        for found in properties(self.decoded(part).view, steps):
            self.later(part, out, *found)
        self._follow(part, steps)

    def read_links(self, part: Part, out: Assembly) -> None:
        """Addresses outside of the package; those inside are names of members.  Ids and types count where they are numbers."""
        view = self.decoded(part).view
        for token in tokens(view) if SURE.search(view) else ():
            for found in telling(view, token) if token.kind == "start" else ():
                if found.name != "Target" and SURE.search(view, found.start, found.end):
                    text, map = entities(flat(view[found.start : found.end]))
                    self.later(part, out, "attribute", "@" + found.name, text, shift(map, found.start))
        for link in relations(view):
            if link.external:
                text, map = chain(flat(view[link.start : link.end]), entities, percent)
                self.later(part, out, "url", "@Target", text, shift(map, link.start))

    def read_other(self, part: Part, out: Assembly) -> None:
        """A part that no format knows, as a segment (or more) of its own, after the text."""
        if b"<" in part.data[:512] and not PRINTER.search(part.name):
            inner = MarkupDocument(part.data, part.name, self.limits)
            batch = inner.batch()
            self._decoded[part.name] = decode(part.data, inner.declared())
            self.warn(*inner.warnings)
            for number in range(len(batch.document)):
                start, end = int(batch.segments[number]), int(batch.segments[number + 1]) - 1
                if not batch.view[start:end].isspace() and not batch.where.get(number, "").startswith("@xmlns") and end > start:
                    out.later("meta", part.name, batch.view[start:end], shift(cut(batch.map, start, end), part.start))
        elif part.data:
            self.later(part, out, "meta", part.name, self.decoded(part).view.translate(_LINES))

    def later(self, part: Part, out: Assembly, role: str, where: str, view: bytes, map: SourceMap | None = None) -> None:
        """A segment behind the text; `map` leads to the part's decoded view (None: it is that view)."""
        own = self.decoded(part).map
        map = shift(compose(map, own) if map is not None else own, part.start)
        if role == "url" and len(map.source):
            self._urls.append((int(map.source[0]), int(map.source[-1] + map.width[-1])))
        out.later(role, where, view, map)

    def take(self, part: Part, out: Assembly, reader: Reader) -> None:
        """What a reader made of a part: its stories are segments in reading order, the rest comes later."""
        own = self.decoded(part).map
        reader.read()
        self.warn(*reader.warnings)
        if reader.unseen:
            self.unseen(reader.unseen)
        for story in reader.stories:
            view, map = story.close()
            if view.strip():
                if not story.where:
                    self._stories.append((out.size, out.size + len(view), story.marks))
                out.extend(view, shift(compose(map, own), part.start))
                out.end(story.role, story.where)
            for view, map in story.olds:
                self.later(part, out, story.role, "tracked change", view, map)
        for found in reader.later:
            self.later(part, out, *found)
        self._follow(part, reader.steps)

    def _follow(self, part: Part, steps: list[Step]) -> None:
        if steps:
            text = self.decoded(part)
            self.steps[part.name] = steps if text.view is part.data else [led(step, text) for step in steps]

    def locate(self, place: int) -> str:
        """Of text that has no locator as a segment: its paragraph, or the row of its table."""
        number = bisect_right(self._stories, place, key=lambda story: story[0]) - 1
        if number < 0 or place >= self._stories[number][1]:
            return ""
        start, _, marks = self._stories[number]
        mark = bisect_right(marks, place - start, key=lambda one: one[0]) - 1
        return self.named(marks[mark], start, place) if mark >= 0 else ""

    def named(self, mark: Mark, start: int, place: int) -> str:
        """A place behind a mark of the story that begins at `start` of the view."""
        _, kind, number, within = mark
        return f"{kind} {number} row {within}" if within else f"{kind} {number}"
