"""What a script (or style sheet) says: string literals, numbers and comments, one a line, with their keys.

`{"name": "\\u5f20", tel: 13800000000}` gives the lines `name：张` and `tel：13800000000`.  Literals joined by `+` are one value, as
are `'138' + '0000'`.  `atob("…")` and `base64,…` that hold text are decoded as one atomic piece: an edit inside replaces the whole
literal by the replacement (stars are not valid base64: the page shows nothing there, which is what is wanted).

This is no JavaScript parser: a quote in a regular expression makes a literal of what is code, which loses nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from deident.formats.escapes import chain, entities, percent, script
from deident.model import SourceMap
from deident.text.maps import MapBuilder, compose, empty, shift

# The set in front lets `re` skip to the next token; what began is then told by looking back.
_TOKEN = re.compile(
    rb"""["'`/0-9\x80-\xff](?:(?<=")(?:[^"\\\n]|\\[\s\S])*+"|(?<=')(?:[^'\\\n]|\\[\s\S])*+'|(?<=`)(?:[^`\\]|\\[\s\S])*+`"""
    rb"""|(?<=/)(?:/[^\n]*|\*[\s\S]*?(?:\*/|\Z))|(?<=[0-9])[0-9]{4,}|(?<=[\x80-\xff])[\x80-\xff]*)"""
)
_QUOTES = b"\"'`"
_PLAIN = re.compile(rb"[&\\%\t\r\n\0]|64,")  # not as it is written
_KEY = re.compile(rb"""(?:["']([^"'\n]{1,80})["']|([A-Za-z_$][\w$]{0,80}))\s*[:=]\s*\Z""")
_ATOB = re.compile(rb"atob\s*\(\s*\Z")
_HOT = re.compile(rb"[0-9]{5}|[0-9]{3}[ .-][0-9]{2}|[A-Za-z0-9]@[A-Za-z0-9]|\\[ux0-9]|[\x80-\xff]|%[0-9a-fA-F]{2}|&(?:#|co)|64,")
_BASE64 = re.compile(rb"base64,([A-Za-z0-9+/=]{8,}|[A-Za-z0-9_=-]{8,})")
_PICTURE = re.compile(rb"\s*data:(?:image/(?!svg)|font/|application/(?:x-)?font|audio/|video/)", re.I)
BLANKS = bytes.maketrans(b"\0\t\r\n\x0b\x0c", b"      ")


def is_hot(text: bytes) -> bool:
    """Could this hold anything at all?"""
    return _HOT.search(text) is not None


def is_picture(text: bytes) -> bool:
    """A picture or font as a `data:` address."""
    return _PICTURE.match(text) is not None


def base64_text(written: bytes) -> bytes:
    """The text behind base64 as UTF-8, b"" if it is none."""
    written = written.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        raw = base64.b64decode(written + b"=" * (-len(written) % 4), validate=True)
        text = raw.decode()
    except binascii.Error:
        return b""
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            return b""
    controls = sum(character < " " and character not in "\t\r\n" for character in text)
    return text.encode().translate(BLANKS) if not controls else b""


def decoded(text: bytes) -> tuple[bytes, SourceMap]:
    """An attribute value or literal with all its escapes decoded, each at most once; base64 text in it, too."""
    steps = [step for byte, step in ((b"&", entities), (b"\\", script), (b"%", percent)) if byte in text]
    view, way = chain(text, *steps) if steps else (text, SourceMap.identity(len(text)) if text else empty())
    if b"base64," not in view:
        return view.translate(BLANKS), way
    out, place = MapBuilder(), 0
    for found in _BASE64.finditer(view):
        plain = base64_text(found[1])
        if plain:
            out.copy(place, view[place : found.start(1)])
            out.insert(b" ")
            out.atomic(found.start(1), len(found[1]), plain)
            place = found.end()
    out.copy(place, view[place:])
    text, inner = out.finish()
    return text.translate(BLANKS), compose(inner, way)


def script_lines(text: bytes, places: Sequence[int] | None = None) -> tuple[bytes, SourceMap]:
    """The lines of a script, and their map to `text`.  `places`: only literals that hold one of these offsets; None: all."""
    found = list(_TOKEN.finditer(text))
    wanted = range(len(found)) if places is None else _holding(text, found, places)
    out = MapBuilder()
    done = -1
    for number in wanted:
        if number <= done:
            continue
        first = done = number
        while first > 0 and _joined(text, found, first):
            first -= 1
        while done + 1 < len(found) and _joined(text, found, done + 1):
            done += 1
        _line(text, found[first : done + 1], out, places is None)
    return out.finish()


def _holding(text: bytes, found: list[re.Match[bytes]], places: Sequence[int]) -> list[int]:
    """Numbers of the tokens that hold one of the places, or follow one that is between two literals: `'138' + '0000'`, `atob("`."""
    ends = [match.end() for match in found]
    wanted: list[int] = []
    for place in places:
        number = bisect_right(ends, place)
        if number < len(found) and (not wanted or wanted[-1] != number):
            between = found[number].start() > place
            if not between or text[place] == 0x28 or _joined(text, found, number):
                wanted.append(number)
    return wanted


def _joined(text: bytes, found: list[re.Match[bytes]], number: int) -> bool:
    """Is this literal joined to the one before it by a plus sign?"""
    if not number:
        return False
    before, after = found[number - 1], found[number]
    gap = after.start() - before.end()
    if not 0 < gap < 80 or text[before.start()] not in _QUOTES or text[after.start()] not in _QUOTES:
        return False
    return text[before.end() : after.start()].strip() == b"+"


def _line(text: bytes, parts: list[re.Match[bytes]], out: MapBuilder, thorough: bool) -> None:
    first = parts[0]
    values: list[tuple[bytes, SourceMap | int]] = []  # with its map, or, of exact text, its place
    for part in parts:
        start, end = part.span()
        if string := text[start] in _QUOTES:
            start, end = start + 1, end - 1
        if start == end:
            continue
        literal = text[start:end]
        coded = string and text[start - 2 : start - 1] == b"(" and _ATOB.search(text, max(0, start - 20), start - 1)
        if coded and (plain := base64_text(literal)):
            way = SourceMap(np.zeros(1, np.int64), np.full(1, start), np.full(1, end - start, np.int64), len(plain))
            values.append((plain, way))
        elif _PLAIN.search(literal):
            view, way = decoded(literal)
            values.append((view, shift(way, start)))
        else:
            values.append((literal, start))
    if not values or (not thorough and len(parts) > 1 and not is_hot(b"".join(view for view, _ in values))):
        return
    if out.size:
        out.insert(b"\n")
    before = text[max(0, first.start() - 100) : first.start()]
    if text[first.start()] != 0x2F and before.rstrip()[-1:] in (b":", b"=") and (key := _KEY.search(before)):
        group = key.lastindex or 1
        name, at = key[group], first.start() - len(before) + key.start(group)
        if _PLAIN.search(name):
            view, inner = decoded(name)
            out.extend(view, shift(inner, at))
        else:
            out.copy(at, name)
        out.insert("：".encode())
    for view, behind in values:
        if isinstance(behind, int):
            out.copy(behind, view)
        else:
            out.extend(view, behind)
