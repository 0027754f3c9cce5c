"""How a value is hidden.  `[mask]` of a pattern or of a policy chooses; the defaults follow law-and-masks §3.1.

The result of a mask is never found again as something to mask, and masking twice is masking once.  Forms that make a value
coarser (`village`, `county`, `month` …) leave alone what is coarse already: such a value is masked although it did not change.

>>> hide(Mask("ends", (3, 0), "*", 8), "132 6458 7364")
'132********'
>>> hide(Mask("year"), "1982年3月5日")
'1982年**月**日'
>>> hide(Mask("village"), "马官镇余官村岩脚组7号")
'马官镇余官村***'
>>> hide(Mask("court"), "胥云霞", Sheet().number(["胥云霞", "胥定国"]))
'胥某1'
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deident.catalog import Mask
from deident.masks.amounts import band
from deident.masks.births import age_band, decade, month, year
from deident.masks.ends import area, delete, ends, plate, suppress
from deident.masks.keyed import pseudonym
from deident.masks.names import anonymous, court, name
from deident.masks.places import county, township, village
from deident.masks.sheet import Sheet
from deident.masks.surrogates import surrogate

__all__ = ["Once", "Sheet", "change", "edit", "hide"]

_FORMS: dict[str, Callable[[Mask, str, Sheet], str]] = {
    "ends": ends, "area": area, "plate": plate, "suppress": suppress, "delete": delete,
    "year": year, "month": month, "decade": decade, "age_band": age_band,
    "township": township, "village": village, "county": county,
    "name": name, "court": court, "anonymous": anonymous,
    "band": band, "pseudonym": pseudonym, "surrogate": surrogate,
}  # fmt: skip
_BLANK = Sheet()
_DEAR = ("year", "month", "decade", "township", "village", "county")  # dear to make, and they look at nothing but the value
_ROOM = 1 << 17  # values that are remembered for each mask


def hide(mask: Mask, value: str, sheet: Sheet | None = None) -> str:
    """The value as it may be printed.  Raises InputError when the form needs a key and the sheet has none."""
    return _FORMS[mask.form](mask, value, _BLANK if sheet is None else sheet)


def edit(mask: Mask, value: str, sheet: Sheet | None = None) -> tuple[int, int, str]:
    """The smallest change that hides a value: (first character, end character, replacement)."""
    return change(value, hide(mask, value, sheet))


def change(value: str, hidden: str) -> tuple[int, int, str]:
    """The smallest change that makes a value what its mask has made of it: (first character, end character, replacement)."""
    most, start, end = min(len(value), len(hidden)), 0, 0
    while start < most and value[start] == hidden[start]:
        start += 1
    while end < most - start and value[-1 - end] == hidden[-1 - end]:
        end += 1
    return start, len(value) - end, hidden[start : len(hidden) - end]


class Once:
    """Masks over many values, each worked on once: lists say the same villages and dates again and again.

    It holds values, so it lives no longer than the batch they are of.

    >>> Once().hide(Mask("village"), ["余官村7号", "余官村8号", "余官村7号"], Sheet())
    ['余官村***', '余官村***', '余官村***']
    """

    def __init__(self) -> None:
        self._made: dict[Mask, dict[str, str]] = {}

    def hide(self, mask: Mask, values: Sequence[str], sheet: Sheet) -> list[str]:
        """`hide` of each value."""
        form = _FORMS[mask.form]
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
