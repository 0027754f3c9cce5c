"""One compressed file (gzip RFC 1952, bzip2, xz).  Its only child is what it unpacks to: of a `.tar.gz` a tar."""

from __future__ import annotations

import bz2
import lzma
import re
from collections.abc import Mapping

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.archive.container import Container, most
from deident.formats.archive.gzips import CHUNK, MAGIC, PIECE, members, packed

_ENDINGS = re.compile(r"\.(?:gz|bz2|xz|z)\Z", re.I)
_SHORT = re.compile(r"\.t(?:gz|bz2?|xz)\Z", re.I)


class StreamArchive(Container):
    """See the module."""

    format = "stream"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        inner = _SHORT.sub(".tar", _ENDINGS.sub("", name.replace("\\", "/").rsplit("/", 1)[-1])) or "content"
        self._texts: dict[str, str] = {}  # which text of the gzip header a part is
        if data.startswith(MAGIC):
            content = self._gzip(limits)
        else:
            content, end = _unpacked(data, most(len(data), limits))
            limits.take(len(content))
            self.hidden(data[end:])
        limits.take(0, 1)
        self.members.append(Child(inner, content))

    def _gzip(self, limits: Limits) -> bytes:
        pieces: list[bytes] = []
        end = self._mtime = 0
        for one in members(self.data, limits):
            for label, text in (("filename", one.name), ("comment", one.comment)):
                if text:
                    self._texts.setdefault(label, self.note(label, text))
            self.hidden(one.extra)
            self._mtime = self._mtime or one.mtime
            pieces.append(one.data)
            end = one.end
        self.hidden(self.data[end:])
        return b"".join(pieces)

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The same kind of stream, in one piece.  Left out: empty."""
        kept = self.kept(children)
        content = kept[0][1].data if kept else b""
        if self.data.startswith(b"BZh"):
            return bz2.compress(content)
        if not self.data.startswith(MAGIC):
            return lzma.compress(content)
        name, comment = (self.text(self._texts.get(label, ""), parts) for label in ("filename", "comment"))
        return packed(content, name, comment, self._mtime)


def _unpacked(data: bytes, most: int) -> tuple[bytes, int]:
    """All streams that follow each other, and where they end.  Raises Unreadable."""
    pieces: list[bytes] = []
    at = size = 0
    magic = data[:3]
    while data.startswith(magic, at):
        worker = bz2.BZ2Decompressor() if magic == b"BZh" else lzma.LZMADecompressor(lzma.FORMAT_XZ, 1 << 28)
        while not worker.eof:
            chunk = b""
            if worker.needs_input:
                chunk = data[at : at + CHUNK]
                at += len(chunk)
            try:
                piece = worker.decompress(chunk, PIECE)
            except (OSError, EOFError, ValueError, lzma.LZMAError):
                raise Unreadable("damaged") from None
            if not piece and not chunk and worker.needs_input and not worker.eof:
                raise Unreadable("damaged")
            size += len(piece)
            if size > most:
                raise Unreadable("bomb")
            pieces.append(piece)
        at -= len(worker.unused_data)
        while data.startswith(b"\0\0\0\0", at):  # stream padding (xz 1.2.1, 2.2)
            at += 4
    return b"".join(pieces), at
