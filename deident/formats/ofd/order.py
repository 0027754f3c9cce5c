"""The parts of an OFD file in reading order (GB/T 33190-2016, 7.3 OFD.xml, 7.5 Document.xml)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from deident.formats.ofd.model import local
from deident.formats.parts import Part
from deident.formats.tags import attributes, tokens

_ROOT = re.compile(rb"(?:[^<]|<[?!])*?<([A-Za-z_][\w.:-]*)")
_ROOTS = frozenset(
    "OFD Document Page Res Annotations PageAnnot Signatures Signature Attachments CustomTags Extensions DocVersion".split()
)
_KINDS = {"Page": "old page", "PageAnnot": "annotation", "Res": "resource"}


class Order(NamedTuple):
    """kinds: name of each part that is OFD's own → what it is called: "page 3", "template", "annotation", "old page" (no document
    refers to it), "" where it holds no text objects.  over: annotations → the page that they lie on."""

    kinds: dict[str, str]
    over: dict[str, str]


class Reference(NamedTuple):
    """An element that names a member (in small letters), and the ID it goes by."""

    element: str
    id: str
    target: str


def order(parts: Sequence[Part], view: Callable[[Part], bytes]) -> Order:
    """Of all parts of a package."""
    by_name = {part.name.lower().lstrip("/"): part.name for part in parts}
    roots = {part.name: root for part in parts if (root := _root(part)) in _ROOTS}
    listed = {root: [part for part in parts if roots.get(part.name) == root] for root in ("Document", "Annotations")}
    references = [(part, one) for part in listed["Document"] for one in _references(part.name, view(part))]
    kinds: dict[str, str] = {}
    pages: dict[tuple[str, str], str] = {}
    for wanted in ("Page", "TemplatePage"):
        for part, one in references:
            name = by_name.get(one.target)
            if one.element == wanted and name and roots.get(name) == "Page":
                kinds.setdefault(name, f"page {len(kinds) + 1}" if wanted == "Page" else "template")
                pages[_folder(part), one.id] = name
    over: dict[str, str] = {}
    for part in listed["Annotations"]:
        for one in _references(part.name, view(part)):
            if (name := by_name.get(one.target)) and (page := pages.get((_folder(part), one.id))):
                over[name] = page
    for root in ("PageAnnot", "Page", "Res", ""):
        for name, own in roots.items():
            if own == root or not root:
                kinds.setdefault(name, _KINDS.get(own, ""))
    return Order(kinds, over)


def _folder(part: Part) -> str:
    return part.name.lstrip("/").partition("/")[0]


def _root(part: Part) -> str:
    found = _ROOT.match(part.data[:4096])
    return local(found[1]) if found else ""


def _references(name: str, view: bytes) -> Iterator[Reference]:
    """What a part refers to, by BaseLoc or by the text of a FileLoc."""
    folder = posixpath.dirname(name)
    element, id = "", ""
    for token in tokens(view):
        if token.kind == "start":
            found = {local(key): view[start:end] for key, start, end in attributes(view, token)}
            text = found.get("BaseLoc", b"")
            if local(token.name) != "FileLoc":
                element = local(token.name)
                id = found.get("PageID", found.get("ID", b"")).decode("utf-8", "replace")
        else:
            text = view[token.start : token.end] if token.kind == "text" else b""
        if text.strip():
            target = text.decode("utf-8", "replace").strip().replace("\\", "/")
            yield Reference(element, id, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/").lower())
