"""Whatever the bytes and whatever they claim to be: valid UTF-8 comes out, and every piece leads back to its bytes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deident.text.charset import ENCODINGS, Decoded, decode, encode

TEXT = "公示：张三，身份证号 110105190001010010；电话 13800000000。\r\n"
ODD = "䶮Ωаж①㈠𠮷€éü\ue000\u3000"  # four bytes in GB18030, two in both, private use, outside the BMP
MARK = {"utf-8-sig": 3, "utf-16-le": 2, "utf-16-be": 2}


def marked(text: str, encoding: str) -> bytes:
    return text.encode(encoding) if "16" not in encoding else ("\ufeff" + text).encode(encoding)


def check(data: bytes, decoded: Decoded) -> None:
    """Pieces cover the data without a gap, and each holds the bytes of its characters."""
    view, map, encoding = decoded.view, decoded.map, decoded.encoding
    assert view.decode() is not None
    assert b"\0" not in view
    assert map.size == len(view)
    assert encoding in ENCODINGS
    at = int(map.source[0])
    assert at in (0, MARK.get(encoding, 0)) or not view
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    for start, length, source, width in zip(*(a.tolist() for a in (map.view, map.lengths(), map.source, map.width)), strict=True):
        assert source == at or not length
        at = source + width
        shown, meant = view[start : start + length].decode(), data[source:at]
        if "\ufffd" not in shown:
            assert meant.decode(codec).replace("\0", " ") == shown
    assert at == len(data) or not view


@pytest.mark.parametrize("encoding", ENCODINGS[:5])
def test_text_comes_back(encoding: str) -> None:
    data = marked(TEXT + ODD, encoding)
    decoded = decode(data)
    assert (decoded.encoding, decoded.view.decode(), decoded.warnings) == (encoding, TEXT + ODD, ())
    check(data, decoded)


def test_big5_only_where_it_is_declared() -> None:
    data = "公示：電話".encode("big5")
    assert decode(data, "Big5").view.decode() == "公示：電話"
    assert decode(data).encoding == "gb18030"
    assert decode(TEXT.encode("gb18030"), "iso-8859-1").view.decode() == TEXT


@pytest.mark.parametrize("declared", ["gb2312", "gbk", "iso-8859-1", "nonsense", "", None])
def test_wrong_label_is_survived(declared: str | None) -> None:
    assert decode(TEXT.encode(), declared).view.decode() == TEXT
    assert decode(TEXT.encode("gbk"), "utf-8").view.decode() == TEXT


def test_clean_utf8_is_not_copied() -> None:
    data = TEXT.encode()
    decoded = decode(data)
    assert decoded.view is data
    assert len(decoded.map.view) == 1


@pytest.mark.parametrize("bad", [b"\x80", b"\xff", b"\x81", b"\xb5"])
def test_a_bad_byte_takes_nothing_along(bad: bytes) -> None:
    data = (TEXT * 3).encode("gbk") + bad + b"13800000000" + (TEXT * 3).encode("gbk")
    decoded = decode(data)
    assert decoded.view.decode() == TEXT * 3 + "\ufffd13800000000" + TEXT * 3
    assert decoded.warnings == ("bad-bytes",)
    check(data, decoded)


def test_cut_utf8_page_stays_utf8() -> None:
    data = (TEXT * 20).encode()[:-3] + "张".encode()[:2]
    decoded = decode(data, "gbk")
    assert decoded.encoding == "utf-8"
    assert decoded.view.decode().startswith(TEXT * 19)
    check(data, decoded)


def test_utf16_without_a_mark() -> None:
    assert decode(("<html>" * 9 + TEXT).encode("utf-16-le")).view.decode() == "<html>" * 9 + TEXT
    assert decode(("<html>" * 9 + TEXT).encode("utf-16-be")).encoding == "utf-16-be"


def test_nul_is_shown_as_a_space() -> None:
    assert decode(b"138\x000000").view == b"138 0000"
    assert decode("张三".encode("gbk") + b"\0").view.decode() == "张三 "


@given(st.text(), st.sampled_from(ENCODINGS))
def test_encode_never_raises(text: str, encoding: str) -> None:
    assert isinstance(encode(text, encoding), bytes)


@given(st.binary(max_size=60), st.sampled_from(["gbk", "utf-8", "big5", None]))
def test_any_bytes(data: bytes, declared: str | None) -> None:
    check(data, decode(data, declared))


def test_mutated_texts() -> None:
    chance = random.Random(7)
    for _ in range(1500):
        text = "".join(chance.choice(TEXT + ODD) for _ in range(chance.randrange(40)))
        data = bytearray(marked(text, chance.choice(ENCODINGS[:5])))
        for _ in range(chance.choice([0, 1, 3])):
            place = chance.randrange(len(data) + 1)
            data[place : place + chance.randrange(2)] = chance.choice([b"", b"\0", b"\x80", b"\xff", b"\x81", b"0"])
        check(bytes(data), decode(bytes(data)))


def test_zeros_in_a_text_do_not_make_it_utf_16() -> None:
    text = "公示\n身份证号：110105190001010010\n".encode()
    for zeros in (b"\0001\0002\0003\0" * 20, b"1\0002\0003\000" * 20):
        assert b"110105190001010010" in decode(zeros[: len(zeros) & ~1] + text, None).view
