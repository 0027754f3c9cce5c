"""Is it a minor's?  From an identity number on the row or right behind, from an age behind the value or in its row, from a birth date itself.

Eighteen years: 未成年人保护法 art. 2; whose data no exemption opens (law-and-masks §5, hard rule c).  Ages are those at the time of the
document: a pupil on a list of 2016 was a child when the list was published.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
from numpy.typing import NDArray

from deident.matching.scene import Scene
from deident.matching.tokens import compact
from deident.model import Bools, Candidates, Ints
from deident.policy.rows import under

FULL_AGE = 18
BEHIND = 60  # bytes behind a value in which an age stands
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
_SUI = "岁".encode()
_DATE = re.compile(r"((?:19|20)\d{2})\D{0,2}(\d{1,2})?\D{0,2}(\d{1,2})?")
_YEAR = re.compile(r"(?<!\d)(20\d{2}|19[89]\d)(?=\s?(?:年|[—-]|学年|级))")


def written(title: str, today: date) -> date:
    """The day to count ages on: the middle of the year in the title, else today."""
    years = [int(year) for year in _YEAR.findall(title)]
    past = [year for year in years if year < today.year]
    return date(max(past), 7, 1) if past and max(years) < today.year else today


def number(day: date) -> int:
    """A day as a number, so that days compare as columns.

    >>> number(date(2024, 9, 18))
    20240918
    """
    return (day.year * 100 + day.month) * 100 + day.day


def minors(scene: Scene, found: Candidates, among: Bools, days: Ints, known: Ints | None = None) -> Bools:
    """Which of the candidates (of those `among`) belong to somebody under eighteen on the day of the document (`days`), (n,).

    `known`: when each comes of age, -1 where nobody has asked yet (written to).
    """
    result = np.zeros(len(found), np.bool_)
    known = np.full(len(found), -1, np.int64) if known is None else known
    if not among.any():
        return result
    kinds = scene.plan.catalogue.kinds
    births, names = (
        np.array([pattern.category == category for pattern in scene.plan.patterns], np.bool_)[found.kind]
        for category in ("birth_date", "person_name")
    )
    line = np.searchsorted(scene.breaks, found.start)
    asked = np.zeros(len(scene.breaks) + 1, np.bool_)
    asked[line[among]] = True
    numbers = np.isin(found.kind, [kinds.index(kind) for kind in ID_KINDS if kind in kinds])
    told = np.flatnonzero((numbers | births) & asked[line])  # what tells an age
    new = told[known[told] < 0]
    known[new] = _of_age(scene, found, new, births[new])
    young = days[told] < known[told]
    if young.any():
        in_table = scene.tables.cell(found.start, found.end) >= 0
        for alike in (~births[told], births[told]):  # numbers, dates
            result |= _persons(found, line, told[alike], told[alike & young], names, in_table)
    rows = np.flatnonzero(among & names & ~result)
    cells = scene.tables.cell(found.start[rows], found.end[rows])
    rows, cells = rows[cells >= 0], cells[cells >= 0]
    ages = under(scene, cells, _AGE_HEADER)
    result[rows] = [age is not None and _CHILD.match(age) is not None for age in ages]
    result[told[young & births[told]]] = True
    rows = np.flatnonzero(among & ~result & ~births)
    rows = rows[_holds(scene.buffer.after(found.end[rows], BEHIND), _SUI)]  # few have an age behind them
    result[rows] = [
        _AGE.match(scene.text(end, min(end + BEHIND, high))) is not None
        for end, high in zip(found.end[rows].tolist(), scene.lines(found.start[rows])[1].tolist(), strict=True)
    ]
    return result & among


def _persons(found: Candidates, line: Ints, alike: Ints, young: Ints, names: Bools, in_table: Bools) -> Bools:
    """What is the person's of whom a number or date `young` says that it is a child, (n,).  `alike`: all such numbers or dates."""
    low, high = np.searchsorted(line, line[young]), np.searchsorted(line, line[young], "right")  # its line
    first, own, last = (np.searchsorted(alike, places) for places in (low, young, high))
    # what stands before another person's number or date is that one's
    floor = np.where(own > first, found.end[alike[own - 1]], -1)
    near = np.maximum(low, np.searchsorted(found.end, found.start[young] - REACH))
    near = np.maximum(near, np.searchsorted(found.start, floor))
    result: Bools = _within(near, young + 1, len(found)) & ~names
    named = np.maximum.accumulate(np.where(names, np.arange(len(found)), -1))[young]
    result[named[named >= near]] = True  # 张某的女儿李某，15岁: it is the nearer one's
    alone = last - first == 1
    return result | _within(low[alone], high[alone], len(found)) & in_table


def _within(low: Ints, high: Ints, count: int) -> Bools:
    """Which of `count` rows lie in one of the stretches."""
    steps = np.bincount(low, minlength=count + 1) - np.bincount(np.maximum(high, low), minlength=count + 1)
    inside: Bools = np.cumsum(steps[:count]) > 0
    return inside


def _holds(window: NDArray[np.uint8], word: bytes) -> Bools:
    """Which rows of bytes hold a word."""
    width = window.shape[1] - len(word) + 1
    there: Bools = np.ones((len(window), width), np.bool_)
    for place, byte in enumerate(word):
        there &= window[:, place : place + width] == byte
    held: Bools = np.any(there, axis=1)
    return held


def _of_age(scene: Scene, found: Candidates, rows: Ints, births: Bools) -> Ints:
    """The day on which each person comes of age by the number or date in these rows; 0 where it does not say."""
    result = np.zeros(len(rows), np.int64)
    digits = scene.buffer.after(found.start[rows], 14) - np.uint8(48)
    plain = (
        ~births & (found.end[rows] - found.start[rows] >= 14) & np.all(digits < 10, axis=1)
    )  # as nearly all numbers are written
    days = digits[plain, 6:].astype(np.int64) @ 10 ** np.arange(7, -1, -1)
    result[plain] = np.where(np.isin(days // 1000000, (19, 20)), days + FULL_AGE * 10000, 0)
    dates = np.flatnonzero(births & (found.end[rows] - found.start[rows] == 10))
    dates = dates[_dated(digits[dates])]  # 1954-03-07, as nearly all dates are written in lists
    result[dates] = digits[dates][:, [0, 1, 2, 3, 5, 6, 8, 9]].astype(np.int64) @ 10 ** np.arange(7, -1, -1) + FULL_AGE * 10000
    rest = ~plain
    rest[dates] = False
    others = np.flatnonzero(rest)
    view, read = scene.batch.view, dict[bytes, int]()
    for row, start, end in zip(
        others.tolist(), found.start[rows[others]].tolist(), found.end[rows[others]].tolist(), strict=True
    ):
        value = view[start:end]
        if (day := read.get(value)) is None:
            day = read[value] = _read(value, bool(births[row]))
        result[row] = day
    return result


def _dated(digits: NDArray[np.uint8]) -> Bools:
    """Which rows (bytes less that of 0) begin with year, month and day, two digits each of the latter, one ASCII sign between them."""
    century = digits[:, 0] * np.uint8(10) + digits[:, 1]
    signs = digits[:, [4, 7]]
    fits: Bools = np.all(digits[:, [0, 1, 2, 3, 5, 6, 8, 9]] < 10, axis=1) & ((century == 19) | (century == 20))
    fits &= np.all((signs >= 10) & (signs + np.uint8(48) < 128), axis=1)
    return fits


def _read(value: bytes, birth: bool) -> int:
    if birth:
        match: re.Match[bytes] | re.Match[str] | None = _DATE.search(value.decode("utf-8", "ignore"))
    else:
        digits = compact(value)
        match = _BIRTH.match(digits[:1] + digits[1:].translate(_MISREAD))
    if match is None:
        return 0
    year, month, day = (int(part or 1) for part in match.groups())
    return ((year + FULL_AGE) * 100 + month) * 100 + day
