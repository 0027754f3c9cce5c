"""Tokens of RTF (Rich Text Format 1.9.1, "Basic Entities"), with their offsets.  They cover the file; nothing raises.

A control word takes the one space behind it along.  Line ends outside a token mean nothing and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    rb"(?P<word>\\([A-Za-z]{1,32})(-?[0-9]+)?\x20?)|(?P<hex>(?:\\'[0-9A-Fa-f]{2})+)|(?P<text>[^\\{}\r\n\0]+)"
    rb"|(?P<open>\{)|(?P<close>\})|(?P<symbol>\\(?:\r\n|[\s\S])?)"
)
_MOST = 1 << 31


class Token(NamedTuple):
    """kind: "word" (`name`, `number` or None), "hex" (a run of `\\'xx`), "text", "open", "close", "symbol", or "bin", the raw
    bytes that follow `\\binN`."""

    kind: str
    start: int
    end: int
    name: bytes = b""
    number: int | None = None


def tokens(data: bytes) -> Iterator[Token]:
    """All tokens, from left to right."""
    place = 0
    while True:
        skip = -1
        for found in _TOKEN.finditer(data, place):
            kind = str(found.lastgroup)
            if kind != "word":
                yield Token(kind, found.start(), found.end())
                continue
            number = min(int(found[3][:11]), _MOST) if found[3] else None
            yield Token(kind, found.start(), found.end(), found[2], number)
            if found[2] == b"bin":
                skip = min(found.end() + max(number or 0, 0), len(data))
                yield Token("bin", found.end(), skip)
                place = skip
                break
        if skip < 0:
            return
