"""Dates of birth: what is left of them.  A full one beside half an identity number gives the rest away (trap T1).

>>> year(Mask("year"), "1982年3月5日", Sheet()), month(Mask("month"), "1982-03-05", Sheet()), decade(Mask("decade"), "19820305", Sheet())
('1982年**月**日', '1982-03-**', '1980年代')
>>> from datetime import date
>>> age_band(Mask("age_band"), "一九八二年三月五日", Sheet(today=date(2026, 3, 4)))
'40至49岁'
"""

from __future__ import annotations

import re

from deident.catalog import Mask
from deident.masks.dates import FIGURES, read, written
from deident.masks.plain import narrow, plain, tight
from deident.masks.sheet import Sheet

_YEAR = re.compile(rf"(?<![0-9])(?:(?:1[89]|20)[0-9]{{2}}(?=(?:0[1-9]|1[0-2])?(?:0[1-9]|[12][0-9]|3[01])?(?![0-9]))|(?:[0-9]{{2}}){{1,2}}(?=\s?年))"
                   rf"|[{FIGURES}]{{2,4}}(?=\s?年)")  # fmt: skip
_PARTS = re.compile(r"[0-9]{3,}|[0-9]{1,2}|[〇○零一二三四五六七八九十廿卅元正冬腊]+")
_AROUND = re.compile(r"[\s年月日号初闰出生农阴公阳旧夏藏历()（）/.:T*-]*")  # what may stand around the numbers of a date
_DECADE = re.compile(r"(?:1[89]|20)[0-9]0年代")
_AGE = re.compile(r"([0-9]{1,3})周?岁")
_BAND = re.compile(r"(?P<tens>[1-8])0至(?P=tens)9岁|0至9岁|90岁以上")
_OLDEST = 90  # from here on everybody is one group: few live to be as old (trap T12)


def year(mask: Mask, value: str, _: Sheet) -> str:
    """The year, and the shape of the rest; of what is not a date only the year."""
    text = plain(value).replace(mask.fill, "*")
    found = _YEAR.search(text)
    start, end = found.span() if found else (0, 0)
    before, behind = (_PARTS.sub(_stars, part) for part in (text[:start], text[end:]))
    if not _AROUND.fullmatch(before + behind) or "*" not in before + behind:  # 1904年藏历新年, 1904年
        before, behind = "", "年**" if behind.lstrip().startswith("年") else "**"
    return (before + text[start:end] + behind).replace("*", mask.fill)


def _stars(part: re.Match[str]) -> str:
    return "*" * max(2, len(part[0]) if part[0].isascii() else 2)


def month(mask: Mask, value: str, _: Sheet) -> str:
    """Year and month, as notices before an appointment show them; the hour goes with the day."""
    found = written(narrow(value).replace(mask.fill, "*"))
    if found is None:
        return mask.fill * 3
    if found["day"] is None:
        return value
    return value[: found.start("day")] + mask.fill * 2 + (found["unit"] or "") + (found["behind"] or "")


def decade(mask: Mask, value: str, _: Sheet) -> str:
    """The decade: 1980年代."""
    if _DECADE.fullmatch(value):
        return value
    born = read(value)
    return f"{born.year // 10}0年代" if born else mask.fill * 3


def age_band(mask: Mask, value: str, sheet: Sheet) -> str:
    """The age in tens, on the day of the sheet; where only the year is known as if the birthday had been."""
    text = tight(value)
    if _BAND.fullmatch(text):
        return value
    day = sheet.day()
    if told := _AGE.fullmatch(text):
        age = int(told[1])
    elif born := read(value):
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    else:
        age = -1
    if not 0 <= age <= 130:
        return mask.fill * 3
    tens = age // 10
    return f"{tens * 10}至{tens * 10 + 9}岁" if age < _OLDEST else f"{_OLDEST}岁以上"
