"""RTF (Rich Text Format 1.9.1): the text across all formatting, hidden and deleted text, properties, links, pictures, objects.

Only the bytes behind an edit change.  What is written is ASCII, other characters as `\\uN` with as many `?` as the place asks
for; control words in front of it are kept apart from it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from deident.formats import LIMITS, Child, Limits
from deident.formats.document import Assembly
from deident.formats.escapes import percent
from deident.formats.parts import PartsDocument
from deident.formats.rtf.flow import HIDDEN, WHITE, Flow
from deident.formats.rtf.objects import Blob, Payload, packed, payload
from deident.formats.rtf.text import ASIDE, Reading
from deident.formats.splice import Change, apply
from deident.model import Edit
from deident.text.maps import compose

_COMMENT = frozenset("annotation atnid atnauthor".split())
_WORTH = re.compile(rb"[A-Za-z\x80-\xff]|[0-9]{5}")
_OPEN = re.compile(rb"\\[A-Za-z]{1,32}(?:-?[0-9]+)?\Z")  # a control word that would swallow what follows
_LEAST = 24  # bytes: a picture's check sum is not worth a look
_NAMES = {"objdata": "object", "pict": "picture"}


class RtfDocument(PartsDocument):
    """See the module."""

    format = "rtf"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.add("", data)
        self.reading = Reading(data)
        self._blobs: list[Blob] = []
        self._files: list[tuple[Payload, Child]] = []
        self._places: list[tuple[int, str]] = []  # start in the view, locator
        for number, blob in enumerate(self.reading.blobs):
            self._file(number, blob)

    def _file(self, number: int, blob: Blob) -> None:
        raw = blob.content(self.data)
        if len(raw) < _LEAST:
            return
        self.limits.take(len(raw), 1)
        word = blob.word.decode()
        place = payload(blob.word, raw)
        kind = f".{blob.kind}" if blob.kind else ""
        child = Child(place.name or f"{_NAMES.get(word, word)}{number + 1}{kind}", raw[place.start : place.end])
        self._blobs.append(blob)
        self._files.append((place, child))

    def read(self, out: Assembly) -> None:
        """Body, then headers, notes and boxes, in one segment; then everything else."""
        reading = self.reading
        self._places = [(start, f"paragraph {number}") for number, start in enumerate(reading.body.paragraphs, 1)]
        out.extend(*reading.body.built.finish())
        flows = reading.flows
        for flow in flows:
            if flow.label in ASIDE:
                view, map = flow.built.finish()
                if view.strip():
                    self._places.append((out.size, flow.label))
                    out.extend(view, map)
                    if not view.endswith(b"\n"):
                        out.insert(b"\n")
        self._places.append((out.size, ""))
        for flow in (reading.body, *flows):
            if flow.flags & (HIDDEN | WHITE):
                self.warn("hidden-text")
            for name, view, map in flow.former:
                out.later("text", name, view, map)
            if flow.label and flow.label not in ASIDE:
                self._other(flow, out)

    def _other(self, flow: Flow, out: Assembly) -> None:
        """A destination that is not text of the page."""
        view, map = flow.built.finish()
        label = flow.label
        if label == "title":
            out.later("title", "", view, map)
        elif label in _COMMENT:
            out.later("comment", label, view, map)
        elif label == "fldinst":
            link = b"HYPERLINK" in view.upper() or b"INCLUDE" in view.upper()
            if link and b"%" in view:
                view, inner = percent(view)
                map = compose(inner, map)
            out.later("url" if link else "attribute", "field", view, map)
        elif _WORTH.search(view):
            line = Assembly(self.limits)
            line.insert(f"{label}：".encode())
            line.extend(view, map)
            out.later("meta", label, *line.finish())

    def children(self) -> Iterable[Child]:
        """Pictures, objects, and other data, unpacked."""
        return [child for _, child in self._files]

    def encode(self, text: str, offset: int) -> bytes:
        """See Document."""
        place = bisect_right(self.reading.uc, offset, key=lambda one: one[0]) - 1
        stand = b"?" * min(self.reading.uc[place][1], 8) or b" "
        return b"".join(_written(one, stand) for one in text)

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document."""
        children = children or {}
        wanted = self.changes(edits)
        for number, child in children.items():
            if child is not None:
                place, _ = self._files[number]
                blob = self._blobs[number]
                wanted += blob.changes(packed(blob.content(self.data), place, child.data, child.name))
        changed = {id(self._blobs[number]) for number in children}
        for blob in self._blobs:
            if blob.twin >= 0 and id(blob) not in changed and id(self.reading.blobs[blob.twin]) in changed:
                wanted += blob.changes(b"")
        return apply(self.data, self._apart(sorted(wanted)))

    def _apart(self, changes: Sequence[Change]) -> list[Change]:
        """The changes, with a space where a control word would run into what now follows it."""
        joined: list[Change] = []
        for start, end, new in changes:
            if joined and joined[-1][1] == start:
                joined[-1] = joined[-1][0], end, joined[-1][2] + new
            else:
                joined.append((start, end, new))
        for number, (start, end, new) in enumerate(joined):
            follows = (new or self.data[end : end + 1])[:1]
            if (follows.isalnum() or follows in (b" ", b"-")) and _OPEN.search(self.data, max(start - 48, 0), start):
                joined[number] = start, end, b" " + new
        return joined

    def locate(self, place: int) -> str:
        """Paragraph of the text, or the name of what stands beside it."""
        self.batch()
        return self._places[max(bisect_right(self._places, place, key=lambda one: one[0]) - 1, 0)][1]

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """The bytes, and all their characters without any marks, whatever they belong to."""
        return [(self.data, ""), (bare(self.data), "utf-8")]


def _written(one: str, stand: bytes) -> bytes:
    if one in "\\{}":
        return b"\\" + one.encode()
    if " " <= one <= "~":
        return one.encode()
    units = one.encode("utf-16-le", "replace")
    return b"".join(
        b"\\u%d%s" % (int.from_bytes(units[place : place + 2], "little", signed=True), stand) for place in range(0, len(units), 2)
    )


_MARKS = re.compile(
    rb"\\u(-?[0-9]{1,5})\x20?(?:\\'[0-9A-Fa-f]{2}|\?)?|((?:\\'[0-9A-Fa-f]{2})+)|\\[A-Za-z]+-?[0-9]*\x20?|\\[^A-Za-z]|[{}\r\n]"
)


def bare(data: bytes) -> bytes:
    """The characters of an RTF file, read without any knowledge of its structure, as UTF-8."""

    def plain(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return chr(int(found[1]) & 0xFFFF).encode("utf-8", "replace")
        if found[2]:
            return bytes.fromhex(found[2].replace(b"\\'", b"").decode()).decode("gb18030", "replace").encode()
        return b""

    return _MARKS.sub(plain, data)
