"""OFD (GB/T 33190-2016): pages by geometry, then templates, annotations, old versions; document information, attachments, seals.

Pages stand in the order of Document.xml, each read by the places of its characters (lines.py).  A replacement goes into the same
TextCodes, so that nothing else moves (write.py).
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from html import escape

import numpy as np

from deident.formats import LIMITS, Limits
from deident.formats.archive.entries import Entry
from deident.formats.document import Assembly
from deident.formats.ofd import fields, order
from deident.formats.ofd.cover import covered
from deident.formats.ofd.lines import pieces
from deident.formats.ofd.model import Group, Text, local
from deident.formats.ofd.objects import Objects
from deident.formats.ofd.runs import Run
from deident.formats.ofd.sealed import SealedPackage
from deident.formats.ofd.write import text_changes
from deident.formats.parts import Part
from deident.formats.splice import Change, changes
from deident.formats.tags import Token, attributes, tokens
from deident.model import Edit
from deident.text.charset import Decoded, encode

_FONT = (b"\0\1\0\0", b"OTTO", b"true", b"ttcf", b"typ1", b"%!PS", b"\1\0\4")
_ATTACHED = re.compile(r"(?:^|/)attach[^/]*/", re.I)


class OfdDocument(SealedPackage):
    """See the module."""

    format = "ofd"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self._order = order.Order({}, {})
        self._embedded: set[str] = set()  # fonts that the file brings along
        self._texts: list[tuple[Part, Text]] = []
        self._placed: list[int] = []  # place of each character in the view
        self._units: list[tuple[int, int, int]] = []  # number of its text, TextCode in that, character in that
        self._places: list[tuple[int, str]] = [(0, "")]
        self._basenames = frozenset(posixpath.basename(entry.name) for entry in self.entries)

    def is_child(self, entry: Entry) -> bool:
        """Attachments and pictures."""
        if entry.data.startswith(_FONT):
            return False
        if _ATTACHED.search(entry.name) and not entry.name.lower().endswith("attachments.xml"):
            return bool(entry.data)
        return super().is_child(entry)

    def add(self, name: str, data: bytes) -> Part:
        """Fonts are not read."""
        return Part(name, b"", 0) if data.startswith(_FONT) else super().add(name, data)

    def ordered(self) -> list[Part]:
        """Pages, templates, annotations, the rest."""
        parts = super().ordered()
        self._order = order.order(parts, lambda part: self.decoded(part).view)
        ranks = {name: number for number, name in enumerate(self._order.kinds)}
        return sorted(parts, key=lambda part: ranks.get(part.name, len(ranks)))

    def read(self, out: Assembly) -> None:
        """All text of pages in one segment; then everything else."""
        pages: dict[str, list[Group]] = {}
        for part in self.ordered():
            if part.name not in self._order.kinds:
                continue
            view = self.decoded(part).view
            found = list(tokens(view))
            if kind := self._order.kinds[part.name]:
                groups = pages[part.name] = Objects(view, found).groups
                for group in groups:
                    self._group(part, group, kind, out)
                for page in pages.get(self._order.over.get(part.name, ""), ()):
                    page.covers += [cover for group in groups for cover in group.covers if cover.color.grey]
            fields.read(view, found, self._basenames, partial(self.later, part, out))
            self._notice(view, found, kind)
        for group in (group for groups in pages.values() for group in groups):
            fake, hidden = covered(group)
            self.warn(*["fake-redaction"] * fake, *["hidden-text"] * hidden)
        self._places.append((out.size, ""))
        out.end()
        super().read(out)

    def read_part(self, part: Part, out: Assembly) -> None:
        """What is no part of OFD's own."""
        if part.name in self._order.kinds:
            return
        if not self.read_seal(part, out):
            self.read_common(part, out)

    def _group(self, part: Part, group: Group, where: str, out: Assembly) -> None:
        decoded = self.decoded(part)
        codes = {id(code): number for text in group.texts for number, code in enumerate(text.codes)}
        texts = {id(text): number for number, text in enumerate(group.texts, len(self._texts))}
        self._texts += [(part, text) for text in group.texts]
        begun = out.size
        for piece in pieces(group):
            if isinstance(piece, Run):
                number, code = texts[id(piece.text)], codes[id(piece.code)]
                chars = piece.code.chars[piece.first : piece.last]
                ranges = _source(decoded, [char[:2] for char in chars])
                for place, ((start, end), (_, _, one)) in enumerate(zip(ranges, chars, strict=True), piece.first):
                    self._placed.append(out.size)
                    self._units.append((number, code, place))
                    view = _shown(one)
                    if decoded.encoding.startswith("utf-8") and end - start == len(view):
                        out.copy(part.start + start, view)
                    else:
                        out.atomic(part.start + start, end - start, view)
            elif out.size > begun or piece != "\n":
                out.insert(piece.encode())
        if out.size > begun:
            self._places.append((begun, where))

    def _notice(self, view: bytes, found: Sequence[Token], kind: str) -> None:
        """What a person should know of a part, and its fonts."""
        if b"<!ENTITY" in view:
            self.warn("entity-declaration")
        if kind == "old page" or (b"Version " in view and any(local(token.name) == "Version" for token in found)):
            self.warn("earlier-versions")
        font = ""
        for token in found if b"FontFile" in view else ():
            if token.kind == "start" and local(token.name) == "Font":
                ids = [view[start:end] for key, start, end in attributes(view, token) if local(key) == "ID"]
                font = ids[0].decode("utf-8", "replace") if ids else ""
            elif token.kind == "start" and local(token.name) == "FontFile" and font:
                self._embedded.add(font)

    def changes(self, edits: Sequence[Edit]) -> list[Change]:
        """Characters of pages change in their TextCodes, the rest in place."""
        map = self.batch().map
        limit = self._places[-1][0]
        wanted = changes(map, [edit for edit in edits if edit.start >= limit], self.encode)
        new: dict[int, dict[int, dict[int, str]]] = {}
        for start, end, replacement in edits:
            if end > start and start < limit:
                units = self._units[bisect_left(self._placed, start) : bisect_left(self._placed, end)]
                for place, (number, code, char) in enumerate(units):
                    last = place == len(units) - 1
                    one = replacement[place:] if last else replacement[place : place + 1]
                    new.setdefault(number, {}).setdefault(code, {}).setdefault(char, one)
        for number, codes in new.items():
            part, text = self._texts[number]
            if text.font in self._embedded:
                self.warn("font-without-mask")
            decoded = self.decoded(part)
            found = list(text_changes(text, codes, escape))
            ranges = _source(decoded, [(start, end) for start, end, _ in found])
            for (low, high), (_, _, what) in zip(ranges, found, strict=True):
                wanted.append((part.start + low, part.start + high, encode(what.decode(), decoded.encoding)))
        return sorted(wanted)

    def locate(self, place: int) -> str:
        """Page, template or annotation."""
        self.batch()
        return self._places[bisect_right(self._places, place, key=lambda one: one[0]) - 1][1]


def _source(decoded: Decoded, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of the decoded view in the part."""
    if decoded.encoding == "utf-8" and len(decoded.map.view) == 1:
        return ranges
    low, high = decoded.map.stretch(np.array([one[0] for one in ranges]), np.array([one[1] for one in ranges]))
    return [
        (start, end if after > before else start)
        for start, end, (before, after) in zip(low.tolist(), high.tolist(), ranges, strict=True)
    ]


def _shown(one: str) -> bytes:
    return b" " if one < " " or one == "\x7f" else one.encode("utf-8", "replace")
