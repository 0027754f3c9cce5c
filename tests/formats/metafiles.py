"""Metafiles written record by record."""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack


def emr(kind: int, body: bytes = b"") -> bytes:
    body += bytes(-len(body) % 4)
    return pack("<II", kind, 8 + len(body)) + body


def emf(*records: bytes, description: str = "") -> bytes:
    about = description.encode("utf-16-le")
    body = b"".join(records) + emr(14, pack("<III", 0, 16, 20))
    head = pack("<8i", 0, 0, 1000, 1000, 0, 0, 10000, 10000) + b" EMF" + pack("<I", 0x10000)
    size = 108 + len(about) + -len(about) % 4
    head += pack("<IIHHIII", size + len(body), len(records) + 2, 1, 0, len(about) // 2, 108 if about else 0, 0)
    head += pack("<4i", 1000, 1000, 300, 300)
    return emr(1, head.ljust(100, b"\0") + about) + body


def font(number: int, height: int, charset: int = 134, turn: int = 0) -> bytes:
    logfont = pack("<5i8B", -height, 0, turn, turn, 400, 0, 0, 0, charset, 0, 0, 0, 0) + "SimSun".encode("utf-16-le").ljust(
        64, b"\0"
    )
    return emr(82, pack("<I", number) + logfont.ljust(320, b"\0")) + emr(37, pack("<I", number))


def text(x: int, y: int, string: str, steps: Sequence[int] = (), options: int = 0, codec: str = "utf-16-le") -> bytes:
    body = string.encode(codec)
    count = len(body) // 2 if codec == "utf-16-le" else len(body)
    held = body + bytes(-len(body) % 4)
    own = list(steps) or [20] * count
    head = pack("<4iIff", 0, 0, -1, -1, 1, 1.0, 1.0) + pack("<iiIII4iI", x, y, count, 76, options, 0, 0, -1, -1, 76 + len(held))
    return emr(84 if codec == "utf-16-le" else 83, head + held + pack(f"<{count}i", *own))


def comment(body: bytes) -> bytes:
    return emr(70, pack("<I", len(body)) + body)


def plus(*records: tuple[int, int, bytes]) -> bytes:
    """A comment with records of EMF+: type, flags, data."""
    made = b""
    for kind, flags, body in records:
        held = body + bytes(-len(body) % 4)
        made += pack("<HHII", kind, flags, 12 + len(held), len(body)) + held
    return comment(b"EMF+" + made)


def drawn(x: float, y: float, string: str) -> tuple[int, int, bytes]:
    return 0x401C, 0, pack("<III4f", 0, 0, len(string), x, y, 500, 30) + string.encode("utf-16-le")


def info(width: int, height: int, depth: int, colours: bytes = b"", packing: int = 0) -> bytes:
    return (
        pack("<IiiHHIIiiII", 40, width, height, 1, depth, packing, 0, 0, 0, len(colours) // 4 if depth <= 8 else 0, 0) + colours
    )


def stretched(head: bytes, bits: bytes, x: int = 0, y: int = 0, wide: int = 100, tall: int = 50) -> bytes:
    place = pack("<4i6i4I", 0, 0, -1, -1, x, y, 0, 0, 0, 0, 80, len(head), 80 + len(head), len(bits))
    return emr(81, place + pack("<IIii", 0, 0xCC0020, wide, tall) + head + bits)


def blended(head: bytes, bits: bytes) -> bytes:
    place = pack("<4i4iI2i", 0, 0, -1, -1, 0, 0, 100, 50, 0x01FF0000, 0, 0) + pack("<6fI", 1, 0, 0, 1, 0, 0, 0)
    return emr(114, place + pack("<5I2i", 0, 108, len(head), 108 + len(head), len(bits), 100, 50) + head + bits)


def meta(kind: int, body: bytes = b"") -> bytes:
    body += bytes(len(body) % 2)
    return pack("<IH", 3 + len(body) // 2, kind) + body


def wmf(*records: bytes, placeable: bool = False) -> bytes:
    body = b"".join(records) + meta(0)
    head = pack("<HHHIHIH", 1, 9, 0x300, (18 + len(body)) // 2, 8, 1000, 0)
    before = pack("<IH4hHI", 0x9AC6CDD7, 0, 0, 0, 1000, 1000, 1440, 0) if placeable else b""
    if before:
        words = [int.from_bytes(before[at : at + 2], "little") for at in range(0, 20, 2)]
        check = 0
        for word in words:
            check ^= word
        before += pack("<H", check)
    return before + head + body


def meta_font(height: int, charset: int, number: int) -> bytes:
    made = meta(0x2FB, pack("<5h8B", -height, 0, 0, 0, 400, 0, 0, 0, charset, 0, 0, 0, 0) + b"SimSun".ljust(32, b"\0"))
    return made + meta(0x12D, pack("<H", number))


def meta_text(x: int, y: int, string: str, codec: str = "gb18030", steps: bool = True, options: int = 0) -> bytes:
    body = string.encode(codec)
    held = body + bytes(len(body) % 2)
    widths = [width for one in string for width in ([20, 0] if len(one.encode(codec)) == 2 else [10])]
    return meta(0xA32, pack("<hhhH", y, x, len(body), options) + held + (pack(f"<{len(widths)}h", *widths) if steps else b""))


def meta_plain(x: int, y: int, string: bytes) -> bytes:
    return meta(0x521, pack("<h", len(string)) + string + bytes(len(string) % 2) + pack("<hh", y, x))


def enhanced(inner: bytes, piece: int = 4000) -> list[bytes]:
    """An EMF in the comments of a WMF ([MS-WMF] 2.3.6.1)."""
    check = 0
    for at in range(0, len(inner), 2):
        check ^= int.from_bytes(inner[at : at + 2], "little")
    out = []
    pieces = [inner[at : at + piece] for at in range(0, len(inner), piece)]
    left = len(inner)
    for held in pieces:
        left -= len(held)
        body = b"WMFC" + pack("<IIHIIIII", 1, 0x10000, check ^ 0xFFFF, 0, len(pieces), len(held), left, len(inner)) + held
        out.append(meta(0x626, pack("<HH", 15, len(body)) + body))
    return out
