"""TIFF 6.0 stripped in place: entries that do not belong to showing a page are taken out of their directory, and every byte that
nothing points to any more is zeroed.  No pixel moves.  Reduced copies of the pages (SubIFDs) go too."""

from __future__ import annotations

import struct
from itertools import pairwise

import numpy as np

from deident.formats.image import exif
from deident.formats.image.found import Found, readable

_KEPT = frozenset((
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 286, 287, 290, 291, 292,
    293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334, 336, 338, 339, 340, 341, 347, 512, 513, 514, 515, 517,
    518, 519, 520, 521, 529, 530, 531, 532, 34675,
))  # fmt: skip
_PLACES = {273: 279, 324: 325, 513: 514}  # offsets of strips, tiles, JPEG data → their sizes
_TABLES = {519: 64, 520: 16 + 255, 521: 16 + 255}  # offsets of JPEG tables of the old kind → the most they take


def sizes(data: bytes) -> list[tuple[int, int]]:
    """Width and height of every page, in pixels."""
    sign, found = exif.order(data), list[tuple[int, int]]()
    for directory in exif.directories(data):
        if directory.group.isdigit():
            tags = {entry.tag: exif.numbers(data, sign, entry) for entry in directory.entries if entry.tag in (256, 257)}
            found.append(((tags.get(256) or [0])[0], (tags.get(257) or [0])[0]))
    return found


def strip(data: bytes, found: Found) -> bytes:
    """The file without metadata; what it said goes into `found`."""
    sign = exif.order(data)
    new = bytearray(data)
    used: list[tuple[int, int]] = [(0, 8)]
    page = False
    for directory in exif.directories(data):
        for entry in directory.entries:
            if entry.tag not in _KEPT or not directory.group.isdigit():
                exif.tell(entry, data[entry.value : entry.value + entry.size], found)
        if directory.group == "GPS" and any(entry.tag in (1, 2, 3, 4) for entry in directory.entries):
            found.private.add("gps")
        if directory.group == "Sub":
            found.private.add("thumbnail")
        if not directory.group.isdigit():
            continue
        page = True
        kept = [entry for entry in directory.entries if entry.tag in _KEPT]
        body = b"".join(data[entry.at : entry.at + 12] for entry in kept)
        block = struct.pack(sign + "H", len(kept)) + body + struct.pack(sign + "I", directory.next)
        new[directory.at : directory.at + len(block)] = block
        used.append((directory.at, directory.at + len(block)))
        used += [(entry.value, entry.value + entry.size) for entry in kept if entry.size > 4]
        by_tag = {entry.tag: exif.numbers(data, sign, entry) for entry in kept}
        for places, lengths in _PLACES.items():
            for at, length in zip(by_tag.get(places, ()), by_tag.get(lengths, ()), strict=False):
                used.append((at, at + length))
        for places, length in _TABLES.items():
            used += [(at, at + length) for at in by_tag.get(places, ())]
    if not page:
        return data
    cover = np.zeros(len(data) + 1, np.int32)
    bounds = np.array(used, np.int64).clip(0, len(data))
    np.add.at(cover, bounds[:, 0], 1)
    np.add.at(cover, bounds[:, 1], -1)
    bare = np.cumsum(cover[:-1]) == 0
    edges = np.flatnonzero(np.diff(np.concatenate(([False], bare, [False])).astype(np.int8))).tolist()
    gaps = [(start, end) for start, end in pairwise(edges) if bare[start]]
    told = {value for _, value in found.texts}
    for start, end in gaps:
        text = readable(bytes(data[start:end]))
        if len(text) > 8 and not any(one in text for one in told):
            found.private.add("trailing")
            found.say("TrailingData", text)
        new[start:end] = bytes(end - start)
    if gaps and gaps[-1][1] == len(data):
        del new[gaps[-1][0] :]
    return bytes(new)
