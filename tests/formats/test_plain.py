"""Plain text, and what is shared: splicing, sniffing, binary data."""

from __future__ import annotations

import pytest

from deident.engine import Scanner
from deident.errors import InputError
from deident.formats import Limits, open_document
from deident.formats.plain import PlainDocument
from deident.formats.sniff import sniff
from deident.formats.splice import splice
from deident.model import Edit
from deident.text.maps import MapBuilder


def test_line_ends_are_lf() -> None:
    assert PlainDocument("甲\r\n乙\r丙\n".encode()).batch().view.decode() == "甲 \n乙\n丙\n\0"


def test_gbk_keeps_its_bytes() -> None:
    data = "电话：13800000000，张三\r\n".encode("gbk")
    document = PlainDocument(data)
    start = document.batch().view.index("张三".encode())
    done = document.write([Edit(start, start + 6, "张*"), Edit(9, 20, "138****0000")])
    assert done.decode("gbk") == "电话：138****0000，张*\r\n"


def test_splice_writes_once_into_a_split_number() -> None:
    builder = MapBuilder()
    for at, part in ((3, b"138"), (10, b"0000"), (20, b"0000")):
        builder.copy(at, part)
    data = b"<p>138<b>x0000</b>xx0000</p>"
    done = splice(data, builder.finish()[1], [Edit(0, 11, "138********")], lambda text, _: text.encode())
    assert done == b"<p>138********<b>x</b>xx</p>"


def test_splice_of_edits_that_meet() -> None:
    map = PlainDocument(b"0123456789").batch().map

    def encode(text: str, _: int) -> bytes:
        return text.encode()

    assert splice(b"0123456789", map, [Edit(4, 6, "b"), Edit(2, 8, "aa")], encode) == b"01aa89"
    assert splice(b"0123456789", map, [Edit(5, 8, "b"), Edit(2, 6, "aa")], encode) == b"01aab89"
    assert splice(b"0123456789", map, [Edit(3, 3, "x")], encode) == b"0123456789"


def test_edits_of_another_document_are_refused() -> None:
    with pytest.raises(InputError, match="edit 0 covers 5:99"):
        PlainDocument(b"12345").write([Edit(5, 99, "*")])


@pytest.mark.parametrize(
    ("data", "name", "format"),
    [
        (b"", "", "plain"),
        ("只有一句话，没有别的".encode(), "", "plain"),
        ("甲,乙\n".encode(), "a.csv", "delimited"),
        (b"a\tb\n1\t2\n3\t4\n", "", "delimited"),
        (b"a,b,c\n1,2,3\n4,5,6\n", "", "delimited"),
        (b"a, b\nc, d\ne, f\n", "", "plain"),
        ("【公告】".encode(), "", "plain"),
        (b"[notice] see below", "", "plain"),
        (b'[{"a": 1}]', "a.txt", "json"),
        (b'\xef\xbb\xbf {"a": 1}', "", "json"),
        (b"jQuery123_4({a: 1})", "", "json"),
        (b"window.list = [[1, 2]];", "", "json"),
        (b"/* x */ var x = {\n'a': 1}", "x.js", "json"),
        (b"<urlset><url><loc>x</loc></url></urlset>", "", "markup"),
        (b"<?xml version='1.0'?><title>x</title>", "", "markup"),
    ],
)
def test_sniff(data: bytes, name: str, format: str) -> None:
    assert sniff(data, name) == (format, "")
    assert open_document(data, name).format == format


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html>\n<p>x", b"<?xml version='1.0'?><html><body>x", "欢迎<br>光临".encode(), b"<div>x</div>", "<P>张三</P>".encode("gbk"),
        "<html>张三</html>".encode("utf-16"),
    ],
)  # fmt: skip
def test_sniff_html(data: bytes) -> None:
    assert sniff(data) == ("html", "")


@pytest.mark.parametrize(
    ("data", "format", "status", "reason"),
    [
        (b"%PDF-1.7", "pdf", "refused", "damaged"), (b"PK\x03\x04xx", "zip", "refused", "damaged"),
        (b"\0\1\2\3" * 99, "binary", "unscannable", "unknown binary data"),
        (b"\0\0\0\x18ftypmp42" + bytes(40), "binary", "unscannable", "MP4 media"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_so(data: bytes, format: str, status: str, reason: str) -> None:
    document = open_document(data, "a.html")
    assert (document.format, document.status, document.reason) == (format, status, reason)
    assert document.batch().view == b"\0"
    assert document.write([]) == data


def test_large_files_are_refused() -> None:
    document = open_document(b"x" * 99, "", Limits(max_bytes=98))
    assert document.status == "refused"


@pytest.mark.parametrize(("encoding", "mark"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
def test_lines_of_utf_16_are_counted_in_characters(encoding: str, mark: bytes) -> None:
    data = mark + "上上上\n身份证号：52010219010315904X\n".encode(encoding)  # 上 is 4E0A: half of it looks like a line end
    [report] = Scanner(ner=False).scan_many([("a.txt", data)])
    assert [finding.where for finding in report.findings] == ["line 2"]
