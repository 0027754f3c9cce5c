"""How a value is hidden.  `patterns/<kind>.toml [mask]` chooses; the defaults follow law-and-masks §3.1.

The result of a mask is never found again as something to mask, so masking twice is masking once.

>>> hide(Mask("ends", (3, 0), "*", 8), "132 6458 7364")
'132********'
>>> hide(Mask("year"), "1982年3月5日")
'1982年**月**日'
>>> hide(Mask("township"), "马官镇余官村岩脚组7号")
'马官镇***'
"""

from __future__ import annotations

import re

from deident.catalog import Mask

_ALNUM = re.compile(r"[0-9A-Za-z一-鿿]")
_YEAR = re.compile(r"(?:[0-9]{4}|[0-9]{2}(?=年)|[〇○零一二三四五六七八九]{2,4}(?=年))")
_PARTS = re.compile(r"[0-9]{3,}|[0-9]{1,2}|[〇○零一二三四五六七八九十元正冬腊]+")
_TOWNSHIP = re.compile(r".*(?:街道|[镇乡](?!政府|村|镇)|苏木)")
_COUNTY = re.compile(r".*(?:自治[区州县旗]|[市区县盟旗州省](?!场|民))")
_AREA = re.compile(r"\(?（?(?:\+?86-?)?\(?0(?:10|2[0-9]|[3-9][0-9]{2})[)）]?[- ]?")
_COMPOUND = re.compile(r"欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙"
                       r"|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|百里|呼延|东郭|南门|微生|西门|轩辕")  # fmt: skip


def hide(mask: Mask, value: str) -> str:
    """The value as it may be printed."""
    stars = mask.fill * 3
    if mask.form == "year":
        return _year(value, mask.fill)
    if mask.form == "township":
        kept = _TOWNSHIP.match(value) or _COUNTY.match(value)
        return (kept[0] if kept else "") + stars
    if mask.form == "area":
        code = _AREA.match(value)
        return (code[0] if code else "") + mask.fill * (mask.length or 7)
    if mask.form == "plate":
        return value[:2] + mask.fill * 5
    if mask.form == "name":
        family = _COMPOUND.match(value)
        return (family[0] if family else value[:1]) + mask.fill * 2
    places = [m.start() for m in _ALNUM.finditer(value)]
    first, last = mask.keep
    if first + last >= len(places):
        first = last = 0
    hidden = mask.length or max(len(places) - first - last, 1)
    head = value[: places[first - 1] + 1] if first else ""
    tail = value[places[-last] :] if last else ""
    return head + mask.fill * hidden + tail


def _year(value: str, fill: str) -> str:
    found = _YEAR.search(value)
    at = found.end() if found else 0
    hidden = value[:at] + _PARTS.sub(lambda part: fill * max(2, len(part[0]) if part[0].isdigit() else 2), value[at:])
    return value[:at] + fill * 2 if hidden == value and fill not in value else hidden  # 1904年新年


def edit(mask: Mask, value: str) -> tuple[int, int, str]:
    """The smallest change that hides a value: (first character, end character, replacement)."""
    hidden = hide(mask, value)
    start = 0
    while start < min(len(value), len(hidden)) and value[start] == hidden[start]:
        start += 1
    end = 0
    while end < min(len(value), len(hidden)) - start and value[-1 - end] == hidden[-1 - end]:
        end += 1
    return start, len(value) - end, hidden[start : len(hidden) - end]
