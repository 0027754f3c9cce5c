"""The shared strings of a workbook (ECMA-376-1, 18.4): the runs of each joined, readings (rPh) apart, what else stands there too."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident.formats.xlsx.marks import CLOSE, OPEN, OTHER, Marks, marks
from deident.formats.xlsx.middle import Middle, decoded, places, stretches
from deident.model import Bools, Ints, SourceMap
from deident.text.maps import compose

_NAMES = (b"si", b"t", b"rPh")
_ITEM, _TEXT, _READING = 1, 2, 3
_SUSPECT = re.compile(rb"""=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
TELLING = re.compile(rb"(?<![0-9.])[0-9]{8}|[\x80-\xff]|@|&#")
_FONT = re.compile(rb"rFont\s+val\s*\Z")

Stretches = list[tuple[int, int]]


@dataclass(slots=True)
class Strings:
    """start, length  of each string in the Middle, (n,)
    readings       stretches of the part: how they are spoken
    rest           stretches of the part that are no string: values of attributes, comments
    sign           of a string of one byte that byte, else 0, (n,)
    """

    start: Ints
    length: Ints
    readings: Stretches
    rest: Stretches
    sign: NDArray[np.uint8]


def no_strings() -> Strings:
    """Of a workbook without any."""
    return Strings(np.zeros(0, np.int64), np.zeros(0, np.int64), [], [], np.zeros(0, np.uint8))


def read_strings(data: bytes, way: SourceMap, middle: Middle) -> Strings:
    """All of them, added to the middle in order; `way` leads from the part's text to the source."""
    found = marks(data, _NAMES)
    if not len(found.start):
        return no_strings()
    owner = owners(found)
    in_text = (owner >= 0) & (found.name[owner] == _TEXT) & (found.kind[owner] == OPEN)
    spoken = inside(found, _READING)[owner]
    item = np.cumsum((found.name == _ITEM) & (found.kind != CLOSE))
    number = item[owner] - 1
    chosen = in_text & ~spoken & (number >= 0)
    view, map = decoded(data)
    low, high = places(map, found.text_start[chosen]), places(map, found.text_end[chosen])
    count = int(item[-1]) if len(item) else 0
    length = np.bincount(number[chosen], high - low, count).astype(np.int64)
    text, led = stretches(view, compose(map, way), low, high - low)
    base, first = middle.add(text, led), np.cumsum(length) - length
    sign = np.zeros(count, np.uint8)
    sign[length == 1] = np.frombuffer(text, np.uint8)[first[length == 1]]
    readings = in_text & spoken & (number >= 0)
    rest = loose(data, found, ~chosen & ~readings) + told(data, 0, len(data))
    return Strings(
        base + first, length,
        list(zip(found.text_start[readings].tolist(), found.text_end[readings].tolist(), strict=True)), rest, sign,
    )  # fmt: skip


def owners(found: Marks) -> Ints:
    """Of each text: the last mark before it that is a tag, -1 for none."""
    if not (found.kind == OTHER).any():
        return found.after
    last = np.maximum.accumulate(np.where(found.kind == OTHER, -1, np.arange(len(found.kind))))
    return np.where(found.after >= 0, last[found.after], -1)


def inside(found: Marks, name: int) -> Bools:
    """Of each mark: is it inside an element of this name?"""
    own = found.name == name
    if not own.any():
        return np.zeros(len(own) + (not len(own)), np.bool_)
    within: Bools = np.cumsum((own & (found.kind == OPEN)).astype(np.int64) - (own & (found.kind == CLOSE))) > 0
    return within


def loose(data: bytes, found: Marks, other: Bools) -> Stretches:
    """The texts that no known element holds and that are not blank; comments and the like."""
    rest = [
        (low, high)
        for low, high in zip(found.text_start[other].tolist(), found.text_end[other].tolist(), strict=True)
        if data[low:high].strip()
    ]
    more = found.kind == OTHER
    for low, high in zip(found.start[more].tolist(), found.end[more].tolist(), strict=True):
        if not data.startswith((b"<?xml ", b"<![CDATA["), low):
            rest.append((low + 2, high))
    return rest


def told(data: bytes, start: int, end: int) -> Stretches:
    """Values of attributes in which a number, a mail address or a word of Han letters may stand."""
    rest = []
    for found in _SUSPECT.finditer(data, start, end):
        low, high = found.span(found.lastindex or 1)
        if low < high and (hit := TELLING.search(data, low, high)):
            name = hit[0][0] > 127 and _FONT.search(data[max(start, found.start() - 20) : found.start()])
            if not (name and not re.search(rb"[0-9]{5}|@", data[low:high])):
                rest.append((low, high))
    return rest
