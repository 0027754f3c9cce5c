"""Mail and web archives of browsers: .eml, mbox, .mhtml (RFC 5322, 2045-2047, 2231, 2557), changed where they stand.

Source: the values of all header lines, the bodies that are text (as they stand, or what their base64 holds), and what no part holds.
Header lines are segments (`Subject` a title, addresses of the web links), text bodies text, HTML bodies what they are in HTML; any
other body is a child, a message in a message too.  What changes is encoded again in the way it was; all other bytes stay.
"""

from __future__ import annotations

import binascii
import codecs
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from deident.formats import LIMITS, Child, Limits
from deident.formats.archive.inner import put
from deident.formats.archive.mime import Entity, Header, parse
from deident.formats.archive.words import Cell, cells, encoded, special
from deident.formats.document import Assembly
from deident.formats.escapes import Pieces, percent, replaced
from deident.formats.html import HtmlDocument
from deident.formats.parts import Part, PartsDocument
from deident.formats.plain import lines
from deident.formats.splice import Change, apply
from deident.model import Edit, SourceMap
from deident.text.charset import decode, encode
from deident.text.maps import compose, shift

_LINKS = frozenset("content-location content-base snapshot-content-location list-unsubscribe list-archive list-help link".split())
_SIGNED = re.compile(r"dkim-signature|arc-(?:seal|message-signature)|x-google-dkim-signature")
_CODE = re.compile(rb"=(?:([0-9A-Fa-f]{2})|[ \t]*+(?:\r?\n|\Z))")
_PLAIN = ("", "7bit", "8bit", "binary")
_FLAT = bytes.maketrans(b"\t\n\r", b"   ")
_JUNK, _LINE = re.compile(rb"[^A-Za-z0-9+/\s]"), re.compile(rb"^[A-Za-z0-9+/]{60}", re.M)  # in base64
_ENDINGS = {
    "message/rfc822": ".eml", "text/plain": ".txt", "text/html": ".html", "text/css": ".css", "text/csv": ".csv", "application/pdf": ".pdf",
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/svg+xml": ".svg", "application/json": ".json",
    "application/zip": ".zip", "application/javascript": ".js", "text/javascript": ".js", "text/calendar": ".ics",
}  # fmt: skip


class Body(NamedTuple):
    """How a body is written in the message: where, in which way, in which character set ("": as its part is)."""

    entity: Entity
    way: str  # "" as it stands, "quoted-printable", "base64"
    charset: str = ""
    encoding: str = "utf-8"  # that its text was read in


class MailDocument(PartsDocument):
    """See the module."""

    format = "mail"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self._end = b"\r\n" if b"\r\n" in data[:4096] else b"\n"
        self._order: list[tuple[str, list[Part], Header | Entity | None]] = []
        self._cells: dict[str, Cell] = {}
        self._bodies: dict[str, Body] = {}
        self._files: list[tuple[Child, Entity, str]] = []
        self._links: set[str] = set()
        self._signed = False
        for entity in parse(data, limits).walk():
            self._entity(entity)

    # reading

    def _entity(self, entity: Entity) -> None:
        """Its header lines, and its body or what stands between its parts."""
        named = ""
        if entity.odd:
            self.unseen("damaged")
        for header in entity.headers:
            own = list(cells(self.data[header.start : header.end], header.start, self._end))
            parts = [self._cell(cell, header.name) for cell in own]
            self._order.append(("header", [p for p, cell in zip(parts, own, strict=True) if not cell.name], header))
            for part, cell in zip(parts, own, strict=True):
                if cell.name:
                    self._order.append((cell.name, [part], None))
                    named = cell.text.decode("utf-8", "replace") if cell.name in ("filename", "name") else named
            self._signed |= bool(_SIGNED.match(header.name))
            named = named or _named(header.name, own)
        self._signed |= entity.type == "multipart/signed"
        if entity.type == "multipart/encrypted":
            self.unseen("encrypted")
        if entity.parts:
            for start, end in entity.between:
                self._order.append(("between", [self._cell(_bytes(self.data, start, end), "")], None))
        elif entity.end > entity.body:
            self._body(entity, named)

    def _cell(self, cell: Cell, header: str) -> Part:
        part = self.add(str(len(self.parts)), cell.text)
        self._cells[part.name] = cell
        if header in _LINKS:
            self._links.add(part.name)
        return part

    def _body(self, entity: Entity, named: str) -> None:
        way = "" if entity.encoding in _PLAIN else entity.encoding
        raw = self.data[entity.body : entity.end]
        if way not in ("", "quoted-printable", "base64"):
            self.unseen("unsupported")
            way = ""
        charset = entity.parameters.get("charset", b"").decode("latin-1").strip()
        readable = entity.type in ("text/plain", "text/html", "text") or entity.type.startswith("multipart/")
        if not readable or entity.disposition == "attachment":
            content = _unpacked(raw, way)
            self.limits.take(len(content))
            self._files.append((Child(self._name(entity, named), content), entity, way))
        else:
            codec = special(charset)
            if charset.lower().startswith("iso-2022") and not codec:
                self.unseen("unsupported")
            content = _unpacked(raw, way) if way == "base64" or codec else raw
            if codec:
                content = content.decode(codec, "replace").encode("utf-8", "replace")
            part = self.add(str(len(self.parts)), content)
            self._bodies[part.name] = Body(entity, way, codec, charset)
            self._order.append(("body", [part], entity))
        if way == "base64" and re.sub(rb"[A-Za-z0-9+/\s]+={0,2}\s*", b"", raw):  # what a decoder passes over
            shadow = self._cell(_bytes(self.data, entity.body, entity.end), "")
            self._order.append(("between", [shadow], None))
            # Behind such a place decoders do not agree on where a group of four begins.
            if (junk := _JUNK.search(raw)) and _LINE.search(raw, junk.end()):
                self.unseen("damaged")

    def _name(self, entity: Entity, named: str) -> str:
        name = re.sub(r"[\0-\x1f]", " ", named).replace("\\", "/").rsplit("/", 1)[-1].strip()
        if not name or name in (".", ".."):
            name = f"part-{len(self._files) + 1}" + _ENDINGS.get(entity.type, "")
        return name

    def read(self, out: Assembly) -> None:
        """Lines of the message in their order; bodies are text."""
        for kind, parts, what in self._order:
            if kind == "body":
                self._read_body(parts[0], out)
            elif parts:
                self._read_line(kind, parts, what, out)

    def _read_line(self, kind: str, parts: list[Part], what: Header | Entity | None, out: Assembly) -> None:
        line = Assembly(self.limits)
        for part in parts:
            decoded = decode(part.data)
            self.warn(*decoded.warnings)
            view = decoded.view if kind == "between" else decoded.view.translate(_FLAT)
            map = decoded.map
            if part.name in self._links:
                view, way = percent(view)
                map = compose(way, map)
            line.extend(lines(view).replace(b"\t", b" "), shift(map, part.start))
        view, map = line.finish()
        if not view.strip():
            return
        role, label = "meta", kind if kind != "between" else ""
        if isinstance(what, Header):
            label = what.name.title()
            role = "title" if what.name == "subject" else "url" if what.name in _LINKS else "meta"
        if label and role == "meta":
            out.insert(f"{label}：".encode())
        out.extend(view, map)
        out.end(role, label)

    def _read_body(self, part: Part, out: Assembly) -> None:
        """Text, or HTML with all that its markup says."""
        body = self._bodies[part.name]
        if body.way == "quoted-printable" and not body.charset:
            content, way = _quoted(part.data)
        else:
            content, way = part.data, SourceMap.identity(len(part.data))
        way = shift(way, part.start)
        if body.entity.type == "text/html":
            page = HtmlDocument(content, "", self.limits)
            self.warn(*page.warnings)
            batch = page.batch()
            self._bodies[part.name] = body._replace(encoding=page.encoding)
            put(batch, compose(batch.map, way), out)
        else:
            decoded = decode(content, body.encoding)
            self.warn(*decoded.warnings)
            self._bodies[part.name] = body._replace(encoding=decoded.encoding)
            out.extend(lines(decoded.view).replace(b"\t", b" "), compose(decoded.map, way))
            out.end("text")

    def children(self) -> Iterable[Child]:
        """Attachments, pictures, messages."""
        return [child for child, _, _ in self._files]

    # writing

    def encode(self, text: str, offset: int) -> bytes:
        """As the place wants it: a word in a header line, text or HTML in its way of transfer."""
        part = self.at(offset)
        if body := self._bodies.get(part.name):
            if body.entity.type == "text/html":
                text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
            new = encode(text, "utf-8" if body.charset else body.encoding)
            if part.data.isascii() and not text.isascii() and not body.charset:
                new = text.encode(_codec(body.entity), "replace")
            return _coded(new) if body.way == "quoted-printable" and not body.charset else new
        if part.name in self._links:
            return quote(text, safe=string.punctuation).encode()
        if self._cells[part.name].plain and not text.isascii():
            decoded = decode(part.data)
            return encoded(text, "utf-8", self._end) if part.data.isascii() else encode(text, decoded.encoding)
        return encode(text, "utf-8")

    def at(self, offset: int) -> Part:
        """The part with this byte of the source."""
        low, high = 0, len(self.parts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.parts[middle].start <= offset else (low, middle)
        return self.parts[low]

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document."""
        done = super().write(edits, children)
        if self._signed and done != self.data:
            self.warn("signature-broken")
        return done

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The message with the changed lines and bodies."""
        changes: list[Change] = []
        for name, new in parts.items():
            if body := self._bodies.get(name):
                entity = body.entity
                if body.charset:
                    new = new.decode("utf-8", "replace").encode(body.charset, "replace")
                elif body.way != "base64":
                    changes.append((entity.body, entity.end, new))
                    continue
                changes.append((entity.body, entity.end, self._packed(new, body.way, entity)))
            else:
                changes += self._cells[name].written(new)
        for number, child in children.items():
            _, entity, way = self._files[number]
            changes.append((entity.body, entity.end, self._packed(child.data if child else b"", way, entity)))
        changes.sort(key=lambda one: one[:2])
        apart: list[Change] = []
        for change in changes:
            if not apart or change[0] >= apart[-1][1]:
                apart.append(change)
            elif change[1] > apart[-1][1]:
                apart[-1] = (apart[-1][0], change[1], apart[-1][2])
        return apply(self.data, apart)

    def _packed(self, content: bytes, way: str, entity: Entity) -> bytes:
        """A body in its way of transfer, with the line breaks at its end that it had."""
        if way == "base64":
            rows = (binascii.b2a_base64(content[at : at + 57], newline=False) for at in range(0, len(content), 57))
            old = self.data[entity.body : entity.end]
            return self._end.join(rows) + old[len(old.rstrip(b"\r\n")) :]
        return binascii.b2a_qp(content, istext=True) if way == "quoted-printable" else content

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """The bytes, and every text unpacked."""
        yield self.data, ""
        for part in self.parts:
            body, cell = self._bodies.get(part.name), self._cells.get(part.name)
            if body and body.way == "quoted-printable" and not body.charset:
                yield _unpacked(part.data, body.way), body.encoding
            elif body and (body.way or body.charset):
                yield part.data, body.encoding
            elif cell and not cell.plain:
                yield part.data, "utf-8"


def _bytes(data: bytes, start: int, end: int) -> Cell:
    return Cell(start, data[start:end], lambda new: [(start, end, new)], plain=True)


def _codec(entity: Entity) -> str:
    """The character set of a text body that is all ASCII."""
    name = entity.parameters.get("charset", b"us-ascii").decode("latin-1").strip()
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "ascii"


def _named(header: str, own: Sequence[Cell]) -> str:
    """A file's name in its header lines."""
    value = b"".join(cell.text for cell in own).decode("utf-8", "replace")
    if header == "content-location":
        return re.sub(r"[?#].*", "", value, flags=re.S)
    found = re.search(r"""(?:file)?name\s*=\s*(?:"([^"]*)"|([^;\s]+))""", value, re.I) if header.startswith("content-") else None
    return found[1] or found[2] or "" if found else ""


def _unpacked(raw: bytes, way: str) -> bytes:
    """A body without its way of transfer."""
    if way == "quoted-printable":
        return _quoted(raw)[0]
    if way != "base64":
        return raw
    pieces = re.sub(rb"[^A-Za-z0-9+/=]", b"", raw).split(b"=")
    return b"".join(binascii.a2b_base64(piece[: len(piece) - (len(piece) % 4 == 1)] + b"===") for piece in pieces if piece)


def _quoted(raw: bytes) -> tuple[bytes, SourceMap]:
    """What quoted-printable stands for, with the way back (RFC 2045, 6.7)."""
    pieces: Pieces = []
    for found in _CODE.finditer(raw) if b"=" in raw else ():
        pieces.append((found.start(), found.end(), bytes((int(found[1], 16),)) if found[1] else b""))
    return replaced(raw, pieces)


def _coded(text: bytes) -> bytes:
    """Text as it must stand in quoted-printable."""
    return b"".join(b"=%02X" % code if code > 126 or code < 32 or code == 61 else bytes((code,)) for code in text)
