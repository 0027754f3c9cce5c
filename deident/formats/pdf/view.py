"""A page as canonical text, with its map: each glyph is a piece of its own."""

from __future__ import annotations

import numpy as np

from deident.formats.pdf.glyphs import Floats, Placed
from deident.formats.pdf.layout import lay
from deident.formats.pdf.tables import LF, SPACE, TAB
from deident.model import SourceMap

_SEPARATORS = {LF: b"\n", TAB: b"\t", SPACE: b" "}


def view(placed: Placed, sides: tuple[float, float] = (0.0, 0.0), rules: Floats | None = None) -> tuple[bytes, SourceMap]:
    """Glyphs as text; for `sides` and `rules` see `lay`."""
    order = lay(placed, sides, rules)
    source, text = placed.source.tolist(), placed.text
    pieces: list[bytes] = []
    at: list[int] = []
    width: list[int] = []
    last = 0
    for number in order:
        if number < 0:
            pieces.append(_SEPARATORS[number])
            at.append(last)
            width.append(0)
        elif text[number]:
            pieces.append(text[number].encode("utf-8", "replace"))
            at.append(source[number])
            width.append(1)
            last = source[number] + 1
    lengths = np.array([len(piece) for piece in pieces], np.int64)
    starts = np.cumsum(lengths) - lengths
    map = SourceMap(starts, np.array(at, np.int64), np.array(width, np.int64), int(lengths.sum()))
    return b"".join(pieces), map
