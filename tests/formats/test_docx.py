"""Word documents: text over runs, tables, changes, fields, boxes, and every other place in which a value can stand."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from formats.office_cases import (
    ID,
    NAME,
    OFFICE,
    PHONE,
    RELS,
    SECRETS,
    W,
    cell,
    docx,
    leaks,
    mask,
    members,
    paragraph,
    run,
    sample,
    segments,
    text,
)  # fmt: skip

from deident.formats import open_document

BOX = f"<w:txbxContent>{paragraph('框内', PHONE)}</w:txbxContent>"


def body(data: bytes) -> str:
    return segments(open_document(data))[0][2]


def test_text_over_runs_is_one_piece() -> None:
    data = docx(paragraph("申请人：", NAME[0], NAME[1:], "，电话", PHONE[:4], PHONE[4:]) + paragraph("其余"))
    assert body(data) == f"申请人：{NAME}，电话{PHONE}\n其余\n"
    assert body(mask(data, NAME, PHONE, by="某某")) == "申请人：某某，电话某某\n其余\n"
    assert not leaks(mask(data, NAME, PHONE), NAME, NAME[1:], PHONE[4:])


def test_only_what_was_edited_changes() -> None:
    data = docx(paragraph(NAME), {"word/styles.xml": f"<w:styles {W}/>", "word/media/a.jpg": b"\xff\xd8\xff\xe0" + bytes(200)})
    before, after = members(data), members(mask(data, NAME))
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == {"word/document.xml"}
    assert after["word/document.xml"] == before["word/document.xml"].replace(NAME.encode(), b"*")


def test_entities_breaks_tabs_and_hyphens() -> None:
    number = f"<w:r><w:t>{PHONE[:3]}</w:t><w:noBreakHyphen/><w:t>{PHONE[3:]}</w:t></w:r>"
    data = docx(
        f"<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>{run('甲&#x4e59;&amp;')}<w:r><w:tab/><w:t>丙</w:t><w:br/></w:r>{number}</w:p>"
    )
    assert body(data) == f"甲乙& 丙\n{PHONE[:3]}-{PHONE[3:]}\n"
    assert b"&amp;" not in members(mask(data, "甲乙& 丙", by="<"))["word/document.xml"]
    assert body(mask(data, f"{PHONE[:3]}-{PHONE[3:]}", by="1**")) == "甲乙& 丙\n1**-\n"


def test_tables_keep_their_columns() -> None:
    inner = f"<w:tbl><w:tr>{cell(paragraph('内一'))}{cell(paragraph('内二'))}</w:tr></w:tbl>"
    rows = (
        f"<w:tr>{cell(paragraph('姓名'))}{cell(paragraph('身份证号'))}{cell(paragraph('电话'))}{cell(paragraph('备注'))}</w:tr>"
        f"<w:tr>{cell(paragraph(NAME))}{cell(paragraph('合并'), span=2)}{cell(paragraph('一'), paragraph('二'))}</w:tr>"
        f"<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>{cell(paragraph(ID[:9], ID[9:]))}{cell(paragraph(), inner)}{cell('<w:p/>')}</w:tr>"
    )
    data = docx(paragraph("前") + f"<w:tbl>{rows}</w:tbl>" + paragraph("后"))
    assert body(data) == f"前\n姓名\t身份证号\t电话\t备注\n{NAME}\t合并\t\t一 二\n\t{ID}\t内一 内二\t\n后\n"


def test_locators() -> None:
    data = docx(
        paragraph("前")
        + f"<w:tbl><w:tr>{cell(paragraph('甲'))}</w:tr><w:tr>{cell(paragraph(NAME))}</w:tr></w:tbl>"
        + paragraph(PHONE)
    )
    document = open_document(data)
    view = document.batch().view
    places = [document.locate(view.index(value.encode())) for value in ("前", "甲", NAME, PHONE)]
    assert places == ["paragraph 1", "table 1 row 1", "table 1 row 2", "paragraph 2"]


def test_locators_in_a_document_with_changes() -> None:
    data = docx(
        paragraph("前") + f"<w:p>{run('甲')}<w:del>{run('乙')}</w:del></w:p><w:tbl><w:tr>{cell(paragraph(NAME))}</w:tr></w:tbl>"
    )
    document = open_document(data)
    view = document.batch().view
    assert [document.locate(view.index(value.encode())) for value in ("前", "甲", NAME, "乙")] == [
        "paragraph 1",
        "paragraph 2",
        "table 1 row 1",
        "",
    ]


def test_tracked_changes_have_two_readings() -> None:
    deleted = f"<w:del w:author='{NAME}'><w:r><w:delText>{ID[14:]}</w:delText></w:r></w:del>"
    data = docx(paragraph("甲") + f"<w:p>{run(ID[:14])}{deleted}<w:ins w:author='乙'>{run('9999')}</w:ins></w:p>")
    assert [part for part in segments(open_document(data)) if part[0] == "text"] == [
        ("text", "", f"甲\n{ID[:14]}9999\n"),
        ("text", "tracked change", f"{ID}\n"),
    ]
    done = mask(data, ID, ID[:14] + "9999", NAME)
    assert not leaks(done, ID[14:], ID[:14], "9999", NAME)
    assert "甲" in text(done)


def test_deleted_rows_are_read_with_their_table() -> None:
    gone = f"<w:tr><w:trPr><w:del w:id='1'/></w:trPr>{cell(f'<w:p><w:del><w:r><w:delText>{NAME}</w:delText></w:r></w:del></w:p>')}</w:tr>"
    data = docx(f"<w:tbl><w:tr>{cell(paragraph('姓名'))}</w:tr>{gone}</w:tbl>")
    assert ("text", "tracked change", f"姓名\n{NAME}\n") in segments(open_document(data))
    assert NAME not in segments(open_document(data))[0][2]


def test_fields_and_links() -> None:
    code = "".join(
        f"<w:r><w:instrText>{part}</w:instrText></w:r>"
        for part in ('HYPERLINK "mailto:lu', "dingguo%40example.org?a=%E9%B2%81", '"')
    )
    field = f"<w:r><w:fldChar w:fldCharType='begin'/></w:r>{code}<w:r><w:fldChar w:fldCharType='separate'/></w:r>{run('写信')}<w:r><w:fldChar w:fldCharType='end'/></w:r>"
    link = f'<Relationship Id="r2" Type="{OFFICE}/hyperlink" Target="tel:{PHONE}?n=%E9%B2%81%E5%AE%9A%E5%9B%BD" TargetMode="External"/>'
    rels = (
        f'<Relationships xmlns="{RELS}">{link}<Relationship Id="r3" Type="{OFFICE}/image" Target="media/1.jpg"/></Relationships>'
    )
    simple = f"<w:fldSimple w:instr='QUOTE &quot;{NAME}&quot;'>{run('乙')}</w:fldSimple>"
    data = docx(f"<w:p>{field}{simple}</w:p>", {"word/_rels/document.xml.rels": rels})
    assert segments(open_document(data)) == [
        ("text", "", "写信乙\n"),
        ("url", "field", 'HYPERLINK "mailto:ludingguo@example.org?a=鲁"'),
        ("attribute", "@instr", f'instr：QUOTE "{NAME}"'),
        ("url", "@Target", f"tel:{PHONE}?n={NAME}"),
    ]
    done = mask(data, NAME, PHONE, "ludingguo@example.org", by="某 *")
    assert b"tel:%E6%9F%90%20*?n=%E6%9F%90%20*" in members(done)["word/_rels/document.xml.rels"]
    assert not leaks(done, NAME, PHONE, "%E9%B2%81%E5%AE%9A")


def test_boxes_their_copies_and_ruby() -> None:
    drawing = f"<mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent>"
    ruby = f"<w:ruby><w:rt>{run('lǔ')}</w:rt><w:rubyBase>{run(NAME[0])}</w:rubyBase></w:ruby>"
    data = docx(f"<w:p>{run('电话')}<w:r>{drawing}</w:r>{run('如下')}</w:p><w:p><w:r>{ruby}</w:r>{run(NAME[1:])}</w:p>")
    assert segments(open_document(data)) == [
        ("text", "", f"电话如下\n框内{PHONE}\n{NAME}\n"),
        ("text", "fallback", f"框内{PHONE}\n"),
        ("text", "ruby", "lǔ"),
    ]
    assert not leaks(mask(data, PHONE, NAME), PHONE, NAME)


def test_parts_beside_the_body() -> None:
    part = f'<w:x {W}><w:p>{run(NAME)}</w:p><w:docVar w:name="联系人" w:val="{NAME}"/></w:x>'
    comments = f'<w:comments {W}><w:comment w:id="3" w:author="{NAME}" w:initials="LDG"><w:p>{run("请核实" + NAME)}</w:p></w:comment></w:comments>'
    core = f'<p xmlns:dc="d" xmlns:x="x"><dc:title>公示</dc:title><dc:creator>{NAME}</dc:creator><x:created>2024-01-02</x:created></p>'
    custom = f'<Properties xmlns:vt="v"><property name="经办人"><vt:lpwstr>{NAME}</vt:lpwstr></property></Properties>'
    names = ("header1", "footer2", "footnotes", "endnotes", "glossary/document", "settings", "people", "charts/chart1")
    more: dict[str, str | bytes] = {f"word/{name}.xml": part for name in names}
    more |= {
        "word/comments.xml": comments,
        "docProps/core.xml": core,
        "docProps/custom.xml": custom,
        "customXml/item1.xml": f"<a><xm>{NAME}</xm></a>",
    }
    picture = f'<w:p><w:r><wp:docPr id="1" name="图片" descr="{NAME}的照片" title="{NAME}"/></w:r></w:p>'
    data = docx(picture, more)
    found = segments(open_document(data))
    for expected in (
        ("text", "header1", f"{NAME}\n"), ("text", "glossary", f"{NAME}\n"), ("attribute", "@val", f"联系人：{NAME}"),
        ("attribute", "@author", f"author：{NAME}"), ("comment", "comment 3", f"请核实{NAME}\n"), ("title", "", "公示"),
        ("meta", "creator", f"creator：{NAME}"), ("meta", "property", f"经办人：{NAME}"), ("attribute", "@descr", f"descr：{NAME}的照片"),
        ("meta", "customXml/item1.xml", f"xm：{NAME}\n\n"),
    ):  # fmt: skip
        assert expected in found, expected
    assert all("2024" not in part[2] for part in found)
    done = mask(data, NAME)
    assert not leaks(done, NAME, "LDG")


def test_packed_copies_of_shapes_go_when_the_part_changes() -> None:
    shape = f'<w:p><w:r><w:pict><v:shape o:gfxdata="UEsDBBQA" alt="{NAME}"/></w:pict></w:r></w:p>'
    assert b'o:gfxdata="" alt="*"' in members(mask(docx(shape), NAME))["word/document.xml"]


@pytest.mark.parametrize(
    ("properties", "hidden"),
    [
        ("<w:vanish/>", True), ('<w:vanish w:val="0"/>', False), ('<w:color w:val="FFFFFF"/>', True),
        ('<w:color w:val="FFFFFF"/><w:shd w:fill="000000"/>', False), ('<w:color w:val="FF0000"/>', False),
    ],
)  # fmt: skip
def test_hidden_text_is_read_and_noticed(properties: str, hidden: bool) -> None:
    document = open_document(docx(f"<w:p>{run('看')}{run(NAME, properties)}</w:p>"))
    assert segments(document)[0][2] == f"看{NAME}\n"
    assert document.warnings == (["hidden-text"] if hidden else [])


def test_samples_lose_every_value() -> None:
    for name in ("leaky.docx", "simple.docx", "tricks/d01_docx_altcontent_customxml.docx"):
        data = sample(name)
        document = open_document(data)
        assert "hidden-text" in document.warnings or "leaky" not in name
        done = mask(data, *SECRETS)
        assert not leaks(done, *SECRETS)
        kept = [name for name in members(data) if not name.startswith("docProps/thumbnail")]
        assert list(members(done)) == kept


def test_python_docx_reads_the_same_text() -> None:
    from docx import Document

    data = sample("leaky.docx")
    before, after = Document(BytesIO(data)), Document(BytesIO(mask(data, *SECRETS)))
    for one, other in zip(before.paragraphs, after.paragraphs, strict=True):
        plain = one.text
        for value in SECRETS:
            plain = plain.replace(value, "*")
        assert other.text == plain
    assert after.tables[0].cell(0, 1).text == "*"
    assert after.core_properties.author == "*"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    for name in ("leaky.docx", "simple.docx"):
        (tmp_path / name).write_bytes(mask(sample(name), *SECRETS))
        shown = converted(tmp_path / name, "txt:Text (encoded):UTF8")
        assert "身份证" in shown and not any(value in shown for value in SECRETS)


def converted(path: Path, form: str) -> str:
    home = f"-env:UserInstallation=file://{path.parent}/profile"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", form, "--outdir", path.parent / "out", path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (path.parent / "out" / path.with_suffix("." + form.split(":")[0]).name).read_text(encoding="utf-8-sig")


def test_hostile_samples() -> None:
    assert open_document(sample("hostile/bomb.docx")).reason == "bomb"
    assert open_document(sample("hostile/trunc.docx")).reason == "damaged"
    assert open_document(sample("hostile/dup.docx")).reason == "duplicate-member"
    assert open_document(sample("hostile/laughs.docx")).warnings == ["entity-declaration"]
    done = mask(sample("hostile/polyglot.docx"), *SECRETS)
    assert not leaks(done, *SECRETS)
    assert done.startswith(b"PK")


def test_broken_xml_never_raises() -> None:
    chance = random.Random(5)
    sound = docx(
        f"<w:tbl><w:tr>{cell(paragraph(NAME), span=2)}</w:tr></w:tbl><w:p><w:del>{run(ID)}</w:del><w:r>{BOX}<w:fldChar w:fldCharType='begin'/></w:r></w:p>"
    )
    xml = members(sound)["word/document.xml"]
    for _ in range(300):
        broken = bytearray(xml)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(broken))
            broken[at : at + chance.randrange(20)] = chance.choice(
                [b"", b"<", b"</w:p>", b"<w:tbl>", b'"', b"\0", b"</w:txbxContent>", b"&#x9;"]
            )
        document = open_document(docx("", {}).replace(b"nothing", b"") if not broken else _with(sound, bytes(broken)))
        assert document.format == "docx" and document.status in ("clean", "partial")
        assert b"\t" not in document.batch().view or b"tbl" in broken
        document.write([])


def _with(data: bytes, xml: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for name, content in members(data).items():
            container.writestr(name, xml if name == "word/document.xml" else content)
    return out.getvalue()


def test_large_documents_are_read_in_linear_time() -> None:
    def seconds(count: int) -> float:
        data = docx("".join(paragraph(f"第{n}段，申请人", NAME, "，电话", PHONE, "。") for n in range(count)))
        began = time.perf_counter()
        document = open_document(data)
        assert len(document.batch().view) > count * 40
        return time.perf_counter() - began

    assert seconds(5000) < 3  # 0.5 s on a machine with nothing else to do
