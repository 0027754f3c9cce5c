"""Amounts, rounded to one digit: a household's income or holdings (law-and-masks §3.1: remove or band).

>>> [band(Mask("band"), value, None) for value in ("23000元", "4.2万元", "380.27", "六万多")]
['2万—3万元', '4万—5万元', '300—400', '***']
"""

from __future__ import annotations

import re
from decimal import Decimal

from deident.catalog import Mask
from deident.masks.plain import tight

_SCALES = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "": 1}
_FRONT = r"(?P<front>(?:约|共计?|人均|人民币|每?[年月])*¥?)"
_UNIT = r"(?P<unit>(?:[美港欧日]?元|块钱?|平方米|平米|㎡|m2|亩|公斤|斤)?(?:/[年月人])?)"
_AMOUNT = re.compile(
    _FRONT + r"(?P<low>[0-9][0-9,]{,17}(?:\.[0-9]{1,8})?)[余多]?(?P<scale>亿|千万|百万|十万|万|千|)[余多]?" + _UNIT
)
_BAND = re.compile(_FRONT + r"(?P<low>[0-9]+(?:\.[0-9]+)?)(?P<scale>[亿万]?)[—-][0-9.]+[亿万]?" + _UNIT)
_LARGEST = Decimal(10**12)  # longer runs of digits are numbers of something, not amounts


def band(mask: Mask, value: str, _: object) -> str:
    """The two round numbers around it, the lower one included; the unit stays."""
    text = tight(value)
    if (found := _BAND.fullmatch(text)) and _around(found) == text.replace("-", "—"):  # folded text has the short dash
        return value
    return ((found := _AMOUNT.fullmatch(text)) and _around(found)) or mask.fill * 3


def _around(found: re.Match[str]) -> str:
    """The band with what stands before and behind it; nothing for 0, which has no first digit."""
    amount = Decimal(found["low"].replace(",", "")) * _SCALES[found["scale"]]
    if not 0 < amount < _LARGEST:
        return ""
    step = Decimal(1).scaleb(amount.adjusted())
    low = amount // step * step
    return f"{found['front']}{_written(low)}—{_written(low + step)}{found['unit']}"


def _written(amount: Decimal) -> str:
    scale = next((word for word in ("亿", "万") if amount >= _SCALES[word]), "")
    return format((amount / _SCALES[scale]).normalize(), "f") + scale
