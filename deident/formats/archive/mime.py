"""The parts of a message by their places in its bytes (RFC 5322, 2045, 2046, 4155): header lines, bodies, what stands between.

Nothing is decoded here and nothing raises but for limits; a multipart without its boundary is a body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from deident.formats import Limits, Unreadable

DEPTH = 20
_HEADER = re.compile(rb"([!-9;-~]++)[ \t]*:[ \t]*+((?:[^\r\n]++|\r?\n[ \t]|\r(?!\n))*+)(?:\r?\n|\Z)")
_BLANK = re.compile(rb"\r?\n")
_PARAMETER = re.compile(rb""";\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*+"?|[^;\s]*)""", re.S)
_FROM = re.compile(rb"^From [^\r\n]*(?:\r?\n|\Z)", re.M)
_STRUCTURE = ("content-type", "content-transfer-encoding")


class Header(NamedTuple):
    """A header line: its name (lower case) and where its value stands, without the line's end."""

    name: str
    start: int
    end: int


@dataclass(slots=True)
class Entity:
    """A message or a part of one; its headers begin at `start`, its body is `body:end`."""

    start: int
    body: int
    end: int
    headers: list[Header]
    type: str = "text/plain"
    encoding: str = ""
    parameters: dict[str, bytes] = field(default_factory=dict)
    disposition: str = ""
    parts: list[Entity] = field(default_factory=list)
    between: list[tuple[int, int]] = field(default_factory=list)  # preamble, epilogue: what no part holds
    odd: bool = False  # readers may disagree on what it is

    def walk(self) -> Iterator[Entity]:
        """It and all in it, in order."""
        yield self
        for part in self.parts:
            yield from part.walk()


def parse(data: bytes, limits: Limits) -> Entity:
    """The message, or all messages of an mbox file.  Raises Unreadable."""
    if not data.startswith(b"From "):
        return _entity(data, 0, len(data), limits, 0)
    root = Entity(0, 0, len(data), [], "multipart/mbox")
    places = [
        found.span()
        for found in _FROM.finditer(data)
        if not found.start() or data[max(0, found.start() - 2) : found.start()] in (b"\n\n", b"\r\n")
    ]
    for number, (start, end) in enumerate(places):
        root.between.append((start, end))
        stop = places[number + 1][0] if number + 1 < len(places) else len(data)
        root.parts.append(_entity(data, end, stop, limits, 1))
    return root


def _entity(data: bytes, start: int, end: int, limits: Limits, depth: int, usual: str = "text/plain") -> Entity:
    if depth > DEPTH:
        raise Unreadable("too-deep")
    limits.take(0, 1)
    headers: list[Header] = []
    at = start
    while found := _HEADER.match(data, at, end):
        headers.append(Header(found[1].decode("ascii").lower(), *found.span(2)))
        at = found.end()
    blank = _BLANK.match(data, at, end)
    entity = Entity(start, blank.end() if blank else at, end, headers, usual)
    seen: dict[str, bytes] = {}
    for header in headers:
        value = data[header.start : header.end].strip()
        if header.name in _STRUCTURE and seen.setdefault(header.name, value) != value:
            entity.odd = True
        elif header.name == "content-disposition":
            entity.disposition = value.partition(b";")[0].strip().lower().decode("latin-1")
    if kind := seen.get("content-type"):
        entity.type = kind.partition(b";")[0].strip().lower().decode("latin-1") or usual
        entity.parameters = {
            name.lower().decode("latin-1"): re.sub(rb'\\(.)|"', rb"\1", value) if value[:1] == b'"' else value
            for name, value in reversed(_PARAMETER.findall(kind))
        }
    entity.encoding = seen.get("content-transfer-encoding", b"").partition(b";")[0].strip().lower().decode("latin-1")
    if entity.type.startswith("multipart/") and (boundary := entity.parameters.get("boundary", b"").rstrip()):
        _split(data, entity, boundary, limits, depth)
    return entity


def _split(data: bytes, entity: Entity, boundary: bytes, limits: Limits, depth: int) -> None:
    """The parts of a multipart (RFC 2046, 5.1.1); the line break before a boundary belongs to it."""
    mark = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*+\r?$\n?", re.M)
    usual = "message/rfc822" if entity.type == "multipart/digest" else "text/plain"
    at, inside = entity.body, False
    for found in mark.finditer(data, entity.body, entity.end):
        if inside:
            entity.parts.append(_entity(data, at, max(at, _before(data, found.start())), limits, depth + 1, usual))
        else:
            entity.between.append((at, found.start()))
        at, inside = found.end(), not found[1]
        if found[1]:
            break
    if inside:
        entity.parts.append(_entity(data, at, entity.end, limits, depth + 1, usual))
    elif entity.between:
        entity.between.append((at, entity.end))


def _before(data: bytes, place: int) -> int:
    """Where the line before ends."""
    place -= data[place - 1 : place] == b"\n"
    return place - (data[place - 1 : place] == b"\r")
