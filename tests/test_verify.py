"""The second reader sees a removed number in every form a browser, a spreadsheet or a script would."""

from __future__ import annotations

import json
import random
import time
from html import escape
from urllib.parse import quote

import pytest
from generated import many, mobile, resident_id
from hypothesis import given
from hypothesis import strategies as st

from deident.engine.verify import Words, leaks

NUMBER = "13800001234"
WIDE = "".join(chr(0xFEE0 + ord(c)) for c in NUMBER)
FORMS = {
    "as it is": f"<p>{NUMBER}</p>",
    "in a longer one": f"a{NUMBER}b",
    "blanks": "138 0000 1234",
    "hyphens": "138-0000-1234",
    "decimal": "".join(f"&#{ord(c)};" for c in NUMBER),
    "decimal, no sign at the end": "".join(f"&#{ord(c):04}" for c in NUMBER),
    "hexadecimal": "".join(f"&#x{ord(c):X};" for c in NUMBER),
    "percent": "".join(f"%{ord(c):02x}" for c in NUMBER),
    "percent twice": quote("".join(f"%{ord(c):02x}" for c in NUMBER)),
    "script": "".join(f"\\u{ord(c):04x}" for c in NUMBER),
    "script in JSON": json.dumps("".join(f"\\u{ord(c):04x}" for c in NUMBER)),
    "code point": "".join(f"\\u{{{ord(c):04x}}}" for c in NUMBER),
    "bytes": "".join(f"\\x{ord(c):02x}" for c in NUMBER),
    "octal": "".join(f"\\{ord(c):03o}" for c in NUMBER),
    "full width": WIDE,
    "full width as entities": "".join(f"&#{ord(c)};" for c in WIDE),
    "escaped entities": escape("".join(f"&#{ord(c)};" for c in NUMBER)),
    "tags between coded digits": "&#49;38<b>0000</b>1234",
    "one digit": "1380000&#49;234",
    "zero width": "1380000\u200b&#49;234",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_every_form_is_seen(form: str, encoding: str) -> None:
    data = f"公示 {FORMS[form]} 号".encode(encoding)
    assert leaks(data, encoding, [b"13900000000", NUMBER.encode()]) == [1]
    assert leaks(data, encoding, [b"13800001239", b"38000012345"]) == []


def test_a_number_in_a_tag_between_coded_digits() -> None:
    assert leaks(f'&#49;<a href="{NUMBER}">2</a>'.encode(), "utf-8", [NUMBER.encode()]) == [0]


def test_ids_in_either_case() -> None:
    assert leaks(b"11010519000101001x", "utf-8", [b"11010519000101001X"]) == [0]


def test_short_numbers_count_when_they_stand_alone() -> None:
    assert leaks("工号 5551234，".encode(), "utf-8", [b"5551234"]) == [0]
    assert leaks("流水号 95551234".encode(), "utf-8", [b"5551234"]) == []


def test_mail_addresses() -> None:
    assert leaks(b"mail lin&#46;ayi@qq.com", "utf-8", [b"LIN.AYI@QQ.COM"]) == []
    assert leaks(b"mail Lin.ayi@qq.com now", "utf-8", [b"LIN.AYI@QQ.COM"]) == [0]
    assert leaks(b"&#49;mail lin&#46;ayi&#64;qq.com", "utf-8", [b"LIN.AYI@QQ.COM"]) == [0]


def test_many_values_are_found_like_a_few() -> None:
    chance = random.Random(3)
    values = [mobile(chance) for _ in range(300)] + [resident_id(chance) for _ in range(300)]
    kept = set(chance.sample(range(600), 40))
    text = "，".join(values[n] for n in kept) + "".join(f"a{'0' * 30}" for _ in range(99))
    wanted = [n for n, one in enumerate(values) if one in text]
    assert leaks(text.encode(), "utf-8", [one.encode() for one in values]) == wanted


def test_junk_and_size() -> None:
    chance = random.Random(5)
    values = [mobile(chance).encode() for _ in range(3000)]
    for data in (
        chance.randbytes(100_000),
        b"&#" * 50_000,
        b"%3" * 50_000,
        b"\\u00" * 25_000,
        b"1" * 100_000,
        b"&amp;" * 20_000,
        b"1 " * 50_000,
    ):
        for encoding in ("utf-8", "gb18030", "utf-16-le", ""):
            began = time.process_time()
            assert leaks(data, encoding, values) == []
            assert time.process_time() - began < 10


@given(
    st.lists(st.text("0123456789X", min_size=7, max_size=18), min_size=25, max_size=60),
    st.lists(st.text("0123456789Xab -.,", max_size=30), max_size=40),
    st.lists(st.integers(0, 59), max_size=5),
)
def test_many_values_are_found_as_few_are(values: list[str], around: list[str], put: list[int]) -> None:
    wanted = [value.encode() for value in dict.fromkeys(values)]
    pieces = around + [values[number % len(values)] for number in put]
    data = " ".join(pieces).encode()
    alone = [number for number, value in enumerate(wanted) if leaks(data, "utf-8", [value])]
    assert leaks(data, "utf-8", wanted) == alone


@many
@given(
    st.sets(st.text("张王伟芳明", min_size=3, max_size=5), min_size=1, max_size=40),
    st.text("张王伟芳明 a", max_size=120),
)
def test_every_place_of_every_word_is_found(words: set[str], text: str) -> None:
    view = text.encode()
    sought = {word.encode() for word in words}
    brute = {(at, word) for word in sought for at in range(len(view)) if view.startswith(word, at)}
    found = list(Words(sought).everywhere(view))
    assert set(found) == brute
    assert len(found) == len(brute)
