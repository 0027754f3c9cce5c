"""PowerPoint documents: slides in order with their notes, tables, charts, comments and their authors."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from formats.office_cases import NAME, OFFICE, PHONE, RELS, SECRETS, leaks, mask, members, package, sample, segments
from formats.test_docx import converted

from deident.formats import open_document

P = 'xmlns:p="p" xmlns:a="a" xmlns:r="r"'


def words(*texts: str) -> str:
    return f"<a:p>{''.join(f'<a:r><a:rPr/><a:t>{text}</a:t></a:r>' for text in texts)}</a:p>"


def slide(*content: str) -> str:
    return f"<p:sld {P}><p:sp><p:txBody>{''.join(content)}</p:txBody></p:sp></p:sld>"


def links(**targets: str) -> str:
    found = "".join(f'<Relationship Id="{id}" Type="{OFFICE}/x" Target="{target}"/>' for id, target in targets.items())
    return f'<Relationships xmlns="{RELS}">{found}</Relationships>'


def deck(more: dict[str, str | bytes]) -> bytes:
    return package({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": f"<p:presentation {P}/>", **more})


def texts(data: bytes) -> list[tuple[str, str]]:
    return [(where, text) for role, where, text in segments(open_document(data)) if role == "text"]


def test_slides_stand_in_their_order_with_notes() -> None:
    data = deck(
        {
            "ppt/presentation.xml": f'<p:presentation {P}><p:sldIdLst><p:sldId id="9" r:id="r2"/><p:sldId id="8" r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": links(r1="slides/slide1.xml", r2="/ppt/slides/slide2.xml"),
            "ppt/slides/slide1.xml": slide(words("后")),
            "ppt/slides/slide2.xml": slide(
                words("前", NAME[0], NAME[1:]), "<a:p><a:r><a:t>甲</a:t></a:r><a:br/><a:r><a:t>乙</a:t></a:r></a:p>"
            ),
            "ppt/slides/_rels/slide2.xml.rels": links(r1="../notesSlides/notesSlide7.xml"),
            "ppt/notesSlides/notesSlide7.xml": slide(words("备注")),
            "ppt/slideMasters/slideMaster1.xml": slide(words("母版")),
        }
    )
    assert texts(data) == [
        ("slide 1", f"前{NAME}\n甲\n乙\n"),
        ("slide 1 notes", "备注\n"),
        ("slide 2", "后\n"),
        ("slideMaster1", "母版\n"),
    ]
    assert not leaks(mask(data, NAME), NAME, NAME[1:])


def test_tables_charts_comments_and_tags() -> None:
    def row(*cells: str) -> str:
        return "<a:tr>" + "".join(f"<a:tc><a:txBody>{cell}</a:txBody></a:tc>" for cell in cells) + "</a:tr>"

    table = f"<a:tbl>{row(words('姓名'), words('电话'))}{row(words(NAME), words(PHONE[:3], PHONE[3:]))}</a:tbl>"
    data = deck(
        {
            "ppt/slides/slide1.xml": f"<p:sld {P}><p:nvPr><p:cNvPr name='标题 1' descr='{NAME}照片'/></p:nvPr><a:off x='13800000000' y='1'/>{table}</p:sld>",
            "ppt/charts/chart1.xml": f"<c:chart xmlns:c='c'><c:pt><c:v>{NAME}</c:v></c:pt><c:pt><c:v>{PHONE}</c:v></c:pt></c:chart>",
            "ppt/commentAuthors.xml": f"<p:cmAuthorLst {P}><p:cmAuthor name='{NAME}' initials='LDG'/></p:cmAuthorLst>",
            "ppt/comments/comment1.xml": f"<p:cmLst {P}><p:cm authorId='1'><p:text>请{NAME}核实</p:text></p:cm></p:cmLst>",
            "ppt/tags/tag1.xml": f"<p:tagLst {P}><p:tag name='经办' val='{PHONE}'/></p:tagLst>",
        }
    )
    assert texts(data) == [("slide 1", f"姓名\t电话\n{NAME}\t{PHONE}\n"), ("chart1", f"{NAME}\n{PHONE}\n")]
    found = segments(open_document(data))
    assert ("comment", "comment", f"请{NAME}核实\n") in found
    assert ("attribute", "@val", f"经办：{PHONE}") in found
    done = mask(data, NAME, PHONE)
    assert leaks(done, NAME, PHONE, "LDG") == {PHONE}
    assert members(done)["ppt/slides/slide1.xml"].count(b"13800000000") == 1, "geometry is no phone number"


def test_the_sample_loses_every_value() -> None:
    data = sample("leaky.pptx")
    done = mask(data, *SECRETS)
    assert not leaks(done, *SECRETS)
    assert [child.name for child in open_document(done).children()] == ["ppt/embeddings/Microsoft_Excel_Sheet1.xlsx"]
    document = open_document(data)
    assert [where for where, _ in texts(data)][:4] == ["slide 1", "slide 1 notes", "slide 1 chart", "slide 2"]
    assert document.status == "clean"


def test_python_pptx_reads_the_same_text() -> None:
    from pptx import Presentation

    data = sample("leaky.pptx")
    shown = [
        [shape.text_frame.text for slide in Presentation(BytesIO(one)).slides for shape in slide.shapes if shape.has_text_frame]
        for one in (data, mask(data, *SECRETS))
    ]
    plain = "\n".join(shown[0])
    for value in SECRETS:
        plain = plain.replace(value, "*")
    assert "\n".join(shown[1]) == plain


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    (tmp_path / "leaky.pptx").write_bytes(mask(sample("leaky.pptx"), *SECRETS))
    shown = converted(tmp_path / "leaky.pptx", "fodp")
    assert "公示 *" in shown and not any(value in shown for value in SECRETS)
