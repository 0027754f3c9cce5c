"""Characters of a TextCode, and where each stands (GB/T 33190-2016, 11.3)."""

from __future__ import annotations

from collections.abc import Iterator

from deident.formats.escapes import entities
from deident.formats.ofd import geometry
from deident.formats.ofd.model import Code, Text
from deident.formats.tags import Token


def characters(view: bytes, token: Token) -> Iterator[tuple[int, int, str]]:
    """The characters of text: start, end, what is read (one character)."""
    raw = view[token.start : token.end]
    if token.kind == "cdata" or b"&" not in raw:
        place = token.start
        for one in raw.decode("utf-8", "replace"):
            width = len(one.encode())
            yield place, place + width, one
            place += width
        return
    decoded, map = entities(raw)
    place = 0
    for one in decoded.decode("utf-8", "replace"):
        width = len(one.encode())
        ranges = map.ranges(place, place + width)
        yield token.start + ranges[0][0], token.start + ranges[-1][1], one
        place += width


def trimmed(chars: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Without the line ends that indented XML has around text, and the spaces at them."""
    first, last = 0, len(chars)
    while first < last and chars[first][2].isspace():
        first += 1
    while last > first and chars[last - 1][2].isspace():
        last -= 1
    if not any(one in "\r\n" for _, _, one in chars[:first]):
        first = 0
    if not any(one in "\r\n" for _, _, one in chars[last:]):
        last = len(chars)
    return chars[first:last]


def places(code: Code, text: Text) -> Iterator[tuple[float, float]]:
    """Where each character of the TextCode stands in the object."""
    x, y = code.x, code.y
    right, down = code.steps
    for number, (_, _, one) in enumerate(code.chars):
        yield x, y
        if number < len(right) or number < len(down):
            x += right[number] if number < len(right) else 0.0
            y += down[number] if number < len(down) else 0.0
        elif text.upright or (down and not right):
            y += text.size
        else:
            x += geometry.advance(one) * text.size * text.stretch
