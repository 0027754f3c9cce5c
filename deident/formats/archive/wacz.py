"""WACZ 1.1: a ZIP of WARCs, lists of pages, indexes and a `datapackage.json` with digests of them all.

WARCs, lists of pages and everything else are children.  Indexes are own text (addresses); they are made anew from the WARCs when
anything changes, and so are sizes and digests.  A signature of the digests does not outlive that.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deident.formats import LIMITS, Child, Limits
from deident.formats.archive import cdx
from deident.formats.archive.entries import Entry, written
from deident.formats.archive.zip import ZipArchive
from deident.formats.document import Assembly
from deident.formats.escapes import percent
from deident.formats.parts import Part
from deident.text.charset import decode
from deident.text.maps import compose, shift

PACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"
_INDEX = re.compile(r"indexes/[^/]+\.(?:cdxj?(?:\.gz)?|idx)\Z")
_WARC = re.compile(r"archive/.+\.warc(?:\.gz)?\Z")


class WaczArchive(ZipArchive):
    """See the module."""

    format = "wacz"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        members, self.members = self.members, []
        entries, self.entries = self.entries, []
        self._own: list[Entry] = []  # indexes, the digest of digests
        self._indexes: set[str] = set()
        for member, entry in zip(members, entries, strict=True):
            if _INDEX.match(member.name):
                self._own.append(entry)
                self._indexes.add(self.note("index", cdx.plain(member.data, limits), member.name))
            elif member.name == DIGEST:
                self._own.append(entry)
                self.note("digest", member.data, member.name)
            else:
                self.members.append(member)
                self.entries.append(entry)

    def read_part(self, part: Part, out: Assembly) -> None:
        """An index as one segment of addresses."""
        if part.name not in self._indexes:
            super().read_part(part, out)
            return
        decoded = decode(part.data)
        view, way = percent(decoded.view.replace(b"\t", b" ").replace(b"\r", b" "))
        out.later("url", "index", view, shift(compose(way, decoded.map), part.start))

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The archive with new indexes and digests."""
        kept = {member.name: (member.data, self.entries[number]) for number, member in self.kept(children)}
        for entry, data in self._rebuilt({name: data for name, (data, _) in kept.items()}):
            kept[entry.name] = data, entry
        if PACKAGE in kept:
            content = _package(kept[PACKAGE][0], {name: data for name, (data, _) in kept.items()})
            kept[PACKAGE] = content, kept[PACKAGE][1]
            for entry in self._own:
                if entry.name == DIGEST:
                    kept[DIGEST] = self._digest(entry.data, content), entry
        return written([Entry(name, data, entry.info) for name, (data, entry) in kept.items()], {})

    def _rebuilt(self, kept: Mapping[str, bytes]) -> list[tuple[Entry, bytes]]:
        """The indexes: all lines in the first one, its blocks in an `.idx`."""
        limits = replace(self.limits, budget=None).fresh()
        lines = sorted(line for name, data in kept.items() if _WARC.match(name) for line in cdx.lines(name, data, limits))
        done: list[tuple[Entry, bytes]] = []
        for entry in self._own:
            name = entry.name
            if name == DIGEST:
                continue
            if name.endswith(".idx"):
                packed = next((own.name for own in self._own if own.name.endswith(".gz")), "index.cdx.gz")
                done.append((entry, cdx.blocks(lines, packed.rsplit("/", 1)[-1])[1]))
            elif name.endswith(".gz"):
                done.append((entry, cdx.blocks(lines, name.rsplit("/", 1)[-1])[0]))
            else:
                done.append((entry, "".join(lines).encode()))
        return done

    def _digest(self, old: bytes, package: bytes) -> bytes:
        """The digest of the package, without the signature of the old one."""
        if b"signedData" in old:
            self.warn("signature-broken")
        return json.dumps({"path": PACKAGE, "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}, indent=2).encode()


def _package(content: bytes, files: Mapping[str, bytes]) -> bytes:
    """The package with the sizes and digests of its files; those that are left out go from its list."""
    try:
        package: Any = json.loads(content)
        resources = package["resources"]
        for one in resources:
            if (data := files.get(one["path"])) is not None:
                one["hash"], one["bytes"] = f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)
        package["resources"] = [one for one in resources if one["path"] in files]
    except (ValueError, KeyError, TypeError, RecursionError):
        return content
    return json.dumps(package, ensure_ascii=False, indent=2).encode()
