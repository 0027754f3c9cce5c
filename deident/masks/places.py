"""Addresses: kept down to the village, the township or the county, never a door.

An address is read from the left, unit by unit, each the shortest that its kind allows.  There is no list of names: a word that
only looks like a unit (小区, 红旗路) is known by what stands beside it, and where in doubt the coarser unit is kept.

>>> [form(Mask(), "青溪县马官镇余官村岩脚组7号", None) for form in (village, township, county)]
['青溪县马官镇余官村***', '青溪县马官镇***', '青溪县***']
"""

from __future__ import annotations

import re
from typing import NamedTuple

from deident.catalog import Mask
from deident.masks.plain import HAN, narrow


def _unit(most: int, but: str, kinds: str) -> str:
    """A name and what kind of place it is; `but` may stand in the name only at its start."""
    return rf"[{HAN}](?:(?!{but})[{HAN}]){{,{most}}}?(?:{kinds})"


_GAP = r"[\s,，、]*"
# 景德镇市, 新乡县, 周村区, 沙市区, 张村乡, 老街镇: a word for one kind of place inside the name of another
_STREETS = r"[路街道巷弄](?!口|{0})|[组栋号](?!{0})|小区|社区"
_HIGHER = r"[省市县区](?![市区])|旗(?![市区县])|镇(?!市)|乡(?![市县区族])|村(?!区)|" + _STREETS.format("区|县")
_COUNTY = _unit(
    14,
    _HIGHER,
    r"自治[县旗]|县(?!道)|(?<![红国军战彩])旗(?![舰县])|(?<![超城夜菜])市(?![场民政口区镇乡])|(?<![小社校厂片院营库公])区(?!间)",
)
_CITY = _unit(8, _HIGHER, rf"自治州|地区|(?<![超城夜菜])市(?![场民政口区市镇乡])|[州盟](?={_GAP}{_COUNTY})")
_PROVINCE = _unit(8, _HIGHER, r"省(?!道)|自治区|特别行政区")
_TOWN = _unit(12, r"村(?![镇乡街])|" + _STREETS.format("[镇乡街道]"), r"街道(?:办事处|办)?|[镇乡](?!政府|村|镇)|苏木")
_VILLAGE = _unit(
    14, _STREETS.format("村|社区|居委"),
    r"社区(?:居民委员会|居委会)?|[村居牧]民委员会|[村居牧]委会|嘎查|村(?!民小?组|民委|委|[路街巷弄道])",
)  # fmt: skip
_ADDRESS = re.compile(
    rf"(?:{_PROVINCE})?(?:{_GAP}{_CITY})?(?:{_GAP}{_COUNTY})?(?P<county>)(?:{_GAP}{_TOWN})?(?P<town>)(?:{_GAP}{_VILLAGE})?(?P<village>)"
)


class Units(NamedTuple):
    """Where the kept part of an address ends, for each level."""

    county: int
    town: int
    village: int


def units(address: str) -> Units:
    """The ends of county, township and village; a level that is not there ends where the one above does."""
    found = _ADDRESS.match(narrow(address))
    assert found is not None  # every part may be missing
    return Units(*(found.end(level) for level in Units._fields))


def township(mask: Mask, value: str, _: object) -> str:
    """To township or sub-district (law-and-masks §3.1), with stars always: a list shows that something was there."""
    found = _ADDRESS.match(narrow(value))
    return value[: found.end("town") if found else 0] + mask.fill * 3


def village(mask: Mask, value: str, _: object) -> str:
    """To the village or community, for lists within one township; an address that ends there stays."""
    return _kept(value, units(value).village, mask.fill)


def county(mask: Mask, value: str, _: object) -> str:
    """To county or district, as the courts do (法释〔2016〕19号 art. 10, 11); an address that ends there stays."""
    return _kept(value, units(value).county, mask.fill)


def _kept(value: str, end: int, fill: str) -> str:
    return value if 0 < end == len(value) else value[:end] + fill * 3
