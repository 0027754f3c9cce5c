"""What all packages share: parts in their encodings, names of members, previews, signatures, and what is outside of the members."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from formats.office_cases import ID, NAME, OFFICE, PHONE, RELS, ROOT, W, docx, leaks, mask, members, package, paragraph, segments

from deident.formats import Child, Limits, open_document
from deident.model import Edit

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))


def test_unknown_parts_are_read() -> None:
    data = package(
        {"[Content_Types].xml": "<Types/>", "data/a.xml": f"<a xmlns='urn:x'><b>{NAME}</b></a>", "notes": f"电话\t{PHONE}\n"}
    )
    assert open_document(data).format == "package"
    assert segments(open_document(data)) == [("meta", "data/a.xml", f"b：{NAME}\n\n"), ("meta", "notes", f"电话 {PHONE}\n")]
    assert not leaks(mask(data, NAME, PHONE), NAME, PHONE)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_parts_in_other_encodings(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    part = f'<?xml version="1.0" encoding="{declared}"?><w:document {W}><w:body>{paragraph("申请人", NAME)}</w:body></w:document>'
    other = f'<?xml version="1.0" encoding="{declared}"?><a><b>{NAME}</b></a>'
    data = docx("", {"word/document.xml": part.encode(encoding), "customXml/item1.xml": other.encode(encoding)})
    assert segments(open_document(data))[0][2] == f"申请人{NAME}\n"
    done = members(mask(data, NAME, by="某某"))
    assert done["word/document.xml"].decode(encoding) == part.replace(NAME, "某某")
    assert done["customXml/item1.xml"].decode(encoding) == other.replace(NAME, "某某")


def test_previews_go_with_their_links_when_something_changes() -> None:
    link = f'<Relationship Id="r9" Type="{RELS}/metadata/thumbnail" Target="docProps/thumbnail.jpg"/>'
    more: dict[str, str | bytes] = {"_rels/.rels": ROOT.replace("</Rel", link + "</Rel"), "docProps/thumbnail.jpg": JPEG}
    document = open_document(docx(paragraph(NAME), more))
    assert (document.warnings, list(document.children())) == ([], [])
    place = document.batch().view.index(NAME.encode())
    done = members(document.write([Edit(place, place + 9, "*")]))
    assert document.warnings == ["thumbnail-removed"]
    assert not any(b"humbnail" in part or b"humbnail" in name.encode() for name, part in done.items())
    assert done["_rels/.rels"].decode() == ROOT


def test_broken_signatures_and_macros_are_noticed() -> None:
    more: dict[str, str | bytes] = {
        "_xmlsignatures/sig1.xml": "<Signature><SignatureComments>同意</SignatureComments></Signature>",
        "word/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    }
    document = open_document(docx(paragraph(NAME), more))
    assert document.warnings == ["macros"]
    assert [child.name for child in document.children()] == ["word/vbaProject.bin"]
    place = document.batch().view.index(NAME.encode())
    document.write([Edit(place, place + 9, "*")])
    assert document.warnings == ["macros", "signature-broken"]


def test_children_are_written_back() -> None:
    data = docx(paragraph("甲"), {"word/media/a.jpg": JPEG, "word/fonts/font1.odttf": bytes(range(256))})
    document = open_document(data)
    assert list(document.children()) == [Child("word/media/a.jpg", JPEG)]
    done = members(document.write([], {0: Child("word/media/a.jpg", b"new")}))
    assert done == members(data) | {"word/media/a.jpg": b"new"}


def test_names_of_members_change_with_all_that_leads_to_them() -> None:
    rels = f'<Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{OFFICE}/image" Target="media/%E9%B2%81%E5%AE%9A%E5%9B%BD.jpg"/></Relationships>'
    types = f'<Types><Override PartName="/word/media/{NAME}.jpg" ContentType="image/jpeg"/></Types>'
    data = docx(
        paragraph("甲"), {"word/media/鲁定国.jpg": JPEG, "word/_rels/document.xml.rels": rels, "[Content_Types].xml": types}
    )
    assert segments(open_document(data))[-1] == ("name", "name", f"word/media/{NAME}.jpg")
    done = mask(data, NAME)
    assert not leaks(done, NAME, "%E9%B2%81")
    assert members(done)["word/media/_.jpg"] == JPEG
    assert b'Target="media/_.jpg"' in members(done)["word/_rels/document.xml.rels"]
    assert b'PartName="/word/media/_.jpg"' in members(done)["[Content_Types].xml"]


def test_what_is_outside_of_the_members_is_read_and_not_written_again() -> None:
    data = f"前面 {PHONE}".encode() + docx(paragraph("甲"), comment=f"联系{NAME}".encode()) + f"后面{ID}".encode()
    document = open_document(data)
    assert document.warnings == ["hidden-bytes"]
    assert sorted(text for role, where, text in segments(document) if where == "hidden") == [
        f"前面 {PHONE}",
        f"后面{ID}",
        f"联系{NAME}",
    ]
    done = mask(data, NAME)
    assert not leaks(done, NAME, PHONE, ID)
    assert members(done) == members(data)


def test_binary_data_outside_of_the_members_is_not_clean() -> None:
    assert open_document(docx(paragraph("甲")) + bytes(range(1, 32)) * 9).reason == "hidden-bytes"


def test_settings_of_printers_keep_their_size() -> None:
    settings = b"\1\2" + NAME.encode("utf-16-le") + bytes(30) + "打印机user".encode("utf-16-le") + b"\xff\xff"
    data = docx(paragraph("甲"), {"word/printerSettings1.bin": settings})
    assert ("meta", "word/printerSettings1.bin", f"{NAME}\n打印机user\n") in segments(open_document(data))
    assert members(mask(data, NAME))["word/printerSettings1.bin"] == settings.replace(NAME.encode("utf-16-le"), b"*\0*\0*\0")


def test_limits() -> None:
    many = docx("", {f"word/x{n}.xml": "<a/>" for n in range(50)})
    assert open_document(many, "", Limits(max_members=20)).reason == "too-many-members"
    assert open_document(docx(paragraph("甲" * 9000)), "", Limits(max_total=5000)).reason == "bomb"
    assert open_document(package({"[Content_Types].xml": "<a/>", "word/../../a": "x"})).reason == "traversal"
    encrypted = bytearray(docx(paragraph("甲")))
    for place in (at for at in range(len(encrypted)) if encrypted[at : at + 4] in (b"PK\1\2", b"PK\3\4")):
        encrypted[place + (8 if encrypted[place + 2] == 1 else 6)] |= 1
    assert open_document(bytes(encrypted)).reason == "encrypted"


def test_order_methods_and_dates_stay() -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(docx(paragraph(NAME)))) as source, zipfile.ZipFile(out, "w") as container:
        for info in reversed(source.infolist()):
            fresh = zipfile.ZipInfo(info.filename, (2001, 2, 3, 4, 6, 8))
            container.writestr(fresh, source.read(info))
    with zipfile.ZipFile(BytesIO(mask(out.getvalue(), NAME))) as container:
        assert [info.filename for info in container.infolist()] == ["word/document.xml", "_rels/.rels", "[Content_Types].xml"]
        assert {(info.date_time, info.compress_type) for info in container.infolist()} == {
            ((2001, 2, 3, 4, 6, 8), zipfile.ZIP_STORED)
        }
