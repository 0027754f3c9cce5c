"""Masks over many values, each worked on once: lists say the same villages and dates again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.catalog import Mask
from deident.masks.ends import ends
from deident.masks.forms import FORMS, change
from deident.masks.sheet import Sheet
from deident.model import Ints

_DEAR = ("year", "month", "decade", "township", "village", "county")  # dear to make, and they look at nothing but the value
_ROOM = 1 << 17  # values that are remembered for each mask


class Changes(NamedTuple):
    """What is changed in each of some values: bytes `start:end` of it become `new`, (n,) each."""

    start: Ints
    end: Ints
    new: NDArray[Any]


class Once:
    """It holds values, so it lives no longer than the batch they are of.

    >>> Once().hide(Mask("village"), ["余官村7号", "余官村8号", "余官村7号"], Sheet())
    ['余官村***', '余官村***', '余官村***']
    """

    def __init__(self) -> None:
        self._made: dict[Mask, dict[str, str]] = {}

    def hide(self, mask: Mask, values: Sequence[str], sheet: Sheet) -> list[str]:
        """`hide` of each value."""
        form = FORMS[mask.form]
        if mask.form == "ends" and mask.length:
            return _ends(mask, values)
        if mask.form not in _DEAR:
            return [form(mask, value, sheet) for value in values]
        made, out = self._made.setdefault(mask, {}), []
        for value in values:
            if (hidden := made.get(value)) is None:
                hidden = form(mask, value, sheet)
                if len(made) < _ROOM:
                    made[value] = hidden
            out.append(hidden)
        return out

    def change(self, mask: Mask, values: Sequence[bytes], sheet: Sheet) -> Changes:
        """The smallest change (`change`) that makes each value what `hide` makes of it; offsets are bytes of the value."""
        if mask.form == "ends" and mask.length and len(mask.fill) == 1 and not mask.fill.isalnum():
            return _ends_changed(mask, values)
        alike = list(dict.fromkeys(values))
        texts = [value.decode("utf-8", "replace") for value in alike]
        made = dict(zip(alike, map(_in_bytes, texts, self.hide(mask, texts, sheet)), strict=True))
        return _columns([made[value] for value in values])


def _in_bytes(text: str, hidden: str) -> tuple[int, int, str]:
    """`change` in bytes of UTF-8."""
    start, end, new = change(text, hidden)
    return (start, end, new) if text.isascii() else (len(text[:start].encode()), len(text[:end].encode()), new)


def _columns(changes: Sequence[tuple[int, int, str]]) -> Changes:
    start, end, new = zip(*changes, strict=True) if changes else ((), (), ())
    return Changes(np.array(start, np.int64), np.array(end, np.int64), np.array([*new, None], object)[:-1])


def _ends(mask: Mask, values: Sequence[str]) -> list[str]:
    """`ends` of each value; numbers without signs, as columns hold them, at once."""
    first, last = mask.keep
    stars, fewest = mask.fill * mask.length, first + last + 2
    return [
        value[:first] + stars + value[len(value) - last :]
        if value.isalnum() and len(value) >= fewest
        else ends(mask, value, None)
        for value in values
    ]


def _ends_changed(mask: Mask, values: Sequence[bytes]) -> Changes:
    """The same as changes: of a number without signs all but its ends, since no sign of the mask is a letter or digit."""
    first, last = mask.keep
    size = np.array([len(value) for value in values], np.int64)
    start, end, new = np.full(len(values), first), size - last, np.full(len(values), mask.fill * mask.length, object)
    plain = np.array([value.isalnum() for value in values], np.bool_) & (size >= first + last + 2)
    for row in np.flatnonzero(~plain).tolist():
        text = values[row].decode("utf-8", "replace")
        start[row], end[row], new[row] = _in_bytes(text, ends(mask, text, None))
    return Changes(start, end, new)
