"""Text inside text: the HTML in an RSS description, in a `<record>` or in a JSON string.

`html` gives the same canonical text as the HTML format (cells by TAB, blocks by LF, inline tags gone), one token at a time,
because such fragments are many and short.  What is not text (attributes, comments, scripts) comes as extra segments.
"""

from __future__ import annotations

import re

from deident.formats.escapes import entities, percent
from deident.formats.tags import attributes, tokens
from deident.model import SourceMap
from deident.text.maps import MapBuilder, shift

Extra = tuple[str, str, bytes, SourceMap]  # role, where, view, map

_INLINE = frozenset(
    b"a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label map mark nobr q rb rp rt ruby s samp small span "
    b"strike strong sub sup time tt u var wbr".split()
)
_RAW = frozenset((b"script", b"style"))
_HTML = re.compile(
    rb"</?(?:a|b|i|u|p|br|div|span|font|strong|em|td|th|tr|table|tbody|img|ul|ol|li|h[1-6]|hr|center|input|script|style|dl|dt|dd|pre|section)"
    rb"(?=[\s/>])|<!--",
    re.IGNORECASE,
)
_FLAT = bytes.maketrans(b"\t\r\n", b"   ")
_URL = frozenset((b"href", b"src", b"action", b"data-url"))


def is_html(view: bytes) -> bool:
    """Does this text hold a tag of HTML?"""
    return b"<" in view and _HTML.search(view) is not None


def html(view: bytes) -> tuple[bytes, SourceMap, list[Extra]]:
    """Canonical text of a fragment, its map to `view`, and the extra segments (their maps lead to `view`, too)."""
    out = MapBuilder()
    extras: list[Extra] = []
    line, cell, raw = True, True, b""  # nothing on this line yet; in this row yet; which raw element is open
    pending = b""  # a line break that waits for more text

    def extra(role: str, where: str, start: int, end: int) -> None:
        text = view[start:end]
        if text.strip():
            decoded, map = percent(text) if role == "url" else entities(text)
            extras.append((role, where, decoded, shift(map, start)))

    for token in tokens(view):
        name = token.name.lower()
        if token.kind in ("text", "cdata"):
            if raw:
                extra("script", raw.decode(), token.start, token.end)
            elif (text := view[token.start : token.end]).strip() or not line:
                decoded, map = entities(text.translate(_FLAT))
                out.insert(pending)
                out.extend(decoded, shift(map, token.start))
                line, cell, pending = False, False, b""
        elif token.kind in ("start", "end"):
            raw = name if name in _RAW and token.kind == "start" else b""
            if name in (b"td", b"th"):
                if token.kind == "start":
                    out.insert(pending + (b"" if cell else b"\t"))
                    pending = b""
                line = cell = False
            elif name not in _INLINE and not line:
                line, pending = True, b"\n" if out.size else b""
            if name == b"tr":
                cell = True
            for key, start, end in attributes(view, token) if token.kind == "start" else ():
                extra("url" if key.lower() in _URL else "attribute", "@" + key.decode("utf-8", "replace"), start, end)
        else:
            extra("comment", "comment", token.start, token.end)
    return *out.finish(), extras
