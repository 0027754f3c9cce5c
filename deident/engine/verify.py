r"""The second reader: is a removed value still somewhere in the written bytes?  It knows no format, only brute force.

    as it stands     the bytes themselves; in a document with NULs UTF-16 too; signs and blanks between the digits left out
    written another  entities `&#49;`, `%31`, `\u0031`, `\x31`, `\061`, full width, one inside the other, three deep, over the
    way              whole file; only in a file that holds such forms of digits at all

What is asked for are folded values: numbers of letters and digits, upper case, or mail addresses.  A short number (less than
SURE characters) must stand alone to count, since it may be a part of a longer one by chance.

>>> leaks(b'<a href="tel:%31380000&#49;234">', "utf-8", [b"13800001234", b"13900001234"])
[0]
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

SURE = 10
MANY = 20  # values: from here on they are not looked for one by one
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum() and code not in b"@.")
_CODED = re.compile(
    rb"#(?:0{0,6}(?:4[89]|5[0-7])(?![0-9])|[xX]0{0,6}3[0-9](?![0-9a-fA-F])|65(?:29[6-9]|30[0-5])|[xX][fF]{2}1[0-9])|%(?:25){0,3}3[0-9]|\\(?:u\{?(?:0{0,4}3|[fF]{2}1)[0-9]|x3[0-9]|06[0-7]|07[01])"
)
_WIDE = {"gb18030": re.compile(rb"\xa3[\xb0-\xb9]"), "utf-8": re.compile(rb"\xef\xbc[\x90-\x99]")}
_FORM = re.compile(
    r"&(?:amp;)*#(?:0{0,16}([0-9]{1,7})|[xX]0{0,16}([0-9a-fA-F]{1,6}));?|%(?:25)*([0-7][0-9a-fA-F])"
    r"|\\+(?:u\{?([0-9a-fA-F]{4,6})\}?|x([0-9a-fA-F]{2})|(0[0-7]{2}|1[0-7]{2}))"
)
_FOLD = {0xFF01 + place: 0x21 + place for place in range(0x5E)} | dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_MAIL = re.compile(rb"[0-9A-Z._%+()-]{1,64}@[0-9A-Z.-]+")
_RUN = re.compile(rb"[0-9A-Z]{7,}")
_TAG = re.compile(r"(?<=[0-9])(?:</?[a-zA-Z][^<>]{0,80}>|[ .·-]){1,4}(?=[0-9])")


def leaks(data: bytes, encoding: str, values: Sequence[bytes]) -> list[int]:
    """Numbers of the values that still stand in `data`."""
    if not values:
        return []
    texts = [data.upper()]
    if b"\0" in data:
        texts = [data.decode(name, "ignore").upper().encode("utf-8", "ignore") for name in ("utf-8", "utf-16-le", "utf-16-be")]
    bare = [text.translate(None, _SIGNS) for text in texts]
    wide = _WIDE.get("gb18030" if encoding == "gb18030" else "utf-8")
    if encoding.startswith("utf-16") or _CODED.search(data) or (wide and wide.search(data)):
        plain = _decoded(data.decode(encoding or "utf-8", "replace")).upper()
        texts.append(plain.encode("utf-8", "replace"))
        bare.append(_TAG.sub("", plain).encode("utf-8", "replace"))
    wanted = {value.upper() for value in values}
    mails = {value for value in wanted if not value.isalnum()}  # signs in a mail address are a part of it
    still = {value for text in texts for value in _standing(mails, text)}
    for text in (*texts, *bare):
        still |= _standing(wanted - mails - still, text)
    return [number for number, value in enumerate(values) if value.upper() in still]


def _standing(wanted: Set[bytes], text: bytes) -> set[bytes]:
    """Which of these a text holds.  A few are looked for one by one, many by what the text holds, in linear time."""
    if len(wanted) > MANY:
        sizes = sorted({len(value) for value in wanted})
        seen = {mail.rstrip(b".") for mail in _MAIL.findall(text)}
        for run in set(_RUN.findall(text)):
            seen.update(
                run[at : at + size] for size in sizes for at in range(len(run) - size + 1) if run[at : at + size] in wanted
            )
        wanted = wanted & seen
    return {value for value in wanted if value in text and (len(value) >= SURE or _alone(value, text))}


def _alone(value: bytes, text: bytes) -> bool:
    return re.search(rb"(?<![0-9A-Z])" + re.escape(value) + rb"(?![0-9A-Z])", text) is not None


def _decoded(text: str) -> str:
    """Every form of a character that is known, in whatever language the file is written."""
    for _ in range(3):
        before = text
        text = _FORM.sub(_character, text).translate(_FOLD)
        if text == before:
            break
    return text


def _character(found: re.Match[str]) -> str:
    ten, *sixteen, eight = found.groups()
    code = int(ten) if ten else int(eight, 8) if eight else int(next(digits for digits in sixteen if digits), 16)
    return chr(code) if 0x20 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
