"""What an OFD part holds beside the text of its pages: document information, remarks, bookmarks, links, names of tags, attributes of any
kind, comments (GB/T 33190-2016, 7.4 DocInfo, 12 actions, 15 annotations, 16 tags, 20 attachments).

Each field is a segment `label：value`.  What is only geometry, numbers and the words of the schema is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from deident.formats.escapes import entities, percent
from deident.formats.ofd.model import local
from deident.formats.plain import lines
from deident.formats.tags import Token, attributes
from deident.model import SourceMap
from deident.text.maps import MapBuilder, compose, shift

_NUMERIC = re.compile(rb"[-+0-9.,_#\sa-fA-FMLSQBg]*\Z")
_PLAIN = re.compile(rb"""(?:\s*+[A-Za-z:]++="[-+0-9.eg \s]*+")*+[\s/]*\Z""")  # attributes that are numbers
_LONG = re.compile(rb"(?<![0-9.])[0-9]{7}")  # never one of the schema's
_WORD = re.compile(rb"[A-Za-z0-9_.:/+-]{1,40}\Z")
#: Attributes whose values are words of the schema, numbers, or names of fonts.
_SCHEMA = frozenset(
    "ID Type Subtype Format Encoding Rule Join Cap Event Zoom Fill Stroke Visible Weight Italic Charset Serif Bold FixedWidth Version "
    "DocType Current Index ReadOnly NoZoom NoRotate Print ZOrder Method MapType Extend Reflect BaseLoc FileRef FileLoc".split()
)
_FONTS = frozenset(("FontName", "FamilyName"))
_BARE = frozenset(("DocID", "CheckValue"))
_DIGEST = re.compile(rb"[A-Za-z0-9+/=-]{24,}\Z")


#: Role, where, view, and its map to the decoded part.
Put = Callable[[str, str, bytes, SourceMap], None]


def read(view: bytes, found: Sequence[Token], members: frozenset[str], put: Put) -> None:
    """Hand over all fields of a decoded part.  `members`: the last parts of the names in the package; they are read as names."""
    Fields(view, members, put).read(found)


class Fields:
    """See `read`."""

    def __init__(self, view: bytes, members: frozenset[str], put: Put) -> None:
        self.view, self.members, self.put = view, members, put

    def read(self, found: Sequence[Token]) -> None:
        """From left to right."""
        stack: list[tuple[str, str]] = []  # name, and the label of its text
        for token in found:
            if token.kind == "start":
                name = local(token.name)
                label = name
                plain = _PLAIN.match(self.view, token.start, token.end) and not _LONG.search(self.view, token.start, token.end)
                for raw, start, end in () if plain else attributes(self.view, token):
                    key = local(raw)
                    value = self.view[start:end]
                    if key == "Name" and name in ("CustomData", "Parameter", "Property"):
                        label = value.decode("utf-8", "replace")
                    if not raw.startswith(b"xmlns") and worth(key, value) and not self._member(value):
                        self._put("url" if key in ("URI", "Base") else "attribute", f"@{key}", key, start, end)
                if not token.closed:
                    stack.append((name, label))
            elif token.kind == "end":
                if stack:
                    stack.pop()
            elif token.kind in ("text", "cdata"):
                name, label = stack[-1] if stack else ("", "")
                value = self.view[token.start : token.end]
                if name != "TextCode" and value.strip() and (_LONG.search(value) or not _NUMERIC.match(value)):
                    self._field(name, label, token.start, token.end, token.kind == "cdata")
            elif not (token.kind == "instruction" and self.view.startswith(b"xml ", token.start)):
                self._put("comment", token.kind, "", token.start, token.end)

    def _field(self, name: str, label: str, start: int, end: int, raw: bool) -> None:
        text = self.view[start:end]
        start += len(text) - len(text.lstrip())
        end -= len(text) - len(text.rstrip())
        if name == "Title":
            self._put("title", "", "", start, end, raw)
        elif not self._member(text) and not (name in _BARE and _DIGEST.match(text)):
            self._put("meta", label, label, start, end, raw)

    def _member(self, value: bytes) -> bool:
        return value.decode("utf-8", "replace").strip().replace("\\", "/").rpartition("/")[2] in self.members

    def _put(self, role: str, where: str, label: str, start: int, end: int, raw: bool = False) -> None:
        text = lines(self.view[start:end]).replace(b"\t", b" ")
        view, map = (text, SourceMap.identity(len(text))) if raw else entities(text)
        if role == "url" and b"%" in view:
            view, inner = percent(view)
            map = compose(inner, map)
        if view.strip():
            line = MapBuilder()
            line.insert(f"{label}：".encode() if label else b"")
            line.extend(view, shift(map, start))
            self.put(role, where, *line.finish())


def worth(key: str, value: bytes) -> bool:
    """Can this attribute say anything?"""
    if _LONG.search(value):
        return True
    if not value.strip() or _NUMERIC.match(value) or key in _FONTS:
        return False
    return not (value.isascii() and key in _SCHEMA and _WORD.match(value))
