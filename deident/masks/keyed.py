"""Keyed masks: the same value always gets the same sign, and only who has the key could find it again by trying.

>>> from deident.masks.sheet import Sheet
>>> pseudonym(Mask("pseudonym"), "鲁定国", Sheet(b"key", "低保2024")) == pseudonym(Mask("pseudonym"), "鲁 定 国", Sheet(b"key", "低保2024"))
True
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from itertools import count

from deident.catalog import Mask
from deident.masks.plain import compact
from deident.masks.sheet import Sheet

_PSEUDONYM = re.compile(r"〔[a-z2-7]{6}〕")


class Stream:
    """Signs that follow from the agency's key, the data set, what they are for, and the value: from nothing less."""

    def __init__(self, sheet: Sheet, purpose: str) -> None:
        self._key = _mac(sheet.secret(), f"deident {purpose}\0{sheet.data_set}")

    def letters(self, value: str, size: int) -> str:
        """At most 50 letters and digits of base32."""
        return base64.b32encode(_mac(self._key, value)).decode()[:size].lower()

    def digits(self, value: str, size: int) -> str:
        """Decimal digits, as many as needed."""
        out = ""
        for block in count():
            if len(out) >= size:
                break
            out += str(int.from_bytes(_mac(self._key, f"{block}\0{value}")) % 10**60).zfill(60)
        return out[:size]


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def pseudonym(_: Mask, value: str, sheet: Sheet) -> str:
    """A sign of its own for every value, by which the agency can check a list (核查) and nobody else can.

    Six characters are 30 bits: of 1000 values two are alike once in 2000 lists.
    """
    stream = Stream(sheet, "pseudonym")
    return value if _PSEUDONYM.fullmatch(value) else f"〔{stream.letters(compact(value) or value, 6)}〕"
