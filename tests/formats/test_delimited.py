"""CSV: cells by TAB, quotes gone, and never a byte lost."""

from __future__ import annotations

import pytest

from deident.formats.delimited import DelimitedDocument
from deident.model import Edit


def view(text: str, name: str = "a.csv") -> str:
    return DelimitedDocument(text.encode(), name).batch().view.decode().rstrip("\0")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a,b\r\nc,d", "a\tb \nc\td"),
        ("a;b\nc;d\n", "a\tb\nc\td\n"),
        ("a|b\nc|d\n", "a\tb\nc\td\n"),
        ('"a,b",c\n1,2\n', "a,b\tc\n1\t2\n"),
        ('a,"b ""c"" d"\n', 'a\tb "c" d\n'),
        ('a,"b\r\nc"\nd,e\n', "a\tb  c\nd\te\n"),
        ('="110105190001010010",b\n', "110105190001010010\tb\n"),
        ('"=""110105190001010010""",b\n', "110105190001010010\tb\n"),
        ('"","",x\n', "\t\tx\n"),
        ("\t13800000000,b,c\n", " 13800000000\tb\tc\n"),
        ('a,"b\nc,d\n', 'a\t"b\nc\td\n'),
        ('a,"b"c,d\n', 'a\t"b"c\td\n'),
        ('1" pipe,2\n', '1" pipe\t2\n'),
    ],
)
def test_view(text: str, shown: str) -> None:
    assert view(text) == shown


def test_tsv_by_name() -> None:
    assert view("a,b\tc\n", "x.tsv") == "a,b\tc\n"


def test_without_quotes_the_map_is_one_piece() -> None:
    assert len(DelimitedDocument(b"a,b\nc,d\n" * 1000).batch().map.view) == 2  # and the NUL


def test_masking_keeps_the_quoting() -> None:
    data = '姓名,证件,"住址"\n鲁定国,="110105190001010010","老街,3号"\n'.encode("gbk")
    document = DelimitedDocument(data)
    shown = document.batch().view
    number, place = shown.index(b"110105"), shown.index("老街,3号".encode())
    done = document.write([Edit(number, number + 18, "11****"), Edit(place, place + 11, "**")])
    assert done.decode("gbk") == '姓名,证件,"住址"\n鲁定国,="11****","**"\n'


def test_an_edit_over_cells_keeps_the_cells() -> None:
    document = DelimitedDocument(b"138,0000\n0000,x\n1,2\n")
    assert document.write([Edit(0, 13, "***")]) == b"***,\n,x\n1,2\n"


def test_a_replacement_cannot_break_out() -> None:
    assert DelimitedDocument(b"a,b\nc,d\n").write([Edit(0, 1, 'x",\ny')]) == b"x   y,b\nc,d\n"


def test_hostile_quotes_are_linear() -> None:
    text = ',"x""' * 200_000
    assert len(DelimitedDocument(text.encode()).batch().view) > 100
