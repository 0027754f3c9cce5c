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

from deident.formats.escapes import chain, entities, percent, script
from deident.model import SourceMap
from deident.text.maps import MapBuilder, compose, empty, shift

_TOKEN = re.compile(
    rb"""(?P<string>"((?:[^"\\\n]|\\[\s\S])*+)"|'((?:[^'\\\n]|\\[\s\S])*+)'|`((?:[^`\\]|\\[\s\S])*+)`)"""
    rb"""|(?P<comment>//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))|(?P<bare>[0-9]{5,}|[\x80-\xff]+)"""
)
_PLUS = re.compile(rb"\s*+\+\s*+")
_KEY = re.compile(rb"""(?:["']([^"'\n]{1,80})["']|([A-Za-z_$][\w$]{0,80}))\s*[:=]\s*\Z""")
_ATOB = re.compile(rb"atob\s*\(\s*\Z")
_COLON = re.compile(rb"\s*+:(?!:)")
_HOT = re.compile(rb"[0-9]{5}|[0-9]{3}[ .-][0-9]{2}|[A-Za-z0-9]@[A-Za-z0-9]|\\[ux0-9]|[\x80-\xff]|%[0-9a-fA-F]{2}|&(?:#|co)|64,")
_BASE64 = re.compile(rb"base64,([A-Za-z0-9+/=]{8,}|[A-Za-z0-9_=-]{8,})")
_PICTURE = re.compile(rb"\s*data:(?:image/(?!svg)|font/|application/(?:x-)?font|audio/|video/)", re.I)
_BLANKS = bytes.maketrans(b"\0\t\r\n\x0b\x0c", b"      ")


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
    return text.encode().translate(_BLANKS) if not controls else b""


def decoded(text: bytes) -> tuple[bytes, SourceMap]:
    """An attribute value or literal with all its escapes decoded, each at most once; base64 text in it, too."""
    steps = [step for byte, step in ((b"&", entities), (b"\\", script), (b"%", percent)) if byte in text]
    view, way = chain(text, *steps) if steps else (text, SourceMap.identity(len(text)) if text else empty())
    if b"base64," not in view:
        return view.translate(_BLANKS), way
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
    return text.translate(_BLANKS), compose(inner, way)


def script_lines(text: bytes, thorough: bool = False) -> tuple[bytes, SourceMap]:
    """The lines of a script, and their map to `text`."""
    out = MapBuilder()
    last_end = 0
    found = list(_TOKEN.finditer(text))
    number = 0
    while number < len(found):
        match = found[number]
        parts = [match]
        number += 1
        if match.lastgroup == "string":
            while number < len(found) and found[number].lastgroup == "string" and _PLUS.fullmatch(text, parts[-1].end(), found[number].start()):
                parts.append(found[number])
                number += 1
            if _COLON.match(text, parts[-1].end()) and not (thorough or _HOT.search(text, match.start(), parts[-1].end())):
                continue  # a key: it is written with its value
        _line(text, parts, max(last_end, match.start() - 180), out, thorough)
        last_end = parts[-1].start() if _COLON.match(text, parts[-1].end()) else parts[-1].end()
    return out.finish()


def _line(text: bytes, parts: list[re.Match[bytes]], behind: int, out: MapBuilder, thorough: bool) -> None:
    first = parts[0]
    if not thorough and len(parts) == 1 and not _HOT.search(text, *first.span()):
        if not (first.lastgroup == "string" and first.end() - first.start() > 10 and _ATOB.search(text, behind, first.start())):
            return
    values: list[tuple[bytes, SourceMap]] = []
    for part in parts:
        start, end = part.span()
        if part.lastgroup == "string":
            start, end = start + 1, end - 1
        if start < end:
            view, way = decoded(text[start:end])
            if part.lastgroup == "string" and _ATOB.search(text, max(behind, part.start() - 20), part.start()) and (plain := base64_text(view)):
                whole = MapBuilder()
                whole.atomic(start, end - start, plain)
                values.append(whole.finish())
            else:
                values.append((view, shift(way, start)))
    if not thorough and len(parts) > 1 and not is_hot(b"".join(view for view, _ in values)):
        return
    key = _KEY.search(text, behind, first.start()) if first.lastgroup != "comment" else None
    if out.size:
        out.insert(b"\n")
    if key:
        group = key.lastindex or 1
        view, way = decoded(key[group])
        out.extend(view, shift(way, key.start(group)))
        out.insert("：".encode())
    for view, way in values:
        out.extend(view, way)
