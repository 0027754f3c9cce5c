"""JSON as lines of `key：value`; masked it is still JSON."""

from __future__ import annotations

import json
import time

import pytest

from deident.formats.jsontext import JsonDocument
from deident.model import ROLES, Edit


def segments(text: str) -> list[tuple[str, str]]:
    batch = JsonDocument(text.encode()).batch()
    parts = batch.view.decode().split("\0")[:-1]
    return [(ROLES[role], part) for role, part in zip(batch.role, parts, strict=True)]


def view(text: str) -> str:
    return segments(text)[0][1]


def mask(text: str, value: str, stars: str) -> str:
    document = JsonDocument(text.encode())
    start = document.batch().view.index(value.encode())
    return document.write([Edit(start, start + len(value.encode()), stars)]).decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a": "x", "b": 1}', "a：x\nb：1\n\n"),
        ('[{"a": 1}, {"a": 2}]', "a：1\n\na：2\n\n"),
        ('{"tel": ["1", 2, null]}', "tel：1\ntel：2\ntel：null\n\n"),
        ('{"rows": [["a", "b"], [1, 2]]}', "a\tb\n1\t2\n\n"),
        ('{"a": {"b": {"c": true}}}', "c：true\n\n"),
        (r'{"a": "\u5f20\u4e09\n\ud83d\ude00\/\"\\"}', 'a：张三\n😀/"\\\n\n'),
        (r'{"\u59d3\u540d": "x"}', "姓名：x\n\n"),
        (r'{"a": "\ud800x\u0000y"}', "a：\ufffdx y\n\n".replace("\ufffd", "?")),
        ("{'a': 'it\\'s', b: 2}", "a：it's\nb：2\n\n"),
        ('cb({"a": 1});', "cb(\na：1\n\n);\n"),
        ('var x = {"a": 1};', "var x =\na：1\n\n;\n"),
        ('{"a": 1}\n{"a": 2}\n', "a：1\n\na：2\n\n"),
        ('{"a": "<p>电话 <b>138</b>0000</p><p>乙</p>"}', "a：电话 1380000\n乙\n\n"),
        (r'{"a": "{\"b\": \"\\u5f20\"}"}', "a：b：张\n\n\n\n"),
        ('{"a": "1\n2"}', "a：1\n2\n\n"),
        ('{"a": "x", "b: 1}\n{"a": "y"}', 'a：x\n"\nb：1\n\na：y\n\n'),
        ("not json, 张三", "not json, 张三\n"),
        ('{"u": "http://x/?n=%D5%C5"}', "u：http://x/?n=张\n\n"),
        ("", ""),
    ],
)
def test_view(text: str, shown: str) -> None:
    assert view(text) == shown


def test_title_comment_and_attribute_are_segments() -> None:
    text = '{"title": "公示", "rows": [{"title": "甲", "f": "<img alt=\\"张三\\">"}]} // 备注'
    assert segments(text) == [("text", "title：甲\nf：\n\n"), ("title", "公示"), ("attribute", "张三"), ("comment", "// 备注")]


def test_a_masked_number_becomes_a_string() -> None:
    assert mask('{"tel":13800000000,"n":1}', "13800000000", "138********") == '{"tel":"138********","n":1}'
    assert mask('{"id":123.5}', "23", "**") == '{"id":"1**.5"}'
    assert mask("[13800000000]", "13800000000", "*") == '["*"]'


def test_a_masked_number_inside_nested_json() -> None:
    done = mask(r'{"a": "{\"tel\": 13800000000}"}', "13800000000", "138*")
    assert json.loads(json.loads(done)["a"]) == {"tel": "138*"}


def test_masked_escapes_stay_json() -> None:
    text = r'{"xm": "\u5f20\u4e09", "f": "<a href=\"tel:13800000000\">138<b>0000</b>0000<\/a>"}'
    done = mask(text, "张三", '张"*')
    assert json.loads(done)["xm"] == '张"*'
    assert json.loads(mask(text, "13800000000", "138********"))["f"] == '<a href="tel:13800000000">138********<b></b></a>'


def test_numbers_in_gbk_and_utf16() -> None:
    for encoding in ("gb18030", "utf-16"):
        document = JsonDocument('{"姓名":"张三","tel":13800000000}'.encode(encoding))
        start = document.batch().view.index(b"138")
        done = document.write([Edit(start, start + 11, "138*")]).decode(encoding)
        assert done == '{"姓名":"张三","tel":"138*"}'


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"a":' * 100_000, '"\\"' * 200_000, "/*" * 200_000, "'\"" * 200_000, "\\" * 300_000]
)
def test_hostile_input_is_linear(text: str) -> None:
    begun = time.process_time()
    JsonDocument(text.encode()).batch()
    assert time.process_time() - begun < 10
