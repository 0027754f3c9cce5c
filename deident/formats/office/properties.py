"""Properties of a document: docProps of OPC (ECMA-376-2, 11; ECMA-376-1, 15.2.12) and meta.xml of ODF (ODF 1.3 part 3, 4.3).

Every value is a segment `name：value`; of a property that a person defined, its own name is the label.
"""

from __future__ import annotations

from collections.abc import Iterator

from deident.formats.escapes import entities
from deident.formats.office.attributes import SURE, Attribute, telling
from deident.formats.office.flow import flat
from deident.formats.tags import attributes, tokens
from deident.model import SourceMap
from deident.text.maps import MapBuilder, shift

_COUNTED = frozenset(
    b"Pages Words Characters CharactersWithSpaces Lines Paragraphs TotalTime Slides Notes HiddenSlides MMClips DocSecurity ScaleCrop "
    b"LinksUpToDate SharedDoc HyperlinksChanged AppVersion Application i4 bool created modified lastPrinted revision creation-date date "
    b"editing-cycles editing-duration generator print-date filetime".split()
)


def properties(view: bytes) -> Iterator[tuple[str, str, bytes, SourceMap]]:
    """(role, where, text, map to the view) of every value."""
    stack: list[tuple[bytes, tuple[int, int]]] = []
    for token in tokens(view):
        if token.kind == "start":
            label = (-1, -1)
            for full, start, end in attributes(view, token):
                if full.rpartition(b":")[2] == b"name":
                    label = (start, end)
            if not token.closed:
                stack.append((token.name, label))
            for found in telling(view, token):
                if (found.start, found.end) != label:
                    yield "attribute", "@" + found.name, *_line(view, found)
        elif token.kind == "end":
            if stack:
                stack.pop()
        elif token.kind in ("text", "cdata"):
            text = view[token.start : token.end]
            if text.isspace():
                continue
            named = [one for one in stack if not one[0].startswith(b"vt:")]
            full, label = named[-1] if named else (b"", (-1, -1))
            name = full.rpartition(b":")[2]
            counted = name in _COUNTED or (stack and stack[-1][0].rpartition(b":")[2] in _COUNTED)
            if counted and not SURE.search(text):
                if label[0] >= 0:  # the name of what is counted
                    yield "attribute", "@name", *_line(view, Attribute("name", *label))
                continue
            shown = name.decode("utf-8", "replace")
            if name == b"title":
                yield "title", "", *_line(view, Attribute("", token.start, token.end))
            else:
                yield "meta", shown, *_line(view, Attribute(shown, token.start, token.end, *label))
        elif not (token.kind == "instruction" and view.startswith(b"xml ", token.start)):
            yield "comment", token.kind, *_line(view, Attribute("", token.start, token.end))


def _line(view: bytes, found: Attribute) -> tuple[bytes, SourceMap]:
    line = MapBuilder()
    if found.label >= 0:
        text, map = entities(flat(view[found.label : found.label_end]))
        line.extend(text, shift(map, found.label))
    else:
        line.insert(found.name.encode())
    if line.size:
        line.insert("：".encode())
    text, map = entities(flat(view[found.start : found.end]))
    line.extend(text, shift(map, found.start))
    return line.finish()
