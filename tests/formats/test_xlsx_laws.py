"""Laws that hold for all workbooks: two ways of reading agree, nothing else changes, junk never raises, other programs read the result."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import python_calamine
import xlsxwriter
from formats.xlsx_files import SHEET, book, parts, written
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deident.formats import open_document
from deident.formats.xlsx import cells, marks
from deident.formats.xlsx.document import XlsxDocument
from deident.formats.xlsx.formula import gives, masked
from deident.formats.xlsx.middle import Middle, through
from deident.formats.xlsx.numbers import dates, is_date, plain
from deident.formats.xlsx.sheet import read_sheet
from deident.formats.xlsx.sheetwrite import _TYPE
from deident.formats.xlsx.shown import Book
from deident.formats.xlsx.strings import read_strings
from deident.model import Edit, SourceMap
from deident.text.maps import MapBuilder, compose

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
SOFFICE = shutil.which("soffice")
NAMES = (b"c", b"v", b"f", b"t", b"is", b"r", b"row", b"rPh")
PIECES = [
    "<c>", '<c r="A1">', '<c r="B1" t="s" s="1">', '<c r="C2" t="str">', '<c t="n" r="D3">', "<c r='E1' t='inlineStr'>", '<c r="B2" s="1"/>', "</c>",
    "<v>", "</v>", "<is>", "</is>", "<t>", '<t xml:space="preserve">', "</t>", "<f>", "</f>", '<f t="shared" si="0"/>', "<r>", "</r>",
    '<row r="1">', "<row>", "</row>", "<rPh>", "</rPh>", "<x/>", "<!-- 1 -->", "<![CDATA[2]]>", "<?p i?>", "0", "1", "32939", "1.5E+10",
    "张三", "&amp;", "&#49;", "_x0041_", " ", "\n", ">", "&lt;", '<c r="A1" z="13800138000">', "<c:v>", "<vv>", '<row ht="1234567890">',
]  # fmt: skip


def soup(pieces: list[str], prefix: str = "") -> bytes:
    return f"<{prefix}worksheet><{prefix}sheetData>{''.join(pieces)}</{prefix}sheetData></{prefix}worksheet>".encode()


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["", "x:"]))
def test_fast_marks_are_the_plain_ones(pieces: list[str], prefix: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fast_is_plain(pieces, prefix, patch)


def fast_is_plain(pieces: list[str], prefix: str, patch: pytest.MonkeyPatch) -> None:
    data = soup(
        [piece.replace("<", "<" + prefix, 1) if piece[:2] not in ("</", "<!", "<?") else piece for piece in pieces], prefix
    )
    whole = (0, len(data), marks.prefix(data))
    slow = marks.plain(data, NAMES, *whole)
    for size in (1, 24, 1 << 19):  # of blocks
        patch.setattr(marks, "_BLOCK", size)
        quick = marks.fast(data, NAMES, *whole)
        if quick is not None:
            assert all(np.array_equal(a, b) for a, b in zip(quick, slow, strict=True))
    assert slow.start.tolist() == sorted(slow.start.tolist())
    covered = sum(slow.end - slow.start) + sum(slow.text_end - slow.text_start)
    assert covered >= len(data)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_both_ways_see_the_same_cells(pieces: list[str]) -> None:
    data, seen, quick = soup(pieces), [], marks.fast
    for way, many in ((quick, 1 << 15), (quick, 2), (lambda *_: None, 1 << 15)):
        middle = Middle()
        strings = "<sst><si><t>甲</t></si><si><r><t>乙</t></r><r><t>&amp;</t></r></si></sst>".encode()
        shared = read_strings(strings, SourceMap.identity(len(strings)), middle)
        marks.fast, cells._MANY = way, many
        try:
            found = read_sheet(data, SourceMap.identity(len(data)), Book(shared, np.array([False, True])), middle)
        finally:
            marks.fast, cells._MANY = quick, 1 << 15
        view, map = middle.finish()
        texts = [(view[a : a + n], map.ranges(a, a + n)) for a, n in zip(found.at.tolist(), found.length.tolist(), strict=True)]
        seen.append((texts, found.row.tolist(), found.column.tolist(), found.first.tolist(), found.formulas, sorted(found.rest)))
        tags = [data[low:high] for low, high in zip(found.tag.tolist(), found.tag_end.tolist(), strict=True)]
        assert not any(_TYPE.search(tag) for tag, typed in zip(tags, found.typed.tolist(), strict=True) if not typed)
    assert seen[0] == seen[1] == seen[2]


PIECE = st.tuples(st.integers(0, 30), st.integers(0, 6), st.booleans())


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECE, max_size=8), st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=8))
def test_through_is_compose(wanted: list[tuple[int, int, bool]], inside: list[tuple[int, int]]) -> None:
    inner, outer, at = MapBuilder(), MapBuilder(), 0
    for length, width in inside:
        if length == width:
            inner.copy(at, b"x" * length)
        else:
            inner.atomic(at, width, b"x" * length)
        at += width + 1
    _, way = inner.finish()
    for start, length, put in wanted:
        if put and start + length <= way.size:
            outer.copy(start, b"y" * length)
        else:
            outer.insert(b"z" * length)
    _, map = outer.finish()
    quick, plain_one = through(map, way), compose(map, way)
    for place in range(map.size):
        assert quick.ranges(place, place + 1) == plain_one.ranges(place, place + 1)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.randoms(use_true_random=False))
@example(["张三"], random.Random(1))
def test_soup_is_read_and_written(pieces: list[str], chance: random.Random) -> None:
    data = book("<?xml", more={SHEET: soup(pieces)})
    document = XlsxDocument(data)
    batch = document.batch()
    assert document.write([]) is data
    assert batch.view.decode() and batch.map.size == len(batch.view) == batch.segments[-1]
    assert "张三" not in "".join(pieces) or "张三".encode() in batch.view
    edits = []
    for start in sorted(chance.sample(range(len(batch.view)), min(4, len(batch.view)))):
        document.locate(start)
        edits.append(Edit(start, min(len(batch.view), start + chance.randint(1, 9)), "*"))
    again = open_document(document.write(edits), "a.xlsx")
    assert again.format == "xlsx" and again.batch()


def rows(count: int) -> list[list[object]]:
    chance = random.Random(5)
    return [
        [
            f"张{'伟芳娜敏静'[chance.randrange(5)]}{n}",
            f"1101011990{n:08d}",
            13800000000 + n,
            f"北京市 {n} & 号",
            n + 20000,
            n / 100,
            n % 2 == 0,
        ]
        for n in range(count)
    ]


def made(count: int = 60, **options: object) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as container:
        page = container.add_worksheet("名单")
        day = container.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, ["姓名", "身份证号码", "手机号", "住址", "出生日期", "金额", "是"])
        for number, row in enumerate(rows(count), 1):
            page.write_row(number, 0, row[:4])
            page.write_number(number, 4, row[4], day)  # type: ignore[arg-type]
            page.write_row(number, 5, row[5:])
        page.write_formula(count + 1, 5, f"=SUM(F2:F{count})", None, 17)
    return out.getvalue()


def expected(count: int) -> list[list[str]]:
    days = [day.decode() for day in dates(np.arange(20000, 20000 + count).astype(np.float64))]
    return [
        [str(row[0]), str(row[1]), str(row[2]), str(row[3]), day, plain(repr(row[5]).encode()).decode(), str(int(bool(row[6])))]
        for row, day in zip(rows(count), days, strict=True)
    ]


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}])
def test_tables_of_programs(options: dict[str, object]) -> None:
    view = XlsxDocument(made(**options)).batch().view.decode()
    lines = [line.split("\t") for line in view.split("\0")[0].split("\n")]
    assert lines[0] == ["名单"] and lines[2:62] == expected(60)


def calamine(data: bytes) -> list[list[object]]:
    return python_calamine.load_workbook(BytesIO(data)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}])
def test_other_programs_read_what_is_left(options: dict[str, object], tmp_path: Path) -> None:
    data = made(**options)
    document = XlsxDocument(data)
    view = document.batch().view
    gone = [str(value) for row in expected(60) for value in row[:3]] + [row[4] for row in expected(60)]
    edits = [Edit(at, at + len(value.encode()), "***") for value in gone if (at := view.index(value.encode())) >= 0]
    new = document.write(edits)
    before, after = calamine(data), calamine(new)
    for row in range(1, 61):
        assert after[row][:3] == ["***"] * 3 and after[row][4] == "***"
        assert after[row][3] == before[row][3] and after[row][5:] == before[row][5:]
    assert after[0] == before[0] and after[61:] == before[61:]
    old, now = (openpyxl.load_workbook(BytesIO(one)).active for one in (data, new))
    assert old is not None and now is not None
    assert (
        now["A2"].value == "***"
        and now["C2"].value == "***"
        and now["F62"].value == old["F62"].value
        and now["E2"].number_format == "yyyy-mm-dd"
    )
    for name, text in parts(new).items():
        if name not in (SHEET, "xl/sharedStrings.xml"):
            assert text == parts(data)[name]
    if SOFFICE:
        table = office(new, tmp_path)
        assert table[1][:3] == ["***"] * 3 and table[1][3] == before[1][3] and table[60][5] == office(data, tmp_path)[60][5]


def office(data: bytes, folder: Path) -> list[list[str]]:
    (folder / "a.xlsx").write_bytes(data)
    home = folder / "profile"
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76",
         "--outdir", str(folder), str(folder / "a.xlsx")], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return list(csv.reader((folder / "a.csv").read_text("utf-8").splitlines()))


def test_masking_twice_is_masking_once() -> None:
    once = written(made(), "张", "1380000")
    document = open_document(once, "a.xlsx")
    assert "张".encode() not in document.batch().view and b"1380000" not in document.batch().view
    assert "张" not in "".join(parts(once).values()) and "1380000" not in "".join(parts(once).values())


def mutations(data: bytes, count: int) -> Iterator[bytes]:
    """Damage to the container and to what is in it."""
    chance = random.Random(3)
    with zipfile.ZipFile(BytesIO(data)) as container:
        members = {info.filename: container.read(info) for info in container.infolist()}
    for number in range(count):
        name = chance.choice(list(members))
        part = bytearray(members[name])
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(max(len(part), 1))
            kind = chance.randrange(4)
            if kind == 0:
                part[at : at + 1] = bytes([chance.randrange(256)])
            elif kind == 1:
                del part[at : at + chance.randint(1, 40)]
            elif kind == 2:
                part[at:at] = part[chance.randrange(max(len(part), 1)) :][: chance.randint(1, 60)]
            else:
                part[at:at] = chance.choice(
                    [b"<", b">", b'"', b"&", b"<c ", b"</c>", b"<v>", b"<!--", b"<![CDATA[", b"\0", b"<si>", b"'"]
                )
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
            for own, content in members.items():
                container.writestr(own, bytes(part) if own == name else content)
        whole = bytearray(out.getvalue())
        if number % 4 == 0:
            whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        yield bytes(whole)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("sample", ["leaky.xlsx", "tricks/x01_pivot_extlink_revisions.xlsx"])
def test_damaged_files(sample: str) -> None:
    data = (SAMPLES / sample).read_bytes() if (SAMPLES / sample).exists() else made(5)
    for damaged in mutations(data, 150):
        document = open_document(damaged, "a.xlsx")
        batch = document.batch()
        if document.status in ("refused", "unscannable"):
            continue
        at = max(0, batch.view.find(b"138"))
        document.write([Edit(at, min(at + 11, len(batch.view)), "*")])
        document.locate(at)


@pytest.mark.skipif(not SAMPLES.exists(), reason="samples are not here")
@pytest.mark.parametrize("sample", ["leaky.xlsx", "raw.xlsx", "tricks/x01_pivot_extlink_revisions.xlsx"])
def test_samples(sample: str) -> None:
    data = (SAMPLES / sample).read_bytes()
    view = XlsxDocument(data).batch().view.decode()
    people = (
        "张伟民",
        "欧阳雪梅",
        "李建国",
        "110101199003074578",
        "110101199003075000",
        "13800138000",
        "zhangwm90@example.gov.cn",
    )
    new = written(data, *(value for value in people if value in view))
    assert all(value in view for value in people[:6])
    for name, text in parts(new).items():
        wide = text.replace("\0", "")
        assert not any(value in text or value in wide for value in (*people, "1.10101199003075E")), name
    assert not any(str(value) in str(calamine(new)) for value in people)
    openpyxl.load_workbook(BytesIO(new))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(['"', "'", "1", "138", "A", "!", "&quot;", "&amp;", "张", "(", "+", ".5", "E+7", ":"]), max_size=12),
    st.data(),
)
def test_any_formula(pieces: list[str], data: st.DataObject) -> None:
    raw = "".join(pieces).encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    new = masked(raw, [(start, end, b"*")])
    assert new is None or b"*" in new
    gives(raw, b"138")


@pytest.mark.parametrize(
    ("code", "date"),
    [
        ("General", False), ("yyyy-mm-dd", True), ('yyyy"年"m"月"d"日"', True), ("m/d", True), ("h:mm", False), ("mm:ss.0", False),
        ("[$-804]aaaa;@", True), ("0.00E+00", False), ("#,##0.00", False), ('"day"0', False), ("[Red]0", False), (";;;", False), ("[h]:mm", False),
        ('"138****"0000', False), ("e-m-d", True), ("@", False), ("dd\\.mm\\.yyyy h:mm", True),
    ],
)  # fmt: skip
def test_formats_of_dates(code: str, date: bool) -> None:
    assert is_date(code) == date
