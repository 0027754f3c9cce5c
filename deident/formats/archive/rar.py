"""RAR archives, read in memory by libarchive.  Nothing free writes them: what is masked is written as ZIP."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Mapping

import libarchive

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.archive.container import Container, most
from deident.formats.archive.entries import Entry, meant, safe, written
from deident.formats.archive.rarblocks import pieces


class RarArchive(Container):
    """See the module.  `suffix`: of the name of what is written."""

    format = "rar"
    suffix = ".zip"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self._infos: list[zipfile.ZipInfo] = []
        left = most(len(data), limits)
        seen: set[str] = set()
        try:
            with libarchive.memory_reader(data) as archive:
                for entry in archive:
                    limits.take(0, 1)
                    path = safe(meant(entry.pathname or ""))
                    if entry.isdir:
                        continue
                    if entry.issym or entry.islnk:
                        self.warn("links-dropped")
                        continue
                    if path in seen or not path:
                        raise Unreadable("duplicate-member" if path else "damaged")
                    seen.add(path)
                    content: list[bytes] = []
                    for piece in entry.get_blocks(1 << 16):
                        left -= len(piece)
                        limits.take(len(piece))
                        if left < 0:
                            raise Unreadable("bomb")
                        content.append(piece)
                    when = time.gmtime(max(int(entry.mtime or 0), 315_532_800))[:6]  # 1980
                    info = zipfile.ZipInfo(path, when)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = (entry.mode or 0o100644) << 16
                    self._infos.append(info)
                    self.members.append(Child(path, b"".join(content)))
        except libarchive.ArchiveError as problem:
            said = str(problem).lower()
            if "encrypt" in said or "passphrase" in said:
                raise Unreadable("encrypted") from None
            if "support" in said:
                raise Unreadable("unsupported", "unscannable") from None
            raise Unreadable("damaged") from None
        for piece in pieces(data):
            if piece.kind == "comment":
                self.note("comment", piece.data)
            elif piece.kind == "packed":
                self.unseen("hidden-bytes")
            elif piece.kind == "broken":
                raise Unreadable("damaged")
            else:
                self.hidden(piece.data)

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """What is left, as a ZIP."""
        self.warn("written-as:zip")
        return written([Entry(child.name, child.data, self._infos[number]) for number, child in self.kept(children)], {})
