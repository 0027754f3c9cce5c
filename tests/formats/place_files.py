"""Mails, PDF files, web pages and others, one for each place in which a value can stand."""

from __future__ import annotations

import base64
import quopri
import warnings
from io import BytesIO

from formats import containers, ofd_files, pdf_files
from formats.place_office import ID, KEEP, PHONE, TEXT, filled, split
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Page, Pdf, String


def mails() -> dict[str, bytes]:
    head = b"From: a@gov.cn\r\nMIME-Version: 1.0\r\n"
    text = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + KEEP.encode() + b"\r\n"

    def mixed(*parts: bytes, before: bytes = b"", after: bytes = b"", boundary: bytes = b"BB") -> bytes:
        joined = b"".join(b"\r\n--" + boundary + b"\r\n" + one for one in (text, *parts))
        return (
            head
            + b'Content-Type: multipart/mixed; boundary="'
            + boundary
            + b'"\r\n\r\n'
            + before
            + joined
            + b"\r\n--"
            + boundary
            + b"--\r\n"
            + after
        )

    raw, coded = TEXT.encode(), base64.encodebytes(TEXT.encode("gbk"))
    word = b"=?gbk?B?" + base64.b64encode(TEXT.encode("gbk")) + b"?="
    folded = f"BEGIN:VEVENT\r\nSUMMARY:{TEXT[:9]}\r\n {TEXT[9:]}\r\nEND:VEVENT".encode()
    return {
        "mail base64": head + b"Content-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: base64\r\n\r\n" + coded,
        "mail quoted": head + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quopri.encodestring(raw),
        "mail headers": b"Subject: " + word + b"\r\nX-A: " + ID.encode() + b"\r\nReceived: for <" + PHONE.encode() + b"@139.com>\r\n" + head + text,
        "mail parameters": mixed(b'Content-Type: text/plain; name="' + word + b"\"\r\nContent-Disposition: attachment; filename*0*=utf-8''" + ID[:9].encode() + b"; filename*1=" + ID[9:].encode() + b".txt\r\n\r\n" + raw),
        "mail around": mixed(before=raw, after=raw),
        "mail boundary": mixed(b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + raw, boundary=b"b_" + ID.encode()),
        "mail message": mixed(b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(head + text + raw)),
        "mail calendar": mixed(b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + folded),
        "mail html": mixed(b"Content-Type: text/html; charset=utf-8\r\n\r\n<a href='data:text/plain;base64," + base64.b64encode(raw) + b"'>x</a>"),
    }  # fmt: skip


def pdf(draw: object, text: str = "") -> bytes:
    """A page that `draw` (pdf, page) adds something to."""
    file = Pdf.open(BytesIO(pdf_files.made(lambda canvas: canvas.drawString(72, 700, KEEP))))
    page = file.pages[0]
    page.obj.Resources.Font[Name.H] = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    if text:
        page.contents_add(file.make_stream(text.encode()))
    if callable(draw):
        draw(file, page)
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # forms that the document does not list
        file.save(out, static_id=True)
    return out.getvalue()


def hung(**entries: object) -> object:
    """An annotation."""

    def draw(file: Pdf, page: Page) -> None:
        page.obj.Annots = Array([file.make_indirect(Dictionary(Type=Name.Annot, Rect=Array([1, 1, 9, 9]), **entries))])

    return draw


def pdfs() -> dict[str, bytes]:
    text = String(TEXT)
    shown = f"(ID:{ID} tel:{PHONE}) Tj"
    spaced = pdf_files.made(lambda canvas: [canvas.drawString(36 + 12 * at, 700, one) for at, one in enumerate(TEXT + KEEP)])
    plain = pdf(None)
    info = Dictionary(S=Name.JavaScript, JS=text)
    return {
        "pdf spaced out": spaced, "pdf before": TEXT.encode() + b"\n" + plain, "pdf behind": plain + TEXT.encode("gbk"),
        "pdf kerned": pdf(None, f"BT /H 12 Tf 72 600 Td [(ID:) {split('(', ') -20 ', ID)}] TJ 0 -20 Td (tel:{PHONE}) Tj ET"),
        "pdf tiny": pdf(None, f"BT /H 0.01 Tf 72 600 Td {shown} ET"), "pdf hidden": pdf(None, f"BT 3 Tr /H 9 Tf 72 600 Td {shown} ET"),
        "pdf off": pdf(None, f"BT /H 9 Tf 72 -600 Td {shown} ET"), "pdf turned": pdf(None, f"BT /H 9 Tf .7 .7 -.7 .7 200 300 Tm {shown} ET"),
        "pdf clipped": pdf(None, f"q 0 0 1 1 re W n BT /H 9 Tf 72 600 Td {shown} ET Q"),
        "pdf actual": pdf(None, f"/Span <</ActualText (ID:{ID}) /Alt (tel:{PHONE})>> BDC BT /H 9 Tf 72 600 Td (x) Tj ET EMC"),
        "pdf note": pdf(hung(Subtype=Name.Text, Contents=text, T=text, Subj=text, NM=text, RC=String(f"<p>{TEXT[:9]}<b>{TEXT[9:]}</b></p>"))),
        "pdf link": pdf(hung(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String(f"tel:{PHONE}"), Next=info))),
        "pdf field": pdf(hung(Subtype=Name.Widget, FT=Name.Tx, T=text, V=text, DV=text, TU=text, RV=text, MK=Dictionary(CA=text))),
        "pdf attached": pdf(lambda file, page: file.attachments.update({f"{PHONE}.txt": AttachedFileSpec(file, TEXT.encode(), description=TEXT)})),
        "pdf outline": pdf(lambda file, page: setattr(file.Root, "Outlines", Dictionary(First=Dictionary(Title=text), Last=Dictionary(Title=text)))),
        "pdf layers": pdf(lambda file, page: setattr(file.Root, "OCProperties", Dictionary(OCGs=Array([Dictionary(Name=text)]), D=Dictionary(Name=text)))),
        "pdf labels": pdf(lambda file, page: setattr(file.Root, "PageLabels", Dictionary(Nums=Array([0, Dictionary(P=text)])))),
        "pdf tags": pdf(lambda file, page: setattr(file.Root, "StructTreeRoot", Dictionary(K=Dictionary(S=Name.P, Alt=text, ActualText=text, E=text, T=text, ID=text)))),
        "pdf action": pdf(lambda file, page: setattr(file.Root, "OpenAction", info)),
        "pdf private": pdf(lambda file, page: setattr(page.obj, "PieceInfo", Dictionary(A=Dictionary(Private=Dictionary(X=text))))),
        "pdf metadata": pdf(lambda file, page: setattr(page.obj, "Metadata", file.make_stream(f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{TEXT}</x:xmpmeta>".encode()))),
        "pdf xfa": pdf(lambda file, page: setattr(file.Root, "AcroForm", Dictionary(Fields=Array([]), XFA=file.make_stream(f"<xdp><t a='{PHONE}'>{TEXT}</t></xdp>".encode())))),
    }  # fmt: skip


def others() -> dict[str, bytes]:
    uni = split("", "", "".join(one if one < "\x80" else f"\\u{ord(one) - 65536 * (ord(one) > 32767)}?" for one in TEXT))
    keep = "".join(f"\\u{ord(one) - 65536 * (ord(one) > 32767)}?" for one in KEEP)
    file = "".join(base64.encodebytes(pdfs()["pdf tiny"]).decode().split())
    page = ofd_files.page
    old = ofd_files.text(10, 20, KEEP)
    rtf = {
        "info": r"{\info{\title @}{\doccomm @}{\*\company @}}{\*\userprops {\propname a}\proptype30{\staticval @}}",
        "apart": r"{\header @}{\footnote @}{\*\annotation{\*\atnauthor @}@}{\*\bkmkstart @}{\*\unknown @}{\v @}{\deleted @}",
        "field": r'{\field{\*\fldinst HYPERLINK "@"}{\fldrslt @}}{\*\formfield{\*\ffdeftext @}}{\stylesheet{\s1 @;}}{\*\docvar {a}{@}}',
        "shape": r"{\shp{\*\shpinst{\sp{\sn wzDescription}{\sv @}}{\shptxt @}}{\shprslt @}}",
    }
    html = {
        "data": f"<embed src='data:application/pdf;base64,{file}'>", "json": f'<script type="application/ld+json">{{"telephone":"{PHONE}","d":"{TEXT}"}}</script>',
        "attributes": f"<img alt='{TEXT}' title='{ID}'><input value='{ID}' placeholder='{TEXT}'><a href='tel:{PHONE}' data-x='{TEXT}' onclick=\"f('{ID}')\">a</a>",
        "frame": f"<iframe srcdoc='&lt;p&gt;{TEXT[:9]}&lt;b&gt;{TEXT[9:]}&lt;/b&gt;'></iframe><!--[if IE]>{TEXT}<![endif]--><template>{TEXT}</template>",
        "split": f"<p>{split('<span>', '</span>')}</p><p>{split('&#x', ';', '')}{''.join(f'&#{ord(one)};' for one in TEXT)}</p>",
        "svg": f"<svg><title>{TEXT}</title><text>{TEXT[:9]}<tspan>{TEXT[9:]}</tspan></text><metadata>{TEXT}</metadata></svg>",
    }  # fmt: skip
    ofd = {
        "text": ofd_files.document(page(old, ofd_files.text(10, 40, TEXT))),
        "single": ofd_files.document(page(old, ofd_files.singles(10, 40, TEXT))),
        "down": ofd_files.document(page(old, ofd_files.singles(10, 40, TEXT, down=5))),
        "info": ofd_files.document(page(old), info=filled("<ofd:Title>@T</ofd:Title><ofd:CustomDatas><ofd:CustomData Name='a'>@I</ofd:CustomData></ofd:CustomDatas>")),
        "outline": ofd_files.document(page(old), root=filled("<ofd:Outlines><ofd:OutlineElem Title='@T'/></ofd:Outlines>")),
        "template": ofd_files.document(page(old), more={"Doc_0/Tpls/T0/Content.xml": page(ofd_files.text(10, 40, TEXT)), "Doc_0/Tags/a.xml": f"<a>{TEXT}</a>"}),
    }  # fmt: skip
    return {
        **{f"rtf {key}": (r"{\rtf1\ansi\ansicpg936 " + keep + r"\par " + body.replace("@", uni) + "}").encode() for key, body in rtf.items()},
        **{f"html {key}": f"<!doctype html><meta charset=utf-8><p>{KEEP}</p>{body}".encode() for key, body in html.items()},
        **{f"ofd {key}": data for key, data in ofd.items()},
        "zip": containers.zipped({f"手机{PHONE}/{ID}.txt": TEXT.encode()}, comment=TEXT.encode()),
        "tar": containers.tarred({f"{ID}.txt": TEXT.encode()}, uname=f"手机{PHONE}"),
        "gzip": containers.gz(TEXT.encode(), f"{ID}.txt"),
    }  # fmt: skip
