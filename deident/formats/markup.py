"""XML: RSS, sitemaps, data feeds.  Own tokens, no DTD; entity declarations are reported and scanned, never expanded.

A leaf element is a line `name：text`, unless its parent holds text of its own (then it is inline, as in XHTML).  Records are
set apart by an empty line.  Attributes, comments, the document type are segments of their own.  Text that holds HTML after
its entities are decoded (RSS descriptions, `<record><![CDATA[…`) is read as HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from deident.formats import nested
from deident.formats.document import Assembly, TextDocument
from deident.formats.escapes import entities
from deident.formats.plain import lines
from deident.formats.tags import Token, attributes, tokens
from deident.text.maps import compose, shift

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_DECLARATION = re.compile(rb"xml\s[^<>]{0,200}")  # one that is not closed goes on to the end of the file
_TITLED = frozenset((b"channel", b"feed"))


@dataclass(slots=True)
class _Element:
    name: bytes
    place: int  # of the name in the view
    parent: _Element | None
    text: bool = False  # holds text beside its elements
    children: int = 0
    shown: bool = False  # some of it was put out

    @property
    def mixed(self) -> bool:
        return self.text and self.children > 0

    @property
    def inline(self) -> bool:
        return self.parent is not None and self.parent.mixed


def _elements(view: bytes) -> tuple[list[Token], list[_Element | None]]:
    """The tokens, and for each the element it is in (of a start tag: its own)."""
    all_tokens = list(tokens(view))
    inside: list[_Element | None] = []
    current: _Element | None = None
    for token in all_tokens:
        if token.kind == "start":
            if current:
                current.children += 1
            current = _Element(token.name, token.start - len(token.name), current)
        inside.append(current)
        if token.kind in ("text", "cdata") and current and view[token.start : token.end].strip():
            current.text = True
        elif token.kind == "end" or token.closed:
            if (
                token.kind == "end"
                and current
                and current.name != token.name
                and current.parent
                and current.parent.name == token.name
            ):
                current = current.parent  # one end tag was forgotten
            current = current.parent if current else None
    return all_tokens, inside


class MarkupDocument(TextDocument):
    """See the module."""

    format = "markup"

    def declared(self) -> str | None:
        """What the XML declaration says."""
        found = _DECLARED.search(self.data[:400])
        return found[1].decode() if found else None

    def read(self, view: bytes, out: Assembly) -> None:
        """Text first, then the rest."""
        for token, element in zip(*_elements(view), strict=True):
            if token.kind in ("text", "cdata"):
                self._text(view, out, token, element)
            elif token.kind == "start":
                for name, start, end in attributes(view, token):
                    self._attribute(view, out, name, start, end)
            elif token.kind != "end" and not (
                token.kind == "instruction" and _DECLARATION.fullmatch(view, token.start, token.end)
            ):
                text = view[token.start : token.end]
                decoded, map = entities(lines(text))
                out.later("comment", token.kind, decoded, shift(map, token.start))
                if token.kind == "doctype" and b"<!ENTITY" in text.upper() and "entity-declaration" not in out.warnings:
                    out.warnings.append("entity-declaration")
            ends = token.kind == "end" or token.closed
            if ends and element and not element.inline and (element.shown or element.children):
                out.insert(b"\n")
        out.end()

    def _text(self, view: bytes, out: Assembly, token: Token, element: _Element | None) -> None:
        text = view[token.start : token.end]
        if not text.strip():
            if element and element.mixed:
                out.insert(b" ")
            return
        skip = 0 if element and (element.mixed or element.inline) else len(text) - len(text.lstrip())
        text = lines(text[skip:].rstrip() if not element or (not element.children and not element.inline) else text[skip:])
        decoded, map = (text, None) if token.kind == "cdata" or b"&" not in text else entities(text)
        start = token.start + skip
        title = element and element.name.lower() == b"title" and element.parent and element.parent.name.lower() in _TITLED
        if title:
            decoded, map = entities(text)
            out.later("title", "", decoded, shift(map, start))
            return
        if element and not element.shown and not element.children and not element.inline:
            out.copy(element.place, element.name)
            out.insert("：".encode())
        if element:
            element.shown = True
        if nested.is_html(decoded):
            inner, way, extras = nested.html(decoded)
            base = shift(map, start) if map else None
            out.extend(inner, compose(way, base) if base else shift(way, start))
            for role, where, part, part_map in extras:
                out.later(role, where, part, compose(part_map, base) if base else shift(part_map, start))
        elif map:
            out.extend(decoded, shift(map, start))
        else:
            out.copy(start, text)
        if element is None:
            out.insert(b"\n")

    def _attribute(self, view: bytes, out: Assembly, name: bytes, start: int, end: int) -> None:
        value, map = entities(view[start:end])
        if value.strip():
            label = name.decode("utf-8", "replace")
            prefix = f"{label}：".encode() if label else b""
            line = Assembly(self.limits)
            line.insert(prefix)
            line.extend(value, shift(map, start))
            out.later("attribute", "@" + label, *line.finish())

    def escape(self, text: str) -> str:
        """Replacements may hold what XML reserves."""
        return escape(text)
