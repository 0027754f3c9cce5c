"""Relationships of OPC packages (ECMA-376-2, 8 and 9.3) and what takes a member out of a package: its relationships, its content
type, its line in the manifest of ODF (ODF 1.3 part 2, 4.3)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Set
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from deident.formats.tags import attributes, tokens

_ELEMENT = rb"<(?:[\w.-]+:)?%s\b(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?(?:/>|>\s*</(?:[\w.-]+:)?%s\s*>)"
_LINKS = re.compile(_ELEMENT % (b"Relationship", b"Relationship"))
_TYPES = re.compile(_ELEMENT % (b"Override", b"Override"))
_FILES = re.compile(_ELEMENT % (b"file-entry", b"file-entry"))


class Relation(NamedTuple):
    """type: last part of its name ("hyperlink"); start, end: where the target stands; external: it leads out of the package."""

    id: str
    type: str
    target: str
    start: int
    end: int
    external: bool


def relations(view: bytes) -> Iterator[Relation]:
    """All of a .rels part."""
    for token in tokens(view):
        if token.kind == "start" and token.name.rpartition(b":")[2] == b"Relationship":
            found = {name.rpartition(b":")[2]: (start, end) for name, start, end in attributes(view, token)}
            if b"Target" in found:
                text = {name: unescape(view[start:end].decode("utf-8", "replace")) for name, (start, end) in found.items()}
                external = text.get(b"TargetMode", "").lower() == "external"
                kind = text.get(b"Type", "").rpartition("/")[2]
                yield Relation(text.get(b"Id", ""), kind, text[b"Target"], *found[b"Target"], external)


def rels_name(part: str) -> str:
    """Where the relationships of a part stand.

    >>> rels_name("ppt/slides/slide1.xml")
    'ppt/slides/_rels/slide1.xml.rels'
    """
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


def resolve(rels: str, target: str) -> str:
    """The member that a target of this .rels part means.

    >>> resolve("ppt/slides/_rels/slide1.xml.rels", "../notesSlides/notesSlide1.xml")
    'ppt/notesSlides/notesSlide1.xml'
    """
    folder = posixpath.dirname(posixpath.dirname(rels))
    return posixpath.normpath(posixpath.join("/" + folder, unquote(target))).lstrip("/")


def unlinked(name: str, data: bytes, gone: Set[str]) -> bytes:
    """A part that leads to members (.rels, content types, manifest) without those that are gone."""
    if name.endswith(".rels"):
        return _LINKS.sub(lambda found: b"" if _leads(found[0], b"Target", name, gone) else found[0], data)
    if name == "[Content_Types].xml":
        return _TYPES.sub(lambda found: b"" if _leads(found[0], b"PartName", "_rels/.rels", gone) else found[0], data)
    if name == "META-INF/manifest.xml":
        return _FILES.sub(lambda found: b"" if _leads(found[0], b"full-path", "_rels/.rels", gone) else found[0], data)
    return data


def _leads(element: bytes, key: bytes, rels: str, gone: Set[str]) -> bool:
    token = next(tokens(element))
    for name, start, end in attributes(element, token):
        if name.rpartition(b":")[2] == key:
            return resolve(rels, unescape(element[start:end].decode("utf-8", "replace"))) in gone
    return False
