"""Web archives (ISO 28500: WARC 1.0 and 1.1), plain or with a gzip member for each record.

Children are what was saved: the decoded payloads of responses, resources, conversions, metadata, and bodies of requests that are no
forms.  Own text are the header lines of records and of HTTP (addresses and cookies with their percent codes decoded), forms, and
warcinfo.  A record that changes is built anew, without codings of its body, with new lengths and digests; every other one is copied
byte for byte.  A child that is left out takes its record along, and the requests that belong to it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.archive.container import Container
from deident.formats.archive.gzips import MAGIC, members, packed
from deident.formats.archive.names import Names
from deident.formats.archive.records import Field, Http, Record, decoded, digest, fields, http, record
from deident.formats.document import Assembly
from deident.formats.escapes import percent
from deident.formats.parts import Part
from deident.formats.plain import lines
from deident.text.charset import decode
from deident.text.maps import compose, shift

_LINKS = frozenset(
    "warc-target-uri warc-refers-to-target-uri warc-profile location content-location referer origin link host".split()
)
#: Header lines in which nothing can stand but what a crawler counts.
_COUNTED = {
    **dict.fromkeys(
        ("warc-record-id", "warc-concurrent-to", "warc-refers-to", "warc-warcinfo-id", "warc-segment-origin-id"),
        re.compile(r"<urn:uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}>\Z"),
    ),
    **dict.fromkeys(
        ("warc-block-digest", "warc-payload-digest"), re.compile(r"sha-?1:[A-Z2-7]{32}\Z|[a-z0-9-]+:[A-Za-z0-9+/=]{40,128}\Z")
    ),
    **dict.fromkeys(("warc-date", "warc-refers-to-date"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z\Z")),
    "warc-type": re.compile(r"[a-z]+\Z"),
}
_DIGESTS = ("content-md5", "digest", "content-digest", "repr-digest")
_FORM = re.compile(rb"[\w.%\[\]+-]{1,200}=[^\s&]*(?:&[\w.%\[\]+-]{0,200}(?:=[^\s&]*)?)*+\s*\Z")
_ASCII = string.punctuation + " "  # what a replacement may hold as it is: percent codes are codes already
_FLAT = bytes.maketrans(b"\t\n\r", b"   ")


class Saved(NamedTuple):
    """A record, what of it is own text (names of parts, "" for none), its child (-1: none), and its bytes in the file."""

    record: Record
    http: Http | None
    head: str
    http_head: str
    body: str
    child: int
    raw: tuple[int, int] | None


class WarcArchive(Container):
    """See the module.  `saved`: the records."""

    format = "warc"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.zipped = data.startswith(MAGIC)
        self.saved: list[Saved] = []
        self._lines: dict[
            str, tuple[list[Field], int, tuple[int, int], str]
        ] = {}  # part → fields, their offset, first line, where
        self._forms: dict[str, str] = {}
        self._names = Names()
        spans: dict[int, tuple[int, int, int]] = {}  # start in the stream → its end there, start and end in the file
        self.stream = self._unpack(spans) if self.zipped else data
        for one in self._records():
            start, end, raw = one.start, one.end, None
            if not self.zipped:
                raw = (start, end)
            elif start in spans and spans[start][0] == end:
                raw = spans[start][1:]
            self._take(one, raw)
        if not self.saved:
            raise Unreadable("damaged")

    def _unpack(self, spans: dict[int, tuple[int, int, int]]) -> bytes:
        pieces: list[bytes] = []
        size = end = 0
        for one in members(self.data, self.limits):
            for label, text in (("filename", one.name), ("comment", one.comment)):
                if text:
                    self.note(label, text, f"record {len(spans) + 1}")
            if one.extra:
                self.hidden(one.extra)
            if not (one.name or one.comment or one.extra):  # else the record is packed anew
                spans[size] = size + len(one.data), one.start, one.end
            pieces.append(one.data)
            size += len(one.data)
            end = one.end
        self.hidden(self.data[end:])
        return b"".join(pieces)

    def _records(self) -> Iterator[Record]:
        """The records, one after the other; what stands between them belongs to nobody.  Raises Unreadable."""
        at, stream = 0, self.stream
        blank = re.compile(rb"[\r\n]*+")
        while True:
            after = blank.match(stream, at)
            at = after.end() if after else at
            if at >= len(stream):
                return
            if not stream.startswith(b"WARC/1.", at):
                further = stream.find(b"\nWARC/1.", at) + 1 or len(stream)
                self.hidden(stream[at:further])
                at = further
                continue
            one = record(stream, at)
            yield one
            at = one.end

    def _take(self, one: Record, raw: tuple[int, int] | None) -> None:
        """One record: its own text and its child."""
        stream, where = self.stream, f"record {len(self.saved) + 1}"
        head = self.add(f"{where} head", stream[one.start : one.block]).name
        self._lines[head] = one.fields, one.start, (one.start, one.start), where
        message, kind = http(stream, one), one.get("warc-type").lower()
        http_head = body = ""
        child = -1
        content, type = stream[one.block : one.close], one.get("content-type")
        if message:
            http_head = self.add(f"{where} http", stream[one.block : message.body]).name
            self._lines[http_head] = message.fields, one.block, message.first, where
            content, known = decoded(stream[message.body : one.close], message.fields, self.limits)
            if not known:
                self.unseen("unsupported")
            type = next((line.value for line in message.fields if line.name == "content-type"), "")
        if one.get("warc-segment-number"):
            self.unseen("unsupported")
        if not content:
            pass
        elif kind == "warcinfo":
            body = self.note("warcinfo", content, where)
        elif kind == "request" and message and (_FORM.match(content) or "urlencoded" in type.lower()):
            body = self.add(f"{where} form", content).name
            self._forms[body] = where
        else:
            self.limits.take(0, 1)
            child = len(self.members)
            name = self._names.name(one.get("warc-target-uri") or one.id or kind, type)
            self.members.append(Child(name, content))
        self.saved.append(Saved(one, message, head, http_head, body, child, raw))

    # reading

    def read_part(self, part: Part, out: Assembly) -> None:
        """Header lines, a form, or what every archive has."""
        if part.name in self._lines:
            self._read_lines(part, out)
        elif part.name in self._forms:
            self._link(part, 0, len(part.data), "form", self._forms[part.name], "meta", out)
        else:
            super().read_part(part, out)

    def _read_lines(self, part: Part, out: Assembly) -> None:
        """Header lines as lines of one segment; addresses are segments of their own."""
        found, base, first, where = self._lines[part.name]
        block = Assembly(self.limits)
        start, end = first[0] - base, first[1] - base
        if part.data.startswith(b"HTTP/", start):
            self._line(part, b"", start, end, block)
        elif end > start:
            self._link(part, start, end, "", where, "url", out)
        for line in found:
            start, end = line.start - base, line.end - base
            if (counted := _COUNTED.get(line.name)) and counted.match(line.value):
                continue
            if line.name == "content-length" and len(line.value) < 10 and line.value.isdecimal():
                continue
            if line.name in _LINKS:
                self._link(part, start, end, "", where, "url", out)
            else:
                self._line(part, line.name.encode("latin-1"), line.line - base, end, block)
        out.later("meta", where, *block.finish())

    def _line(self, part: Part, name: bytes, start: int, end: int, block: Assembly) -> None:
        """A header line, from its name on."""
        decoded = decode(part.data[start:end])
        view, way = percent(lines(decoded.view).translate(_FLAT))
        block.extend(view, shift(compose(way, decoded.map), part.start + start))
        block.insert(b"\n")

    def _link(self, part: Part, start: int, end: int, label: str, where: str, role: str, out: Assembly) -> None:
        decoded = decode(part.data[start:end].replace(b"+", b" ") if label else part.data[start:end])
        view, way = percent(decoded.view.translate(_FLAT))
        if view.strip():
            line = Assembly(self.limits)
            line.insert(f"{label}：".encode() if label else b"")
            line.extend(view.replace(b"&", b"\n") if label else view, shift(compose(way, decoded.map), part.start + start))
            out.later(role, where, *line.finish())

    # writing

    def encode(self, text: str, offset: int) -> bytes:
        """ASCII in header lines and forms."""
        name = self.part(offset).name
        if name in self._lines or name in self._forms:
            return quote(text, safe=_ASCII).replace(" ", "+" if name in self._forms else " ").encode()
        return super().encode(text, offset)

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """Every record that stays."""
        left = [one for one in self.saved if one.child not in children or children[one.child] is not None]
        digests = {
            old: digest(child.data, old)
            for one in self.saved
            if (child := children.get(one.child)) and (old := one.record.get("warc-payload-digest"))
        }
        left = self._without_requests(left)
        out: list[bytes] = []
        for one in left:
            kind = one.record.get("warc-type").lower()
            child = children.get(one.child)
            revisited = digests.get(one.record.get("warc-payload-digest")) if kind == "revisit" else None
            if child is None and not revisited and not any(name in parts for name in (one.head, one.http_head, one.body)):
                if one.raw:
                    out.append(self.data[slice(*one.raw)])
                else:
                    out.append(packed(self.stream[one.record.start : one.record.end]))
                continue
            new = self._built(one, parts, child, revisited)
            out.append(packed(new) if self.zipped else new)
        return b"".join(out)

    def _without_requests(self, left: list[Saved]) -> list[Saved]:
        """Without the requests that belong to records which are left out."""
        stay = {one.record.start for one in left}
        gone = [one.record for one in self.saved if one.record.start not in stay]
        ids = {record.id for record in gone} - {""}
        others = {record.get("warc-concurrent-to") for record in gone} - {""}
        return [
            one
            for one in left
            if one.record.get("warc-type").lower() != "request"
            or not (one.record.get("warc-concurrent-to") in ids or one.record.id in others)
        ]

    def _built(self, one: Saved, parts: Mapping[str, bytes], child: Child | None, revisited: str | None) -> bytes:
        """A record with what changed in it."""
        stream, own = self.stream, one.record
        head = parts.get(one.head, stream[own.start : own.block])
        body = child.data if child else parts.get(one.body)
        payload = body is not None
        if one.http:
            http_head = parts.get(one.http_head, stream[own.block : one.http.body])
            if body is None:
                body = stream[one.http.body : own.close]
            else:
                drop = ("content-encoding", "transfer-encoding", "trailer", *_DIGESTS)
                http_head = _set(http_head, {"content-length": str(len(body)), **dict.fromkeys(drop, "")}, add="content-length")
            block = http_head + body
        else:
            block = body if body is not None else stream[own.block : own.close]
            body = block
        new = {"content-length": str(len(block))}
        if old := own.get("warc-block-digest"):
            new["warc-block-digest"] = digest(block, old)
        if old := own.get("warc-payload-digest"):
            new["warc-payload-digest"] = revisited or (digest(body, old) if payload else old)
        return _set(head, new) + block + b"\r\n\r\n"


def _set(head: bytes, new: Mapping[str, str], add: str = "") -> bytes:
    """Header lines with other values; an empty one takes its line away; `add` is added where it is not there."""
    first = head.find(b"\n") + 1
    found, _ = fields(head, first, len(head))
    pieces = [head[:first]]
    seen: set[str] = set()
    for line in found:
        if line.name not in new:
            pieces.append(head[line.line : line.stop])
        elif new[line.name] and line.name not in seen:
            pieces += [head[line.line : line.start], new[line.name].encode(), head[line.end : line.stop]]
        seen.add(line.name)
    if add and add not in seen:
        pieces.append(f"{add.title()}: {new[add]}\r\n".encode())
    rest = head[found[-1].stop if found else first :]
    return b"".join(pieces) + (rest or b"\r\n")
