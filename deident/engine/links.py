"""Links follow their file: where a file has a new name because the old one held a value, what points to it is rewritten.

A link is known by one *component* of a path that changed, `520121….html` or a folder `张三520121…/`, wherever it stands: an
attribute, a feed, a cell, a JSON string, running text; as it is or percent-encoded in UTF-8 or GB18030 (RFC 3986 2.1).  A
component without a suffix looks like a bare number, so it counts only next to a slash.  Where files of several folders share
the old name but not the new one, the link is resolved against its document to see which is meant.

The new name is that of the file, not what the value's mask would give: the link works, and holds the value no more.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

import numpy as np

_WORD = 8  # bytes of a component that are looked up first, for all components at once
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BEFORE = re.compile(rb"(?:\A|[^0-9A-Za-z_%-]|%[0-9A-Fa-f]{2})\Z", re.DOTALL)
_AFTER = re.compile(rb"(?![0-9A-Za-z_-]|\.[0-9A-Za-z])")
_SLASH_BEFORE = re.compile(rb"(?:[/\\]|%2[Ff])\Z")
_SLASH_AFTER = re.compile(rb"[/\\]|%2[Ff]")
_LINK = re.compile(r"""[^\s"'<>()（）“”,;|\0：，。；、]*\Z""")
_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*")
_SAFE = ("", "!'()*~;,?:@&=+$")  # encodeURIComponent and its strict relatives; encodeURI


class Link(NamedTuple):
    """A component found in a view, and what must stand there instead."""

    start: int
    end: int
    old: str
    new: str


class _Form(NamedTuple):
    """A way to write a component; `code` is the encoding of its percent codes, "" for none."""

    old: str
    code: str


class Links:
    """Finds the links to renamed files.  `renames`: old path → new path, with as many components."""

    def __init__(self, renames: Mapping[str, str]) -> None:
        self._places: dict[str, dict[str, str]] = {}  # component → path that ends in it → new component
        for old, new in renames.items():
            olds, news = old.split("/"), new.split("/")
            for depth, (before, after) in enumerate(zip(olds, news, strict=True)):
                if before != after:
                    self._places.setdefault(before, {})["/".join(olds[: depth + 1])] = after
        self._forms: dict[bytes, _Form] = {}
        for component in self._places:
            self._add(component)
        self._by_word: dict[bytes, list[bytes]] = {}
        for written in sorted(self._forms, key=len, reverse=True):
            self._by_word.setdefault(written[:_WORD], []).append(written)
        self._table = np.zeros(1 << 16, np.bool_)
        words = np.array([int.from_bytes(word, "little") for word in self._by_word if len(word) == _WORD], np.uint64)
        self._table[(words * _FACTOR) >> np.uint64(48)] = True

    def __len__(self) -> int:
        return len(self._places)

    def _add(self, component: str) -> None:
        self._forms[component.encode("utf-8", "surrogateescape")] = _Form(component, "")
        if component.isascii() and component.isalnum():
            return
        for code in ("utf-8", "gb18030"):
            for safe in _SAFE:
                written = quote(component, safe=safe, encoding=code, errors="replace").encode()
                self._forms.setdefault(written, _Form(component, code))
                self._forms.setdefault(re.sub(rb"%..", lambda m: m[0].lower(), written), _Form(component, code))

    def find(self, view: bytes, base: Callable[[int], str] = lambda place: "") -> list[Link]:
        """Links in `view`, in order, apart.  `base`: path of the document at a place, for links that only it makes clear."""
        found: list[Link] = []
        last = 0
        for start in self._candidates(view):
            if start < last:
                continue
            for written in (*self._by_word.get(view[start : start + _WORD], ()), *self._short(view, start)):
                end = start + len(written)
                if view.startswith(written, start) and self._stands_alone(view, start, end, written):
                    form = self._forms[written]
                    new = self._new(form.old, view[max(0, start - 1024) : start], base, start)
                    found.append(
                        Link(start, end, form.old, quote(new, encoding=form.code, errors="replace") if form.code else new)
                    )
                    last = end
                    break
        return found

    def _candidates(self, view: bytes) -> Iterator[int]:
        """Places where the first bytes are those of a component."""
        places: set[int] = set()
        if len(view) >= _WORD:
            words = np.ndarray((len(view) - _WORD + 1,), np.dtype("<u8"), view, strides=(1,))
            near = np.flatnonzero(self._table[(words * _FACTOR) >> np.uint64(48)])
            places.update(place for place in near.tolist() if view[place : place + _WORD] in self._by_word)
        for word in self._by_word:
            if len(word) < _WORD:
                place = view.find(word)
                while place >= 0:
                    places.add(place)
                    place = view.find(word, place + 1)
        return iter(sorted(places))

    def _short(self, view: bytes, start: int) -> list[bytes]:
        return [word for word in self._by_word if len(word) < _WORD and view.startswith(word, start)]

    def _stands_alone(self, view: bytes, start: int, end: int, written: bytes) -> bool:
        """Is it a whole component, not the end of a longer name or a number in a sentence?"""
        before, after = view[max(0, start - 3) : start], view[end : end + 3]
        if not (_BEFORE.search(before) and _AFTER.match(after)):
            return False
        return b"." in written or bool(_SLASH_BEFORE.search(before) or _SLASH_AFTER.match(after))

    def _new(self, component: str, before: bytes, base: Callable[[int], str], place: int) -> str:
        """The new component; `before` is what stands before it in the view."""
        places = self._places[component]
        if len(set(places.values())) == 1:
            return next(iter(places.values()))
        link = _LINK.search(unquote(before.decode("utf-8", "replace")))
        head = (link[0] if link else "").replace("\\", "/")
        path = _HOST.sub("", head, count=1)
        if path == head and not path.startswith("/"):
            path = posixpath.join(posixpath.dirname(base(place)), path)
        meant = [*_parts(path), component]
        return places[max(places, key=lambda path: _common(path.split("/"), meant))]


def _parts(path: str) -> list[str]:
    return [part for part in posixpath.normpath("/" + path).split("/") if part]


def _common(place: list[str], meant: list[str]) -> tuple[int, bool]:
    """How many components both end with, and whether they are the same."""
    count = 0
    while count < min(len(place), len(meant)) and place[-1 - count] == meant[-1 - count]:
        count += 1
    return count, place == meant
