"""Strings of a PDF: all of them are seen, written back where they stood, gone for other readers; attachments likewise."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from pypdf import PdfReader

from deident.formats.pdf import attachments, leaves, revisions, signatures, strings
from deident.formats.pdf.text import decoded, encoded

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
PERSON = "张伟民"
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" pdf:Keywords="a &amp; 13800138000">'
    "<dc:creator><rdf:Seq><rdf:li>&#x5f20;伟民</rdf:li></rdf:Seq></dc:creator><!-- 张伟民 --></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def text(value: str) -> String:
    return String(encoded(value))


def whole() -> Pdf:
    """A person in every place that the standard has for strings; the numbers say where."""
    pdf = Pdf.new()
    page = pdf.add_blank_page().obj
    put = pdf.make_indirect
    person = iter(f"{PERSON}{number}" for number in range(100, 200))

    def name() -> String:
        return text(next(person))

    pdf.trailer["/Info"] = put(
        Dictionary(Author=name(), Title=name(), Custom=name(), CreationDate=String("D:20261127000000+08'00'"))
    )
    pdf.Root.Metadata = Stream(pdf, XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)
    page.Metadata = Stream(pdf, XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)
    action = Dictionary(S=Name.URI, URI=String("https://example.gov.cn/?n=13800138000"))
    jump = Dictionary(S=Name.GoTo, D=text("张伟民目标"))
    script = Dictionary(S=Name.JavaScript, JS=Stream(pdf, b"var n='13800138000'"))
    launch = Dictionary(S=Name.Launch, F=Dictionary(Type=Name.Filespec, F=name(), UF=name()))
    rich = text("<?xml version='1.0'?><body><p>张<b>伟</b>民</p><p>二</p></body>")

    def note(**entries: object) -> Dictionary:
        return put(Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries))

    field = put(Dictionary(FT=Name.Tx, T=text("姓名"), TU=text("申请人"), V=name(), DV=name(), RV=rich, Kids=Array()))
    widget = note(Subtype=Name.Widget, Parent=field, AP=Dictionary(N=Stream(pdf, b"q Q")))
    field.Kids.append(widget)
    options = Array([Array([name(), name()])])
    choice = note(Subtype=Name.Widget, FT=Name.Ch, T=text("选项"), Opt=options, V=name())
    remark = note(Subtype=Name.Text, Contents=name(), T=name(), Subj=name(), NM=name(), RC=rich)
    links = [note(Subtype=Name.Link, A=one) for one in (action, jump, script, launch)]
    page.Annots = put(Array([widget, choice, remark, *links]))
    form = Dictionary(Fields=Array([field, choice]), XFA=Array([text("datasets"), Stream(pdf, "<f><n>张伟民</n></f>".encode())]))
    pdf.Root.AcroForm = form
    first = put(Dictionary(Title=name(), Dest=text("张伟民目标")))
    pdf.Root.Outlines = put(Dictionary(First=first, Last=first, Count=1))
    first.Parent = pdf.Root.Outlines
    file = Stream(
        pdf,
        b"secret 13800138000",
        Type=Name.EmbeddedFile,
        Params=Dictionary(Size=18, CheckSum=String(b"x" * 16), ModDate=String("D:2020")),
    )
    specification = put(
        Dictionary(Type=Name.Filespec, F=text("张伟民.txt"), UF=text("张伟民.txt"), Desc=name(), EF=Dictionary(F=file, UF=file))
    )
    one = put(Dictionary(Names=Array([text("张伟民目标"), Array([page, Name.Fit])]), Limits=Array([text("张伟民目标")] * 2)))
    two = put(Dictionary(Names=Array([text("欧"), Array([page, Name.Fit])]), Limits=Array([text("欧"), text("欧")])))
    pdf.Root.Names = Dictionary(
        EmbeddedFiles=Dictionary(Names=Array([text("附件"), specification])), Dests=Dictionary(Kids=Array([one, two]))
    )
    pdf.Root.AF = Array([specification])
    element = put(Dictionary(Type=Name.StructElem, S=Name.Figure, Alt=name(), ActualText=name(), E=name(), T=name()))
    pdf.Root.StructTreeRoot = put(Dictionary(Type=Name.StructTreeRoot, K=element))
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(P=name())]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([put(Dictionary(Type=Name.OCG, Name=name()))]))
    pdf.Root.PieceInfo = Dictionary(X=Dictionary(Private=name()))
    page.Resources = Dictionary(Properties=Dictionary(MC0=Dictionary(ActualText=name())))
    page.Thumb = Stream(pdf, b"\0", Width=1, Height=1, BitsPerComponent=8, ColorSpace=Name.DeviceGray)
    return pdf


def saved(pdf: Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out, compress_streams=False)
    return out.getvalue()


def again(data: bytes) -> Pdf:
    return pikepdf.open(BytesIO(data))


def plainly(data: bytes) -> bytes:
    """Everything in the file without compression, strings as UTF-8."""
    out = BytesIO()
    again(data).save(out, qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    raw = out.getvalue()
    return raw + bytes(str(PdfReader(BytesIO(data)).metadata), "utf-8")


def test_every_place_is_seen_and_written() -> None:
    data = saved(whole())
    pdf = again(data)
    found = strings.collect(pdf)
    assert [one.text for one in found] == [one.text for one in strings.collect(again(data))]
    everything = "\n".join(one.text for one in found)
    assert [number for number in range(100, 124) if f"{PERSON}{number}" not in everything] == []
    places = {one.where: one.text for one in found}
    assert [one.where for one in found[:3]] == ["info /Author", "info /Custom", "info /Title"]
    assert found[2].role == "title"
    assert places["xmp dc:creator"] == PERSON
    assert places["xmp pdf:Keywords"] == "a & 13800138000"
    assert places["page 1 link"].startswith("https://")
    assert {
        "outline",
        "page 1 annotation",
        "javascript",
        "page label",
        "layer",
        "page 1 form field 选项",
        "xfa n",
    } <= places.keys()
    assert "D:2026" not in everything
    for one in found:
        new = one.text.replace(PERSON, "张**").replace("13800138000", "138********")
        if new != one.text:
            one.set(new)
    warnings = strings.drop(pdf)
    for one in attachments.collect(pdf):
        one.set(b"secret")
    assert warnings == ["thumbnail-removed"]
    new = saved(pdf)
    left = "\n".join(one.text for one in strings.collect(again(new)))
    assert PERSON not in left and "13800138000" not in left
    assert "张**100" in left and "欧" in left and "申请人" in left
    raw = plainly(new)
    for secret in (PERSON.encode(), PERSON.encode("utf-16-be"), PERSON.encode("utf-16-be").hex().encode(), b"13800138000"):
        assert secret not in raw
    assert b"PieceInfo" not in raw and b"/Thumb" not in raw


def test_a_changed_field_loses_its_appearance() -> None:
    pdf = whole()
    field = pdf.Root.AcroForm.Fields[0]
    assert "/AP" in field.Kids[0]
    next(one for one in strings.collect(pdf) if one.text == str(field.V)).set("甲")
    assert "/AP" not in field.Kids[0] and pdf.Root.AcroForm.NeedAppearances is True


def test_a_destination_is_one_text_and_its_tree_stays_sorted() -> None:
    pdf = whole()
    (target,) = [one for one in strings.collect(pdf) if one.text == "张伟民目标"]
    target.set("龘")  # sorts behind its neighbour
    strings.drop(pdf)
    tree = pdf.Root.Names.Dests
    assert [decoded(bytes(key)) for key in list(tree.Names)[::2]] == ["欧", "龘"]
    assert "/Kids" not in tree
    assert decoded(bytes(pdf.Root.Outlines.First.Dest)) == "龘"
    assert len(PdfReader(BytesIO(saved(pdf))).named_destinations) == 2


def test_destinations_of_old_files_are_names() -> None:
    pdf = Pdf.new()
    page = pdf.add_blank_page().obj
    pdf.Root.Dests = Dictionary({"/张伟民": Array([page, Name.Fit])})
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Name("/张伟民"))
    (one,) = [one for one in strings.collect(pdf) if one.text == PERSON]
    one.set("张**")
    assert list(pdf.Root.Dests.keys()) == ["/张**"] and str(pdf.Root.OpenAction.D) == "/张**"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain", "plain"),
        (b"\xfe\xff\x5f\x20\x4f\x1f", "张伟"),
        (b"\xff\xfe\x20\x5f", "张"),
        (b"\xef\xbb\xbf" + "张".encode(), "张"),
        ("张伟民".encode("gbk"), "张伟民"),
        ("朱镕基 13800138000".encode("gbk"), "朱镕基 13800138000"),
        ("张伟民".encode(), "张伟民"),
        ("张伟".encode("utf-16-be"), "张伟"),
        ("1 张伟".encode("utf-16-be"), "1 张伟"),
        (b"Caf\xe9", "Café"),
        (b"M\xfcller", "Müller"),
        (b"a\r\nb\rc\td", "a\nb\nc d"),
        (b"\xfe\xff\0\x1b\0z\0h\0\x1b\x5f\x20", "张"),
        (b"\x01 13800\x02138000 x", "  13800 138000 x"),
        (bytes(range(16)), None),
        (b"", ""),
    ],
)
def test_decoded(raw: bytes, shown: str | None) -> None:
    assert decoded(raw) == shown


def test_raw_gbk_in_the_information() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.trailer["/Info"] = pdf.make_indirect(Dictionary(Author=String("张伟民".encode("gbk"))))
    (one,) = strings.collect(pdf)
    assert one.text == PERSON
    one.set("张**")
    assert PdfReader(BytesIO(saved(pdf))).metadata.author == "张**"


def test_broken_xml_is_text_in_linear_time() -> None:
    new: list[str] = []
    one = leaves.Leaves("<!--" * 100_000 + "<a b='13800138000'>张三</a" + "<?" * 100_000, new.append)
    found = {text for _, _, text in one.leaves()}
    assert {"13800138000", "张三"} <= found
    one.set(next(number for number, _, text in one.leaves() if text == "张三"), "<*>")
    assert "&lt;*&gt;</a" in new[0]


def test_rich_text() -> None:
    assert leaves.plain("<body><p>1<b>3</b>8 &amp; </p><p>乙<br/>丙</p></body>") == "138 & \n乙\n丙"
    assert leaves.plain(leaves.rich("a<b\n乙")) == "a<b\n乙"


def test_attachments_once_with_size_and_checksum() -> None:
    pdf = whole()
    (one,) = attachments.collect(pdf)
    assert (one.name, one.data) == ("张伟民.txt", b"secret 13800138000")
    one.set(b"new")
    parameters = pdf.Root.AF[0].EF.F.Params
    assert parameters.Size == 3 and bytes(parameters.CheckSum) == hashlib.md5(b"new").digest() and "/ModDate" not in parameters
    assert all(content == [b"new"] for content in PdfReader(BytesIO(saved(pdf))).attachments.values())


def test_names_in_certificates_are_seen_and_go_with_the_signature() -> None:
    person = PERSON.encode()
    der = b"\x30" + bytes([len(person) + 11]) + b"\x30\x80\x06\x03\x55\x04\x03\x0c" + bytes([len(person)]) + person + b"\0\0"
    assert list(signatures.strings(der)) == [PERSON]
    pdf = Pdf.new()
    page = pdf.add_blank_page().obj
    value = pdf.make_indirect(
        Dictionary(
            Type=Name.Sig, SubFilter=Name("/adbe.pkcs7.detached"), ByteRange=Array([0, 1, 2, 3]), Contents=String(der + bytes(99))
        )
    )
    field = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String("s"), V=value, Rect=Array([0, 0, 0, 0]))
    )
    page.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
    assert ("signature", PERSON) in [(one.where, one.text) for one in strings.collect(pdf)]
    assert strings.drop(pdf) == ["signature-broken"]
    assert person not in saved(pdf)


def test_earlier_states() -> None:
    if not (SAMPLES / "incremental.pdf").exists():
        pytest.skip("no samples here")
    data = (SAMPLES / "incremental.pdf").read_bytes()
    (first,) = revisions.earlier(data)
    titles = [next(one.text for one in strings.collect(again(state)) if one.where == "info /Title") for state in (first, data)]
    assert titles == ["张伟民公示", "cleaned"]
    assert revisions.earlier(first) == []
    assert revisions.earlier(saved(whole())) == []


@pytest.mark.skipif(shutil.which("exiftool") is None or shutil.which("pdfinfo") is None, reason="needs exiftool and pdfinfo")
def test_other_readers_find_nothing(tmp_path: Path) -> None:
    pdf = whole()
    for one in strings.collect(pdf):
        one.set("*")
    strings.drop(pdf)
    file = tmp_path / "a.pdf"
    file.write_bytes(saved(pdf))
    for command in (
        ["exiftool", "-a", "-G1", "-u"],
        ["pdfinfo", "-meta"],
        ["pdfinfo", "-js"],
        ["pdfinfo", "-dests"],
        ["qpdf", "--check"],
    ):
        if shutil.which(command[0]):
            done = subprocess.run([*command, str(file)], capture_output=True, check=command[0] != "exiftool")
            assert PERSON.encode() not in done.stdout and b"13800138000" not in done.stdout
