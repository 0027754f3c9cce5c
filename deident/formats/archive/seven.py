"""7z archives, read and written in memory by py7zr.  Dates stay; links are left out of what is written."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Mapping
from io import BytesIO

import py7zr
from py7zr.io import Py7zIO, WriterFactory

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.archive.container import Container, most
from deident.formats.archive.entries import safe

_EPOCH = 116_444_736_000_000_000  # 1970 as 100 ns since 1601


class _Sink(Py7zIO):
    """Takes a member's bytes, as many as the archive may still unpack to."""

    def __init__(self, limits: Limits, left: list[int]) -> None:
        self._limits, self._left = limits, left
        self._file = BytesIO()

    def write(self, s: bytes | bytearray) -> int:
        """Raises Unreadable for too many."""
        self._left[0] -= len(s)
        if self._left[0] < 0 or self._file.tell() + len(s) > self._limits.max_bytes:
            raise Unreadable("bomb")
        self._limits.take(len(s))
        return self._file.write(s)

    def read(self, size: int | None = None) -> bytes:
        """As a file."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """As a file."""
        return self._file.seek(offset, whence)

    def flush(self) -> None:
        """Nothing to do."""

    def size(self) -> int:
        """Bytes taken."""
        return len(self._file.getbuffer())

    def content(self) -> bytes:
        """All of them."""
        return self._file.getvalue()


class _Sinks(WriterFactory):
    """A sink for each member."""

    def __init__(self, limits: Limits, left: int) -> None:
        self._limits, self._left = limits, [left]
        self.all: dict[str, _Sink] = {}

    def create(self, filename: str) -> Py7zIO:
        """See WriterFactory."""
        sink = self.all[filename] = _Sink(self._limits, self._left)
        return sink


class SevenArchive(Container):
    """See the module."""

    format = "7z"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self._times: list[int] = []
        sinks = _Sinks(limits, most(len(data), limits))
        try:
            with py7zr.SevenZipFile(BytesIO(data)) as archive:
                if archive.needs_password():
                    raise Unreadable("encrypted")
                files = list(archive.files)
                limits.take(0, len(files))
                names = [safe(file.filename) for file in files]
                if len(set(names)) < len(names):
                    raise Unreadable("duplicate-member")
                plain = [
                    file for file in files if not (file.is_directory or file.is_symlink or file.is_junction or file.is_socket)
                ]
                if any(file.is_symlink or file.is_junction or file.is_socket for file in files):
                    self.warn("links-dropped")
                if plain:
                    archive.extract(targets=[file.filename for file in plain], factory=sinks)
                end = 32 + archive.sig_header.nextheaderofs + archive.sig_header.nextheadersize
        except py7zr.exceptions.PasswordRequired:
            raise Unreadable("encrypted") from None
        except py7zr.exceptions.UnsupportedCompressionMethodError:
            raise Unreadable("unsupported", "unscannable") from None
        except (py7zr.exceptions.ArchiveError, lzma.LZMAError, zlib.error, EOFError, ValueError, OSError) as problem:
            raise Unreadable("damaged") from problem
        for file in plain:
            sink = sinks.all.get(file.filename)
            self.members.append(Child(safe(file.filename), sink.content() if sink else b""))
            self._times.append(int(file.lastwritetime or _EPOCH))
        self.hidden(data[end:])

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The archive with what is left."""
        out = BytesIO()
        with py7zr.SevenZipFile(out, "w") as archive:
            for number, child in self.kept(children):
                archive.writestr(child.data, child.name)
                when = py7zr.helpers.ArchiveTimestamp(self._times[number])
                archive.header.files_info.files[-1].update(creationtime=when, lastwritetime=when, lastaccesstime=when)
        return out.getvalue()
