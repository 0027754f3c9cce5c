"""Bytes of a web page as valid UTF-8, with the exact way back; a wrong or missing charset label must be survived.

Order: byte order mark; strict UTF-8 (text that is valid UTF-8 by chance is as good as never met); UTF-16 without a mark,
known by its zero bytes; UTF-8 with a few broken bytes; Big5 where it is declared and fits; else GB18030 (GB 18030-2022),
which holds GBK and GB 2312 and is what remains of Chinese pages.

A byte that cannot be decoded is shown as U+FFFD, alone, and maps to itself, so nothing around it moves.  NUL ends
segments, so a NUL in the data is shown as a space.  Clean UTF-8 costs one look: the view is the data, the map one piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from deident.model import Ints, SourceMap

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be", "big5")
#: Complete characters, and a broken byte after them.  Trail bytes of GB18030: GB 18030-2022, 5.1.
_CHARACTER = re.compile(rb"[\x00-\x7f]+|[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x81-\xfe][0-9][\x81-\xfe][0-9]")
_GB18030 = re.compile(rb"((?:[\x00-\x7f]|[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x81-\xfe][0-9][\x81-\xfe][0-9])*+)([\x80-\xff]|\Z)")
_DIGITS = re.compile(rb"[0-9]{11}")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_REPLACEMENT = 0xFFFD
SAMPLE = 1 << 14  # bytes, from the first that is not ASCII on, by which broken UTF-8 is told from GBK


@dataclass(frozen=True, slots=True)
class Decoded:
    """view: valid UTF-8 without NUL; map: view → data; encoding: one of ENCODINGS; warnings: ids such as "bad-bytes"."""

    view: bytes
    map: SourceMap
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of `data`.  `declared` is what the page says of itself; it is believed only where it can be true."""
    encoding, start = next(((name, len(mark)) for mark, name in _MARKS if data.startswith(mark)), ("", 0))
    if encoding.startswith("utf-16"):
        return _utf16(data, encoding, start)
    body = data[start:] if start else data
    try:
        if not body.isascii():
            body.decode()
    except UnicodeDecodeError:
        return _legacy(data, declared)
    if b"\0" in body:
        if not start and (guess := _utf16_by_zeros(data)):
            return _utf16(data, guess, 0)
        body = body.replace(b"\0", b" ")
    map = SourceMap.identity(len(body))
    if start:
        map = SourceMap(map.view, map.source + start, map.width, map.size)
    return Decoded(body, map, encoding or "utf-8")


def encode(text: str, encoding: str) -> bytes:
    """`text` in a document's encoding, without a mark; what it cannot hold becomes "?"."""
    return text.encode("utf-8" if encoding == "utf-8-sig" else encoding, "replace")


def _legacy(data: bytes, declared: str | None) -> Decoded:
    if b"\0" in data:
        if guess := _utf16_by_zeros(data):
            return _utf16(data, guess, 0)
        data = data.replace(b"\0", b" ")
    sample = data[int(np.argmax(np.frombuffer(data, np.uint8) > 0x7F)) :][:SAMPLE] if len(data) > SAMPLE else data
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    heads = int(np.count_nonzero(np.frombuffer(sample, np.uint8) >= 0xC0))
    # in GBK text hardly any character is valid UTF-8; in a cut or patched UTF-8 page nearly every one is
    if broken * 4 <= heads or ((declared or "").lower().replace("-", "") == "utf8" and broken * 2 <= heads):
        return _broken_utf8(data)
    if (declared or "").lower().startswith("big5"):
        try:
            text = data.decode("big5")
            if text.encode("big5") == data:
                return _mapped(text, np.where(_codes(text) < 0x80, 1, 2), "big5", ())
        except UnicodeError:
            pass
    try:
        text = data.decode("gb18030")
        if text.encode("gb18030") == data:
            return _mapped(text, _gb18030_widths(_codes(text)), "gb18030", ())
    except UnicodeError:
        pass
    return _broken_gb18030(data)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@cache
def _width_table() -> NDArray[np.int64]:
    """Bytes of every BMP character in GB18030."""
    table = np.full(0x10000, 4, np.int64)
    table[:0x80] = 1
    trails = [*range(0x40, 0x7F), *range(0x80, 0xFF)]
    pairs = b"".join(bytes((lead, trail)) for lead in range(0x81, 0xFF) for trail in trails)
    table[_codes(pairs.decode("gb18030"))] = 2
    return table


def _gb18030_widths(codes: NDArray[np.uint32]) -> Ints:
    return np.where(codes < 0x10000, _width_table()[np.minimum(codes, 0xFFFF)], 4)


def _mapped(text: str, width: Ints, encoding: str, warnings: tuple[str, ...], start: int = 0) -> Decoded:
    """View and map of a text whose characters take `width` source bytes each, one after the other."""
    codes = _codes(text)
    if len(codes) == 0:
        return Decoded(b"", SourceMap.identity(0), encoding, warnings)
    length = np.ones(len(codes), np.int64)
    length += codes > 0x7F
    length += codes > 0x7FF
    length += codes > 0xFFFF
    exact = length == width
    head = np.ones(len(codes), np.bool_)
    head[1:] = ~(exact[1:] & exact[:-1])
    first = np.flatnonzero(head)
    ends = np.cumsum(width)
    view = (np.cumsum(length) - length)[first]
    source = (ends - width)[first]
    spans = np.diff(source, append=ends[-1])
    return Decoded(text.encode(), SourceMap(view, source + start, spans, int(length.sum())), encoding, warnings)


def _utf16_by_zeros(data: bytes) -> str:
    """Encoding of UTF-16 without a mark: ASCII in it has a zero in every second byte."""
    sample = np.frombuffer(data[: 4096 & ~1], np.uint8)
    sample = sample[: len(sample) & ~1]
    if np.count_nonzero(sample == 0) < 4:  # a stray NUL or two
        return ""
    even, odd = np.mean(sample[::2] == 0), np.mean(sample[1::2] == 0)
    if _DIGITS.search(data):  # as UTF-16 they would be rare characters: zeros have come into a text of another encoding
        return ""
    if odd > 0.2 and even < 0.02:
        return "utf-16-le"
    return "utf-16-be" if even > 0.2 and odd < 0.02 else ""


def _utf16(data: bytes, encoding: str, start: int) -> Decoded:
    body = data[start:]
    odd = len(body) & 1
    codes = _codes(body[: len(body) - odd].decode(encoding, "surrogatepass")).copy()
    lone = (codes >= 0xD800) & (codes < 0xE000)
    width = np.where(codes > 0xFFFF, 4, 2)
    codes[lone], codes[codes == 0] = _REPLACEMENT, 32
    text = codes.tobytes().decode("utf-32-le")
    if odd:
        text, width = text + "\ufffd", np.append(width, 1)
    return _mapped(text, width, encoding, ("bad-bytes",) if odd or lone.any() else (), start)


def _broken_utf8(data: bytes) -> Decoded:
    """UTF-8 with bad bytes: surrogateescape gives exactly one lone surrogate for each."""
    codes = _codes(data.decode("utf-8", "surrogateescape")).copy()
    bad = (codes >= 0xD800) & (codes < 0xE000)
    width = np.ones(len(codes), np.int64)
    width += codes > 0x7F
    width += codes > 0x7FF
    width += codes > 0xFFFF
    width[bad] = 1
    codes[bad] = _REPLACEMENT
    return _mapped(codes.tobytes().decode("utf-32-le"), width, "utf-8", ("bad-bytes",))


def _broken_gb18030(data: bytes) -> Decoded:
    """GB18030 with bad bytes: whole stretches between them, so that a bad byte never takes a digit after it along."""
    texts: list[str] = []
    odd: dict[int, int] = {}  # number of a character → bytes it takes, where the table does not know
    count = 0

    def add(piece: bytes) -> bool:
        nonlocal count
        try:
            text = piece.decode("gb18030")
        except UnicodeDecodeError:
            return False
        if text.encode("gb18030") != piece:
            if len(text) != 1:
                return False
            odd[count] = len(piece)
        texts.append(text)
        count += len(text)
        return True

    def bad(piece: bytes) -> None:
        nonlocal count
        for byte in piece:  # of four bytes that stand for nothing the two digits stay
            texts.append(chr(byte) if byte < 0x80 else "\ufffd")
            odd[count] = 1
            count += 1

    for found in _GB18030.finditer(data):
        if not add(found[1]):
            for one in _CHARACTER.findall(found[1]):
                if not add(one):
                    bad(one)
        bad(found[2])
    text = "".join(texts)
    width = _gb18030_widths(_codes(text))
    width[list(odd.keys())] = list(odd.values())
    return _mapped(text, width, "gb18030", ("bad-bytes",))
