"""Files inside files: judged with what holds them where they are parts of it, apart where it is an archive."""

from __future__ import annotations

import zipfile
from io import BytesIO
from random import Random

import docx
import pytest
import xlsxwriter
from generated import resident_id

from deident.engine import Scanner
from deident.model import FileReport

ID = resident_id(Random(7))
LIST = f"<html><title>低保对象公示</title><table><tr><th>姓名</th><th>身份证号</th></tr><tr><td>陈一一</td><td>{ID}</td></tr></table></html>"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False, lang="en")


def packed(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return out.getvalue()


def unpacked(data: bytes | None) -> dict[str, bytes]:
    assert data is not None
    with zipfile.ZipFile(BytesIO(data)) as container:
        return {info.filename: container.read(info) for info in container.infolist()}


def workbook(*rows: tuple[str, ...]) -> bytes:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def letter(*paragraphs: str, author: str = "", inside: bytes = b"") -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.core_properties.author = author
    out = BytesIO()
    document.save(out)
    members = unpacked(out.getvalue())
    members.pop("docProps/thumbnail.jpeg", None)
    if inside:
        members["word/embeddings/book.xlsx"] = inside
    return packed(members)


def row(report: FileReport, name: str) -> FileReport:
    return next(one for one in report.all() if one.file == name)


def test_a_value_goes_from_the_workbook_inside_too(scanner: Scanner) -> None:
    inside = workbook(("对账", "备注"), ("x", f"另见 {ID[:17]}{ID[17:]}"), ("y", "13800001234"))
    [(alone, _)] = scanner.mask_many([("book.xlsx", workbook(("备注",), ("13800001234",)))])
    [(out, report)] = scanner.mask_many(
        [("a.docx", letter(f"本人陈一一，身份证号{ID}，手机13800001234，家住青溪县。", inside=inside))]
    )
    assert report.status in ("masked", "partial") and alone is not None
    assert b"13800001234" not in b"".join(unpacked(unpacked(out)["word/embeddings/book.xlsx"]).values())
    assert row(report, "a.docx!word/embeddings/book.xlsx").count("mask") == 2


@pytest.mark.parametrize(
    ("title", "text", "stays"),
    [
        ("信访事项答复", f"申请人：欧阳三三，身份证号：{ID}，反映低保问题。", False),
        ("打架处罚", "受害人欧阳三三，未成年人。", False),
        ("学生资助名单公示", f"姓名：欧阳三三，身份证号：{ID}", True),
    ],
)
def test_a_name_goes_from_the_metadata_if_it_goes_from_the_text(scanner: Scanner, title: str, text: str, stays: bool) -> None:
    [(out, report)] = scanner.mask_many([("a.docx", letter(title, text, author="欧阳三三"))])
    assert ("欧阳三三" in unpacked(out)["docProps/core.xml"].decode()) == stays
    assert ("欧阳三三" in unpacked(out)["word/document.xml"].decode()) == stays
    assert report.status == "masked"


def test_members_of_an_archive_are_judged_apart(scanner: Scanner) -> None:
    data = packed({"index.html": LIST.encode(), "b/plain.txt": "今日天气晴".encode(), "c.mp4": b"\0\0\0\x18ftypmp42" + bytes(40)})
    [report] = scanner.scan_many([("all.zip", data)])
    assert [(one.file, one.status) for one in report.all()] == [
        ("all.zip", "partial"), ("all.zip!index.html", "partial"), ("all.zip!b/plain.txt", "clean"), ("all.zip!c.mp4", "unscannable"),
    ]  # fmt: skip
    [(out, report)] = scanner.mask_many([("all.zip", data)])
    members = unpacked(out)
    assert list(members) == ["index.html", "b/plain.txt"], "what nobody could read is left out"
    assert ID.encode() not in members["index.html"] and members["b/plain.txt"] == "今日天气晴".encode()
    assert (report.status, report.reason) == ("partial", "members-left-out")


def test_an_archive_of_which_nothing_could_be_read_is_refused(scanner: Scanner) -> None:
    [(out, report)] = scanner.mask_many([("all.zip", packed({"c.mp4": b"\0\0\0\x18ftypmp42" + bytes(40)}))])
    assert out is None and (report.status, report.reason) == ("refused", "part-unseen")


def test_an_archive_of_clean_files_is_clean_and_stays_as_it_is(scanner: Scanner) -> None:
    data = packed({"a.txt": b"nothing", "b.html": b"<html><p>nothing</p></html>"})
    [(out, report)] = scanner.mask_many([("all.zip", data)])
    assert out == data and {one.status for one in report.all()} == {"clean"}


def test_names_of_members_lose_values_and_links_follow(scanner: Scanner) -> None:
    link = f'<html><p><a href="{ID}.txt">附件</a></p></html>'.encode()
    [(out, report)] = scanner.mask_many([("all.zip", packed({f"{ID}.txt": b"nothing", "index.html": link}))])
    members = unpacked(out)
    new = next(name for name in members if name.endswith(".txt"))
    assert ID not in "".join(members) and new.encode() in members["index.html"]
    assert all(ID not in one.file for one in report.all())


def test_archives_in_archives(scanner: Scanner) -> None:
    data = packed({"inner.zip": packed({"deep.zip": packed({"a.html": LIST.encode()})})})
    [(out, report)] = scanner.mask_many([("all.zip", data)])
    page = unpacked(unpacked(unpacked(out)["inner.zip"])["deep.zip"])["a.html"]
    assert ID.encode() not in page and report.status == "masked"
    assert report.all()[-1].file == "all.zip!inner.zip!deep.zip!a.html"
    for _ in range(5):
        data = packed({"x.zip": data})
    [report] = scanner.scan_many([("all.zip", data)])
    assert report.status == "partial" and "too-deep" in {one.reason for one in report.all()}


def test_the_page_of_an_archive_is_the_page_of_its_members(scanner: Scanner) -> None:
    sheet = workbook(("姓名", "手机"), ("陈一一", "13800001234"))
    titles = {"list.zip": "2025年农村低保对象公示\n附件"}
    [report] = scanner.scan_many([("list.zip", packed({"附件.xlsx": sheet}))], titles)
    assert row(report, "list.zip!附件.xlsx").doc_type == "social_assistance"


def test_explanations_cover_what_is_inside(scanner: Scanner) -> None:
    explained = scanner.explain_many([("all.zip", packed({"index.html": LIST.encode()})), ("b.txt", b"nothing")])
    assert [one.report.file for one in explained] == ["all.zip", "all.zip!index.html", "b.txt"]
    assert len(explained[1].findings) == len(explained[1].report.findings) > 0


def test_metadata_that_cannot_be_taken_out_refuses_the_picture(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    from deident.formats import Unreadable
    from deident.formats.image.document import ImageDocument

    def fails(_: ImageDocument) -> bytes:
        raise Unreadable("not-written")

    monkeypatch.setattr(ImageDocument, "cleaned", fails)
    spacer = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
    [(out, report)] = scanner.mask_many([("a.gif", spacer)])
    assert out is None and (report.status, report.reason) == ("refused", "not-written")
