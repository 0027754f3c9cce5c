"""Members of a package: unpacked and decoded, changed and packed again.

Every member is a part of the source, or a child; so is what stands outside of the members (outside.py), and the names that may tell
something (names.py).  Previews (thumbnails) show the document as it was: they go when anything else changes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from urllib.parse import quote

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.archive.entries import Entry, entries, written
from deident.formats.archive.gaps import unpacked
from deident.formats.office import names
from deident.formats.office.outside import binary, outside
from deident.formats.office.printer import PRINTER, starred, strings
from deident.formats.office.relations import relations, resolve, unlinked
from deident.formats.office.steps import Step, forward, in_step
from deident.formats.parts import Part, PartsDocument
from deident.formats.sniff import sniff
from deident.formats.splice import Change, changed, columns
from deident.model import Edit
from deident.text.charset import Decoded, decode, encode

#: Pictures of a page or of an object, made by the program that wrote the file: never read, removed when anything changes.
PREVIEW = re.compile(
    r"(?:docprops|thumbnails|metadata)/thumbnail\.\w+\Z|\A(?:[^/]+/)*ObjectReplacements/|\Alayout-cache\Z|\APictures/TablePreview\d+\.svm\Z",
    re.I,
)
_FONT = re.compile(r"(?:\A|/)fonts/[^/]+\.(?:odttf|fntdata|ttf|otf|ttc)\Z", re.I)
_SIGNATURE = re.compile(r"\A_xmlsignatures/|\AMETA-INF/[^/]*signatures?[^/]*\.xml\Z", re.I)
_MACRO = re.compile(r"(?:\A|/)vbaProject\.bin\Z|\A(?:Basic|Scripts)/.", re.I)
_XML = (".xml", ".rels", ".vml", ".svg", ".xsl", ".opf", ".ncx", ".rdf")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<")
_PAGE = (".htm", ".html", ".xhtml", ".mht", ".mhtml", ".rtf")
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_OPEN = re.compile(rb"\s*<\?xml(?![^<>]{0,300}\?>)")  # a declaration that is not closed: no reader gets beyond it
OUTSIDE = "\0outside"  # names that no member has
NAMES = "\0names"


class Members(PartsDocument):
    """Base of the packages; see the module."""

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.entries: list[Entry] = entries(data, limits)
        self._children: list[Entry] = []
        self._decoded: dict[str, Decoded] = {}
        self.steps: dict[str, list[Step]] = {}
        self._urls: list[tuple[int, int]] = []  # where addresses stand in the source
        self.previews = {entry.name for entry in self.entries if PREVIEW.search(entry.name)} | self._thumbnails()
        for entry in self.entries:
            if entry.name in self.previews or _FONT.search(entry.name):
                continue
            if self.is_child(entry):
                self._children.append(entry)
            else:
                self.add(entry.name, entry.data)
            if _MACRO.search(entry.name):
                self.warn("macros")
        if not self.parts and not self._children:
            raise Unreadable("damaged")
        for piece in outside(data):
            self.add(f"{OUTSIDE} {len(self.parts)}", piece)
            self.warn("hidden-bytes")
            if binary(piece):
                self.unseen("hidden-bytes")
        if telling := names.telling(entry.name for entry in self.entries):
            self.add(NAMES, telling)

    def _thumbnails(self) -> set[str]:
        """Members that the package says are thumbnails (ECMA-376-2, 11.4)."""
        root = next((entry.data for entry in self.entries if entry.name == "_rels/.rels"), b"")
        named = {resolve("_rels/.rels", link.target) for link in relations(root) if link.type == "thumbnail"}
        return {entry.name for entry in self.entries if entry.name in named and not entry.name.lower().endswith(_XML)}

    def is_child(self, entry: Entry) -> bool:
        """Is this member a file of its own?"""
        name = entry.name.lower()
        if not entry.data or PRINTER.search(name) or (name.endswith(_XML) and _MARKUP.match(entry.data)):
            return False
        if name.endswith(_PAGE):
            return True
        format, _ = sniff(entry.data[: 1 << 16] if entry.data[:2] != b"PK" else entry.data, entry.name)
        return format not in ("markup", "plain", "html", "delimited", "json")

    def decoded(self, part: Part) -> Decoded:
        """The text of a part: most are UTF-8, all may be UTF-16 (ECMA-376-2, 6.1.4)."""
        if part.name not in self._decoded:
            declared = _DECLARED.search(part.data[:400])
            printer = PRINTER.search(part.name)
            self._decoded[part.name] = (
                strings(part.data) if printer else decode(part.data, declared[1].decode() if declared else None)
            )
            self.warn(*self._decoded[part.name].warnings)
            if _OPEN.match(self._decoded[part.name].view):
                self.unseen("damaged")
        return self._decoded[part.name]

    def children(self) -> Iterable[Child]:
        """Pictures, embedded packages, attachments."""
        return [Child(entry.name, entry.data) for entry in self._children]

    def escape(self, text: str) -> str:
        """Replacements may hold what XML reserves."""
        return escape(text)

    def encode(self, text: str, offset: int) -> bytes:
        """A replacement in the encoding of its part; in an address what does not belong there is percent-encoded."""
        part = self.parts[bisect_right(self.parts, offset, key=lambda part: part.start) - 1]
        if part.name.startswith("\0"):
            return encode(text, self.decoded(part).encoding)
        place = bisect_right(self._urls, offset, key=lambda url: url[0]) - 1
        if place >= 0 and offset < self._urls[place][1]:
            text = quote(text, safe="*/:?#[]@!$&'()+,;=%-._~")
        return encode(self.escape(text), self.decoded(part).encoding)

    def changes(self, edits: Sequence[Edit]) -> list[Change]:
        """See PartsDocument."""
        map = self.batch().map
        return changed(map, forward(map, columns(edits)), self.encode) if edits else []

    def by_part(self, edits: Sequence[Edit]) -> Iterator[tuple[Part, list[Change]]]:
        """See PartsDocument; with the changes that follow from others."""
        self.batch()
        self._urls.sort()
        for part, own in super().by_part(edits):
            printer = PRINTER.search(part.name)
            yield part, starred(part.data, own) if printer else in_step(own, self.steps.get(part.name, ()))

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The package with the changed members, without previews."""
        new = dict(parts)
        for number, child in children.items():
            if child is not None:
                new[self._children[number].name] = child.data
        if self.previews:
            self.warn("thumbnail-removed")
        if any(_SIGNATURE.search(entry.name) for entry in self.entries):
            self.warn("signature-broken")
        changed: dict[str, str] = {}
        if NAMES in new:
            old = next(part.data for part in self.parts if part.name == NAMES)
            changed = names.renamed(old, new[NAMES], (entry.name for entry in self.entries))
        members: list[Entry] = []
        for entry in self.entries:
            if entry.name in self.previews:
                continue
            data = new.get(entry.name, entry.data)
            data = unlinked(entry.name, data, self.previews) if self.previews else data
            data = names.relinked(entry.name, data, changed) if changed else data
            members.append(Entry(changed.get(entry.name, entry.name), data, entry.info))
        return written(members, {})

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """Every part, unpacked by the reader of ZIP; names and comments stand in the bytes of the file itself."""
        around = unpacked(self.data, [entry.info for entry in self.entries])
        return [(around, ""), *((part.data, self.decoded(part).encoding) for part in self.parts)]
