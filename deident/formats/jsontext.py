"""JSON, JSON lines, JSONP and `var x = {…};`, read as tokens (RFC 8259, but whatever is not JSON is text: nothing is lost).

Every leaf is a line `key：value`; an array's values carry its key; an array of arrays gives rows with TABs; objects are set
apart by an empty line.  Escapes are decoded, `\\n` is a line break.  A string that is itself HTML or JSON is read as that.
A number that is masked becomes a string: 13800000000 → "138********".

`json.loads` is of no use here: it fails as a whole, recurses, and knows no offsets.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

import numpy as np

from deident.formats import Child, nested
from deident.formats.document import Assembly, TextDocument
from deident.formats.escapes import percent, replaced
from deident.formats.plain import lines
from deident.formats.splice import Change, changes
from deident.model import Edit, SourceMap
from deident.text.charset import encode
from deident.text.maps import MapBuilder, compose, shift

#: `member` is a shortcut for what most of JSON is: a key and a value without escapes, tags or brackets in front.
_TOKEN = re.compile(
    rb"""(?P<member>"(?P<key>[^"\\\r\n]*+)"\s*+:\s*+(?:"(?![{\[])(?P<text>[^"\\<%\r\n]*+)"|(?P<number>-?[0-9][0-9.]*+))(?=\s*+[,}]))"""
    rb"""|(?P<string>"(?:[^"\\\n]|\\.)*+"|"(?:[^"\\]|\\.)*+"(?=\s*[,:\]}])|'(?:[^'\\\n]|\\.)*+'(?=\s*[,:\]})]))"""
    rb"""|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))|(?P<mark>[{}\[\],:])|(?P<bare>(?:[^\s{}\[\],:"'/\\]|\\.)+|["'/\\])""",
    re.DOTALL,
)
_IS = "：".encode()
_COLON = re.compile(rb"\s*+:")
_ESCAPE = re.compile(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL
)
_SIMPLE = {b"n": b"\n", b"r": b" ", b"t": b"\t", b"b": b" ", b"f": b" ", b"v": b" ", b"0": b" "}
_NUMBER = re.compile(rb"-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?")
_TITLES = frozenset(["title", "标题", "bt", "biaoti", "articletitle", "doctitle", "headline", "subject"])
_NESTED = 4  # JSON in JSON in JSON …

Leaf = tuple[int, int, bool]  # start, end, is it a string (without its quotes)


def unescape(view: bytes) -> tuple[bytes, SourceMap]:
    """The inside of a string literal decoded; lone surrogates are U+FFFD, NUL a space."""
    pieces: list[tuple[int, int, bytes]] = []
    for found in _ESCAPE.finditer(view):
        high, low, code, byte, other = found.groups()
        if other is not None:
            if other in _SIMPLE or (other.isascii() and not other.isalnum()):
                pieces.append((*found.span(), _SIMPLE.get(other, other)))
        elif high:
            character = chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
            pieces.append((*found.span(), character.encode()))
        else:
            character = chr(int(code or byte, 16))
            pieces.append((*found.span(), character.replace("\0", " ").replace("\r", " ").encode("utf-8", "replace")))
    return replaced(view, pieces)


class _Reader:
    """One pass over the tokens.  `frames` holds for every open bracket the key its values belong to."""

    def __init__(self, view: bytes, out: MapBuilder, depth: int = 0) -> None:
        self.view, self.out, self.depth = view, out, depth
        self.frames: list[tuple[bytes, Leaf | None]] = []
        self.key: Leaf | None = None
        self.row = False  # a row of cells is open
        self.fresh = True  # nothing was put out since the last empty line
        self.numbers: list[tuple[int, int, str]] = []  # start, end, the quote that makes it a string
        self.extras: list[nested.Extra] = []
        self.titled = depth > 0
        self.raw: tuple[int, int] | None = None  # text outside of any bracket

    def read(self) -> None:
        """Everything."""
        view = self.view
        for found in _TOKEN.finditer(view):
            start, end = found.span()
            kind = found.lastgroup
            if not self.frames and (kind == "bare" or (kind == "mark" and view[start] not in b"{[")):
                if self.raw and b"\n" in view[self.raw[1] : start]:
                    self.flush()
                self.raw = (self.raw[0] if self.raw else start, end)
                if _NUMBER.fullmatch(view, start, end):
                    self.number(start, end)
                continue
            self.flush()
            if kind == "member":
                self.member(found)
            elif kind == "mark":
                self.mark(view[start : start + 1])
            elif kind == "comment":
                self.extras.append(("comment", "comment", lines(view[start:end]), _exact(start, end)))
            elif kind == "string":
                self.leaf((start + 1, end - 1, True), end)
            else:
                self.leaf((start, end, False), end)
        self.flush()
        self.line()

    def member(self, found: re.Match[bytes]) -> None:
        """A key and its value at once."""
        key, text = found.span("key"), found.span("text")
        if text[0] >= 0 and not self.titled and len(self.frames) <= 2:
            self.key = (*key, True)
            self.leaf((*text, True), text[1] + 1)
            return
        if text[0] < 0:
            text = found.span("number")
            self.number(*text)
        out, view = self.out, self.view
        if key[0] < key[1]:
            out.copy(key[0], view[key[0] : key[1]])
            out.insert(_IS)
        out.copy(text[0], view[text[0] : text[1]])
        out.insert(b"\n")
        self.fresh = False

    def mark(self, mark: bytes) -> None:
        """A bracket opens or closes; commas and colons say nothing more."""
        if mark == b"[":
            above = self.frames[-1] if self.frames else (b"", None)
            self.frames.append((mark, self.key if above[0] == b"{" else above[1]))
            self.line()
        elif mark == b"{":
            self.frames.append((mark, None))
            self.line()
        elif mark in b"}]" and self.frames:
            self.frames.pop()
            self.line()
            if mark == b"}" and not self.fresh:
                self.out.insert(b"\n")
                self.fresh = True
        if mark != b":":
            self.key = None

    def leaf(self, leaf: Leaf, end: int) -> None:
        """A string or a bare word: a key where a colon follows, else a value."""
        top, key = self.frames[-1] if self.frames else (b"", None)
        if top and _COLON.match(self.view, end):
            self.key = leaf
            return
        if not leaf[2] and _NUMBER.fullmatch(self.view, leaf[0], leaf[1]):
            self.number(leaf[0], leaf[1])
        key = self.key if top == b"{" else key
        if self.title(leaf, key):
            return
        if top == b"[" and len(self.frames) > 1 and self.frames[-2][0] == b"[":
            if self.row:
                self.out.insert(b"\t")
            self.row = True
            self.put(leaf)
            return
        if key:
            self.put(key)
            self.out.insert(_IS)
        self.put(leaf)
        self.out.insert(b"\n")
        self.fresh = False

    def title(self, leaf: Leaf, key: Leaf | None) -> bool:
        """The document's own title, a segment of its own: the first in an object that is in no array."""
        if self.titled or key is None or not leaf[2] or len(self.frames) > 2 or any(frame[0] == b"[" for frame in self.frames):
            return False
        if self.view[key[0] : key[1]].decode("utf-8", "replace").casefold() not in _TITLES:
            return False
        view, map = unescape(self.view[leaf[0] : leaf[1]])
        if nested.is_html(view):
            return False
        self.extras.append(("title", "", lines(view), shift(map, leaf[0])))
        self.titled = True
        return True

    def put(self, leaf: Leaf) -> None:
        """Put out a leaf, decoded, and what is inside of it."""
        start, end, string = leaf
        written = self.view[start:end]
        if not string or not (b"\\" in written or b"<" in written or b"%" in written or written[:1] in b"{["):
            self.out.copy(start, lines(written))
            return
        text, map = unescape(written)
        map = shift(map, start)
        if (head := text.strip())[:1] in (b"{", b"[") and head[-1:] in (b"}", b"]") and self.depth < _NESTED:
            inner = _Reader(text, MapBuilder(), self.depth + 1)
            inner.read()
            view, way = inner.out.finish()
            extras = inner.extras
            for low, high, quote in inner.numbers:
                ranges = map.ranges(low, high)
                self.numbers.append((ranges[0][0], ranges[-1][1], json.dumps(quote)[1:-1]))
        elif nested.is_html(text):
            view, way, extras = nested.html(text)
        elif b"%" in text and b"/" in text:
            (view, way), extras = percent(lines(text)), []
        else:
            self.out.extend(lines(text), map)
            return
        self.out.extend(view, compose(way, map))
        self.extras += [(role, where, part, compose(part_map, map)) for role, where, part, part_map in extras]

    def number(self, start: int, end: int) -> None:
        """Remember a bare number: masked it needs quotes."""
        self.numbers.append((start, end, '"'))

    def flush(self) -> None:
        """Put out text that is no JSON."""
        if self.raw:
            start, end = self.raw
            self.raw = None
            self.out.copy(start, lines(self.view[start:end]))
            self.out.insert(b"\n")

    def line(self) -> None:
        """End a row of cells."""
        if self.row:
            self.out.insert(b"\n")
            self.row = self.fresh = False


def _exact(start: int, end: int) -> SourceMap:
    return shift(SourceMap.identity(end - start), start)


class JsonDocument(TextDocument):
    """See the module."""

    format = "json"
    _numbers: list[tuple[int, int, str]]

    def read(self, view: bytes, out: Assembly) -> None:
        """One segment of lines, the title, then what strings held beside text."""
        reader = _Reader(view, out)
        reader.read()
        out.end()
        for extra in reader.extras:
            out.later(*extra)
        self._numbers = sorted(reader.numbers)

    def escape(self, text: str) -> str:
        """Replacements stay inside their string, whichever quotes it has and whatever is in it."""
        return "".join(f"\\u{ord(c):04x}" if c in "\"'\\<>&" or c < " " else c for c in text)

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document; a number that changes is put in quotes."""
        if not edits and not children:
            return self.data
        done = changes(self.batch().map, edits, self.encode)
        way = self._decoded.map
        starts = way.starts(np.array([start for start, _, _ in self._numbers], np.int64))
        ends = way.starts(np.array([end - 1 for _, end, _ in self._numbers], np.int64)) + len(encode("0", self.encoding))
        quotes: list[Change] = []
        for number in sorted({int(np.searchsorted(starts, start, "right")) - 1 for start, _, _ in done}):
            start, end = (int(starts[number]), int(ends[number])) if number >= 0 else (0, 0)
            if any(start < after and before < end for before, after, _ in done[max(bisect_right(done, (start,)) - 1, 0) :][:2]):
                quote = encode(self._numbers[number][2], self.encoding)
                quotes += ((start, start, quote), (end, end, quote))
        return self.spliced(sorted(done + quotes, key=lambda change: change[:2]), children)
