"""Texts of a metafile as lines: characters that stand close make a string, strings are put in reading order as recognised ones are (lines.py).

Programs draw a line, a word or a character a record, some in two layers (EMF and EMF+), some twice for a shadow.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple
from unicodedata import east_asian_width

import numpy as np

from deident.formats.image import lines, ocr
from deident.formats.image.canvas import GUESS, WIDE, Text
from deident.formats.ofd.spacing import joins

_WORD, _COLUMN = 0.25, 1.2  # em: gaps that part strings, and cells
_SAME = 0.4  # em: what baselines of one line differ by
_LAYERS = 4
_MANY, _BROAD = 1500, 200  # strings of a page, and of a row, from which on tables are not looked for
_PAIRS = {"gb18030": re.compile(rb"[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[0-9][\x81-\xfe][0-9])"), "cp932": re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]"),
          "cp949": re.compile(rb"[\x81-\xfe][\x41-\x5a\x61-\x7a\x81-\xfe]"), "big5": re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]")}  # fmt: skip
_COMMON = re.compile(rb"[\xa1-\xa3\xb0-\xf7][\xa1-\xfe]")

Char = tuple[str, int, int]  # what is read, where it stands, bytes


class _Run(NamedTuple):
    """Characters of one record without a wide gap; ends: where each ends along the line."""

    chars: Sequence[Char]
    begin: float
    ends: Sequence[float]
    across: float
    em: float


def western(data: bytes, texts: Sequence[Text]) -> str:
    """What the fonts that claim to be Western hold: "gb18030" or "cp1252"."""
    if any(text.codec == "gb18030" for text in texts):
        return "gb18030"
    held = b" ".join(data[text.start : text.start + text.size] for text in texts if text.codec == GUESS)
    high = len(held) - len(held.translate(None, bytes(range(128, 256))))
    return "gb18030" if high and 2 * len(_COMMON.findall(held)) > 0.7 * high else "cp1252"


def chars(data: bytes, start: int, size: int, codec: str) -> list[Char]:
    """Characters of a string; what is none is a blank, what cannot be decoded U+FFFD."""
    found: list[Char] = []
    at, end = start, start + size
    pair = _PAIRS.get(codec)
    while at < end:
        width = 1
        if codec == WIDE:
            width = min(4 if at + 4 <= end and data[at + 1] & 0xFC == 0xD8 and data[at + 3] & 0xFC == 0xDC else 2, end - at)
        elif data[at] >= 0x80 and pair and (hit := pair.match(data, at, end)):
            width = hit.end() - at
        one = data[at : at + width].decode(codec, "replace")
        found.append(
            (one if len(one) == 1 and one.isprintable() else " " if one.isascii() or one.isspace() else "\ufffd", at, width)
        )
        at += width
    return found


def arrange(data: bytes, texts: Sequence[Text]) -> Iterator[Sequence[Char]]:
    """Stretches of the text in reading order; what stands between two (TAB, blank, LF) is at -1."""
    guess = western(data, texts)
    by_layer = sorted(texts, key=lambda text: text.layer)
    for _, own in groupby(by_layer, key=lambda text: text.layer):
        covers: list[list[tuple[_Run, int]]] = [[] for _ in range(_LAYERS)]
        for run, angle, number in _strings(data, list(own), guess):
            covers[number].append((run, angle))
        for found in covers:
            yield from _arranged(found)


def _arranged(found: Sequence[tuple[_Run, int]]) -> Iterator[Sequence[Char]]:
    """Strings with their angle, none above another."""
    rows = Counter(round(run.across / run.em) for run, _ in found)
    if len(found) > _MANY or max(rows.values(), default=0) > _BROAD:
        yield from _plain(found)
    elif found:
        read = [ocr.Line("".join(one for one, _, _ in run.chars), 1.0, _quad(run, angle), _spans(run)) for run, angle in found]
        pieces = lines.arrange(read)
        for number, piece in enumerate(pieces):
            if piece.line < 0:
                apart = not piece.text and _apart(pieces[number - 1].text, pieces[number + 1].text)
                yield [("\n", -1, 0)] if apart else [(one, -1, 0) for one in piece.text]
            else:
                yield found[piece.line][0].chars[piece.first : piece.first + len(piece.text)]
        yield [("\n", -1, 0)]


def _apart(above: str, below: str) -> bool:
    """Are these no lines of one paragraph: masked values, or whole numbers?"""
    return above.endswith("*") or not joins(above, below)


def _plain(found: Sequence[tuple[_Run, int]]) -> Iterator[Sequence[Char]]:
    """Rows as they come."""
    before: tuple[_Run, int] | None = None
    for run, angle in found:
        if before:
            same = angle == before[1] and abs(run.across - before[0].across) < _SAME * run.em
            gap = run.begin - before[0].ends[-1]
            same = same and gap > -_COLUMN * run.em
            yield [("\t" if gap > _COLUMN * run.em else " ", -1, 0) if same else ("\n", -1, 0)]
        yield run.chars
        before = run, angle
    yield [("\n", -1, 0)]


def _strings(data: bytes, texts: Sequence[Text], guess: str) -> Iterator[tuple[_Run, int, int]]:
    """Runs put together, with their angle, and how many others they cover: by line, from left to right."""
    by_angle: dict[int, list[_Run]] = {}
    for text in texts:
        by_angle.setdefault(text.angle, []).extend(_runs(data, text, guess))
    for angle, own in by_angle.items():
        own.sort(key=lambda run: run.across)
        start = 0
        for number in range(1, len(own) + 1):
            if number == len(own) or own[number].across - own[start].across > _SAME * min(own[number].em, own[start].em):
                for cover, layer in enumerate(_layers(sorted(own[start:number], key=lambda run: run.begin))):
                    for run in _joined(layer):
                        yield run, angle, cover
                start = number


def _runs(data: bytes, text: Text, guess: str) -> Iterator[_Run]:
    """A record's characters, parted at wide gaps, without the blanks around them."""
    own = chars(data, text.start, text.size, text.codec or guess)
    unit = 2 if text.codec == WIDE else 1
    steps = [_step(text, one, (place - text.start) // unit, max(width // unit, 1)) for one, place, width in own]
    angle = math.radians(text.angle)
    sin, cos = math.sin(angle), math.cos(angle)
    begin, across = text.x * cos + text.y * sin, text.y * cos - text.x * sin
    total = sum(steps)
    begin -= {2: total, 6: total / 2}.get(text.align & 6, 0.0)
    first, last = -1, 0
    begins, ends = [], []
    for step in steps:
        begins.append(begin)
        begin += max(step, 0.0)
        ends.append(begin)
    for number, (one, _, _) in enumerate(own):
        if one == " ":
            continue
        if first >= 0 and begins[number] - min(ends[last], begins[last] + text.em) > _COLUMN * text.em:
            yield _Run(own[first : last + 1], begins[first], ends[first : last + 1], across, text.em)
            first = -1
        first, last = first if first >= 0 else number, number
    if first >= 0:
        yield _Run(own[first : last + 1], begins[first], ends[first : last + 1], across, text.em)


def _step(text: Text, one: str, unit: int, units: int) -> float:
    if unit + units <= len(text.steps):
        return sum(text.steps[unit : unit + units])
    return text.em * (1.0 if east_asian_width(one) in "WF" else 0.5)


def _layers(row: Sequence[_Run]) -> list[list[_Run]]:
    """Runs of one line; what covers another (a shadow) is a line of its own."""
    layers: list[list[_Run]] = []
    for run in row:
        for layer in layers:
            before = layer[-1]
            if run.begin >= before.begin + 0.5 * (before.ends[-1] - before.begin) or len(layers) >= _LAYERS:
                layer.append(run)
                break
        else:
            layers.append([run])
    return layers


def _joined(row: Sequence[_Run]) -> Iterator[_Run]:
    """Runs that stand close are one."""
    start = 0
    for number in range(1, len(row) + 1):
        if number < len(row) and row[number].begin - row[number - 1].ends[-1] <= _WORD * row[number].em:
            continue
        own = row[start:number]
        if len(own) == 1:
            yield own[0]
        else:
            ends = [end for run in own for end in run.ends]
            yield _Run([one for run in own for one in run.chars], own[0].begin, ends, own[0].across, own[0].em)
        start = number


def _quad(run: _Run, angle: int) -> ocr.Quad:
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    half = run.em / 2
    end = max(run.ends[-1], run.begin + 0.1 * run.em)
    corners = ((run.begin, -half), (end, -half), (end, half), (run.begin, half))
    flat = [(along, run.across + side) for along, side in corners]
    return np.array([(along * cos - side * sin, along * sin + side * cos) for along, side in flat], np.float32)


def _spans(run: _Run) -> ocr.Spans:
    whole = max(run.ends[-1] - run.begin, 0.1 * run.em)
    edges = [0.0, *((end - run.begin) / whole for end in run.ends)]
    return np.clip(np.array(list(pairwise(edges)), np.float32), 0, 1)
