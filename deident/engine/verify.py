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
from collections.abc import Iterator, Sequence, Set

import numpy as np

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
_HEAD = 7  # characters of a value by which many are looked for at once: as few as a value has (written.SHORTEST)
_SEVEN = np.uint64((1 << 56) - 1)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BITS = 22  # of the table that says quickly that no word begins here
_SHIFT = np.uint64(64 - _BITS)
_STRETCH = 1 << 20  # bytes looked at together
_TAG = re.compile(r"(?<=[0-9])(?:</?[a-zA-Z][^<>]{0,80}>|[ .·-]){1,4}(?=[0-9])")


def leaks(data: bytes, encoding: str, values: Sequence[bytes]) -> list[int]:
    """Numbers of the values that still stand in `data`."""
    still = Sought(values).standing(data, encoding) if values else set()
    return [number for number, value in enumerate(values) if value.upper() in still]


class Sought:
    """Values that are looked for, made ready once for however many texts."""

    def __init__(self, values: Sequence[bytes]) -> None:
        wanted = {value.upper() for value in values}
        numbers = {value for value in wanted if value.isalnum()}
        self._short = Words({value for value in numbers if len(value) < SURE})
        self._long = Words({value for value in numbers if len(value) >= SURE})
        self._mails = Words(wanted - numbers)  # signs in a mail address are a part of it

    def standing(self, data: bytes, encoding: str) -> set[bytes]:
        """Which of them (upper case) stand in `data`."""
        texts = [data.upper()]
        if b"\0" in data:
            texts = [
                data.decode(name, "ignore").upper().encode("utf-8", "ignore") for name in ("utf-8", "utf-16-le", "utf-16-be")
            ]
        bare = [text.translate(None, _SIGNS) for text in texts]
        long = list(bare)  # what stands in a text in one piece stands without its signs, too; alone it may stand there only
        wide = _WIDE.get("gb18030" if encoding == "gb18030" else "utf-8")
        if encoding.startswith("utf-16") or _CODED.search(data) or (wide and wide.search(data)):
            plain = _decoded(data.decode(encoding or "utf-8", "replace")).upper()
            texts.append(plain.encode("utf-8", "replace"))
            bare.append(_TAG.sub("", plain).encode("utf-8", "replace"))
            long += [texts[-1], bare[-1]]
        still = {value for text in texts for value in self._mails.standing(text)}
        still |= {value for text in (*texts, *bare) for value in self._short.standing(text)}
        return still | {value for text in long for value in self._long.standing(text)}


class Words:
    """A few words are looked for one by one, many by their first characters, in linear time."""

    def __init__(self, words: Set[bytes]) -> None:
        many = len(words) > MANY
        self._each = [word for word in words if not many or len(word) < _HEAD]
        self._many = [word for word in words if len(word) >= _HEAD] if many else []
        heads = np.frombuffer(b"".join([word[:_HEAD] + b"\0" for word in self._many]), "<u8").astype(np.uint64)
        self._order = np.argsort(heads, kind="stable")
        self._heads = heads[self._order]
        self._table = np.zeros(1 << _BITS, np.bool_)
        self._table[(heads * _FACTOR) >> _SHIFT] = True

    def standing(self, text: bytes) -> set[bytes]:
        """Which of them `text` holds; a short one must stand alone, since it may be a part of a longer one by chance."""
        found = {word for word in self._each if word in text and (len(word) >= SURE or _alone(word, text))}
        for place, word in self._begun(text):
            end = place + len(word)
            if word not in found and text.startswith(word, place) and (len(word) >= SURE or _apart(text, place, end)):
                found.add(word)
        return found

    def everywhere(self, text: bytes) -> Iterator[tuple[int, bytes]]:
        """Every place at which one of the words begins in `text`, with the word."""
        for word in self._each:
            at = text.find(word)
            while at >= 0:
                yield at, word
                at = text.find(word, at + 1)
        yield from ((place, word) for place, word in self._begun(text) if text.startswith(word, place))

    def _begun(self, text: bytes) -> Iterator[tuple[int, bytes]]:
        """Where the first _HEAD characters of one of many words stand in `text`, overlapping ones too, with the word."""
        size = len(text) - _HEAD + 1
        if size <= 0 or not self._many:
            return
        padded = text + b"\0"  # the last window begins _HEAD bytes before the end
        for first in range(0, size, _STRETCH):
            window = np.ndarray((min(_STRETCH, size - first),), np.dtype("<u8"), padded, first, (1,)) & _SEVEN
            near = np.flatnonzero(self._table[(window * _FACTOR) >> _SHIFT])
            low = np.searchsorted(self._heads, window[near])
            there = self._heads[np.minimum(low, len(self._heads) - 1)] == window[near]
            high = np.searchsorted(self._heads, window[near[there]], "right")
            for place, begin, end in zip((near[there] + first).tolist(), low[there].tolist(), high.tolist(), strict=True):
                yield from ((place, self._many[number]) for number in self._order[begin:end].tolist())


def _apart(text: bytes, start: int, end: int) -> bool:
    return not text[max(start - 1, 0) : start].isalnum() and not text[end : end + 1].isalnum()


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
