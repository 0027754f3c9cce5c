"""Invented values of the same shape, for data that must pass through programs: keyed, and never a valid number.

Reserved beginnings show what they are: no division has the code 000000, no mobile begins with 100, no number of a card or
account with 0000.  Real numbers that begin like this do exist (a hospital counts from 0000000001), so a surrogate ends with
a keyed seal: only what has it stays as it is.

>>> from deident.masks.sheet import Sheet
>>> mail = surrogate(Mask("surrogate"), "lin.ayi@qq.com", Sheet(b"key"))
>>> mail.startswith("user-"), mail.endswith("@example.invalid")
(True, True)
"""

from __future__ import annotations

import re

from deident.catalog import Mask
from deident.masks.keyed import Stream
from deident.masks.plain import HAN, compact, plain
from deident.masks.sheet import Sheet

_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_OWN = re.compile(r"user-[a-z2-7]{4}@example\.invalid|居民[0-9]{4}")
_NAME = re.compile(rf"[{HAN}]{{2,4}}|[{HAN}]{{1,10}}(?:·[{HAN}]{{1,10}})+")
_HAN = re.compile(rf"[{HAN}]")
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_SEAL = 2  # digits: a real number with a reserved beginning is taken for a surrogate once in a hundred


def surrogate(_: Mask, value: str, sheet: Sheet) -> str:
    """Same length and separators: digits become other digits, letters X, Han letters 某; names and mail become new ones."""
    stream = Stream(sheet, "surrogate")
    if _OWN.fullmatch(value):
        return value
    text, seed = plain(value), compact(value) or value
    if _MAIL.fullmatch(text):
        return f"user-{stream.letters(seed, 4)}@example.invalid"
    if _NAME.fullmatch("".join(text.split())):
        return f"居民{stream.digits(seed, 4)}"
    shape = "".join(map(_shape, text))  # all that the rest depends on besides the seed, so that twice is once
    signs = "".join(c for c in shape if c.isalnum()).upper()
    if _IDENTITY.fullmatch(signs):
        new = iter(_identity(stream, signs, seed))
        return "".join(next(new) if c.isalnum() else c for c in shape)
    new = iter(_number(stream, "".join(filter(_is_digit, shape)), seed))
    return "".join(next(new) if _is_digit(c) else c for c in shape)


def _is_digit(sign: str) -> bool:
    return "0" <= sign <= "9"


def _shape(sign: str) -> str:
    if _is_digit(sign) or not sign.isalnum():
        return sign
    return "某" if _HAN.match(sign) else "X" if sign.isupper() else "x"


def _number(stream: Stream, digits: str, seed: str) -> str:
    """A run of digits.  Less than eight leave no room for a mark that they are invented: zeros."""
    if len(digits) < 8:
        return "0" * len(digits)
    mobile = len(digits) == 11 and digits.startswith("1")
    return _sealed(stream, "100" if mobile else "0000", digits, seed)


def _identity(stream: Stream, signs: str, seed: str) -> str:
    """An identity number of nowhere whose check digit is wrong: one more than the right one."""
    body = _sealed(stream, "000000", signs[:17], seed)
    right = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
    return body + ("0" if right == "X" else str((int(right) + 1) % 10))


def _sealed(stream: Stream, start: str, digits: str, seed: str) -> str:
    """Digits of the same length with this beginning and the seal; the old ones where they are such digits already."""
    size = len(digits) - len(start) - _SEAL
    for middle in (digits[len(start) : len(start) + size], stream.digits(seed, size)):
        new = start + middle + stream.digits(f"seal {start}{middle}", _SEAL)
        if new == digits:
            break
    return new
