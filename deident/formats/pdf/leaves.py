"""XML inside a PDF (XMP, XFA, rich text): its leaves, each with a way to write it back.  Entities are never expanded by a parser.

XML 1.0; a tag ends at the first ">", so that broken XML costs linear time and none of its text goes unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape

_TOKEN = re.compile(r"<!--|<!\[CDATA\[|<\?|<[^<>]*>|[^<]+|<")
_CLOSE = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>"}
_ATTRIBUTE = re.compile(r"([^\s=<>\"'/]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_NAME = re.compile(r"</?\s*([^\s/>]+)")
_HEADS = ("<?xml", "<?xpacket")
_QUIET = ("xmlns", "rdf:about", "xml:lang")
_BLOCK = re.compile(r"</?(?:p|br|div|li)\b", re.IGNORECASE)


class Leaves:
    """Pieces of XML; `leaves()` gives (number, name, text), `set` writes one and calls `write` with the whole."""

    def __init__(self, xml: str, write: Callable[[str], None]) -> None:
        self._pieces: list[str] = []
        self._found: list[tuple[int, str, str]] = []
        self._write = write
        name = ""
        for opening, piece in tokens(xml):
            if opening == "text":
                self._leaf(name, piece)
            elif opening in ("<!--", "<![CDATA["):
                end = -len(_CLOSE[opening])
                self._pieces.append(opening)
                self._pieces.append(piece[len(opening) : end])
                self._found.append((len(self._pieces) - 1, name if opening != "<!--" else "comment", self._pieces[-1]))
                self._pieces.append(piece[end:])
            else:
                if opening == "tag" and (found := _NAME.match(piece)) and not found[1].startswith("rdf:"):
                    name = found[1]
                last = 0
                for attribute in () if piece.startswith(_HEADS) else _ATTRIBUTE.finditer(piece):
                    if not attribute[1].startswith(_QUIET):
                        self._pieces.append(piece[last : attribute.start(2) + 1])
                        self._leaf(attribute[1], piece[attribute.start(2) + 1 : attribute.end(2) - 1])
                        last = attribute.end(2) - 1
                self._pieces.append(piece[last:])

    def _leaf(self, name: str, piece: str) -> None:
        self._pieces.append(piece)
        if piece.strip():
            self._found.append((len(self._pieces) - 1, name, unescape(piece)))

    def leaves(self) -> list[tuple[int, str, str]]:
        """(number for `set`, name of element or attribute, text)."""
        return [(number, name, text) for number, name, text in self._found if text.strip()]

    def set(self, number: int, new: str) -> None:
        """Write one leaf."""
        inside = self._pieces[number - 1] if number else ""
        if inside in ("<!--", "<![CDATA["):
            self._pieces[number] = (
                new.replace("]]>", "]] >").replace("--", "- -") if inside == "<!--" else new.replace("]]>", "]] >")
            )
        else:
            self._pieces[number] = escape(new)
        self._write("".join(self._pieces))


def tokens(xml: str) -> Iterator[tuple[str, str]]:
    """("text" | "tag" | how it opens, piece): all of `xml`, in order.  What never closes is text."""
    place, size = 0, len(xml)
    open_ended: set[str] = set()
    while place < size:
        found = _TOKEN.match(xml, place)
        assert found is not None
        opening, end = found[0], found.end()
        kind = "text" if opening[0] != "<" or opening == "<" else "tag"
        if close := _CLOSE.get(opening):
            stop = -1 if opening in open_ended else xml.find(close, end)
            if stop < 0:
                open_ended.add(opening)
                kind = "text"
            else:
                kind, end = opening, stop + len(close)
        yield kind, xml[place:end]
        place = end


def plain(xml: str) -> str:
    """Rich text (ISO 32000-2, 12.7.3.4) as plain text: a line a block."""
    out: list[str] = []
    for kind, piece in tokens(xml):
        if kind == "text":
            out.append(unescape(piece))
        elif kind == "<![CDATA[":
            out.append(piece[9:-3])
        elif kind == "tag" and _BLOCK.match(piece):
            out.append("\n")
    return re.sub(r"\n{2,}", "\n", "".join(out)).strip("\n")


def rich(text: str) -> str:
    """Plain text as rich text."""
    lines = "".join(f"<p>{escape(line, quote=False)}</p>" for line in text.split("\n"))
    return f'<?xml version="1.0"?><body xmlns="http://www.w3.org/1999/xhtml">{lines}</body>'
