"""ZIP entries read under limits and written again (APPNOTE 6.3): for archives, and for the documents that are ZIP files inside.

Sizes are counted as bytes really come out; what the headers say is not believed.  Refused: paths that lead out, names given twice,
encryption, and whatever breaks `Limits`.  Names without the UTF-8 flag are GB18030 where that decodes, else code page 437; they are
written as UTF-8, with the flag.  What stands before, between and behind the entries (gaps.py) is not written again, nor are folders
(those with files come from the names) and extra fields.
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import NamedTuple

from deident.formats import Limits, Unreadable

UTF8 = 0x800  # general purpose bit 11
ENCRYPTED = 0x2041  # bits 0, 6 and 13
_RATIO_FROM = 1 << 20  # bytes up to which a member may unpack to, whatever its ratio
_UNICODE = re.compile(rb"\x75\x70(..)\x01(....)", re.S)


class Entry(NamedTuple):
    """A file in a ZIP; `info` is what the directory says of it."""

    name: str
    data: bytes
    info: zipfile.ZipInfo


def entries(data: bytes, limits: Limits) -> list[Entry]:
    """All files (folders left out), in the order of the directory.  Raises Unreadable."""
    with opened(data) as container:
        return read(container, limits)


def read(container: zipfile.ZipFile, limits: Limits) -> list[Entry]:
    """The files of an open container.  Raises Unreadable."""
    infos = container.infolist()
    limits.take(0, len(infos))
    seen: set[str] = set()
    for info in infos:
        if not info.filename:
            raise Unreadable("damaged")
        name = safe(member_name(info))
        if name in seen:
            raise Unreadable("duplicate-member")
        seen.add(name)
    return [Entry(member_name(info), content(container, info, limits), info) for info in infos if not info.is_dir()]


def opened(data: bytes) -> zipfile.ZipFile:
    """The container.  Raises Unreadable."""
    try:
        return zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, struct.error, IndexError):
        raise Unreadable("damaged") from None


def content(container: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """Bytes of one member.  Raises Unreadable."""
    if info.flag_bits & ENCRYPTED:
        raise Unreadable("encrypted")
    most = min(limits.max_bytes, limits.budget.bytes if limits.budget else limits.max_bytes)
    most = min(most, max(_RATIO_FROM, info.compress_size * limits.max_ratio))
    try:
        with container.open(info) as file:
            data = file.read(most + 1)
    except NotImplementedError:
        raise Unreadable("unsupported", "unscannable") from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError, RuntimeError, struct.error):
        raise Unreadable("damaged") from None
    if len(data) > most:
        raise Unreadable("bomb")
    limits.take(len(data))
    return data


def member_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant."""
    if info.flag_bits & UTF8 or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    own = _UNICODE.search(info.extra)  # Info-ZIP Unicode Path (4.6.9): kind, size, version, CRC of the raw name
    if own and int.from_bytes(own[2], "little") == zlib.crc32(raw):
        size = int.from_bytes(own[1], "little") - 5
        return info.extra[own.end() : own.end() + size].decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")  # written by tools that forget the flag
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return info.filename


def meant(raw: bytes | str) -> str:
    """A name as it was meant, where nobody says its encoding: UTF-8, else GB18030."""
    if isinstance(raw, str):
        return raw
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    return raw.decode("utf-8", "replace")


def safe(name: str) -> str:
    """The name with forward slashes, without `.` parts.  Raises Unreadable for one that leads out of its folder."""
    name = name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name or ".." in name.split("/"):
        raise Unreadable("traversal")
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def written(
    members: Iterable[Entry], new: Mapping[str, bytes], comment: bytes = b"", comments: Mapping[str, bytes] | None = None
) -> bytes:
    """A ZIP of these members, those in `new` with other content.  The order stays, and so do dates, rights and methods; extra
    fields (which may hold anything) do not, nor comments that are not given."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        container.comment = comment
        for name, data, info in members:
            fresh = zipfile.ZipInfo(name, info.date_time)
            fresh.external_attr, fresh.create_system = info.external_attr, info.create_system
            fresh.comment = (comments or {}).get(name, b"")
            fresh.compress_type = info.compress_type if info.compress_type == zipfile.ZIP_STORED else zipfile.ZIP_DEFLATED
            container.writestr(fresh, new.get(name, data))
    return out.getvalue()
