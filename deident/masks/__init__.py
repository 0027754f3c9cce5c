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

from collections.abc import Callable

from deident.catalog import Mask
from deident.masks.amounts import band
from deident.masks.births import age_band, decade, month, year
from deident.masks.ends import area, delete, ends, plate, suppress
from deident.masks.keyed import pseudonym
from deident.masks.names import anonymous, court, name
from deident.masks.places import county, township, village
from deident.masks.sheet import Sheet
from deident.masks.surrogates import surrogate

__all__ = ["Sheet", "edit", "hide"]

_FORMS: dict[str, Callable[[Mask, str, Sheet], str]] = {
    "ends": ends, "area": area, "plate": plate, "suppress": suppress, "delete": delete,
    "year": year, "month": month, "decade": decade, "age_band": age_band,
    "township": township, "village": village, "county": county,
    "name": name, "court": court, "anonymous": anonymous,
    "band": band, "pseudonym": pseudonym, "surrogate": surrogate,
}  # fmt: skip
_BLANK = Sheet()


def hide(mask: Mask, value: str, sheet: Sheet | None = None) -> str:
    """The value as it may be printed.  Raises InputError when the form needs a key and the sheet has none."""
    return _FORMS[mask.form](mask, value, _BLANK if sheet is None else sheet)


def edit(mask: Mask, value: str, sheet: Sheet | None = None) -> tuple[int, int, str]:
    """The smallest change that hides a value: (first character, end character, replacement)."""
    hidden = hide(mask, value, sheet)
    start = 0
    while start < min(len(value), len(hidden)) and value[start] == hidden[start]:
        start += 1
    end = 0
    while end < min(len(value), len(hidden)) - start and value[-1 - end] == hidden[-1 - end]:
        end += 1
    return start, len(value) - end, hidden[start : len(hidden) - end]
