"""Attributes of office XML that may hold what a person wrote.  Most are geometry, ids and names of styles: those are not text.

Kept: letters that are not ASCII, a mail address, seven digits in a row (blanks and hyphens between them allowed), and whatever
stands in an attribute that is for people (author, title, descr …).  Of an element with a name and a value the name is the label.
What has the form of a mobile number or of an identity number (GB 11643) is kept wherever it stands, be it in an id or a typeface.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from deident.formats.tags import Token, attributes

_TELLING = re.compile(
    rb"[\x80-\xff@]|&#|\d[\d .-]{5,}\d"
    rb"|(?:author|initials|userid|descr|title|instr|tooltip|alias|alt|href|string|creator|initial-creator|company|manager|answer|query)"
    rb"\s*=\s*[\"'][^\"']",
    re.IGNORECASE,
)
_TOLD = re.compile(rb"[\x80-\xff@]|&#|\d[\d .-]{5,}\d")
_FOR_PEOPLE = frozenset(
    b"author initials userid descr title instr tooltip alias alt href string creator initial-creator company manager answer query".split()
)
SURE = re.compile(rb"(?<![\w.-])1[3-9]\d{9}(?![\w.])|(?<![\d.])[1-9]\d{16}[\dXx](?!\w)")
_PLACE = frozenset(b"x y cx cy dx dy sx sy l t r b w h".split())  # lengths
#: Attributes and elements that are never text but for those numbers, by local name.
_NEVER = frozenset(
    b"id change-id paraid textid durableid style-name parent-style-name font-name font-name-asian font-name-complex font-family font-family-asian "
    b"font-family-complex typeface date dt dateutc path d points viewbox coordsize coordorigin adj style enhanced-path modifiers "
    b"glue-points textboxrect connectangles connectlocs bounds transform gfxdata panose panose-1 requires ignorable guid uid schemalocation "
    b"master-page-name next-style-name list-style-name data-style-name apply-style-name page-layout-name crc hash hashvalue saltvalue "
    b"spinvalue cryptproviderhash cryptspinhash idx".split()
)  # fmt: skip
_NEVER_IN = frozenset(
    b"rfonts rsid rsidroot nsid tmpl sig creationid font-face colid rowid docid lsdexception panose1 latin ea cs font".split()
)
_NUMBER = re.compile(
    rb"[-+]?\d+(?:\.\d+)?(?:pt|in|cm|mm|px|%|em)?|\{[0-9A-Fa-f-]{36}\}|[0-9A-Fa-f]{8}|__[A-Za-z]+__[\d_]+|[\d.,eE+ -]*[.,][\d.,eE+ -]*"
)
#: Attributes in which a bare number may be a value (of a variable, a tag, a title), and not a length.
_VALUES = frozenset(
    b"val value name descr title alias tag tooltip instr author userid string string-value display-name label key text formula condition "
    b"expression target href help prompt error".split()
)


class Attribute(NamedTuple):
    """An attribute with text: its local name, where its value stands, and where the label of that value stands (-1: nowhere)."""

    name: str
    start: int
    end: int
    label: int = -1
    label_end: int = -1


def telling(view: bytes, token: Token) -> Iterator[Attribute]:
    """The attributes of a start tag that hold text."""
    if token.start == token.end or not _tells(view[token.start : token.end]):
        return
    never = token.name.rpartition(b":")[2].lower() in _NEVER_IN
    found = [(name, name.rpartition(b":")[2].lower(), start, end) for name, start, end in attributes(view, token)]
    label = next(((start, end) for _, name, start, end in found if name == b"name"), (-1, -1))
    for full, name, start, end in found:
        value = view[start:end].strip()
        if (not SURE.search(value) or name in _PLACE) and (never or not _told(full, name, value)):
            continue
        shown = full.rpartition(b":")[2].decode("utf-8", "replace")
        if name in (b"val", b"value", b"string-value"):
            yield Attribute(shown, start, end, *label)
        else:
            yield Attribute(shown, start, end)


def _told(full: bytes, name: bytes, value: bytes) -> bool:
    """Is this an attribute that may hold text, and does it?"""
    if not value or full.startswith(b"xmlns") or name in _NEVER or name.startswith(b"rsid"):
        return False
    if len(value) < 4 and not value.isalnum():  # signs of lists
        return False
    if not _TOLD.search(value) and (name not in _FOR_PEOPLE or _NUMBER.fullmatch(value)):
        return False
    return not _NUMBER.fullmatch(value) or (name in _VALUES and not value.startswith(b"__"))


@lru_cache(1 << 12)
def _tells(tag: bytes) -> bool:
    """Most tags of a document are written alike."""
    return _TELLING.search(tag) is not None


def attribute(view: bytes, token: Token, name: bytes) -> bytes:
    """The value of one attribute (local name, any case) as it is written; b"" where there is none."""
    for own, start, end in attributes(view, token):
        if own.rpartition(b":")[2].lower() == name:
            return view[start:end]
    return b""


def number(value: bytes) -> int:
    """How many columns an attribute says."""
    return int(value) if value.isdigit() and len(value) < 4 else 1
