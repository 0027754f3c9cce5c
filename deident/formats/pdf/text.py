"""Text strings of PDF (ISO 32000-2, 7.9.2.2): bytes → text, and what producers write instead.

By the standard: UTF-16BE or UTF-8 with a mark, else PDFDocEncoding.  Chinese producers also write GBK, UTF-8 and UTF-16 without
a mark.  What comes back is written as PDFDocEncoding where that holds it, else as UTF-16BE.
"""

from __future__ import annotations

import re

import pikepdf

_MARKS = ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8"))
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x17\x7f]")
_ACCENT = re.compile(rb"[\x18-\x1f]")  # in PDFDocEncoding; seldom seen
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x81-\xfe][0-9][\x81-\xfe][0-9]")
_GB2312 = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_USUAL = re.compile("[\\s\0 -~\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
_LANGUAGE = re.compile("\x1b[a-zA-Z]{2,7}\x1b")  # ISO 32000-2, 7.9.2.2.1: language escapes
_BREAKS = str.maketrans({"\0": " ", "\t": " ", "\f": "\n", "\r": "\n"})


def decoded(raw: bytes) -> str | None:
    """The text, with LF for every line break and without NUL and TAB; None for binary data."""
    text = _decoded(raw)
    return None if text is None else _LANGUAGE.sub("", text).replace("\r\n", "\n").translate(_BREAKS)


def encoded(text: str) -> bytes:
    """PDFDocEncoding or UTF-16BE with a mark."""
    return bytes(pikepdf.String(text.encode("utf-8", "replace").decode()))


def _decoded(raw: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    control = _CONTROL.search(raw)
    if raw.isascii() and not control and not _ACCENT.search(raw):
        return raw.decode()
    if control or _ACCENT.search(raw):
        if (wide := _wide(raw)) is not None:
            return wide
        if 8 * len(_CONTROL.findall(raw)) > len(raw):
            return None
        raw = _CONTROL.sub(b" ", raw)  # a few of them hide nothing
        if raw.isascii():
            return raw.decode("pdfdoc")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _chinese(raw):
        return raw.decode("gb18030", "replace")
    try:
        return raw.decode("pdfdoc")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: an even number of bytes that gives nothing but Han, ASCII and their punctuation."""
    if len(raw) % 2 or len(raw) < 2:
        return None
    for encoding in ("utf-16-be", "utf-16-le"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _USUAL.fullmatch(text):
            return text
    return None


def _chinese(raw: bytes) -> bool:
    """Whole pairs only, and at least half of them of GB 2312: "Café" has none, and a name with 镕 or 喆 more of those than not."""
    rest = _PAIR.sub(b"", raw)
    if not rest.isascii():
        return False
    pairs = _PAIR.findall(raw)
    return 2 * sum(bool(_GB2312.fullmatch(pair)) for pair in pairs) >= len(pairs)
