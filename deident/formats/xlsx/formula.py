"""Formulas of sheets (ECMA-376-1, 18.17): which of their text is literal, and how one is written when something in it is masked.

A change within a string stays in the string; a bare number becomes a string; a change anywhere else (a name, a reference) leaves
nothing that could be calculated.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from html import escape, unescape
from itertools import chain

from deident.formats.escapes import entities
from deident.formats.splice import Change, apply
from deident.model import SourceMap

#: May text of a person stand in it?
TELLING = re.compile(rb'"|&quot;|&#|[\x80-\xff]|[0-9]{5}')
_TOKEN = re.compile(
    rb"(?P<string>\"(?:[^\"]|\"\")*+\"?)|'(?:[^']|'')*+'?|(?P<number>(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+(?![\w.!:(\x80-\xff]))"
    rb"|[\w.$:\x80-\xff]+|[^\"'\w.$:\x80-\xff]+"
)
_PLAIN = re.compile(rb"[^0-9A-Za-z\x80-\xff]+")
_ELEMENT = re.compile(
    rb"<(?:[\w.-]+:)?(definedName|formula[12]?|oldFormula|f)(?:\s(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)?(?<!/)>([^<]+)</"
)
_SAME = 4  # digits of a value that literals may not have in common with it
_DIGITS = re.compile(rb"[0-9]{4,}")


def _literals(raw: bytes) -> tuple[bytes, list[tuple[int, int, bool]], SourceMap]:
    """The decoded formula, (start, end, is a number) of its literals, strings without quotes, and the map to `raw`."""
    text, map = entities(raw)
    found = []
    for token in _TOKEN.finditer(text):
        if token["number"]:
            found.append((*token.span(), True))
        elif token["string"]:
            start, end = token.span()
            found.append((start + 1, end - (end - start > 1 and text.endswith(b'"', start, end)), False))
    return text, found, map


def masked(raw: bytes, changes: Sequence[Change]) -> bytes | None:
    """The formula (XML as it is written) with changes (in order, apart); None where no formula is left.

    >>> masked(b'A1&amp;"13800138000"', [(10, 18, b"****")]), masked(b"13800138000+B1", [(3, 7, b"****")])
    (b'A1&amp;"138****"', b'"138****8000"+B1')
    >>> masked(b"A1+B1", [(0, 2, b"*")])
    """
    _, literals, map = _literals(raw)
    bounds = [(end and _place(map, start), _place(map, end), number) for start, end, number in literals]
    lows = [low for low, _, _ in bounds]
    inside: dict[int, list[Change]] = {}
    for start, end, new in changes:
        owner = bisect_right(lows, start) - 1
        if owner < 0 or end > bounds[owner][1]:
            return None
        inside.setdefault(owner, []).append((start, end, _quoted(new)))
    done: list[Change] = []
    for number, own in inside.items():
        low, high, bare = bounds[number]
        if bare:
            text = apply(raw[low:high], [(start - low, end - low, new) for start, end, new in own])
            done.append((low, high, b'"' + text + b'"'))
        else:
            done += own
    return apply(raw, sorted(done))


def _place(map: SourceMap, offset: int) -> int:
    """Source of a place between two pieces, or within an exact one."""
    ranges = map.ranges(offset - 1, offset) if offset else []
    return ranges[-1][1] if ranges else 0


def _quoted(new: bytes) -> bytes:
    text = unescape(new.decode("utf-8", "replace"))
    return escape(text.replace('"', '""'), quote=False).encode() if '"' in text else new


def gives(raw: bytes, value: bytes) -> bool:
    """Would the formula's own literals, calculated again, show the value (or much of it)?

    >>> gives(b'"1380013"&amp;"8000"', b"13800138000"), gives(b"B2&amp;C2", b"13800138000")
    (True, False)
    """
    text, literals, _ = _literals(raw)
    whole = _PLAIN.sub(b"", b"".join(text[start:end] for start, end, _ in literals)).upper()
    value = _PLAIN.sub(b"", entities(value)[0]).upper()
    if not whole or not value:
        return False
    return value in whole or not _runs(value).isdisjoint(_runs(whole))


def _runs(text: bytes) -> set[bytes]:
    """All runs of _SAME digits."""
    return {run[at : at + _SAME] for run in _DIGITS.findall(text) for at in range(len(run) - _SAME + 1)}


def in_part(data: bytes, changes: Sequence[Change], where: Sequence[tuple[int, int]]) -> list[Change]:
    """The changes of a part with formulas in it (definedName, formula1, c:f …; `where` they are looked for, in order): those within
    a formula leave it one, or `#REF!`."""
    starts = [start for start, _, _ in changes]
    result: list[Change] = []
    done = 0
    for found in chain.from_iterable(_ELEMENT.finditer(data, *stretch) for stretch in where):
        low, high = found.span(2)
        first, last = bisect_left(starts, low), bisect_left(starts, high)
        if first < last:
            new = masked(data[low:high], [(start - low, end - low, text) for start, end, text in changes[first:last]])
            result += [*changes[done:first], (low, high, b"#REF!" if new is None else new)]
            done = last
    return result + list(changes[done:])
