"""Small compound files made in code: streams, a Word text in pieces, a workbook whose strings run over records, slides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import pack

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes], free: bytes = b"", slack: bytes = b"") -> bytes:
    """Streams by their path ("Macros/VBA/dir"), small ones in the mini stream; `free` stands in a free sector, `slack` behind a stream."""
    paths = dict.fromkeys("/".join(path.split("/")[:depth]) for path in streams for depth in range(1, path.count("/") + 1))
    names = ["", *paths, *streams]
    mini, mini_fat, sectors, fat = bytearray(), [], [], []
    starts: dict[str, int] = {}

    def chain(data: bytes, fill: bytes = b"") -> int:
        if not data:
            return END
        data = (data + fill).ljust(-(-len(data) // 512) * 512, b"\0")[: -(-len(data) // 512) * 512]
        first = len(sectors)
        for at in range(0, len(data), 512):
            sectors.append(data[at : at + 512])
            fat.append(len(sectors))
        fat[-1] = END
        return first

    for path, data in streams.items():
        if len(data) >= 4096:
            starts[path] = chain(data, slack)
        elif data:
            starts[path] = len(mini) // 64
            count = -(-len(data) // 64)
            mini_fat += [len(mini_fat) + number + 1 for number in range(count - 1)] + [END]
            mini += data.ljust(count * 64, b"\0")
    starts[""] = chain(bytes(mini))
    first_mini = chain(pack(f"<{len(mini_fat)}I", *mini_fat).ljust(-(-len(mini_fat) // 128) * 512, b"\xff"))
    if free:
        sectors.append(free.ljust(512, b"\0"))
        fat.append(FREE)
    directory = b""
    for number, name in enumerate(names):
        children = [
            other
            for other, path in enumerate(names)
            if other and path.rpartition("/")[0] == name and (bool(name) or "/" not in path)
        ]
        siblings = [
            other for other, path in enumerate(names) if other and number and path.rpartition("/")[0] == name.rpartition("/")[0]
        ]
        after = next((other for other in siblings if other > number), FREE)
        own = (name.rpartition("/")[2] or "Root Entry").encode("utf-16-le")
        kind = 5 if not number else 2 if name in streams else 1
        size = len(mini) if not number else len(streams.get(name, b""))
        directory += own.ljust(64, b"\0") + pack("<HBB", len(own) + 2, kind, 1)
        directory += pack("<III", FREE, after, children[0] if children and kind != 2 else FREE) + bytes(36)
        directory += pack("<IQ", starts.get(name, END if kind != 1 else 0), size)
    first_directory = chain(directory.ljust(-(-len(directory) // 512) * 512, b"\0"))
    count = -(-(len(sectors) + 1) // 127)
    places = [len(sectors) + number for number in range(count)]
    fat += [FAT] * count
    table = pack(f"<{len(fat)}I", *fat).ljust(count * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += pack("<IIIIIIIIII", 0, count, first_directory, 0, 4096, first_mini, -(-len(mini_fat) // 128), END, 0, 0)[:36]
    return head + pack("<109I", *places, *[FREE] * (109 - count)) + b"".join(sectors) + table


def word(
    pieces: Sequence[tuple[str, bool]], leftover: str = "", version: int = 0xC1, flags: int = 0, authors: Sequence[str] = ()
) -> bytes:
    """A document whose text stands in pieces (text, 8 bits?) in reverse order in the stream, with what a fast save left behind."""
    body, places, at = b"", [0], []
    for text, eight in reversed(pieces):
        body += b"\0" * (len(body) & 1)
        at.append(0x600 + len(body))
        body += text.encode("cp1252" if eight else "utf-16-le")
    body += b"\0" * (len(body) & 1) + leftover.encode("utf-16-le")
    at.reverse()
    for text, _ in pieces:
        places.append(places[-1] + len(text))
    table = pack(f"<{len(places)}i", *places)
    for (_, eight), place in zip(pieces, at, strict=True):
        table += pack("<HIH", 0, place * 2 | 0x40000000 if eight else place, 0)
    clx = b"\x02" + pack("<I", len(table)) + table
    owners = b"".join(pack("<H", len(name)) + name.encode("utf-16-le") for name in authors)
    fib = bytearray(0x600)
    fib[0:12] = pack("<HHHHHH", 0xA5EC, version, 0, 0x804, 0, flags | 0x0200)
    fib[0x4C:0x50] = pack("<i", places[-1])
    fib[0x9A + 8 * 33 : 0x9A + 8 * 34] = pack("<II", 0, len(clx))
    fib[0x9A + 8 * 36 : 0x9A + 8 * 37] = pack("<II", len(clx), len(owners))
    return compound({"WordDocument": (bytes(fib) + body).ljust(4096, b"\0"), "1Table": clx + owners})


def record(kind: int, data: bytes) -> bytes:
    """Of BIFF."""
    return pack("<HH", kind, len(data)) + data


def workbook(strings: Sequence[bytes], cells: bytes, more: bytes = b"") -> bytes:
    """`strings`: the data of the SST record and of its CONTINUE records, without the counts; `cells`: records of the one sheet."""
    count = sum(part.count(b"\xff\xfe") for part in strings)
    head, *rest = [part.replace(b"\xff\xfe", b"") for part in strings]
    shared = record(0xFC, pack("<II", count, count) + head) + b"".join(record(0x3C, part) for part in rest)
    begin = record(0x809, pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    name = "名单".encode("utf-16-le")
    bound = 4 + 8 + len(name)
    at = len(begin) + bound + len(more) + len(shared) + 4
    head = begin + record(0x85, pack("<IBBBB", at, 0, 0, 2, 1) + name) + more + shared + record(0x0A, b"")
    assert len(head) == at
    sheet = record(0x809, pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + record(0x0A, b"")
    return compound({"Workbook": (head + sheet).ljust(4096, b"\0")})


def atom(kind: int, data: bytes, first: int = 0) -> bytes:
    """Of a presentation; containers have `first` 15."""
    return pack("<HHI", first, kind, len(data)) + data
