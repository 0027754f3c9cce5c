"""Reading a printed date, and nothing else: for masks that have to know what it says.

>>> read("一九〇二年腊月初六"), read("19020305"), read("3/5/1902"), read("12345")
(Born(year=1902, month=12, day=6), Born(year=1902, month=3, day=5), Born(year=1902, month=0, day=0), None)
"""

from __future__ import annotations

import re
from typing import NamedTuple

from deident.masks.plain import plain

FIGURES = "〇○零Oo0一二三四五六七八九"  # a year in Han numerals, with the letters that are taken for 〇
_CALENDAR = r"[(（]?(?:[农阴公阳旧夏藏]历)?[)）]?"
_BEHIND = r"(?P<unit>\s?[日号])?(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?)?(?P<behind>出?生)?"
_WORDS = re.compile(
    rf"""{_CALENDAR}\s?(?P<year>(?:1[89]|20)[0-9]{{2}}|(?:[0-9]{{2}}|[{FIGURES}]{{4}}|[{FIGURES}]{{2}})(?=\s?年))
    (?:\s?[年./-]\s?{_CALENDAR}(?P<month>闰?(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元正冬腊]|\*{{1,2}}))
      (?:\s?[月./-]\s?(?P<day>3[01]|[12][0-9]|0?[1-9]|初?[一二三四五六七八九十廿卅]{{1,3}}|\*{{1,2}}){_BEHIND}|\s?月)?|年)?(?:出?生)?""",
    re.VERBOSE,
)
_DIGITS = re.compile(rf"(?P<year>(?:1[89]|20)[0-9]{{2}})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01]|\*\*)?{_BEHIND}")
# The year alone: behind day and month (whose order nobody knows), or before a feast of another calendar
_YEAR = re.compile(r"(?:[0-9]{1,2}[/.-]){2}(?P<a>(?:1[89]|20)[0-9]{2})|(?P<b>(?:1[89]|20)[0-9]{2})年[^0-9]*")
_AS_DIGITS = str.maketrans(dict(zip("〇○零Oo一二三四五六七八九", "00000123456789", strict=True)) | {"廿": "2十", "卅": "3十"})
_MONTHS = {"元": 1, "正": 1, "冬": 11, "腊": 12}
_TENS = re.compile(r"([1-3]?)十([1-9]?)")


class Born(NamedTuple):
    """A date; 0 for what it does not say."""

    year: int
    month: int
    day: int


def written(text: str) -> re.Match[str] | None:
    """The parts of a date that is nothing but a date (narrow text): year, month, day, unit, behind."""
    return _DIGITS.fullmatch(text) or _WORDS.fullmatch(text)


def read(value: str) -> Born | None:
    """What a date says.  A year of two digits says nothing: who was born in 05 may be a child or very old."""
    text = plain(value).strip()
    if found := written(text):
        year, month, day = (_number(found[part] or "") for part in ("year", "month", "day"))
        return Born(year, month, day) if 1800 <= year < 2100 else None
    if alone := _YEAR.fullmatch(text):
        return Born(int(alone["a"] or alone["b"]), 0, 0)
    return None


def _number(text: str) -> int:
    """A number up to 31, or a year, in any numerals; 0 for stars."""
    text = text.lstrip("闰初").translate(_AS_DIGITS)
    if text.isdecimal():
        return int(text)
    if text in _MONTHS:
        return _MONTHS[text]
    found = _TENS.fullmatch(text)
    return int(found[1] or 1) * 10 + int(found[2] or 0) if found else 0
