"""One XML part, token by token: elements that the format knows have a method (`start_p`, `end_p`: local name in lower case, whatever
the prefix); text and telling attributes of all others become segments of their own.  Nothing is expanded, nothing raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deident.formats.escapes import chain, entities, percent
from deident.formats.office.attributes import Attribute, telling
from deident.formats.office.flow import BOTH, Story, flat
from deident.formats.office.packed import coded, line
from deident.formats.office.steps import Step
from deident.formats.tags import Token, tokens
from deident.model import SourceMap
from deident.text.maps import MapBuilder, shift

Handler = Callable[[Token], None]
COLON = "：".encode()
DECLARATION = 200  # bytes: an XML declaration that is longer has no end, and holds the part
_URLS = frozenset(("href", "src", "target"))
_CODES = frozenset(  # numbers and names that are written as text of elements
    b"posOffset pctWidth pctHeight pctPosHOffset pctPosVOffset formatCode align ptCount date modified created".split()
)


@dataclass(slots=True)
class _Frame:
    """A story of its own within another: the element it is in, how often that is open, and what to do with it in the end."""

    name: bytes
    outer: Story
    done: Callable[[Story], None]
    depth: int = 1


class Reader:
    """`stories`: the text, in order; `later`: (role, where, view, map) of the rest.  All maps lead to the part's decoded view."""

    def __init__(self, view: bytes, where: str = "", role: str = "text", tracked: bool = False) -> None:
        self.view, self.where, self.role, self.tracked = view, where, role, tracked
        self.story = Story(tracked, role, where)
        self.stories: list[Story] = []
        self.later: list[tuple[str, str, bytes, SourceMap]] = []
        self.steps: list[Step] = []
        self.warnings: list[str] = []
        self.unseen = ""  # why not all of it could be read
        self.name = b""  # the start tag that was read last, until an end tag comes
        self._others = MapBuilder()
        self._stack: list[_Frame] = []

    def read(self) -> None:
        """All of the part."""
        handlers: dict[bytes, tuple[Handler | None, Handler | None]] = {}
        view, stack = self.view, self._stack
        for token in tokens(view):
            kind, name = token.kind, token.name
            if kind == "text" or kind == "cdata":
                self.characters(token)
            elif kind == "start":
                if (pair := handlers.get(name)) is None:
                    pair = handlers[name] = self._handlers(name)
                self.name, frames = name, len(stack)
                if pair[0] is not None:
                    pair[0](token)
                self.attributes(token)
                if token.closed:
                    if pair[1] is not None:
                        pair[1](token)
                    self.name = b""
                elif stack and len(stack) == frames and stack[-1].name == name:
                    stack[-1].depth += 1
            elif kind == "end":
                self.name = b""
                if (pair := handlers.get(name)) is not None and pair[1] is not None:
                    pair[1](token)
                if stack and stack[-1].name == name:
                    stack[-1].depth -= 1
                    if not stack[-1].depth:
                        self._pop()
            elif not (kind == "instruction" and view.startswith(b"xml ", token.start) and token.end - token.start < DECLARATION):
                self._comment(token)
        while stack:
            self._pop()
        self.cut()
        self.segment("meta", self.where, *self._others.finish())

    def _handlers(self, name: bytes) -> tuple[Handler | None, Handler | None]:
        local = name.rpartition(b":")[2].lower().replace(b"-", b"_").decode("utf-8", "replace")
        return getattr(self, "start_" + local, None), getattr(self, "end_" + local, None)

    def characters(self, token: Token) -> None:
        """Text outside of paragraphs."""
        if not self.view[token.start : token.end].isspace():
            self.other(token)

    def other(self, token: Token) -> None:
        """A line `element：text` beside the story."""
        name = self.name.rpartition(b":")[2]
        if name in _CODES or self.packed("meta", name, token.start, token.end):
            return
        self._others.insert(name + COLON if name else b"")
        self._others.extend(*self.plain(token))
        self._others.insert(b"\n")

    def packed(self, role: str, name: bytes, start: int, end: int) -> bool:
        """Is this text in base64?  It is a segment of its own, and goes when that changes."""
        if (found := line(self.view, name, start, end)) is None:
            return False
        self.segment(role, "base64", *found)
        self.steps.append((start, end, [(start, end, b"")]))
        return True

    def plain(self, token: Token) -> tuple[bytes, SourceMap]:
        """The characters of a text token, on one line."""
        text = flat(self.view[token.start : token.end])
        decoded, map = entities(text) if token.kind == "text" else (text, SourceMap.identity(len(text)))
        return decoded, shift(map, token.start)

    def put(self, token: Token, flag: int = BOTH) -> None:
        """The characters of a text token, into the story."""
        text = flat(self.view[token.start : token.end])
        if token.kind == "text" and b"&" in text:
            text, map = entities(text)
            self.story.text(token.start, text, shift(map, token.start), flag)
        else:
            self.story.text(token.start, text, None, flag)

    def attributes(self, token: Token) -> None:
        """What the attributes of a start tag tell."""
        self.codes(token)
        for found in telling(self.view, token):
            self.attribute(found)

    def codes(self, token: Token) -> None:
        """Attributes in base64, which are segments."""
        for found in coded(self.view, token):
            self.packed("attribute", *found)

    def attribute(self, found: Attribute) -> None:
        """A segment `name：value`; of links only their address, decoded."""
        if found.name in _URLS:
            text, map = chain(flat(self.view[found.start : found.end]), entities, percent)
            self.segment("url", "@" + found.name, text, shift(map, found.start))
            return
        out = MapBuilder()
        if found.label >= 0:
            label, way = entities(flat(self.view[found.label : found.label_end]))
            out.extend(label, shift(way, found.label))
        else:
            out.insert(found.name.encode())
        out.insert(COLON)
        text, map = entities(flat(self.view[found.start : found.end]))
        out.extend(text, shift(map, found.start))
        self.segment("attribute", "@" + found.name, *out.finish())

    def segment(self, role: str, where: str, view: bytes, map: SourceMap) -> None:
        """A segment of its own, unless it is blank."""
        if view.strip():
            self.later.append((role, where, view, map))

    def push(self, token: Token, done: Callable[[Story], None], role: str = "", where: str = "") -> None:
        """What this element holds is a story of its own."""
        if not token.closed:
            self._stack.append(_Frame(token.name, self.story, done))
            self.story = Story(self.tracked, role or self.role, where or self.where)

    def _pop(self) -> None:
        frame = self._stack.pop()
        story, self.story = self.story, frame.outer
        frame.done(story)

    def aside(self, story: Story) -> None:
        """A story that follows the block in which it hangs."""
        self.story.asides.append(story)
        if not (self.story.depth or self.story.inside):
            self.story.flush()

    def apart(self, story: Story) -> None:
        """A story that is a segment of its own, behind the text."""
        self.segment(story.role, story.where, *story.close())
        self._earlier(story)

    def cut(self, where: str = "") -> None:
        """The story ends here, and another begins."""
        self.stories.append(self.story)
        self.story = Story(self.tracked, self.role, where or self.where)

    def _earlier(self, story: Story) -> None:
        for view, map in story.olds:
            self.segment(story.role, "tracked change", view, map)
        story.olds = []

    def _comment(self, token: Token) -> None:
        text, map = entities(flat(self.view[token.start : token.end]))
        self.segment("comment", token.kind, text, shift(map, token.start))
        if token.kind == "doctype" and b"<!ENTITY" in text.upper():
            self.warnings.append("entity-declaration")
