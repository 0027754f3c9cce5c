"""Damage: to the bytes of a file, and to what is packed inside it, which is packed again so that checksums hold.

>>> damaged(b"", [b""], random.Random(1)) in (b"", damaged(b"", [b""], random.Random(1)))
True
"""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import lzma
import random
import re
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence

LARGEST = 1 << 20  # bytes: what unpacks to more is damaged from outside only
Chance = random.Random
Inner = Callable[[bytes, Sequence[bytes], Chance, int], bytes]
_TOKEN = re.compile(rb"<[^<>]{0,400}>|\\[a-z]+-?\d*|\d+(?:\.\d+)?|[A-Za-z_:]+|[^<>\\\dA-Za-z_:]+|.", re.DOTALL)
_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65536",
    b"2147483648",
    b"99999999999999999999",
    b"1e999",
    b"nan",
    b"",
    b"0.0001",
    b"-32768",
)
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{60,76}\r?\n){2,}[A-Za-z0-9+/=]*")


def _bytes(data: bytes, others: Sequence[bytes], chance: Chance) -> bytes:
    """Flipped bits, runs overwritten, removed, repeated, taken from elsewhere; the end cut off."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at, size = chance.randrange(len(out) + 1), chance.choice((1, 2, 4, 16, 64, 512))
        match chance.randrange(9):
            case 0 | 1 if out:
                for _ in range(chance.choice((1, 2, 8))):
                    out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
            case 2:
                out[at : at + size] = chance.choice((b"\0", b"\xff", b" ", b"9", bytes([chance.randrange(256)]))) * len(
                    out[at : at + size]
                )
            case 3:
                del out[at : at + size]
            case 4:
                out[at:at] = out[at : at + size] * chance.choice((1, 1, 3))
            case 5:
                out[at : at + size] = chance.randbytes(size)
            case 6:
                other = chance.choice(others)
                start = chance.randrange(len(other) + 1)
                out[at : at + chance.choice((0, size))] = other[start : start + size * 4]
            case 7 if chance.random() < 0.2:
                del out[at:]
            case _:
                source = chance.randrange(len(out) + 1)
                out[at : at + size] = out[source : source + size]
    return bytes(out)


def _tokens(data: bytes, others: Sequence[bytes], chance: Chance) -> bytes:
    """Tags, words and numbers removed, repeated, swapped, exchanged for others."""
    tokens = _TOKEN.findall(data[:LARGEST])
    if len(tokens) < 3:
        return _bytes(data, others, chance)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        match chance.randrange(7):
            case 0:
                tokens[at] = b""
            case 1:
                tokens[at] *= 2
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = tokens[other]
            case 4:
                low, high = sorted((at, min(other, at + 40)))
                tokens[low:high] = tokens[low:high] * chance.choice((0, 2, 3)) or [b""]
            case 5:
                numbers = [place for place in range(max(0, at - 50), min(len(tokens), at + 50)) if tokens[place][:1].isdigit()]
                tokens[chance.choice(numbers) if numbers else at] = chance.choice(_NUMBERS)
            case _:
                found = _TOKEN.findall(chance.choice(others)[:4096])
                tokens[at] = chance.choice(found) if found else b""
    return b"".join(tokens) + data[LARGEST:]


def _recoded(data: bytes, chance: Chance) -> bytes:
    """The same text in another encoding, declared or not."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    to = chance.choice(("utf-16", "utf-16-be", "gb18030", "utf-8-sig"))
    if chance.random() < 0.6:
        text = re.sub("encoding=([\"'])[^\"']*", f"encoding=\\1{to.removesuffix('-sig')}", text, count=1)
    return text.encode(to)


def inner(data: bytes, others: Sequence[bytes], chance: Chance, depth: int = 0) -> bytes:
    """What is packed in a file damaged and packed again; its bytes where nothing is packed or it cannot be unpacked."""
    handler: Inner | None = None
    if data[:4] == b"PK\3\4":
        handler = _zip
    elif data[:2] == b"\x1f\x8b":
        handler = _gzip
    elif data[:3] == b"BZh" or data[:6] == b"\xfd7zXZ\0":
        handler = _stream
    elif data[:4] == b"%PDF":
        handler = _pdf
    elif data[:4] == b"\xd0\xcf\x11\xe0":
        handler = _ole
    elif data[:6] == b"7z\xbc\xaf\x27\x1c":
        handler = _seven
    elif data[:4] == b"\x89PNG":
        handler = _png
    elif data[257:262] == b"ustar":
        handler = _tar
    elif depth == 0 and _BASE64.search(data):
        handler = _base64
    if handler and depth < 3:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return handler(data, others, chance, depth + 1)
            except Exception:  # noqa: BLE001  what these libraries raise on the hostile samples is not what is looked for here
                pass
    return (_tokens if chance.random() < 0.5 else _bytes)(data, others, chance)


def _part(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    if chance.random() < 0.04:
        return _recoded(data, chance)
    return inner(data, others, chance, depth)


def _members(parts: list[tuple[str, bytes]], others: Sequence[bytes], chance: Chance, depth: int) -> list[tuple[str, bytes]]:
    """Members damaged, exchanged, renamed, left out, there twice."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        name, data = parts[at]
        match chance.randrange(24):
            case 0 if len(parts) > 1:
                del parts[at]
            case 1:
                parts.append((name, data if chance.random() < 0.5 else parts[other][1]))
            case 2:
                new = (
                    "../" + name,
                    name.upper(),
                    name + "\0",
                    parts[other][0],
                    name.replace("/", "\\"),
                    "鲁定国/" + name,
                    "x" * 300,
                )
                parts[at] = (chance.choice(new), data)
            case 3:
                parts[at], parts[other] = (name, parts[other][1]), (parts[other][0], data)
            case 4:
                parts.insert(at, parts.pop(other))
            case 5:
                parts.append(
                    (chance.choice(("xl/a.xml", "word/b.xml", "docProps/custom.xml", "a.bin")), chance.choice(others)[:LARGEST])
                )
            case _:
                parts[at] = (name, _part(data, others, chance, depth))
    return parts


def _zip(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        infos = file.infolist()
        if sum(info.file_size for info in infos) > 4 * LARGEST:
            raise ValueError
        parts = [(info.filename, file.read(info)) for info in infos]
        kinds = {info.filename: info.compress_type for info in infos}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, one in _members(parts, others, chance, depth):
            info = zipfile.ZipInfo("a", (2026, 1, 1, 0, 0, 0))
            info.filename = name
            info.compress_type = kinds.get(name, zipfile.ZIP_DEFLATED)
            file.writestr(info, one)
    return out.getvalue()


def _gzip(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    parts: list[bytes] = []
    rest = data
    while rest[:2] == b"\x1f\x8b" and len(parts) < 200:
        one = zlib.decompressobj(31)
        parts.append(one.decompress(rest, LARGEST))
        rest = one.unused_data
    at = chance.randrange(len(parts))
    match chance.randrange(8):
        case 0:
            del parts[at]
        case 1:
            parts.insert(at, parts[at])
        case _:
            parts[at] = _part(parts[at], others, chance, depth)
    return b"".join(gzip.compress(part, 1, mtime=0) for part in parts) + rest


def _stream(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    if data[:3] == b"BZh":
        return bz2.compress(_part(bz2.decompress(data), others, chance, depth))
    return lzma.compress(_part(lzma.decompress(data), others, chance, depth))


def _tar(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    if chance.random() < 0.4:  # a header, with its sum made right (POSIX.1, ustar)
        out, at = bytearray(data), 512 * chance.randrange(max(1, len(data) // 1024))
        out[at + chance.randrange(512)] = chance.randrange(256)
        out[at + 148 : at + 156] = b" " * 8
        out[at + 148 : at + 156] = b"%06o\0 " % sum(out[at : at + 512])
        return bytes(out)
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        infos = {info.name: info for info in file}
        parts = [(name, inside.read() if (inside := file.extractfile(info)) else b"") for name, info in infos.items()]
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        for name, one in _members(parts, others, chance, depth):
            info = tarfile.TarInfo(name.replace("\0", ""))
            info.size = len(one)
            file.addfile(info, io.BytesIO(one))
    return made.getvalue()


def _seven(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    from benchmarks import made, readers

    return made.seven(dict(_members(readers.py7zr(data), others, chance, depth)))


def _png(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    """Chunks (PNG 5.3) with their sums made right; pixels unpacked."""
    chunks: list[tuple[bytes, bytes]] = []
    at = 8
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        chunks.append((kind, data[at + 8 : at + 8 + size]))
        at += size + 12
    place, other = chance.randrange(len(chunks)), chance.randrange(len(chunks))
    kind, body = chunks[place]
    match chance.randrange(6):
        case 0:
            del chunks[place]
        case 1:
            chunks.insert(other, chunks[place])
        case 2:
            chunks[place] = (chance.choice((b"tEXt", b"iTXt", b"zTXt", b"fdAT", b"acTL", b"PLTE", kind.lower())), body)
        case _ if kind == b"IDAT":
            chunks[place] = (kind, zlib.compress(_bytes(zlib.decompress(body), others, chance)))
        case _:
            chunks[place] = (kind, _bytes(body, others, chance))
    return data[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _ole(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    """Streams overwritten, each in its length."""
    import olefile

    memory = io.BytesIO(data)
    with olefile.OleFileIO(memory, write_mode=True) as file:
        for _ in range(chance.choice((1, 1, 2))):
            name = chance.choice(file.listdir())
            old = file.openstream(name).read()
            new = _bytes(old, others, chance)[: len(old)]
            file.write_stream(name, new + old[len(new) :])
    return memory.getvalue()


def _base64(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    """An attachment unpacked."""
    found = chance.choice(list(_BASE64.finditer(data)))
    try:
        body = base64.b64decode(found[0], validate=False)
    except binascii.Error:
        return _bytes(data, others, chance)
    return data[: found.start()] + base64.encodebytes(_part(body, others, chance, depth)) + data[found.end() :]


def _pdf(data: bytes, others: Sequence[bytes], chance: Chance, depth: int) -> bytes:
    """Objects: streams unpacked, entries exchanged or left out; or the whole file with nothing packed, damaged in its bytes."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as file:
        if chance.random() < 0.3:
            out = io.BytesIO()
            file.save(out, qdf=True, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
            return (_tokens if chance.random() < 0.6 else _bytes)(out.getvalue(), others, chance)
        objects = list(file.objects)
        streams = [one for one in objects if isinstance(one, pikepdf.Stream)]
        tables = [one for one in objects if isinstance(one, pikepdf.Stream | pikepdf.Dictionary) and len(one.keys())]
        for _ in range(chance.choice((1, 1, 2, 3))):
            if streams and chance.random() < 0.6:
                stream = chance.choice(streams)
                body = stream.read_bytes()
                if len(body) < LARGEST:
                    stream.write((_tokens if chance.random() < 0.6 else _bytes)(body, others, chance))
            elif tables:
                table = chance.choice(tables)
                key = chance.choice(sorted(table.keys()))
                match chance.randrange(4):
                    case 0:
                        del table[key]
                    case 1:
                        other = chance.choice(tables)
                        table[key] = other[chance.choice(sorted(other.keys()))]
                    case 2:
                        table[key] = chance.choice(
                            (0, -1, 1 << 31, pikepdf.Name("/A"), pikepdf.String("9"), pikepdf.Array([]), True)
                        )
                    case _:
                        table[key] = (
                            file.make_indirect(chance.choice(tables)) if chance.random() < 0.5 else pikepdf.Array([table])
                        )
        out = io.BytesIO()
        file.save(out, static_id=True, compress_streams=chance.random() < 0.5)
        return out.getvalue()


def damaged(data: bytes, others: Sequence[bytes], chance: Chance) -> bytes:
    """The data damaged from outside, or inside; `others`: what to splice in."""
    what = chance.random()
    if what < 0.35:
        return _bytes(data, others, chance)
    return _tokens(data, others, chance) if what < 0.4 else inner(data, others, chance)
