"""Legacy Office files: what is seen, what is written, what is refused; files made in code."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from struct import pack

import olefile
import pytest
import xlrd
from formats.ole_files import atom, compound, record, word, workbook

from deident.formats import Child, Document, open_document
from deident.formats.ole import convert
from deident.formats.ole.compound import Compound
from deident.formats.ole.document import OleDocument
from deident.model import ROLES, Edit

NAME, OTHER, ID, PHONE = "鲁定国", "欧阳雪梅", "110105190001010010", "13800000000"
VALUES = (NAME, OTHER, ID, PHONE, "lu@example.com")
SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"


def segments(document: Document) -> list[tuple[str, str, str]]:
    """(role, where, text) of every segment."""
    batch = document.batch()
    return [
        (
            ROLES[batch.role[number]],
            batch.where.get(number, ""),
            batch.view[batch.segments[number] : batch.segments[number + 1] - 1].decode(),
        )
        for number in range(len(batch.role))
    ]


def masked(document: Document, masks: Mapping[str, str] | None = None) -> bytes:
    """Every value of VALUES (or of `masks`) replaced wherever it is seen."""
    view = document.batch().view
    masks = masks or {value: "*" * len(value) for value in VALUES}
    edits = [Edit(*found.span(), new) for value, new in masks.items() for found in re.finditer(re.escape(value.encode()), view)]
    assert edits
    return document.write(edits)


def gone(data: bytes) -> bool:
    return not any(value.encode(codec) in data for value in VALUES for codec in ("utf-8", "utf-16-le", "gb18030"))


def sound(data: bytes) -> bytes:
    """The laws, and the masked bytes."""
    document = open_document(data)
    assert document.status == "clean", document.reason
    assert document.write([]) == data
    done = masked(document)
    assert len(done) == len(data) and gone(done)
    assert open_document(done).status == "clean"
    return done


def test_streams_as_another_reader_sees_them() -> None:
    data = compound({"a": b"x" * 5000, "b": b"y" * 100, "S/T/c": "甲".encode() * 900, "S/d": b""}, free=b"rest")
    file, other = Compound(data), olefile.OleFileIO(data)
    assert {stream.path for stream in file.streams} == {tuple(path) for path in other.listdir()}
    for stream in file.streams:
        assert stream.data == (other.openstream(list(stream.path)).read() if stream.data else b"")
        assert b"".join(data[low:high] for low, high in stream.spans) == stream.data
    assert ("S", "T") in file.storages
    assert b"rest" in b"".join(data[low:high] for low, high in file.free)
    assert file.written({}).count(b"rest") == 0


def test_text_in_pieces_of_both_kinds() -> None:
    data = word([("姓名：鲁", False), ("定国\r电话 ", False), ("138", True), ("00000000", False), ("\r", True)])
    document = open_document(data)
    assert document.format == "doc"
    assert segments(document)[0] == ("text", "", "姓名：鲁定国\n电话 13800000000\n\n")
    assert document.locate(document.batch().view.find(b"138")) == "paragraph 2"
    done = sound(data)
    assert segments(open_document(done))[0][2] == "姓名：***\n电话 ***********\n\n"


def test_cells_fields_and_marks() -> None:
    text = '姓名\x07电话\x07\x07鲁定国\x07\x13 HYPERLINK "mailto:lu@example.com" \x14邮\x1f箱\x15\x07\x07换\x0b行\r'
    found = segments(open_document(word([(text, False)])))
    assert found[0][2] == "姓名\t电话\t\n鲁定国\t邮箱\t\n换\n行\n\n"
    assert ("url", "field", ' HYPERLINK "mailto:lu@example.com" ') in found
    sound(word([(text, False)]))


def test_what_a_fast_save_left_behind() -> None:
    data = word([("公示\r", False)], leftover="\0\0原申请人鲁定国的身份证号110105190001010010，已经更正\0\0", authors=[NAME])
    found = segments(open_document(data))
    assert any(role == "meta" and ID in text for role, _, text in found)
    assert ("meta", "names", f"author：{NAME}") in found
    sound(data)


def test_free_sectors_and_slack_are_seen_and_zeroed() -> None:
    old = f"申请人鲁定国，电话{PHONE}，身份证{ID}".encode("utf-16-le")
    body = Compound(word([(f"联系{PHONE}\r", False)])).streams
    data = compound({stream.path[-1]: stream.data + bytes(10) for stream in body}, free=old, slack=old)
    found = [text for _, where, text in segments(open_document(data)) if where == "free"]
    assert len(found) == 1 and found[0].count(ID) == 2
    done = sound(data)
    assert all(not any(done[low:high]) for low, high in Compound(done).free)


def test_replacements_keep_their_room() -> None:
    document = open_document(word([(f"姓名：{NAME} {PHONE} end\r", False), ("abc 1990 tel", True)]))
    done = masked(document, {NAME: "鲁某某某某某", PHONE: "138", "1990": "某年1"})
    assert segments(open_document(done))[0][2] == "姓名：鲁某某 138******** end\nabc **1* tel\n"


def test_strings_that_run_over_records() -> None:
    wide = OTHER.encode("utf-16-le")
    strings = [
        b"\xff\xfe" + pack("<HB", 4, 1) + wide[:4],  # 欧阳 | 雪梅
        b"\x01" + wide[4:] + b"\xff\xfe" + pack("<HBH", 11, 8, 1) + b"1380000",  # 8 bits, with formats; then 16 bits
        b"\x01" + "0000".encode("utf-16-le") + bytes(4) + b"\xff\xfe" + pack("<HB", 18, 0) + ID.encode(),
        b"\xff\xfe" + pack("<HBI", 3, 5, 6) + NAME.encode("utf-16-le") + bytes(6),
    ]
    cells = b"".join(
        record(0xFD, pack("<HHHI", row, column, 0, index)) for row, column, index in ((0, 0, 0), (0, 2, 1), (1, 0, 2), (1, 1, 0))
    )
    data = workbook(strings, cells)
    document = open_document(data)
    found = segments(document)
    assert found[0] == ("text", "名单", f"{OTHER}\t\t{PHONE}\n{ID}\t{OTHER}")
    assert ("meta", "strings", NAME) in found, "no cell shows it"
    assert document.locate(document.batch().view.find(PHONE.encode())) == "名单!C1"
    done = sound(data)
    assert segments(open_document(done))[0][2] == f"****\t\t{'*' * 11}\n{'*' * 18}\t****"
    sheet = xlrd.open_workbook(file_contents=done).sheet_by_index(0)
    assert [sheet.cell_value(0, 0), sheet.cell_value(0, 2), sheet.cell_value(1, 0)] == ["****", "*" * 11, "*" * 18]


def test_numbers_dates_and_results() -> None:
    formats = record(0x41E, pack("<HHB", 200, 10, 0) + b"yyyy/mm/dd") + b"".join(
        record(0xE0, pack("<HH", 0, number) + bytes(16)) for number in (0, 200, 31)
    )
    cells = (
        record(0x203, pack("<HHHd", 0, 0, 0, 13800000000.0))
        + record(0x27E, pack("<HHHI", 0, 1, 0, 25 << 2 | 3))
        + record(0xBD, pack("<HHHIHIH", 1, 0, 1, 32939 << 2 | 2, 0, 7 << 2 | 2, 1))
        + record(0x06, pack("<HHHdHIH", 2, 0, 0, 1.10105190001010010e17, 0, 0, 9) + b"\x1f" + pack("<d", 13800000000.0))
        + record(0x06, pack("<HHHHHHHHIH", 2, 1, 0, 0, 0, 0, 0xFFFF, 0, 0, 0)[:20] + pack("<H", 0))
        + record(0x207, pack("<HB", 3, 1) + NAME.encode("utf-16-le"))
    )
    document = open_document(workbook([b""], cells, formats))
    assert segments(document)[0][2] == f"13800000000\t0.25\n1990-03-07\t7\n110105190001010000\t{NAME}"
    assert ("meta", "名单!A3", PHONE) in segments(document) or ("meta", "名单", PHONE) in segments(document)
    done = masked(document, {PHONE: "138****0000", "110105190001010000": "x", "1990-03-07": "1990年", NAME: "鲁**"})
    again = open_document(done)
    assert "number-zeroed" in document.warnings
    assert segments(again)[0][2] == "0\t0.25\n0\t7\n0\t鲁**"
    assert pack("<d", 13800000000.0) not in done


def test_notes_shapes_and_the_rest_of_a_workbook() -> None:
    def text(value: str) -> bytes:
        return pack("<HB", len(value), 1) + value.encode("utf-16-le")

    body = pack("<H", 0) + bytes(8) + pack("<HH", len(PHONE), 16) + bytes(4)
    cells = (
        record(0x14, text(f'&C&"宋体"填表人{NAME}'))
        + record(0x5D, pack("<HHHH", 0x15, 18, 0x19, 7) + bytes(14))
        + record(0x1B6, body)
        + record(0x3C, b"\0" + PHONE.encode())
        + record(0x3C, bytes(16))
        + record(0x1C, pack("<HHHH", 4, 2, 0, 7) + text(NAME))
        + record(
            0x1BE,
            bytes(4)
            + (b"\1\0\0\0") * 4
            + pack("<HH", 20, 0)
            + b"\x17\x0d\x01"
            + f"{NAME}\0****\0{OTHER}".encode("utf-16-le")
            + bytes(20),
        )
    )
    data = workbook([b""], cells, record(0x5C, text(OTHER).ljust(112, b" ")))
    found = segments(open_document(data))
    assert ("comment", "名单!C5", PHONE) in found
    assert ("meta", "名单!C5", f"author：{NAME}") in found
    assert any(where == "user" and text == f"author：{OTHER}" for _, where, text in found)
    assert any(NAME in text and OTHER in text for role, _, text in found if role == "meta"), "a list of choices"
    sound(data)


def slides(*texts: str) -> bytes:
    """A presentation: one slide in the list, one that an earlier save left."""
    boxes = [atom(0x3EE, atom(0xF00D, atom(0xFA0, text.encode("utf-16-le")), 15), 15) for text in texts]
    listed = atom(0x3E8, atom(0xFF0, atom(0x3F3, pack("<I", 2) + bytes(16)), 15), 15)
    link = atom(0xFD7, atom(0xFBA, "mailto:lu@example.com".encode("utf-16-le")), 15)
    body = boxes[0] + listed + boxes[1] + link
    directory = len(body)
    body += atom(0x1772, pack("<III", 2 << 20 | 1, len(boxes[0]), len(boxes[0]) + len(listed)))
    edit = len(body)
    body += atom(0xFF5, bytes(8) + pack("<II", 0, directory) + bytes(12))
    user = atom(0xFF6, pack("<III", 0x14, 0xE391C05F, edit) + bytes(8))
    return compound({"PowerPoint Document": body.ljust(4096, b"\0"), "Current User": user})


def test_slides_of_today_and_of_earlier_saves() -> None:
    data = slides(f"原申请人{NAME}\r{PHONE}", f"申请人{NAME}")
    document = open_document(data)
    found = segments(document)
    assert found[0] == ("text", "", f"申请人{NAME}\n原申请人{NAME}\n{PHONE}\n")
    assert ("url", "link", "mailto:lu@example.com") in found
    view = document.batch().view
    assert [document.locate(view.find(word.encode())) for word in ("申请人", PHONE)] == ["slide 1", "old slide"]
    sound(data)


def native(name: bytes, data: bytes) -> bytes:
    body = b"\x02\0" + name + b"\0C:\\" + name + b"\0\0\0\3\0" + pack("<I", 3) + b"C:\0" + pack("<I", len(data)) + data
    return pack("<I", len(body)) + body


def test_objects_inside() -> None:
    inner = f"姓名,电话\n{NAME},{PHONE}\n".encode("gb18030")
    document = open_document(compound({"\x01Ole10Native": native(b"a.csv", inner)}), "oleObject1.bin")
    assert document.status == "clean"
    assert list(document.children()) == [Child("a.csv", inner)]
    done = document.write([], {0: Child("a.csv", inner.replace(PHONE.encode(), b"138"))})
    (again,) = open_document(done).children()
    assert again.data == inner.replace(PHONE.encode(), b"138")


def test_a_file_with_streams_of_other_lengths() -> None:
    chance = random.Random(3)
    streams = {"a": chance.randbytes(100), "S/b": chance.randbytes(80_000), "S/c": b"", "d": b"PK" + bytes(5000)}
    data = compound(streams, free=PHONE.encode())
    new = {0: chance.randbytes(8_000_000), 2: b"", 3: b"y" * 64}
    file = Compound(data)
    new = {number: new.get(number, stream.data) for number, stream in enumerate(file.streams)}
    done = Compound(file.written(new))
    assert {stream.path: stream.data for stream in done.streams} == {
        stream.path: new[number] for number, stream in enumerate(file.streams)
    }
    other = olefile.OleFileIO(done.data)
    for stream in done.streams:
        assert stream.data == (other.openstream(list(stream.path)).read() if stream.data else b"")
    assert PHONE.encode() not in done.data and not other.parsing_issues


def test_macros_are_told() -> None:
    document = open_document(compound({"VBA/dir": b"\1" * 80, "PROJECT": b"ID=1"}), "vbaProject.bin")
    assert (document.status, document.warnings) == ("clean", ["macros"])


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (compound({"EncryptedPackage": b"x" * 80, "EncryptionInfo": b"y"}), "refused", "encrypted"),
        (word([("甲\r", False)], flags=0x100), "refused", "encrypted"),
        (workbook([b""], b"", record(0x2F, bytes(6))), "refused", "encrypted"),
        (compound({"__properties_version1.0": b"x" * 80}), "unscannable", "unsupported-ole"),
        (compound({"Catalog": b"x" * 80}), "unscannable", "unsupported-ole"),
        (word([("甲\r", False)])[:2000], "refused", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "refused", "damaged"),
    ],
)
def test_what_is_not_read(data: bytes, status: str, reason: str) -> None:
    document = open_document(data)
    assert (document.status, document.reason) == (status, reason)


def test_old_versions_need_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "which", lambda name: None)
    for data in (word([("甲\r", False)], version=0x65), compound({"Book": b"x" * 80})):
        document = open_document(data)
        assert (document.status, document.reason) == ("unscannable", "needs-office")


def test_noise_is_not_text() -> None:
    chance = random.Random(7)
    data = compound({"CONTENTS2": chance.randbytes(200_000), "PROJECT": b"x"})
    assert len(OleDocument(data).batch().view) < 100


def junk() -> list[tuple[str, bytes]]:
    made = [
        ("word", word([(f"{NAME}\x07{PHONE}\x07\x07", False), ("abc 13800000000", True)], leftover="旧" * 20)),
        ("slides", slides(NAME, PHONE)),
    ]
    return made + [
        (path.name, path.read_bytes()) for path in sorted(SAMPLES.glob("leaky.*")) if path.suffix in (".doc", ".xls", ".ppt")
    ]


@pytest.mark.parametrize(("name", "data"), junk(), ids=[name for name, _ in junk()])
def test_junk(name: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "which", lambda name: None)
    monkeypatch.setenv("DEIDENT_DEBUG", "1")
    chance = random.Random(name)
    for _ in range(40 if len(data) > 100_000 else 200):
        broken = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            at = chance.randrange(len(broken) if chance.random() < 0.6 else 1024)
            broken[at] = chance.choice((0, 255, chance.randrange(256)))
        before = time.perf_counter()
        document = open_document(bytes(broken))
        assert time.perf_counter() - before < 5
        assert document.write([]) == bytes(broken)
        assert document.status in ("clean", "partial") or document.reason != ""


def test_properties() -> None:
    text = f"{NAME}\0".encode("gb18030")
    values = [
        (1, pack("<HHhH", 2, 0, 936, 0)),
        (2, pack("<HHI", 0x1E, 0, 12) + "公示名单".encode("gbk") + bytes(4)),
        (4, pack("<HHI", 0x1E, 0, len(text)) + text + b"\0"),
    ]
    body, table, at = b"", b"", 8 + 8 * len(values)
    for number, value in values:
        table += pack("<II", number, at + len(body))
        body += value
    one = pack("<II", at + len(body), len(values)) + table + body
    stream = (
        pack("<HHI", 0xFFFE, 0, 2)
        + bytes(16)
        + pack("<I", 1)
        + bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")
        + pack("<I", 48)
        + one
    )
    file = Compound(word([(f"{PHONE}\r", False)]))
    data = compound({**{item.path[-1]: item.data for item in file.streams}, "\x05SummaryInformation": stream})
    found = segments(open_document(data))
    assert ("title", "title", "公示名单") in found and ("meta", "author", f"author：{NAME}") in found
    assert olefile.OleFileIO(BytesIO(sound(data))).get_metadata().author == b"*" * 6
