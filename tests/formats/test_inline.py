"""Pictures in a page itself, and text that is shown in another order than it is written."""

from __future__ import annotations

import base64

import pytest

from deident.engine import Scanner
from deident.formats import Child, open_document

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2
PAGE = b'<html><p>\xe7\x94\xb5\xe8\xaf\x9d</p><img alt="x" src="data:image/png;base64,%s"><p>after</p></html>'


def page(content: bytes) -> bytes:
    return PAGE % base64.b64encode(content)


def test_a_picture_is_a_child_and_goes_back_in_its_place() -> None:
    document = open_document(page(PNG), "a.html")
    assert [(child.name, child.data) for child in document.children()] == [("picture 1.png", PNG)]
    assert document.write([]) == page(PNG)
    new = PNG[:100]
    assert document.write([], {0: Child("picture 1.png", new)}) == page(new)


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("a.json", b'{"content": "<img src=\\"data:image\\/png;base64,%s\\">", "n": 1}'),
        ("a.json", b'{"pic": "data:image/png;base64,%s", "n": 13}'),
        ("a.css", b".logo { background: url(data:image/png;base64,%s) }"),
        ("a.xml", b'<?xml version="1.0"?><svg><image href="data:image/png;base64,%s"/></svg>'),
        ("a.csv", "照片,姓名\ndata:image/png;base64,%s,陈一一\n".encode()),
    ],
)
def test_a_picture_in_other_text(name: str, around: bytes) -> None:
    document = open_document(around % base64.b64encode(PNG), name)
    [child] = document.children()
    assert child.data == PNG
    assert document.write([], {0: Child("picture 1.png", PNG[:90])}) == around % base64.b64encode(PNG[:90])


def test_icons_are_no_pictures_to_read() -> None:
    assert list(open_document(page(PNG[:60]), "a.html").children()) == []


def test_a_page_with_a_picture_that_nobody_can_read_is_not_clean() -> None:
    [report] = Scanner(ner=False).scan_many([("a.html", page(PNG))])
    assert report.status == "partial" and report.members[0].file == "a.html!picture 1.png"


@pytest.mark.parametrize(
    "turned",
    [
        '<span style="unicode-bidi:bidi-override;direction:rtl">00083100831</span>',
        "<p><bdo dir=rtl>00083100831</bdo></p>",
        "<p>电话：\u202e00083100831\u202c</p>",
        "<p>电话：&#8238;00083100831</p>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_turned_text_is_for_a_person_to_look_at(turned: str, encoding: str) -> None:
    [report] = Scanner(ner=False).scan_many([("a.html", f"<html><meta charset={encoding}>{turned}</html>".encode(encoding))])
    assert (report.status, report.reason) == ("partial", "bidi-override")
