"""Bytes of RTF text as characters: code pages of `\\ansicpgN` and of fonts (`\\fcharsetN`, `\\cpgN`), RTF 1.9.1 "Font Table".

A run of bytes is decoded with the first page that fits it: writers often give a Latin font to Chinese bytes.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from functools import lru_cache

LATIN = "cp1252"
#: `\fcharsetN` → codec; 0 and 1 (ANSI, default) say nothing.
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437",
}  # fmt: skip


def charset(number: int) -> str:
    """Codec of a font's character set, "" where it does not matter."""
    return _CHARSETS.get(number, "")


@lru_cache(64)
def page(number: int) -> str:
    """Codec of a code page, "" if it is unknown."""
    name = {936: "gb18030", 54936: "gb18030", 65001: "utf-8", 10000: "mac_roman", 10008: "gb2312"}.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return ""
    return name


def decode(raw: bytes, pages: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Characters of `raw` as (first byte, end, text)."""
    decoder = codecs.getincrementaldecoder(fitting(raw, pages))("replace")
    first = 0
    for place in range(len(raw)):
        text = decoder.decode(raw[place : place + 1])
        if text:
            yield first, place + 1, text
            first = place + 1
    if first < len(raw):
        yield first, len(raw), decoder.decode(b"", True) or "\ufffd"


def fitting(raw: bytes, pages: Sequence[str]) -> str:
    """The first page that decodes all of it.  Chinese bytes that nothing declares are known by their pairs (GB 2312)."""
    for name in pages:
        if not name or (name == LATIN and _chinese(raw)):
            continue
        try:
            raw.decode(name)
        except UnicodeError:
            continue
        return name
    if _chinese(raw):
        return "gb18030"
    return next((name for name in pages if name), LATIN)


def _chinese(raw: bytes) -> bool:
    high = bytes(byte for byte in raw if byte >= 0x80)
    if len(high) < 2 or len(high) & 1:
        return False
    try:
        return all("\u3000" <= one <= "\u9fff" or one > "\uff00" for one in high.decode("gb2312"))
    except UnicodeError:
        return False
