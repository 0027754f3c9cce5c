"""Masks that go by places: what is left stands at the ends.

>>> ends(Mask("ends", (0, 4), "*", 12), "6217 0000 0000 0000 018", None), area(Mask("area"), "0851-85550101", None)
('************0 018', '0851-*******')
"""

from __future__ import annotations

import re

from deident.catalog import Mask

_AREA = re.compile(r"\(?（?(?:\+?86-?)?\(?0(?:10|2[0-9]|[3-9][0-9]{2})[)）]?[- ]?")


def ends(mask: Mask, value: str, _: object) -> str:
    """`keep` letters and digits at both ends; nothing where that leaves one to hide or none: one is found by trying (trap T1)."""
    places = range(len(value)) if value.isalnum() else [at for at, c in enumerate(value) if c.isalnum()]
    first, last = mask.keep
    if first + last + 1 >= len(places):
        first = last = 0
    hidden = mask.length or max(len(places) - first - last, 1)
    head = value[: places[first - 1] + 1] if first else ""
    tail = value[places[-last] :] if last else ""
    return head + mask.fill * hidden + tail


def area(mask: Mask, value: str, _: object) -> str:
    """The area code of a landline: it says no more than the name of the town does."""
    code = _AREA.match(value)
    return (code[0] if code and code.end() < len(value) else "") + mask.fill * (mask.length or 7)


def plate(mask: Mask, value: str, _: object) -> str:
    """Province and office of a vehicle plate."""
    kept = value[:2] if len(value) > 2 and mask.fill not in value[:2] else ""
    return kept + mask.fill * (mask.length or 5)


def suppress(mask: Mask, _: str, __: object) -> str:
    """Nothing, not even the length (trap T15)."""
    return mask.fill * (mask.length or 3)


def delete(_: Mask, __: str, ___: object) -> str:
    """Nothing, not even a sign that something stood here (教财厅函〔2017〕28号 asks lists of students for this)."""
    return ""
