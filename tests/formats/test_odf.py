"""OpenDocument: paragraphs, fields, notes, sheets whose cells hold their value twice, slides, tracked changes."""

from __future__ import annotations

import random
import re
import shutil
import time
from io import BytesIO
from pathlib import Path

import pytest
from formats.office_cases import ID, NAME, PHONE, SECRETS, leaks, mask, members, package, sample, segments
from formats.test_docx import converted

from deident.formats import open_document

NAMES = "".join(
    f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"), ("meta", "meta"),
        ("svg", "svg-compatible"), ("fo", "xsl-fo-compatible"), ("presentation", "presentation"), ("number", "datastyle"),
    )
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip
MEDIA = {"text": "text", "spreadsheet": "spreadsheet", "presentation": "presentation"}


def odf(kind: str, body: str, styles: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    media = f"application/vnd.oasis.opendocument.{kind}"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{NAMES} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{media}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        '<manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png" manifest:media-type=""/></manifest:manifest>'
    )
    return package({"mimetype": media, "content.xml": content, "META-INF/manifest.xml": manifest, **(more or {})})


def sheet(*rows: str, name: str = "人员") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def row(*cells: str, times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def cell(text: str = "", type: str = "string", value: str = "", times: int = 1, name: str = "value") -> str:
    inside = f' office:value-type="{type}"' if text or value else ""
    inside += f' office:{name}="{value}"' if value else ""
    inside += f' table:number-columns-repeated="{times}"' if times > 1 else ""
    return f"<table:table-cell{inside}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def text_of(data: bytes) -> list[str]:
    return [text for role, _, text in segments(open_document(data)) if role == "text"]


def content(data: bytes) -> str:
    return members(data)["content.xml"].decode()


def test_paragraphs_spans_blanks_notes_and_shapes() -> None:
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>脚注</text:p></text:note-body></text:note>"
    )
    box = "<draw:frame><draw:text-box><text:p>框内</text:p></draw:text-box><svg:desc>照片</svg:desc></draw:frame>"
    body = (
        f"<text:h>公示</text:h><text:p>申请人{note}：{NAME[0]}{box}<text:span>{NAME[1:]}</text:span></text:p>"
        f"<text:p>甲<text:s text:c='3'/>乙<text:tab/>丙<text:line-break/>{PHONE[:3]}<text:span>{PHONE[3:]}</text:span></text:p>"
    )
    data = odf("text", body)
    assert text_of(data) == [f"公示\n申请人：{NAME}\n脚注\n框内\n甲 乙 丙\n{PHONE}\n"]
    assert ("meta", "", "note-citation：1\n") in segments(open_document(data))
    assert ("attribute", "@desc", "desc：照片") in segments(open_document(data))
    assert text_of(mask(data, NAME, PHONE)) == ["公示\n申请人：*\n脚注\n框内\n甲 乙 丙\n*\n"]


def test_comments_go_with_their_authors_initials() -> None:
    note = f"<office:annotation><dc:creator>{NAME}</dc:creator><meta:creator-initials>LDG</meta:creator-initials><text:p>请核实{PHONE}</text:p></office:annotation>"
    data = odf("text", f"<text:p>甲{note}乙</text:p>")
    found = segments(open_document(data))
    assert found[0] == ("text", "", "甲乙\n")
    assert ("comment", "comment", f"请核实{PHONE}\n") in found
    assert ("attribute", "@creator", f"creator：{NAME}") in found
    assert not leaks(mask(data, NAME, PHONE), NAME, PHONE, "LDG")


def test_tracked_changes_have_two_readings() -> None:
    changes = (
        f"<text:tracked-changes><text:changed-region text:id='c1'><text:deletion><office:change-info><dc:creator>{NAME}</dc:creator></office:change-info>"
        f"<text:p>{ID[14:]}</text:p></text:deletion></text:changed-region><text:changed-region text:id='c2'><text:insertion/></text:changed-region>"
        f"<text:changed-region text:id='c3'><text:deletion><text:p>{PHONE}</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    )
    body = f"{changes}<text:p>{ID[:14]}<text:change text:change-id='c1'/><text:change-start text:change-id='c2'/>9999<text:change-end text:change-id='c2'/></text:p>"
    data = odf("text", body)
    assert text_of(data) == [f"{ID[:14]}9999\n", f"{ID}\n\n", f"{PHONE}\n"]
    assert not leaks(mask(data, ID, ID[:14] + "9999", NAME, PHONE), ID[:14], ID[14:], "9999", NAME, PHONE)


def test_sheets_are_tables_with_places() -> None:
    rows = (
        row(cell("姓名"), cell("证件"), cell("电话"), cell(times=16381)),
        row(cell(NAME), cell(times=1), cell(PHONE), cell(times=16381)),
        row(cell(times=16384), times=3),
        row(cell("甲", times=2), cell(PHONE)),
        row(cell(times=16384), times=1000000),
    )
    data = odf("spreadsheet", sheet(*rows) + sheet(row(cell(times=27), cell(ID)), name="二"))
    assert text_of(data) == [f"姓名\t证件\t电话\n{NAME}\t\t{PHONE}\n\n甲\t甲\t{PHONE}\n", "\t" * 27 + ID + "\n"]
    document = open_document(data)
    view = document.batch().view
    assert [document.locate(view.rindex(value.encode())) for value in (NAME, PHONE, ID)] == ["人员!A2", "人员!C6", "二!AB1"]
    assert document.locate(view.index(PHONE.encode())) == "人员!C2"


@pytest.mark.parametrize(
    ("shown", "type", "name", "value", "view"),
    [
        (PHONE, "float", "value", PHONE, PHONE),
        ("13,800,000,000.00", "currency", "value", PHONE, "13,800,000,000.00"),
        ("138****0000", "float", "value", PHONE, f"138****0000 {PHONE}"),
        ("1.38E+10", "float", "value", "1.3800000000E10", f"1.38E+10 {PHONE}"),
        ("1.10105190001010E+017", "float", "value", "1.10105190001010E+017", "110105190001010000"),
        ("", "float", "value", PHONE, PHONE),
        ("1990年3月7日", "date", "date-value", "1990-03-07", "1990年3月7日"),
        ("90/3/7", "date", "date-value", "1990-03-07", "90/3/7 1990-03-07"),
        ("甲", "string", "string-value", NAME, f"甲 {NAME}"),
        ("", "string", "string-value", NAME, NAME),
    ],
)
def test_values_of_cells_change_with_their_text(shown: str, type: str, name: str, value: str, view: str) -> None:
    body = sheet(row(cell("表头"), cell("乙")), row(cell(shown, type, value, name=name), cell("12", "float", "12")))
    data = odf("spreadsheet", body)
    assert text_of(data) == [f"表头\t乙\n{view}\t12\n"]
    hidden = view.split(" ")[-1]
    done = mask(data, hidden, by="某*")
    assert text_of(done)[0].split("\n")[1].split("\t")[0].replace("某*", "") in ("", "*")
    changed = re.findall("<table:table-cell[^>]*>", content(done))[2]
    assert value not in content(done).replace(cell("12", "float", "12"), "")
    assert 'value-type="string"' in changed
    assert "office:value=" not in changed and "date-value" not in changed
    assert cell("12", "float", "12") in content(done)


def test_values_change_in_any_encoding() -> None:
    data = odf("spreadsheet", sheet(row(cell("138****0000", "float", PHONE))))
    for encoding in ("utf-16", "utf-8-sig"):
        wide = package(
            {**members(data), "content.xml": content(data).replace("UTF-8", encoding[:6].rstrip("-")).encode(encoding)}
        )
        done = members(mask(wide, PHONE, by="某"))["content.xml"].decode(encoding)
        assert PHONE not in done
        assert "<text:p>某</text:p>" in done


def test_an_untouched_cell_keeps_its_value() -> None:
    data = odf("spreadsheet", sheet(row(cell(NAME), cell("12.5", "float", "12.5"))))
    assert content(mask(data, NAME)) == content(data).replace(NAME, "*")


def test_slides_headers_properties_and_objects() -> None:
    page = f"<draw:page draw:name='p1'><draw:frame><draw:text-box><text:p>题{NAME}</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>备注</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
    styles = f"<office:document-styles{NAMES}><style:master-page><style:header><text:p>页眉{NAME}</text:p></style:header></style:master-page></office:document-styles>"
    meta = f'<office:document-meta{NAMES}><office:meta><dc:title>公示</dc:title><meta:initial-creator>{NAME}</meta:initial-creator><meta:user-defined meta:name="经办">{NAME}</meta:user-defined></office:meta></office:document-meta>'
    inner = f"<office:document-content{NAMES}><office:body><office:chart><table:table table:name='local'><table:table-row><table:table-cell office:value-type='float' office:value='{PHONE}'><text:p>{PHONE}</text:p></table:table-cell></table:table-row></table:table></office:chart></office:body></office:document-content>"
    data = odf(
        "presentation",
        page,
        "",
        {
            "styles.xml": styles,
            "meta.xml": meta,
            "Object 1/content.xml": inner,
            "Thumbnails/thumbnail.png": b"\x89PNG\r\n",
            "ObjectReplacements/Object 1": b"VCLMTF\1\0" + bytes(90),
        },
    )
    found = segments(open_document(data))
    for expected in (
        ("text", "slide 1", f"题{NAME}\n"), ("text", "slide 1 notes", "备注\n"), ("text", "styles header", f"页眉{NAME}\n"), ("title", "", "公示"),
        ("meta", "initial-creator", f"initial-creator：{NAME}"), ("meta", "user-defined", f"经办：{NAME}"), ("text", "Object 1", f"{PHONE}\n"),
    ):  # fmt: skip
        assert expected in found, expected
    done = mask(data, NAME, PHONE)
    assert not leaks(done, NAME, PHONE)
    assert not any(name.startswith(("Thumb", "ObjectR")) for name in members(done))
    assert b"Thumbnails" not in members(done)["META-INF/manifest.xml"]
    assert next(iter(members(done))) == "mimetype"


def test_hidden_text_is_read_and_noticed() -> None:
    for looks, hidden in (('text:display="none"', True), ('fo:color="#ffffff"', True), ('fo:color="#ff0000"', False)):
        style = f'<style:style style:name="T1"><style:text-properties {looks}/></style:style>'
        document = open_document(odf("text", f'<text:p>看<text:span text:style-name="T1">{NAME}</text:span></text:p>', style))
        assert segments(document)[0][2] == f"看{NAME}\n"
        assert document.warnings == (["hidden-text"] if hidden else [])


def test_encrypted_documents_are_refused() -> None:
    manifest = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    assert open_document(odf("text", "", "", {"META-INF/manifest.xml": manifest})).reason == "encrypted"


def test_samples_lose_every_value() -> None:
    for name in ("leaky.odt", "leaky.ods"):
        done = mask(sample(name), *SECRETS, "110101199003075000")
        assert not leaks(done, *SECRETS, "1.10101199003075E+017")


def test_odfpy_reads_the_same_text() -> None:
    from odf import teletype
    from odf.opendocument import load
    from odf.text import P

    data = sample("leaky.odt")
    before, after = (
        [teletype.extractText(p) for p in load(BytesIO(one)).getElementsByType(P)] for one in (data, mask(data, *SECRETS))
    )
    for one, other in zip(before, after, strict=True):
        for value in (*SECRETS, "ZWM"):
            one = one.replace(value, "*")
        assert one == other


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_libreoffice_shows_the_masks(tmp_path: Path) -> None:
    (tmp_path / "leaky.odt").write_bytes(mask(sample("leaky.odt"), *SECRETS))
    shown = converted(tmp_path / "leaky.odt", "txt:Text (encoded):UTF8")
    assert "申请人：*，身份证 *" in shown and not any(value in shown for value in SECRETS)
    (tmp_path / "leaky.ods").write_bytes(mask(sample("leaky.ods"), *SECRETS, "110101199003075000"))
    rows = converted(tmp_path / "leaky.ods", "csv:Text - txt - csv (StarCalc):44,34,76").splitlines()
    assert rows[1] == "*,*,*,138*****,*-*,*" or rows[1].startswith("*,*,*,"), rows
    assert not any(value in "\n".join(rows) for value in SECRETS)


def test_broken_xml_never_raises() -> None:
    chance = random.Random(7)
    sound = odf("spreadsheet", sheet(row(cell(NAME, times=3), cell("13,8", "float", PHONE)), row(cell(ID), times=9)))
    xml = members(sound)["content.xml"]
    for _ in range(300):
        broken = bytearray(xml)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(broken))
            broken[at : at + chance.randrange(20)] = chance.choice(
                [b"", b"<", b"</text:p>", b"<table:table>", b'"', b"\0", b"<text:p>", b"999999"]
            )
        data = package({**members(sound), "content.xml": bytes(broken)})
        document = open_document(data)
        assert document.format == "odf" and document.status in ("clean", "partial")
        mask(data, PHONE, NAME)


def test_repetitions_do_not_blow_up_and_large_sheets_are_read_in_linear_time() -> None:
    bomb = odf("spreadsheet", sheet(*(row(cell(times=16383), cell("x", times=16383), times=65536) for _ in range(3000))))
    assert len(open_document(bomb).batch().view) < 1 << 24
    large = odf("spreadsheet", sheet(*(row(cell(NAME), cell(str(n * 7919)), cell(PHONE, "float", PHONE)) for n in range(10_000))))
    began = time.perf_counter()
    assert open_document(large).batch().view.count(b"\n") == 10_000
    assert time.perf_counter() - began < 4  # 0.7 s on a machine with nothing else to do
