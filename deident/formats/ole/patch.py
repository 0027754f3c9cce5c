"""Same-length writing: a replacement goes into the bytes of what it replaces, unit by unit; what is left over is filled with "*".

A replacement that is longer than its room is cut.  A number becomes 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from deident.errors import InputError
from deident.formats.ole.units import BECOMES, NUMBER, WIDE, Places
from deident.formats.splice import Change
from deident.model import Edit, SourceMap


def patches(map: SourceMap, edits: Sequence[Edit], places: Places) -> list[Change]:
    """Changes of the source, each as long as what it changes, in order, apart.  Where edits meet, the first one (the longer) stays."""
    wanted: list[tuple[int, int, int, bytes]] = []
    columns = map.view.tolist(), map.source.tolist(), map.width.tolist()
    for number, edit in enumerate(edits):
        if not 0 <= edit.start <= edit.end <= map.size:
            raise InputError(f"edit {number} covers {edit.start}:{edit.end}, but the view has {map.size} bytes")
        if edit.start == edit.end:
            continue
        rest = edit.replacement
        for low, high in ranges(*columns, map.size, edit.start, edit.end):
            for start, end, codec in places.split(low, high):
                new, rest = filled(rest, end - start, codec)
                wanted.append((start, -end, number, new))
    wanted.sort(key=lambda one: one[:3])
    result: list[Change] = []
    last = 0
    for start, minus_end, _, new in wanted:
        if -minus_end > last:
            first = max(start, last)
            result.append((first, -minus_end, new[first - start :]))
            last = -minus_end
    return result


def ranges(view: list[int], source: list[int], width: list[int], size: int, start: int, end: int) -> list[tuple[int, int]]:
    """As `SourceMap.ranges`, but in the order of the view: the pieces of a Word text stand anywhere in its stream."""
    out: list[tuple[int, int]] = []
    piece = bisect_right(view, start) - 1
    while piece < len(view) and start < end:
        low, at, span = view[piece], source[piece], width[piece]
        high = view[piece + 1] if piece + 1 < len(view) else size
        if span:
            exact = span == high - low
            first = at + start - low if exact else at
            last = at + min(end, high) - low if exact else at + span
            if out and out[-1][1] == first:
                out[-1] = (out[-1][0], last)
            elif not out or not out[-1][0] <= first <= last <= out[-1][1]:  # not the second half of an atomic piece
                out.append((first, last))
        start = max(start, high)
        piece += 1
    return out


def filled(text: str, room: int, codec: str) -> tuple[bytes, str]:
    """(exactly `room` bytes, the text that did not fit)."""
    if codec == NUMBER:
        return bytes(room), ""
    if codec.startswith(BECOMES):
        return bytes.fromhex(codec.removeprefix(BECOMES)), ""
    out = bytearray()
    used = 0
    for character in text:
        unit = character.encode(codec, "ignore") or "*".encode(codec)
        if len(out) + len(unit) > room:
            break
        out += unit
        used += 1
    star = b"*\0" if codec == WIDE else b"*"
    out += star * ((room - len(out)) // len(star))
    return bytes(out).ljust(room, b"\0"), text[used:]
