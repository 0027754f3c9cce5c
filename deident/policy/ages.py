"""Is it a minor's?  From an identity number on the row or right behind, from an age behind the value or in its row, from a birth date itself.

Eighteen years: 未成年人保护法 art. 2; whose data no exemption opens (law-and-masks §5, hard rule c).  Ages are those at the time of the
document: a pupil on a list of 2016 was a child when the list was published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import numpy as np

from deident.matching.scene import Scene
from deident.matching.tokens import compact
from deident.model import Bools, Candidates
from deident.policy.rows import under

FULL_AGE = 18
REACH = 120  # bytes behind a value in which its own ID or age stands (外侄女，15岁，身份证号…)
ID_KINDS = (
    "resident_id", "resident_id_invalid", "resident_id_misread", "hk_mo_tw_residence_permit", "student_number", "disability_cert",
)  # fmt: skip
_MISREAD = bytes.maketrans(b"OIL", b"011")
_AGE = re.compile(
    r"^(?:(?!有|儿|孙|孩|子女|的|之)[^。；;\n\t]){0,16}?(?<![0-9第〇零一二三四五六七八九十百])(?:(?:1[0-7]|[1-9])|(?:十[一二三四五六七]?|[一二三四五六七八九]))\s?(?:周)?岁(?!以[上下])"
)
_AGE_HEADER = re.compile(r"^(?:周岁|实足)?年龄(?:[（(]?周?岁[）)]?)?$")
_CHILD = re.compile(r"^(?:1[0-7]|[1-9])(?:周?岁)?$")
_BIRTH = re.compile(rb"^[GJL]?\d{6}((?:19|20)\d{2})(\d{2})(\d{2})")
_DATE = re.compile(r"((?:19|20)\d{2})\D{0,2}(\d{1,2})?\D{0,2}(\d{1,2})?")
_YEAR = re.compile(r"(?<!\d)(20\d{2}|19[89]\d)(?=\s?(?:年|[—-]|学年|级))")


def written(title: str, today: date) -> date:
    """The day to count ages on: the middle of the year in the title, else today."""
    years = [int(year) for year in _YEAR.findall(title)]
    past = [year for year in years if year < today.year]
    return date(max(past), 7, 1) if past and max(years) < today.year else today


def minors(scene: Scene, found: Candidates, among: Bools, days: Mapping[int, date]) -> Bools:
    """Which of the candidates (of those `among`) belong to somebody under eighteen on the day of the document (`days`), (n,)."""
    result = np.zeros(len(found), np.bool_)
    if not among.any():
        return result
    kinds, view = scene.plan.catalogue.kinds, scene.batch.view
    births, names = (
        np.array([pattern.category == category for pattern in scene.plan.patterns], np.bool_)[found.kind]
        for category in ("birth_date", "person_name")
    )
    line_low, line_high = scene.lines(found.start)
    day_of = {int(line_low[row]): day for row, day in days.items()}  # of the lines that are asked about
    numbers = np.isin(found.kind, [kinds.index(kind) for kind in ID_KINDS if kind in kinds])
    told = np.flatnonzero((numbers | births) & np.isin(line_low, list(day_of)))  # what tells an age
    young = np.array(
        [_tells(view[found.start[i] : found.end[i]], bool(births[i]), day_of[int(line_low[i])]) for i in told.tolist()]
    )
    in_table = scene.tables.cell(found.start, found.end) >= 0
    tellers = (told[~births[told]], told[births[told]])  # numbers, dates
    for place in told[young].tolist() if len(young) else ():
        low, high = np.searchsorted(line_low, [line_low[place], line_low[place] + 1]).tolist()  # its line
        alike = tellers[int(births[place])]
        first, own, last = np.searchsorted(alike, [low, place, high]).tolist()
        floor = (
            int(found.end[alike[own - 1]]) if own > first else -1
        )  # what stands before another person's number or date is that one's
        near = np.arange(max(low, int(np.searchsorted(found.end, found.start[place] - REACH))), place + 1)
        near = near[found.start[near] >= floor]
        named = near[names[near]]  # 张某的女儿李某，15岁: it is the nearer one's
        result[near[~names[near]]] = True
        result[named[-1:]] = True
        if last - first == 1:
            result[low:high] |= in_table[low:high]
    cells = scene.tables.cell(found.start, found.end)
    rows = np.flatnonzero(among & names & ~result & (cells >= 0))
    ages = under(scene, cells[rows].tolist(), _AGE_HEADER)
    result[rows] = [age is not None and _CHILD.match(age) is not None for age in ages]
    for row in np.flatnonzero(among & ~result).tolist():
        end = int(found.end[row])
        if births[row]:
            result[row] = _young(_DATE.search(scene.text(int(found.start[row]), end)), days[row])
        else:
            result[row] = _AGE.match(scene.text(end, min(end + 60, int(line_high[row])))) is not None
    return result & among


def _tells(value: bytes, birth: bool, today: date) -> bool:
    if birth:
        return _young(_DATE.search(value.decode("utf-8", "ignore")), today)
    number = compact(value)
    return _young(_BIRTH.match(number[:1] + number[1:].translate(_MISREAD)), today)


def _young(match: re.Match[bytes] | re.Match[str] | None, today: date) -> bool:
    if match is None:
        return False
    year, month, day = (int(part or 1) for part in match.groups())
    return (today.year, today.month, today.day) < (year + FULL_AGE, month, day)
