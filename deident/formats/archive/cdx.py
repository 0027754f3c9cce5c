"""Indexes of a WACZ (CDXJ, and its blocks in gzip with an `.idx` beside them), made anew from the WARCs they point into."""

from __future__ import annotations

import hashlib
import json
import re
from urllib.parse import urlsplit

from deident.formats import Limits
from deident.formats.archive.gzips import MAGIC, members, packed
from deident.formats.archive.records import digest
from deident.formats.archive.warc import WarcArchive

BLOCK = 1024  # lines of a packed block
_KINDS = ("response", "revisit", "resource", "metadata")
_WWW = re.compile(r"www\d*\.")


def lines(name: str, data: bytes, limits: Limits) -> list[str]:
    """One line for each record of a WARC that can be asked for: "surt timestamp {json}"."""
    archive = WarcArchive(data, name, limits)
    found: list[str] = []
    for one in archive.saved:
        record, uri = one.record, one.record.get("warc-target-uri").strip("<>")
        kind = record.get("warc-type").lower()
        if kind not in _KINDS or not uri:
            continue
        start, end = one.raw or (record.start, record.end)
        mime = record.get("content-type")
        status = "200"
        if one.http:
            mime = next((line.value for line in one.http.fields if line.name == "content-type"), "")
            said = archive.stream[slice(*one.http.first)].split(b" ")
            status = said[1].decode("latin-1").strip() if len(said) > 1 else ""
        body = archive.stream[one.http.body if one.http else record.block : record.close]
        entry = {
            "url": uri,
            "mime": "warc/revisit" if kind == "revisit" else mime.partition(";")[0].strip(),
            "status": status,
            "digest": record.get("warc-payload-digest") or digest(body, ""),
            "length": str(end - start),
            "offset": str(start),
            "filename": name.rsplit("/", 1)[-1],
        }
        when = re.sub(r"\D", "", record.get("warc-date"))[:14].ljust(14, "0")
        found.append(f"{surt(uri)} {when} {json.dumps(entry, ensure_ascii=False)}\n")
    return found


def surt(uri: str) -> str:
    """The address as its index has it: host backwards, then path and query, lower case."""
    try:
        parts = urlsplit(uri.replace(" ", "%20"))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return uri.replace(" ", "%20").lower()
    if not host:
        return uri.replace(" ", "%20").lower()
    key = ",".join(reversed(_WWW.sub("", host, count=1).split(".")))
    key += f":{port}" if port and port != {"http": 80, "https": 443}.get(parts.scheme) else ""
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return f"{key}){parts.path or '/'}{'?' + query if query else ''}".lower()


def blocks(all_lines: list[str], name: str) -> tuple[bytes, bytes]:
    """The packed index and the index of its blocks (`!meta` line, then "surt timestamp {offset, length, digest}")."""
    pieces: list[bytes] = []
    rows = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': name})}\n"]
    offset = 0
    for at in range(0, len(all_lines), BLOCK):
        block = packed("".join(all_lines[at : at + BLOCK]).encode())
        key = " ".join(all_lines[at].split(" ", 2)[:2])
        entry = {"offset": offset, "length": len(block), "digest": f"sha256:{hashlib.sha256(block).hexdigest()}"}
        rows.append(f"{key} {json.dumps(entry)}\n")
        offset += len(block)
        pieces.append(block)
    return b"".join(pieces), "".join(rows).encode()


def plain(data: bytes, limits: Limits) -> bytes:
    """The text of an index."""
    if not data.startswith(MAGIC):
        return data
    return b"".join(one.data for one in members(data, limits))
