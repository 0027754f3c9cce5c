"""TAR archives (POSIX.1-2001 ustar and pax, GNU long names), read block by block from their own bytes.

Headers are read by tarfile.TarInfo; what follows what is decided here, so that a damaged size leads nowhere.  Names of users and
groups and the records of pax headers are own text.  Hard links are files; symbolic links and devices are left out of what is
written.  Written as pax.
"""

from __future__ import annotations

import math
import re
import tarfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import NamedTuple

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.archive.container import Container
from deident.formats.archive.entries import meant, safe

BLOCK = 512
_LINKS = (tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
_FIELDS = frozenset("path linkpath size uid gid mtime atime ctime uname gname charset hdrcharset".split())
_SPARSE = "GNU.sparse."
_KEY = re.compile(r"[A-Za-z][A-Za-z._-]{0,60}\Z")  # no digits: a key that may be written again


class Member(NamedTuple):
    """A header, the pax records that belong to it, and where its content stands."""

    info: tarfile.TarInfo
    pax: dict[str, str]
    start: int
    end: int


class TarArchive(Container):
    """See the module."""

    format = "tar"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self._infos: list[Member] = []
        self._notes: dict[tuple[str, str], str] = {}  # field and its value → part
        self._shared: dict[str, str] = {}  # global pax records
        places: dict[str, Member] = {}
        seen: set[str] = set()
        for member in self._read():
            limits.take(member.end - member.start, 1)
            path = safe(member.info.name)
            self._own(member)
            if member.info.isdir() or not path:
                continue
            if member.info.type in _LINKS:
                self._link(member.info)
                continue
            if path in seen:
                raise Unreadable("duplicate-member")
            seen.add(path)
            if member.info.islnk():
                target = places.get(safe(member.info.linkname))
                if target is None:
                    self._link(member.info)
                    continue
                limits.take(target.end - target.start)
                member = member._replace(start=target.start, end=target.end)
            places[path] = member
            self._infos.append(member)
            self.members.append(Child(path, data[member.start : member.end]))

    def _read(self) -> Iterator[Member]:
        """Every header with its content, extended headers put into it.  Raises Unreadable."""
        data, at = self.data, 0
        long: dict[str, str] = {}  # GNU long names for the next member
        pax: dict[str, str] = {}
        while at + BLOCK <= len(data) and (block := data[at : at + BLOCK]).strip(b"\0"):
            try:
                info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
                if info.type not in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE):
                    self._apply(info, {**self._shared, **pax})
            except (tarfile.HeaderError, ValueError):
                raise Unreadable("damaged") from None
            if info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith(_SPARSE) for key in pax):
                raise Unreadable("unsupported", "unscannable")
            if not info.isreg() and info.type in tarfile.SUPPORTED_TYPES and info.type not in _EXTENDED:
                info.size = 0
            start = at + BLOCK
            end = start + info.size
            at = start + -(-info.size // BLOCK) * BLOCK
            if info.size < 0 or end > len(data):
                raise Unreadable("damaged")
            self.hidden(data[end:at])
            for piece in _slack(block):
                self.hidden(piece)
            content = data[start:end]
            if info.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
                text, _, rest = content.partition(b"\0")
                long["name" if info.type == tarfile.GNUTYPE_LONGNAME else "linkname"] = meant(text)
                self.hidden(rest)
            elif info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                pax, rest = _records(content)
                self.hidden(rest)
            elif info.type == tarfile.XGLTYPE:
                shared, rest = _records(content)
                self.hidden(rest)
                self._shared |= shared
                for key, value in shared.items():
                    self._note(key, value)
            else:
                info.name, info.linkname = (
                    meant(long.get(key) or pax.get(field) or _raw(getattr(info, key)))
                    for key, field in (("name", "path"), ("linkname", "linkpath"))
                )
                yield Member(info, pax, start, end)
                long, pax = {}, {}
        self.hidden(data[at:])

    def _apply(self, info: tarfile.TarInfo, pax: Mapping[str, str]) -> None:
        """What a pax header says instead of the header (POSIX.1-2001, pax, 4.18).  Raises ValueError."""
        for key in ("size", "uid", "gid"):
            if key in pax:
                setattr(info, key, int(pax[key]))
        if "mtime" in pax:
            info.mtime = float(pax["mtime"])
            if not math.isfinite(info.mtime):
                raise ValueError(info.mtime)
        info.uname, info.gname = (pax.get(key, meant(_raw(getattr(info, key)))) for key in ("uname", "gname"))

    def _own(self, member: Member) -> None:
        """Own text of a member: each value once."""
        for key in ("uname", "gname"):
            self._note(key, getattr(member.info, key))
        for key, value in member.pax.items():
            if key not in _FIELDS:
                self._note(key, value)

    def _note(self, key: str, value: str) -> None:
        if value and (key, value) not in self._notes:
            label = key if _KEY.match(key) else "pax"
            text = value if _KEY.match(key) else f"{key}={value}"
            self._notes[key, value] = self.note(label, text.encode("utf-8", "surrogateescape"), key)

    def _link(self, info: tarfile.TarInfo) -> None:
        if info.linkname:
            safe(info.linkname)
            self._note("link", info.linkname)
        self.warn("links-dropped")

    def _now(self, key: str, value: str, parts: Mapping[str, bytes]) -> str:
        """A value of own text as it is now."""
        return self.text(self._notes.get((key, value), ""), parts).decode("utf-8", "surrogateescape")

    def _records_now(self, pax: Mapping[str, str], parts: Mapping[str, bytes]) -> dict[str, str]:
        """Own text in pax records, those whose key is a word."""
        return {key: self._now(key, pax[key], parts) for key in pax if key not in _FIELDS and _KEY.match(key)}

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The archive with what is left, every header new."""
        out = BytesIO()
        shared = self._records_now(self._shared, parts)
        if shared:
            out.write(tarfile.TarInfo.create_pax_global_header(shared))
        for number, child in self.kept(children):
            old = self._infos[number]
            info = tarfile.TarInfo(child.name)
            info.size, info.mtime, info.mode = len(child.data), old.info.mtime, old.info.mode & 0o7777
            info.uid, info.gid = old.info.uid, old.info.gid
            info.uname, info.gname = (self._now(key, getattr(old.info, key), parts) for key in ("uname", "gname"))
            info.pax_headers = {key: old.pax[key] for key in ("atime", "ctime") if key in old.pax}
            info.pax_headers |= self._records_now(old.pax, parts)
            out.write(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))
            out.write(child.data + bytes(-len(child.data) % BLOCK))
        out.write(bytes(2 * BLOCK))
        return out.getvalue() + bytes(-out.tell() % tarfile.RECORDSIZE)


_EXTENDED = (
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE,
)  # fmt: skip


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _slack(block: bytes) -> Iterator[bytes]:
    """Bytes of a header that no reader shows (POSIX.1-2001, ustar; the GNU header has times and numbers behind 345)."""
    for start, end in ((0, 100), (157, 257), (265, 297), (297, 329)):
        yield block[start:end].partition(b"\0")[2]
    if block[257:263] == b"ustar\0":
        yield block[345:500].partition(b"\0")[2]
    else:
        yield block[345:500].strip(b"01234567 \0")
    yield block[500:]


def _records(content: bytes) -> tuple[dict[str, str], bytes]:
    """Records of a pax header: "length key=value LF" each; and what stands behind them.  Raises Unreadable."""
    records: dict[str, str] = {}
    at = 0
    while at < len(content) and content[at : at + 1] != b"\0":
        size, _, _ = content[at : at + 12].partition(b" ")
        if not size.isdigit() or not len(size) + 2 < int(size) <= len(content) - at:
            raise Unreadable("damaged")
        key, _, value = content[at + len(size) + 1 : at + int(size) - 1].partition(b"=")
        records[meant(key)] = meant(value)
        at += int(size)
    return records, content[at:]
