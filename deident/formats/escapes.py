"""Escapes of the web as views: entities, JavaScript `\\u` `\\x`, percent codes; each with a map to what was written.

    entities  `&#49;` `&#x31;` (also without `;`), the names of HTML 5                         WHATWG HTML 13.5
    script    `\\u0031` `\\u{31}` `\\x31` `\\061` `\\'` `\\n` `\\/`, a line continuation            ECMA-262 12.9.4
    percent   `%D5%C5`: UTF-8 where a whole run of codes is valid, else GB18030                 RFC 3986 2.1

Each function takes UTF-8 bytes and gives (view, map); nothing raises, what cannot be decoded stays as it is.  One escape is
one atomic piece.  Decoded text never holds NUL, TAB or line breaks, which have a meaning in the canonical text: they
become spaces (NUL: U+FFFD).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import lru_cache
from html.entities import html5

import numpy as np

from deident.model import SourceMap
from deident.text.maps import compose

ENTITY = re.compile(rb"&(?:#[xX]0{0,16}[0-9a-fA-F]{1,6}|#0{0,16}[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?")
_SCRIPT = re.compile(
    rb"\\(?:u\{([0-9a-fA-F]{1,6})\}|((?:u[0-9a-fA-F]{4})(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?)|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|(\r\n|[\s\S]))"
)
_PERCENT = re.compile(rb"(?:%[0-9a-fA-F]{2})+")
_NAMED = {"b": "", "f": " ", "n": " ", "r": " ", "t": " ", "v": " ", "\n": "", "\r": "", "\r\n": ""}
_PLAIN = str.maketrans({"\0": "\ufffd", "\t": " ", "\n": " ", "\r": " "})

Pieces = list[tuple[int, int, bytes]]  # start, end, what is there instead


@lru_cache(4096)
def entity(written: bytes) -> tuple[bytes, int]:
    """What a match of ENTITY stands for, and how many of its bytes that takes (0: it is no entity)."""
    name = written[1:].decode("ascii")
    if name[0] == "#":
        plain = html.unescape("&" + name.rstrip(";") + ";")
        used = len(written)
    else:
        used = next((end for end in range(len(name), 1, -1) if name[:end] in html5), 0)
        plain = html5[name[:used]] if used else ""
        used = used + 1 if used else 0
    view = plain.translate(_PLAIN).encode("utf-8", "replace")
    return (view, used) if len(view) < used else (b"", 0)


def entities(source: bytes) -> tuple[bytes, SourceMap]:
    """View of `source` with its entities decoded."""
    pieces: Pieces = []
    for match in ENTITY.finditer(source) if b"&" in source else ():
        plain, used = entity(match[0])
        if used:
            pieces.append((match.start(), match.start() + used, plain))
    return replaced(source, pieces)


def script(source: bytes) -> tuple[bytes, SourceMap]:
    """View of the inside of a JavaScript or JSON string literal."""
    pieces: Pieces = []
    for match in _SCRIPT.finditer(source) if b"\\" in source else ():
        brace, four, two, octal, other = match.groups()
        if four:
            code = int(four[1:5], 16)
            pair = 0xD800 <= code < 0xDC00 and len(four) > 5
            if pair:
                text = chr(0x10000 + ((code - 0xD800) << 10) + (int(four[7:11], 16) - 0xDC00))
            else:
                text = _character(code)
            pieces.append((match.start(), match.end() if pair else match.start() + 6, _bytes(text)))
            if not pair and len(four) > 5:  # a low half without its high half
                pieces.append((match.start() + 6, match.end(), _bytes(_character(int(four[7:11], 16)))))
        elif other:
            text = _NAMED.get(other.decode("latin-1"), "")
            if text or other in b"bfnrtv\r\n":
                pieces.append((match.start(), match.end(), text.encode()))
            else:  # \' \/ \张: the backslash alone goes
                pieces.append((match.start(), match.start() + 1, b""))
        else:
            text = _character(int(octal, 8) if octal else int(brace or two, 16))
            pieces.append((match.start(), match.end(), _bytes(text)))
    return replaced(source, pieces)


def percent(source: bytes) -> tuple[bytes, SourceMap]:
    """View of a URL with its percent codes decoded: one encoding for each run of codes."""
    pieces: Pieces = []
    for match in _PERCENT.finditer(source) if b"%" in source else ():
        raw = bytes.fromhex(match[0].replace(b"%", b"").decode("ascii"))
        place = match.start()
        for encoding in ("utf-8", "gb18030"):
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            for character in text:
                end = place + 3 * len(character.encode(encoding))
                pieces.append((place, end, _bytes(character)))
                place = end
            break
    return replaced(source, pieces)


def _character(code: int) -> str:
    return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"


def _bytes(text: str) -> bytes:
    return text.translate(_PLAIN).encode("utf-8", "replace")


def replaced(source: bytes, pieces: Pieces) -> tuple[bytes, SourceMap]:
    """`source` with `pieces` (in order, apart) put in place of what they cover, each atomic."""
    if not pieces:
        return source, SourceMap.identity(len(source))
    view: list[bytes] = []
    rows: list[tuple[int, int, int]] = []  # length, source, width
    place = 0
    for start, end, text in pieces:
        if start > place:
            view.append(source[place:start])
            rows.append((start - place, place, start - place))
        if text:  # an escape is always longer than its text, so the piece cannot look exact
            view.append(text)
            rows.append((len(text), start, end - start))
        place = end
    if len(source) > place or not rows:
        view.append(source[place:])
        rows.append((len(source) - place, place, len(source) - place))
    table = np.array(rows, np.int64)
    at = np.cumsum(table[:, 0])
    return b"".join(view), SourceMap(at - table[:, 0], table[:, 1].copy(), table[:, 2].copy(), int(at[-1]))


def chain(source: bytes, *steps: Callable[[bytes], tuple[bytes, SourceMap]]) -> tuple[bytes, SourceMap]:
    """One view after the other, the maps made one."""
    view, way = source, SourceMap.identity(len(source))
    for step in steps:
        after, inner = step(view)
        if after is not view:
            view, way = after, compose(inner, way)
    return view, way
