"""OFD: lines from places, tables, annotations, properties, seals; masked in the same TextCodes, glyph numbers gone, nothing moved."""

from __future__ import annotations

import random
import re
import zipfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from formats.ofd_files import HEAD, SPACE, box, document, drawn, line, packed, page, singles, text

from deident.formats import Child, open_document
from deident.formats.ofd import seal
from deident.formats.ofd.document import OfdDocument
from deident.formats.ofd.geometry import deltas
from deident.model import ROLES, Edit

SAMPLE = Path(__file__).parents[2].parent / "shared/samples/formats/handmade.ofd"
VALUES = ("张伟民", "欧阳雪梅", "李建国", "110101199003074578", "13800138000")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(100))


def segments(data: bytes) -> list[tuple[str, str]]:
    batch = OfdDocument(data).batch()
    return [(ROLES[role], part) for role, part in zip(batch.role, batch.view.decode().split("\0")[:-1], strict=True)]


def shown(*objects: str) -> str:
    return segments(document(page(*objects)))[0][1]


def masked(data: bytes, values: tuple[str, ...] = VALUES, new: str = "") -> bytes:
    opened = open_document(data)
    view = opened.batch().view
    edits = [
        Edit(found.start(), found.end(), new or "*" * len(value))
        for value in values
        for found in re.finditer(re.escape(value.encode()), view)
    ]
    assert edits
    return opened.write(sorted(edits))


def unpacked(data: bytes) -> str:
    with zipfile.ZipFile(BytesIO(data)) as file:
        return "\n".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())


# reading


def test_one_character_a_text_code_in_any_order() -> None:
    whole = singles(20, 30, "身份证110101199003074578，电话13800138000")
    assert shown(whole) == "身份证110101199003074578，电话13800138000\n"
    parts = whole.split("<ofd:TextObject")[1:]
    random.Random(1).shuffle(parts)
    data = document(page("".join("<ofd:TextObject" + part for part in parts)))
    assert segments(data)[0][1] == "身份证110101199003074578，电话13800138000\n"
    done = masked(data)
    assert segments(done)[0][1] == "身份证******************，电话***********\n"
    assert masked(data, ("110101199003074578",)) == open_document(data).write(
        [
            Edit(
                open_document(data).batch().view.index(b"110101"),
                open_document(data).batch().view.index(b"110101") + 18,
                "*" * 18,
            )
        ]
    )


def test_steps() -> None:
    assert deltas("g 3 4.5 2 g 9 1", 6) == [4.5, 4.5, 4.5, 2, 1, 1]
    assert deltas("g 1000000000000 1", 4) == [1.0] * 4
    assert deltas("x nan 1e999 g", 9) == [0, 0, 0, 0]
    row = "张伟民13800138000"
    assert shown(text(20, 30, row, step="g 2 4 30 g 10 2")) == "张伟民 13800138000\n"
    one, two = text(20, 30, row, step="g 2 4 30 g 10 2"), text(20, 40, "李建国13800138000", step="g 2 4 30 g 10 2")
    assert shown(one, two) == "张伟民\t13800138000\n李建国\t13800138000\n"


def test_columns_without_rules_are_known_by_their_gaps() -> None:
    rows = [("姓名", "身份证号", "电话"), ("张伟民", "110101199003074578", "13800138000"), ("欧阳雪梅", "", "13800138000")]
    objects = [
        text(x, 30 + 8 * number, cell)
        for number, row in enumerate(rows)
        for x, cell in zip((20, 60, 120), row, strict=True)
        if cell
    ]
    random.Random(2).shuffle(objects)
    assert shown(*objects) == "姓名\t身份证号\t电话\n张伟民\t110101199003074578\t13800138000\n欧阳雪梅\t13800138000\n"
    assert (
        shown(text(20, 30, "甲方：张伟民"), text(120, 30, "乙方：李建国"), text(20, 40, "签订日期"))
        == "甲方：张伟民 乙方：李建国\n签订日期\n"
    )


def test_ruled_cells() -> None:
    rules = [line(x, 20, x, 50) for x in (20, 40, 66, 90)] + [line(20, y, 90, y) for y in (20, 30, 50)]
    cells = [
        text(22, 27, "姓名"), text(42, 27, "身份证号"), text(68, 27, "住址"),
        text(25, 42, "张伟民"), text(40.5, 38, "110101199003"), text(42, 44, "074578"),
        text(67, 38, "青溪县老"), text(67, 44, "街3号"), text(20, 60, "以上"),
    ]  # fmt: skip
    assert shown(*rules, *cells) == "姓名\t身份证号\t住址\n张伟民\t110101199003074578\t青溪县老街3号\n以上\n"
    tight = [line(x, 20, x, 40) for x in (20, 32, 60)] + [line(20, y, 60, y) for y in (20, 30, 40)]
    assert (
        shown(*tight, text(20, 27, "张伟民"), text(32, 27, "13800138000"), text(20, 37, "李四")) == "张伟民\t13800138000\n李四\n"
    )


def test_wrapped_lines() -> None:
    lines = [
        "经审核，申请人张伟民的身份证号码为110101199003",
        "074578，电话号码是，电话号码是，电话号138001",
        "38000。",
        "特此公告",
    ]
    objects = [text(20, 30 + 7 * number, one) for number, one in enumerate(lines)]
    assert shown(*objects) == "".join(lines[:3]) + "\n特此公告\n" or shown(*objects) == "".join(lines) + "\n"
    ends = ["经审核，申请人张伟民的联系电话号码是13800138000", "2.经审核，申请人李建国的联系电话号码13800138000", "13900139000"]
    assert shown(*[text(20, 30 + 7 * number, one) for number, one in enumerate(ends)]) == "\n".join(ends) + "\n"


def test_upright_and_turned() -> None:
    assert shown(singles(100, 30, "联系人张伟民", down=5)) == "联系人张伟民\n"
    down = '<ofd:TextObject ID="1" Boundary="{} 20 10 90" Size="4"><ofd:TextCode X="0" Y="4" DeltaY="g 4 4">{}</ofd:TextCode></ofd:TextObject>'
    assert shown(down.format(50, "李建国在此"), down.format(60, "张伟民住在")) == "张伟民住在\n李建国在此\n"
    turned = text(20, 30, "13800138000", step="g 10 2", more=' CTM="0 1 -1 0 20 20"')
    assert shown(turned, text(20, 30, "张伟民")) == "张伟民\n13800138000\n"


def test_text_that_lies_over_text() -> None:
    bold = text(20, 30, "13800138000", step="g 10 2") + text(20.2, 30, "13800138000", step="g 10 2")
    assert shown(bold) == "13800138000\n13800138000\n"
    assert shown(singles(20, 30, "张伟民") + singles(20.1, 30, "张伟民")) == "张伟民\n张伟民\n"


def test_entities_and_indented_xml() -> None:
    data = document(page(text(20, 30, "a&b<c")).replace("a&amp;b", "\n   &#x5f20;&#x4F1F;民&amp;<![CDATA[<138]]>"))
    assert segments(data)[0][1] == "张伟民&<138<c\n"
    assert segments(masked(data, ("张伟民",), "张*"))[0][1] == "张*&<138<c\n"
    gbk = page(text(20, 30, "电话13800138000张伟民")).replace("UTF-8", "GBK").encode("gbk")
    data = document(page(text(20, 30, "a")), more={"Doc_0/Pages/P0/Content.xml": gbk})
    done = masked(document("", more={"Doc_0/Pages/P0/Content.xml": gbk}), ("张伟民",), "张某某")
    assert "张某某" in segments(done)[0][1]


def test_pages_stand_in_the_order_of_the_document() -> None:
    pages = [page(text(20, 30, f"第{number}页张伟民")) for number in range(12)]
    data = document(
        *pages, more={"Doc_0/Old/Content.xml": page(text(20, 30, "旧版李建国")), "Doc_0/Tpls/T.xml": page(text(20, 30, "红头"))}
    )
    assert segments(data)[0][1].splitlines() == [f"第{number}页张伟民" for number in range(12)] + ["旧版李建国", "红头"]
    opened = open_document(data, "x.ofd")
    view = opened.batch().view
    assert opened.locate(view.index("第2页".encode())) == "page 3"
    assert opened.locate(view.index("旧版".encode())) == "old page"


RICH = document(
    page(
        text(20, 30, "申请人：张伟民，电话13800138000", step="g 4 4 g 3 4 g 3 4 g 10 2.2",
             inside='<ofd:CGTransform CodePosition="0" CodeCount="21" GlyphCount="21"><ofd:Glyphs>'
             + " ".join(str(100 + number) for number in range(21)) + "</ofd:Glyphs></ofd:CGTransform>"),
        singles(20, 40, "身份证110101199003074578"),
        text(20, 50, "其余内容不变", step="g 5 4"),
        box(28, 36, 40, 5),
        text(20, 60, "欧阳雪梅", more=' Visible="false"'),
    ),
    page(text(20, 30, "第二页", step="4 4"), text(20, 40, "李建国", inside='<ofd:FillColor Value="255 255 255"/>')),
    info="<ofd:Title>张伟民的公示</ofd:Title><ofd:Author>李建国</ofd:Author><ofd:CustomDatas>"
    '<ofd:CustomData Name="身份证">110101199003074578</ofd:CustomData></ofd:CustomDatas>',
    root='<ofd:Outlines><ofd:OutlineElem Title="关于欧阳雪梅"><ofd:Actions><ofd:Action Event="CLICK">'
    '<ofd:URI URI="http://x/?id=13800138000"/></ofd:Action></ofd:Actions></ofd:OutlineElem></ofd:Outlines>'
    '<ofd:Bookmarks><ofd:Bookmark Name="张伟民"><ofd:Dest Type="XYZ" PageID="0"/></ofd:Bookmark></ofd:Bookmarks>'
    "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations><ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>",
    body="<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>",
    more={
        "Doc_0/Annots/Annotations.xml": f'{HEAD}<ofd:Annotations {SPACE}><ofd:Page PageID="0"><ofd:FileLoc>P0.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>',
        "Doc_0/Annots/P0.xml": f'{HEAD}<ofd:PageAnnot {SPACE}><ofd:Annot ID="7" Type="Stamp" Creator="李建国" LastModDate="2026-01-01">'
        '<ofd:Remark>请核实13800138000</ofd:Remark><ofd:Parameters><ofd:Parameter Name="k">张伟民</ofd:Parameter></ofd:Parameters>'
        f'<ofd:Appearance Boundary="10 10 50 50">{singles(0, 5, "批注：张伟民")}</ofd:Appearance></ofd:Annot></ofd:PageAnnot>',
        "Doc_0/Attachs/Attachments.xml": f'{HEAD}<ofd:Attachments {SPACE}><ofd:Attachment ID="1" Name="张伟民的表"><ofd:FileLoc>a.csv</ofd:FileLoc></ofd:Attachment></ofd:Attachments>',
        "Doc_0/Attachs/a.csv": "姓名,电话\n张伟民,13800138000\n",
        "Doc_0/Res/p.png": PNG,
        "Doc_0/Res/f.ttf": b"\0\1\0\0" + bytes(200),
        "Doc_0/Signs/Signatures.xml": f'{HEAD}<ofd:Signatures {SPACE}><ofd:Signature ID="1" BaseLoc="S0/Signature.xml"/></ofd:Signatures>',
        "Doc_0/Tags/t.xml": "<t><name>张伟民</name><!-- 李建国 --></t>",
    },
)  # fmt: skip


def test_a_rich_file_is_read_whole() -> None:
    found = segments(RICH)
    assert found[0] == (
        "text",
        "申请人：张伟民，电话13800138000\n身份证110101199003074578\n其余内容不变\n欧阳雪梅\n第二页\n李建国\n批注：张伟民\n",
    )
    for one in (
        ("title", "张伟民的公示"),
        ("meta", "Author：李建国"),
        ("meta", "身份证：110101199003074578"),
        ("attribute", "Title：关于欧阳雪梅"),
        ("url", "URI：http://x/?id=13800138000"),
        ("attribute", "Name：张伟民"),
        ("attribute", "Creator：李建国"),
        ("meta", "Remark：请核实13800138000"),
        ("meta", "k：张伟民"),
        ("attribute", "Name：张伟民的表"),
    ):
        assert one in found
    opened = open_document(RICH)
    assert (opened.format, opened.status) == ("ofd", "clean")
    assert sorted(opened.warnings) == ["fake-redaction", "hidden-text"]
    assert [(child.name, child.data) for child in opened.children()] == [
        ("Doc_0/Attachs/a.csv", "姓名,电话\n张伟民,13800138000\n".encode()),
        ("Doc_0/Res/p.png", PNG),
    ]
    assert opened.write([]) == RICH


def test_masked_nothing_is_left_and_nothing_moves() -> None:
    opened = open_document(RICH)
    done = masked(RICH)
    again = open_document(done)
    for value in VALUES:
        assert value.encode() not in again.batch().view
    assert "13800138000" not in unpacked(done).replace(",13800138000\n", "")
    assert done == masked(done, ("其余",), "其余")
    before, after = drawn(RICH), drawn(done)
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        if new.char == "*":
            assert new.glyph == ""
        else:
            assert old == new
    assert sum(one.char == "*" for one in after) == 3 + 11 + 18 + 4 + 3
    assert [one.glyph for one in after[:4]] == ["100", "101", "102", "103"]
    assert after[7].glyph == "107"
    view = opened.batch().view
    place = view.index("张".encode())
    opened.write([Edit(place, place + 9, "张**")])
    assert "signature-broken" in opened.warnings


@pytest.mark.parametrize("new", ["张*", "张某", "欧阳某某", "", "1990年1月", "<&>", "[已隐去]"])
def test_replacements_of_another_length(new: str) -> None:
    for data in (RICH, document(page(singles(20, 40, "申请人：张伟民，电话")), page(text(20, 40, "张伟民，电话", step="g 5 4")))):
        done = masked(data, ("张伟民",), new or "\u2003")
        if not new:
            done = open_document(data).write(
                [
                    Edit(found.start(), found.end(), "")
                    for found in re.finditer("张伟民".encode(), open_document(data).batch().view)
                ]
            )
        assert "张伟民" not in segments(done)[0][1]
        assert new in segments(done)[0][1]
        kept = [(one.member, one.x, one.y, one.char) for one in drawn(data) if one.char not in "张伟民"]
        now = {(one.member, one.x, one.y, one.char) for one in drawn(done)}
        assert now.issuperset(kept)


def test_proportional_steps_do_not_tell_the_digits() -> None:
    data = document(page(text(20, 30, "电话13800138000号", step="4 4 1 2 2 2 2 1 2 2 2 2 2")))
    done = masked(data)
    places = [one.x for one in drawn(done) if one.char == "*"]
    assert len({round(two - one, 2) for one, two in pairwise(places)}) <= 2
    assert drawn(done)[-1] == drawn(data)[-1]


def test_glyphs_whose_characters_are_not_known_go() -> None:
    inside = '<ofd:CGTransform CodePosition="2" CodeCount="3" GlyphCount="2"><ofd:Glyphs>7 8</ofd:Glyphs></ofd:CGTransform>'
    data = document(page(text(20, 30, "我是张伟民啊", step="g 5 4", inside=inside)))
    assert "CGTransform" not in unpacked(masked(data))
    assert "CGTransform" in unpacked(masked(data, ("我",)))


def der(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    size = len(content)
    head = bytes((size,)) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes((tag,)) + head + content


def test_seals() -> None:
    certificate = der(0x30, der(0x31, der(0x0C, "张伟民".encode())), der(0x1E, "李建国".encode("utf-16-be")))
    signed = der(
        0x30,
        der(0x02, b"\1"),
        der(0x30, der(0x16, b"PNG"), der(0x04, PNG)),
        der(0x04, certificate),
        der(0x03, b"\0" + certificate),
    )
    data = document(page(text(20, 30, "公告")), more={"Doc_0/Signs/S0/SignedValue.dat": signed})
    assert seal.is_der(signed)
    assert [one for _, one in segments(data)[1:]] == ["张伟民", "李建国", "张伟民", "李建国"]
    opened = open_document(data)
    assert (opened.status, opened.warnings) == ("clean", [])
    assert [child.data for child in opened.children()] == [PNG]
    view = opened.batch().view
    edits = [Edit(found.start(), found.end(), "李*") for found in re.finditer("张伟民|李建国".encode(), view)]
    done = opened.write(edits, {0: Child("", PNG[:40])})
    assert [one for _, one in segments(done)[1:]] == ["李*"] * 4
    assert [child.data for child in open_document(done).children()] == [PNG[:40]]
    with zipfile.ZipFile(BytesIO(done)) as file:
        new = file.read("Doc_0/Signs/S0/SignedValue.dat")
    assert seal.is_der(new)
    assert new.endswith(der(0x03, b"\0" + der(0x30, der(0x31, der(0x0C, "李*".encode())), der(0x1E, "李*".encode("utf-16-be")))))


def test_hidden_and_covered() -> None:
    one = text(20, 30, "张伟民")
    for objects, warned in (
        ((one, box(15, 20, 50, 20)), ["fake-redaction"]),
        ((one, box(15, 20, 50, 20, "255 255 255")), ["fake-redaction"]),
        ((one, box(15, 20, 50, 20, "255 0 0", 60)), []),
        ((box(15, 20, 50, 20), one), []),
        ((text(20, 30, "张", more=' Alpha="0"'),), ["hidden-text"]),
        ((text(20, 30, "张", inside='<ofd:FillColor Value="255 255 255"/>'),), ["hidden-text"]),
        ((box(15, 20, 50, 20), text(20, 30, "张", inside='<ofd:FillColor Value="#ff #ff #ff"/>')), []),
        ((text(220, 30, "张"),), ["hidden-text"]),
        ((text(20, 30, "张", more=' Fill="false"'),), ["hidden-text"]),
    ):
        assert open_document(document(page(*objects))).warnings == warned


def test_an_annotation_that_covers() -> None:
    listed = f'{HEAD}<ofd:Annotations {SPACE}><ofd:Page PageID="0"><ofd:FileLoc>P0.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>'
    for color, warned in (("0 0 0", ["fake-redaction"]), ("255 255 0", [])):
        for place, under in ((20, True), (120, False)):
            annotation = f'{HEAD}<ofd:PageAnnot {SPACE}><ofd:Annot ID="7"><ofd:Appearance Boundary="{place} 20 40 40">'
            annotation += box(0, 0, 40, 20, color) + "</ofd:Appearance></ofd:Annot></ofd:PageAnnot>"
            more = {"Doc_0/Annots/Annotations.xml": listed, "Doc_0/Annots/P0.xml": annotation}
            opened = open_document(document(page(text(20, 30, "张伟民")), more=more))
            assert opened.warnings == (warned if under else [])


def test_embedded_fonts_and_old_versions_are_told() -> None:
    fonts = f'{HEAD}<ofd:Res {SPACE} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="2" FontName="宋体"><ofd:FontFile>f.ttf</ofd:FontFile></ofd:Font></ofd:Fonts></ofd:Res>'
    data = document(
        page(text(20, 30, "张伟民")), more={"Doc_0/PublicRes.xml": fonts, "Doc_0/Old/Content.xml": page(text(20, 30, "旧"))}
    )
    opened = open_document(data)
    assert opened.warnings == ["earlier-versions"]
    opened.write([Edit(0, 9, "***")])
    assert opened.warnings == ["earlier-versions", "font-without-mask"]


# hostile input


def test_hostile_pages_are_linear() -> None:
    for objects in (
        text(20, 30, "张" * 100_000, step="g 99999999999 1"),
        text(20, 30, "a") * 8000,
        "<ofd:TextObject><ofd:TextCode>" * 20_000,
        "".join(text(20 + n % 150, 30, "张") for n in range(8000)),
        box(20, 20, 40, 40) * 3000 + text(20, 30, "张伟民") * 3000,
        line(20, 20, 20, 90) * 3000 + line(20, 20, 90, 20) * 3000 + singles(20, 30, "张" * 3000),
    ):
        data = document(page(objects))
        begun = process_time()
        opened = open_document(data)
        view = opened.batch().view
        opened.write([Edit(0, len(view) // 2, "*")])
        assert process_time() - begun < 10, objects[:60]


def test_junk_never_raises() -> None:
    chance = random.Random(7)
    with zipfile.ZipFile(BytesIO(RICH)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    for _ in range(150):
        broken = dict(members)
        for name in chance.sample(sorted(members), 3):
            data = bytearray(members[name])
            for _ in range(chance.randrange(1, 30)):
                at = chance.randrange(len(data))
                data[at : at + chance.randrange(4)] = chance.choice(
                    [b"<", b">", b'"', b"/", b"-9", b"1e9", b"&#0;", bytes([chance.randrange(256)])]
                )
            broken[name] = bytes(data)
        data = packed(broken)
        opened = open_document(data, "a.ofd")
        assert opened.format == "ofd", opened.reason
        size = len(opened.batch().view)
        done = opened.write([Edit(at, min(at + 9, size), "张*") for at in range(0, size - 9, 31)])
        assert open_document(done, "a.ofd").format == "ofd"


@pytest.mark.skipif(not SAMPLE.exists(), reason="shared samples are not here")
def test_the_sample() -> None:
    data = SAMPLE.read_bytes()
    for value in VALUES[3:]:
        assert value.encode() in open_document(data).batch().view
    done = masked(data)
    left = unpacked(done)
    for value in VALUES:
        assert value not in left
    for old, new in zip(drawn(data), drawn(done), strict=True):
        assert old == new or (new.char == "*" and new.glyph == "" and old[:3] == new[:3])
    assert "其余内容不变" in open_document(done).batch().view.decode()


@pytest.mark.skipif(not SAMPLE.exists(), reason="shared samples are not here")
def test_an_independent_reader_opens_it(tmp_path: Path) -> None:
    ofdkit = pytest.importorskip("ofdkit")  # Apache-2.0
    for number, data in enumerate((SAMPLE.read_bytes(), RICH)):
        path = tmp_path / f"{number}.ofd"
        path.write_bytes(data)
        before = "".join(ofdkit.extract_text(str(path)).split())
        path.write_bytes(masked(data))
        after = "".join(ofdkit.extract_text(str(path)).split())
        for value in VALUES:
            before = before.replace(value, "*" * len(value))
        assert "其余内容不变" in after
        assert before == after
