"""Properties of a document: docProps of OPC (ECMA-376-2, 11; ECMA-376-1, 15.2.12) and meta.xml of ODF (ODF 1.3 part 3, 4.3).

Every value is a segment `name：value`; of a property that a person defined, its own name is the label.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence

from deident.formats.escapes import entities
from deident.formats.office.attributes import SURE, Attribute, telling
from deident.formats.office.flow import flat
from deident.formats.office.packed import line
from deident.formats.office.steps import Step
from deident.formats.tags import attributes, tokens
from deident.model import SourceMap
from deident.text.maps import MapBuilder, shift

_COUNTED = frozenset(
    b"Pages Words Characters CharactersWithSpaces Lines Paragraphs TotalTime Slides Notes HiddenSlides MMClips DocSecurity ScaleCrop "
    b"LinksUpToDate SharedDoc HyperlinksChanged AppVersion Application i4 bool created modified lastPrinted revision creation-date date "
    b"editing-cycles editing-duration generator print-date filetime".split()
)


_TYPED = frozenset(b"i1 i2 i4 i8 int ui1 ui2 ui4 ui8 uint r4 r8 decimal cy date filetime bool".split())


def properties(view: bytes, steps: MutableSequence[Step]) -> Iterator[tuple[str, str, bytes, SourceMap]]:
    """(role, where, text, map to the view) of every value.  `steps` gets what follows: a number that changes is a string."""
    stack: list[tuple[bytes, tuple[int, int]]] = []
    opened = (b"", 0, 0)  # the element whose value comes, where that begins and ends
    for token in tokens(view):
        if token.kind == "start":
            label = (-1, -1)
            for full, start, end in attributes(view, token):
                if full.rpartition(b":")[2] == b"name":
                    label = (start, end)
            if not token.closed:
                stack.append((token.name, label))
                opened = (token.name, token.end + 1, 0)
            for own in telling(view, token):
                if (own.start, own.end) != label:
                    yield "attribute", "@" + own.name, *_line(view, own)
        elif token.kind == "end":
            if stack:
                stack.pop()
            name, start, end = opened
            if end and name == token.name and name.rpartition(b":")[2] in _TYPED:
                head, tail = view.rfind(name, 0, start), view.rfind(name, end, token.start)
                string = name.rpartition(b":")[0] + b":lpwstr"
                steps.append((start, end, [(head, head + len(name), string), (tail, tail + len(name), string)]))
            opened = (b"", 0, 0)
        elif token.kind in ("text", "cdata"):
            text = view[token.start : token.end]
            if text.isspace():
                continue
            opened = (*opened[:2], token.end)
            named = [one for one in stack if not one[0].startswith(b"vt:")]
            full, label = named[-1] if named else (b"", (-1, -1))
            name = full.rpartition(b":")[2]
            counted = name in _COUNTED or (stack and stack[-1][0].rpartition(b":")[2] in _COUNTED)
            if counted and not SURE.search(text):
                if label[0] >= 0:  # the name of what is counted
                    yield "attribute", "@name", *_line(view, Attribute("name", *label))
                continue
            shown = name.decode("utf-8", "replace")
            if found := line(view, name, token.start, token.end):
                steps.append((token.start, token.end, [(token.start, token.end, b"")]))
                yield "meta", shown, *found
            elif name == b"title":
                yield "title", "", *_line(view, Attribute("", token.start, token.end))
            else:
                yield "meta", shown, *_line(view, Attribute(shown, token.start, token.end, *label))
        elif not (token.kind == "instruction" and view.startswith(b"xml ", token.start)):
            yield "comment", token.kind, *_line(view, Attribute("", token.start, token.end))


def _line(view: bytes, found: Attribute) -> tuple[bytes, SourceMap]:
    out = MapBuilder()
    if found.label >= 0:
        text, map = entities(flat(view[found.label : found.label_end]))
        out.extend(text, shift(map, found.label))
    else:
        out.insert(found.name.encode())
    if out.size:
        out.insert("：".encode())
    text, map = entities(flat(view[found.start : found.end]))
    out.extend(text, shift(map, found.start))
    return out.finish()
