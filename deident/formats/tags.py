"""Marks of XML and of HTML inside other formats, with their offsets.  No DTD is processed, nothing is expanded.

Everything between marks is text, and a `<` that begins none is text too: whatever the input, the tokens cover all of it
(XML 1.0, 2.4-2.8, 3.1).  A mark without its end goes on to the end of the input, a declaration to
the next mark.  Linear in time, flat in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_MARK = re.compile(
    rb"<!--(?P<comment>.*?)(?:-->|\Z)|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|<\?(?:(?P<declaration>xml\s[^<]*?)(?:\?>|(?=<)|\Z)|(?P<instruction>.*?)(?:\?>|\Z))"
    rb"|<!DOCTYPE(?P<doctype>[^\[>]*+(?:\[.*?(?:\]\s*>|\Z)|>|\Z))|<!(?P<other>[^>]*)(?:>|\Z)"
    rb"""|</(?P<end>[A-Za-z_:\x80-\xff][^\s/<>="']*)(?P<left>[^<>]*)>"""
    rb"""|<(?P<start>[A-Za-z_:\x80-\xff][^\s/<>="']*)(?P<attributes>(?:[^<>"']|"[^"]*"|'[^']*')*+|[^<>]*+)>""",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rb"""([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


class Token(NamedTuple):
    """kind: "text", "start", "end", "cdata", "comment", "doctype", "instruction", "other"; `start:end` what it holds.

    Of a start tag that is its attributes, and `name` its name; `closed` says that the tag ends itself.
    """

    kind: str
    start: int
    end: int
    name: bytes = b""
    closed: bool = False


def tokens(view: bytes) -> Iterator[Token]:
    """All of the view, from left to right."""
    place = 0
    for found in _MARK.finditer(view):
        if found.start() > place:
            yield Token("text", place, found.start())
        place = found.end()
        if (name := found["start"]) is not None:
            start, end = found.span("attributes")
            yield Token("start", start, end, name, view[end - 1 : end] == b"/")
        elif (name := found["end"]) is not None:
            if found["left"].strip():  # browsers ignore what stands there; a reader of the source does not
                yield Token("other", *found.span("left"))
            yield Token("end", place, place, name)
        else:
            kind = str(found.lastgroup)
            yield Token("instruction" if kind == "declaration" else kind, *found.span(kind))
    if place < len(view):
        yield Token("text", place, len(view))


def attributes(view: bytes, token: Token) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of every attribute's value; what is left over counts as a value without a name."""
    place = token.start
    for found in _ATTRIBUTE.finditer(view, token.start, token.end):
        group = found.lastindex or 1
        if view[place : found.start()].strip(b" \t\r\n/"):
            yield b"", place, found.start()
        place = found.end()
        yield (found[1], *found.span(group)) if group > 1 else (b"", *found.span(1))
    if view[place : token.end].strip(b" \t\r\n/"):
        yield b"", place, token.end
