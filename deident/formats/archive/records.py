"""Records of a WARC (ISO 28500: WARC 1.0, 1.1) by their places, and the HTTP messages in them (RFC 9112)."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from deident.formats import Limits, Unreadable
from deident.formats.archive.container import most
from deident.formats.archive.gzips import inflate

_VERSION = re.compile(rb"WARC/1\.\d\r?\n")
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*:[ \t]*((?:[^\r\n]++|\r?\n[ \t]|\r(?!\n))*+)(?:\r?\n|\Z)")
_DIGEST = re.compile(r"(sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|md5|blake2[sb]):[A-Za-z0-9+/=]+\Z", re.I)


class Field(NamedTuple):
    """A header line: name in lower case, value, and where the line and its value stand."""

    name: str
    value: str
    line: int
    start: int
    end: int
    stop: int


class Record(NamedTuple):
    """`start:end` of a record; its header lines end at `block`, its block at `close`; four bytes (two line breaks) follow."""

    start: int
    block: int
    close: int
    end: int
    fields: list[Field]

    def get(self, name: str) -> str:
        """Value of a header line, "" for none."""
        return next((field.value for field in self.fields if field.name == name), "")

    @property
    def id(self) -> str:
        """The record's own name."""
        return self.get("warc-record-id")


class Http(NamedTuple):
    """The HTTP message in a block: its header is `start:body`; lines of it, the first (request or status) apart."""

    first: tuple[int, int]
    fields: list[Field]
    body: int


def fields(data: bytes, start: int, end: int) -> tuple[list[Field], int]:
    """Header lines from `start` on, and where what follows the empty line begins."""
    found: list[Field] = []
    at = start
    while match := _FIELD.match(data, at, end):
        value = " ".join(match[2].decode("utf-8", "replace").split())
        found.append(Field(match[1].decode("latin-1").lower(), value, at, *match.span(2), match.end()))
        at = match.end()
    size = 2 if data.startswith(b"\r\n", at) else 1 if data.startswith(b"\n", at) else 0
    return found, min(at + size, end)


def record(data: bytes, at: int) -> Record:
    """The record that begins at `at`.  Raises Unreadable."""
    version = _VERSION.match(data, at)
    if not version:
        raise Unreadable("damaged")
    lines, block = fields(data, version.end(), len(data))
    sizes = {line.value for line in lines if line.name == "content-length"}
    if len(sizes) != 1 or not (size := sizes.pop()).isdecimal() or len(size) > 15 or block + int(size) > len(data):
        raise Unreadable("damaged")
    end = close = block + int(size)
    for _ in range(2):
        end += 2 if data.startswith(b"\r\n", end) else 1 if data.startswith(b"\n", end) else 0
    return Record(at, block, close, end, lines)


def http(data: bytes, record: Record) -> Http | None:
    """The HTTP message of a response, request or revisit; None where the block is none."""
    if not record.get("content-type").lower().startswith("application/http") or record.block == record.close:
        return None
    end = data.find(b"\n", record.block, record.close) + 1
    if not end:
        return None
    lines, body = fields(data, end, record.close)
    return Http((record.block, end), lines, body)


def decoded(body: bytes, lines: Iterable[Field], limits: Limits) -> tuple[bytes, bool]:
    """The content of an HTTP body, and whether all of its codings are known (RFC 9110, 8.4; RFC 9112, 7).  Raises Unreadable.

    A body that is not coded as its header says is taken as it is: archives often hold such.
    """
    values = {name: ",".join(line.value for line in lines if line.name == name).lower() for name in _CODINGS}
    if "chunked" in values["transfer-encoding"]:
        body = _dechunked(body)
    known = True
    for coding in reversed([one.strip() for one in ",".join(values.values()).split(",")]):
        if coding in ("gzip", "x-gzip", "deflate"):
            body = _inflated(body, limits)
        elif coding in ("br", "zstd"):
            found = _brotli(body, limits) if coding == "br" else None
            known &= found is not None
            body = body if found is None else found
        elif coding not in ("", "identity", "chunked", "utf-8", "none"):
            known = False
    return body, known


_CODINGS = ("content-encoding", "transfer-encoding")


def _inflated(body: bytes, limits: Limits) -> bytes:
    for bits in (47, -15) if body else ():  # gzip or zlib by its header, raw deflate
        if bits == 47 and not (
            body.startswith(b"\x1f\x8b") or (len(body) > 1 and body[0] & 15 == 8 and not int.from_bytes(body[:2], "big") % 31)
        ):
            continue
        try:
            content, end = inflate(body, 0, most(len(body), limits), bits)
        except Unreadable as problem:
            if problem.reason == "bomb":
                raise
            content, end = _cut_off(body, bits), len(body)
            if not content:
                continue
        while body.startswith(b"\x1f\x8b", end):  # further members of gzip
            try:
                more, end = inflate(body, end, most(len(body), limits), bits)
            except Unreadable as problem:
                if problem.reason == "bomb":
                    raise
                break
            content += more
        limits.take(len(content))
        return content + body[end:]
    return body


def _cut_off(body: bytes, bits: int) -> bytes:
    """What can be read of a stream without its end."""
    worker = zlib.decompressobj(bits)
    pieces = []
    try:
        for at in range(0, len(body), 4096):
            pieces.append(worker.decompress(body[at : at + 4096]))
    except zlib.error:
        return b"".join(pieces) if bits == 47 else b""
    return b"".join(pieces)


def _brotli(body: bytes, limits: Limits) -> bytes | None:
    try:
        import brotli
    except ImportError:
        return None
    top = most(len(body), limits)
    worker = brotli.Decompressor()
    pieces: list[bytes] = []
    size = 0
    try:
        pieces.append(worker.process(body, output_buffer_limit=1 << 20))
        while not worker.is_finished():
            size += len(pieces[-1])
            if size > top:
                raise Unreadable("bomb")
            piece = worker.process(b"", output_buffer_limit=1 << 20)
            if not piece:
                break
            pieces.append(piece)
    except brotli.error:
        return body if not pieces else b"".join(pieces)
    content = b"".join(pieces)
    if len(content) > top:
        raise Unreadable("bomb")
    limits.take(len(content))
    return content


def _dechunked(body: bytes) -> bytes:
    """RFC 9112, 7.1; what is not in chunks is taken as it is."""
    pieces: list[bytes] = []
    at = 0
    while True:
        found = _CHUNK.match(body, at)
        if not found:
            return b"".join(pieces) + body[at:] if pieces else body
        size = int(found[1], 16)
        at = found.end()
        if not size:
            return b"".join(pieces) + body[at:].strip(b"\r\n")
        pieces.append(body[at : at + size])
        at += size
        at += 2 if body.startswith(b"\r\n", at) else 1 if body.startswith(b"\n", at) else 0


_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


def digest(content: bytes, old: str) -> str:
    """The digest of `content` by the algorithm and in the notation of an old one (`sha1:` base32, others base32 or hex)."""
    label = old.partition(":")[0]
    if not _DIGEST.match(old):
        label = "sha1"
    name = label.lower().replace("-", "")
    worker = hashlib.new(name, content, usedforsecurity=False)
    written = old.partition(":")[2]
    if label != "sha1" and len(written) == 2 * worker.digest_size and re.fullmatch(r"[0-9A-Fa-f]+", written):
        return f"{label}:{worker.hexdigest()}"
    return f"{label}:{base64.b32encode(worker.digest()).decode()}"
