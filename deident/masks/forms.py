"""The forms a mask may have, by name, and what a mask changes in a value."""

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

FORMS: dict[str, Callable[[Mask, str, Sheet], str]] = {
    "ends": ends, "area": area, "plate": plate, "suppress": suppress, "delete": delete,
    "year": year, "month": month, "decade": decade, "age_band": age_band,
    "township": township, "village": village, "county": county,
    "name": name, "court": court, "anonymous": anonymous,
    "band": band, "pseudonym": pseudonym, "surrogate": surrogate,
}  # fmt: skip
_BLANK = Sheet()


def hide(mask: Mask, value: str, sheet: Sheet | None = None) -> str:
    """The value as it may be printed.  Raises InputError when the form needs a key and the sheet has none."""
    return FORMS[mask.form](mask, value, _BLANK if sheet is None else sheet)


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
