"""Pages, annotations and composite objects of OFD taken apart: characters with their places, boxes that cover, ruled lines
(GB/T 33190-2016, 7.7 pages, 8 graphics, 11 text, 15 annotations).

Every `Group` is a space of its own: a page, the appearance of an annotation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from deident.formats.ofd import geometry
from deident.formats.ofd.chars import characters, places, trimmed
from deident.formats.ofd.geometry import IDENTITY, Color
from deident.formats.ofd.model import Code, Group, Text, Transform, Values, local
from deident.formats.ofd.shapes import shape
from deident.formats.tags import Token

_GROUPS = ("Page", "Appearance", "CompositeGraphicUnit", "CellContent")
_LAYERS = {"Background": 0, "Foreground": 2}
_PAIR = re.compile(rb"""([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class Objects:
    """All groups of a part."""

    def __init__(self, view: bytes, found: Sequence[Token]) -> None:
        self.view = view
        self.groups: list[Group] = []
        self._open: list[Group] = []
        self._layer = 1
        self._count = 0
        self._text: Text | None = None
        self._path: dict[str, str] | None = None
        self._fill: Color | None = None
        self._code: tuple[Values, int] | None = None
        self._pieces: list[tuple[int, int, str]] = []
        self._transform: tuple[int, str, dict[str, str]] | None = None
        self._glyphs: list[str] = []
        self._read(found)

    def _read(self, found: Sequence[Token]) -> None:
        stack: list[str] = []
        for token in found:
            if token.kind == "start":
                name = local(token.name)
                if name in _KNOWN:
                    self._start(name, token)
                if token.closed:
                    self._end(name, token.end + 1)
                else:
                    stack.append(name)
            elif token.kind == "end":
                name = local(token.name)
                if name in stack[-8:]:
                    while stack and stack[-1] != name:
                        self._end(stack.pop(), token.start)
                    stack.pop()
                self._end(name, token.start)
            elif token.kind in ("text", "cdata") and stack:
                self._content(stack[-1], token)
        while stack:
            self._end(stack.pop(), len(self.view))

    def _plain(self, values: Values) -> dict[str, str]:
        return {name: self.view[start:end].decode("utf-8", "replace") for name, (start, end) in values.items()}

    def _start(self, name: str, token: Token) -> None:
        if name == "TextCode":
            self._end(name, token.start)  # one that was not closed
            found = _PAIR.finditer(self.view, token.start, token.end)
            values: Values = {local(pair[1]): pair.span(pair.lastindex or 0) for pair in found}
            self._code, self._pieces = (values, token.end + 1), []
            return
        pairs = _PAIR.findall(self.view, token.start, token.end)
        plain = {local(key): (double or single).decode("utf-8", "replace") for key, double, single in pairs}
        if name in _GROUPS:
            box = geometry.numbers(plain.get("Boundary", "")) if name == "Appearance" else []
            left, top = (box[0], box[1]) if len(box) == 4 else (0.0, 0.0)
            group = Group(name, left, top)
            self.groups.append(group)
            self._open.append(group)
        elif name == "Layer":
            self._layer = _LAYERS.get(plain.get("Type", ""), 1)
        elif name == "TextObject":
            self._text = self._object(plain)
        elif name == "PathObject":
            self._path, self._fill = plain, None
            self._count += 1
        elif name == "FillColor":
            color = geometry.color(plain.get("Value", ""), plain.get("Alpha", "255"))
            if self._text:
                self._text.color = color._replace(alpha=min(color.alpha, self._text.color.alpha))
            elif self._path:
                self._fill = color
        elif name == "CGTransform":
            prefix = token.name.rpartition(b":")[0].decode("utf-8", "replace")
            self._transform = token.start - len(token.name) - 1, prefix + ":" if prefix else "", plain
            self._glyphs = []

    def _object(self, plain: dict[str, str]) -> Text:
        self._count += 1
        group = self._group()
        box = geometry.numbers(plain.get("Boundary", ""))
        shown = plain.get("Visible") != "false" and not (plain.get("Fill") == "false" and plain.get("Stroke", "false") == "false")
        size = geometry.number(plain.get("Size", ""), 4.0)
        matrix = geometry.matrix(plain["CTM"]) if "CTM" in plain else IDENTITY
        text = Text(
            (self._layer, self._count),
            group.left + (box[0] if len(box) == 4 else 0.0),
            group.top + (box[1] if len(box) == 4 else 0.0),
            matrix,
            size,
            geometry.number(plain.get("HScale", ""), 1.0),
            plain.get("ReadDirection") in ("90", "270"),
            Color(alpha=geometry.number(plain.get("Alpha", ""), 255)),
            shown,
            plain.get("Font", ""),
            max(abs(size) * math.hypot(matrix[2], matrix[3]), 1e-3),
        )
        group.texts.append(text)
        return text

    def _group(self) -> Group:
        if not self._open:
            self._open.append(Group("Page"))
            self.groups.append(self._open[0])
        return self._open[-1]

    def _content(self, name: str, token: Token) -> None:
        if name == "TextCode" and self._code:
            self._pieces += characters(self.view, token)
        elif name == "Glyphs" and self._transform:
            self._glyphs += self.view[token.start : token.end].decode("utf-8", "replace").split()
        elif name == "AbbreviatedData" and self._path:
            group = self._group()
            layer = 3 if group.label == "Appearance" else self._layer  # annotations lie on top
            path = self.view[token.start : token.end].decode("utf-8", "replace")
            shape(group, self._path, path, self._fill, (layer, self._count))
        elif name == "PhysicalBox" and self._open and self._open[-1].label == "Page":
            box = geometry.numbers(self.view[token.start : token.end].decode("utf-8", "replace"))
            if len(box) == 4:
                self._open[-1].box = 0.0, 0.0, box[2], box[3]

    def _end(self, name: str, place: int) -> None:
        if name == "TextCode" and self._code:
            values, begin = self._code
            self._code = None
            if self._text is None:
                self._text = self._object({})
                self._append(values, begin, place)
                self._text = None
            else:
                self._append(values, begin, place)
        elif name == "TextObject":
            self._text = None
        elif name == "PathObject":
            self._path = None
        elif name == "CGTransform" and self._transform:
            start, prefix, plain = self._transform
            self._transform = None
            if self._text:
                first = max(int(geometry.number(plain.get("CodePosition", ""))), 0)
                count = max(int(geometry.number(plain.get("CodeCount", ""), 1)), 1)
                self._text.transforms.append(Transform(start, place, prefix, first, count, tuple(self._glyphs)))
        elif name in _GROUPS and self._open and self._open[-1].label == name:
            self._open.pop()

    def _append(self, values: Values, begin: int, place: int) -> None:
        text = self._text
        if text is None:
            return
        chars = trimmed(self._pieces)
        plain = self._plain(values)
        last = text.codes[-1] if text.codes else None
        most = max(len(chars) - 1, 0)
        steps = geometry.deltas(plain.get("DeltaX", ""), most), geometry.deltas(plain.get("DeltaY", ""), most)
        inside = begin, max(self.view.rfind(b"<", begin, place), begin)
        code = Code(
            chars,
            values,
            inside,
            geometry.number(plain.get("X", ""), last.x if last else 0.0),
            geometry.number(plain.get("Y", ""), last.y if last else 0.0),
            steps,
        )
        code.places = list(places(code, text))
        text.codes.append(code)


_KNOWN = frozenset((*_GROUPS, "Layer", "TextObject", "PathObject", "FillColor", "TextCode", "CGTransform"))
