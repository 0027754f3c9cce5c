"""Where a finding stands in a text: lines and columns, counted from bytes.

Lines end with LF, as the engine counts them (a CR before it is part of the line); columns are code points, both from 1 on.  A byte order
mark is no character.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from deident.model import Finding


class Region(NamedTuple):
    """From (line, column) to (end_line, end_column), which is one past the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def regions(data: bytes, encoding: str, findings: Sequence[Finding]) -> list[Region]:
    """The region of each finding of a text document; `encoding`: one of text.charset.ENCODINGS."""
    places = _places(data, encoding, {place for finding in findings for place in (finding.start, finding.end)})
    return [Region(*places[finding.start], *places[finding.end]) for finding in findings]


def _places(data: bytes, encoding: str, wanted: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Byte place → (line, column).  Each byte of a line is decoded once."""
    wide = encoding.startswith("utf-16")
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    units = (
        np.frombuffer(data[: len(data) // 2 * 2], "<u2" if encoding.endswith("le") else ">u2")
        if wide
        else np.frombuffer(data, np.uint8)
    )
    starts = (np.flatnonzero(units == ord("\n")) + 1) * (2 if wide else 1)  # no encoding has an LF inside a character
    mark = 2 if wide and data[:2] in (b"\xff\xfe", b"\xfe\xff") else 3 if data[:3] == b"\xef\xbb\xbf" else 0
    out: dict[int, tuple[int, int]] = {}
    line, at, column = -1, 0, 1
    for place in sorted(wanted):
        row = int(np.searchsorted(starts, place, "right"))
        if row != line:
            line, at, column = row, int(starts[row - 1]) if row else mark, 1
        if place > at:
            column += len(data[at:place].decode(codec, "replace"))
            at = place
        out[place] = line + 1, column
    return out
