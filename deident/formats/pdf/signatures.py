"""What digital signatures say of people: names and numbers in certificates (X.509, RFC 5280; CMS, RFC 5652; ISO 32000-2, 12.8).

Only the strings of the DER (ITU-T X.690) are read.  Any change of a file breaks its signatures; `strings.drop` takes them out.
"""

from __future__ import annotations

from collections.abc import Iterator

from pikepdf import Array, Dictionary, Object, Stream, String

_TEXT = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1A: "ascii",
    0x1E: "utf-16-be",
    0x1C: "utf-32-be",
}
_CERTIFICATES = ("/Certs", "/Cert")
_MOST = 100_000  # elements
_DEPTH = 40


def text(one: Object, key: str) -> str:
    """The strings of a signature dictionary, or of a certificate's stream (`key` refers to it), a line each; "" for other objects."""
    found: list[bytes] = []
    if isinstance(one, Stream):
        if key in _CERTIFICATES:
            try:
                found.append(one.read_bytes())
            except Exception:  # noqa: BLE001  damage
                return ""
    elif isinstance(one, Dictionary) and "/Contents" in one and ("/ByteRange" in one or "/SubFilter" in one):
        for key in ("/Contents", "/Cert"):
            value = one.get(key)
            found += [bytes(item) for item in (value if isinstance(value, Array) else [value]) if isinstance(item, String)]
    lines = (line.strip() for data in found for line in strings(data))
    return "\n".join(dict.fromkeys(line for line in lines if len(line) > 1 and line.isprintable()))


def strings(data: bytes) -> Iterator[str]:
    """All character strings of DER or BER, those within octet strings included."""
    ahead, seen = [(0, len(data), 0)], 0
    while ahead and seen < _MOST:
        start, end, depth = ahead.pop()
        seen += 1
        if start + 2 > end or depth > _DEPTH:
            continue
        tag, length, place = data[start], data[start + 1], start + 2
        if tag & 0x1F == 0x1F:
            continue  # long tags: none of them holds text
        if length == 0x80:
            ahead.append((place, end, depth + 1))  # of unknown length: what follows is read as what is inside
            continue
        if length > 0x80:
            size = length & 0x7F
            length, place = int.from_bytes(data[place : place + size], "big"), place + size
        stop = min(place + length, end)
        ahead.append((stop, end, depth))
        if encoding := _TEXT.get(tag):
            yield data[place:stop].decode(encoding, "replace")
        elif tag & 0x20 or tag == 0x04:
            ahead.append((place, stop, depth + 1))
