"""Mail and MHTML: found in every place, written in place, read back by the standard library's parser."""

from __future__ import annotations

import base64
import quopri
import re
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage

import pytest
from formats.containers import ID, NAME, SAMPLES, TEL, TEXT, edits, fuzz, sane, text

from deident import Scanner
from deident.formats import Child, open_document

MAIL = "luding@example.gov.cn"


def message() -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = f"{NAME} <{MAIL}>"
    mail["To"] = "a@b.cn"
    mail["Subject"] = f"关于{NAME}同志身份证{ID}和电话{TEL}的说明材料以及其他有关情况的报告"
    mail["X-Note"] = TEL
    mail.set_content(f"正文{TEXT}\n第二行\n", cte="base64", charset="gb18030")
    mail.add_alternative(f"<p title='{TEL}'>鲁<b>定国</b> {ID}</p><!-- {TEL} -->", subtype="html", cte="quoted-printable")
    mail.add_attachment(TEXT.encode(), maintype="text", subtype="plain", filename=f"{NAME}.txt")
    mail.add_attachment(bytes(range(256)), maintype="image", subtype="png", filename="图.png")
    inner = EmailMessage(policy=policy.SMTP)
    inner["Subject"], inner["MIME-Version"] = NAME, "1.0"
    inner.set_content(TEXT)
    mail.add_attachment(inner)
    return mail.as_bytes()


def shown(data: bytes) -> str:
    """All that the standard library reads in a message."""
    mail = message_from_bytes(data, policy=policy.default)
    found: list[str] = []
    for part in mail.walk():
        found += [f"{key}: {value}" for key, value in part.items()]
        found.append(str(part.get_filename()))
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found += [payload.decode("utf-8", "replace"), payload.decode("gb18030", "replace")]
    return re.sub("</?b>", "", "\n".join(found))


def cleaned(data: bytes) -> bytes:
    document = open_document(data, "m.eml")
    children: dict[int, Child | None] = {}
    for number, child in enumerate(document.children()):
        inner = open_document(child.data, child.name)
        if inner.status == "clean" and (found := edits(inner, NAME, ID, TEL)):
            children[number] = Child(child.name, inner.write(found))
    return document.write(edits(document, NAME, ID, TEL, MAIL), children)


def test_every_place_is_read() -> None:
    data = message()
    document = open_document(data, "m.eml")
    sane(document, data)
    assert (document.format, document.status, document.archive) == ("mail", "clean", False)
    view = text(document)
    assert f"From：{NAME} <{MAIL}>" in view and f"正文{TEXT}\n第二行" in view.replace(" \n", "\n")
    assert f"关于{NAME}同志身份证{ID}和电话{TEL}的说明材料以及其他有关情况的报告" in view
    assert f"{NAME} {ID}" in view and view.count(TEL) == 5  # subject, note, text, attribute, comment
    assert f"filename：{NAME}.txt" in view
    assert [child.name for child in document.children()] == [f"{NAME}.txt", "图.png", "part-3.eml"]


def test_masked_in_place() -> None:
    data = message()
    done = cleaned(data)
    back = shown(done)
    for value in (NAME, ID, TEL, MAIL):
        assert value not in back and value.encode() not in done
    mail = message_from_bytes(done, policy=policy.default)
    assert str(mail["Subject"]) == f"关于***同志身份证{'*' * 18}和电话{'*' * 11}的说明材料以及其他有关情况的报告"
    assert str(mail["To"]) == "a@b.cn" and not mail.defects
    body = mail.get_body(("plain",))
    assert body and body.get_content().startswith(f"正文申请人***，身份证{'*' * 18}")
    assert body["Content-Transfer-Encoding"] == "base64" and body.get_content_charset() == "gb18030"
    files = list(mail.iter_attachments())
    assert files[0].get_filename() == "***.txt" and files[1].get_content() == bytes(range(256))
    same = [line for line in data.split(b"\r\n") if line in done.split(b"\r\n")]
    assert len(same) > 40, "lines without an edit stay"
    assert cleaned(done) == done


def test_chinese_mail_programs() -> None:
    subject = "=?gb2312?B?" + base64.b64encode("关于鲁".encode("gbk")[:5]).decode() + "?=\r\n =?gb2312?B?"
    subject += base64.b64encode("关于鲁".encode("gbk")[5:] + "定国".encode("gbk")).decode() + "?="
    file = base64.b64encode(f"{NAME}.xls".encode("gbk")).decode()
    head = (
        f"From: =?GBK?Q?{quopri.encodestring(NAME.encode('gbk')).decode().strip()}?= <x@y.cn>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: application/vnd.ms-excel;\r\n name="=?gb2312?B?{file}?="\r\nContent-Transfer-Encoding: base64\r\n'
        f"Content-Disposition: attachment;\r\n filename*0*=gb2312''%C2%B3;\r\n filename*1*=%B6%A8%B9%FA;\r\n filename*2=\".xls\"\r\n"
    )
    data = head.encode() + b"X-Raw: " + NAME.encode("gbk") + b"\r\n\r\n" + base64.encodebytes(b"\xd0\xcf\x11\xe0")
    document = open_document(data, "m.eml")
    assert text(document).count(NAME) == 5
    [child] = document.children()
    assert child == (f"{NAME}.xls", b"\xd0\xcf\x11\xe0")
    done = document.write(edits(document, NAME))
    mail = message_from_bytes(done, policy=policy.default)
    assert str(mail["Subject"]) == "关于***" and str(mail["From"]) == "*** <x@y.cn>"
    assert mail.get_filename() == "***.xls" and mail.get_content_type() == "application/vnd.ms-excel"
    assert NAME.encode("gbk") not in done and b"X-Raw: ***" in done
    again = open_document(done, "m.eml")
    assert NAME not in text(again) and [one.name for one in again.children()] == ["***.xls"]


@pytest.mark.parametrize("charset", ["gb2312", "gb18030", "utf-8", "big5", "utf-7", "hz", "utf-16"])
@pytest.mark.parametrize("way", ["8bit", "base64", "quoted-printable"])
def test_charsets_and_ways(charset: str, way: str) -> None:
    content = f"電話{TEL}".encode(charset) if charset == "big5" else f"联系人：鲁定国，电话{TEL}，谢谢\r\n".encode(charset)
    if charset == "utf-16" and way == "8bit":
        return
    body = {"8bit": content, "base64": base64.encodebytes(content), "quoted-printable": quopri.encodestring(content)}[way]
    head = f"MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {way}\n\n".encode()
    document = open_document(head + body, "m.eml")
    assert TEL in text(document)
    done = document.write(edits(document, TEL))
    mail = message_from_bytes(done, policy=policy.default)
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode(charset).rstrip() == content.decode(charset).replace(TEL, "*" * 11).rstrip()


def test_what_is_no_part_and_what_is_unseen() -> None:
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    tel = TEL.encode()
    data = head + b"before " + tel + b"\r\n--B\r\n\r\nin " + tel + b"\r\n--B--\r\nafter " + tel
    document = open_document(data, "m.eml")
    assert text(document).count(TEL) == 3
    assert tel not in document.write(edits(document, TEL))
    junk = (
        b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(b"hello world!")
        + b"\r\n("
        + tel
        + b")\r\n"
    )
    document = open_document(junk, "m.eml")
    assert TEL in text(document) and tel not in document.write(edits(document, TEL))
    sealed = b"MIME-Version: 1.0\r\nContent-Type: multipart/encrypted; boundary=B\r\n\r\n--B\r\n\r\nx\r\n--B--"
    assert open_document(sealed, "m.eml").reason == "encrypted"
    odd = b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a"
    assert (open_document(odd, "m.eml").status, open_document(odd, "m.eml").reason) == ("partial", "unsupported")
    two = b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\nQUJD"
    assert open_document(two, "m.eml").status == "partial"
    nested = b"MIME-Version: 1.0\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=B%d\r\n\r\n--B%d\r\n" % (number, number) for number in range(40)
    )
    assert open_document(nested, "m.eml").reason == "too-deep"


def test_replacements_that_are_no_ascii() -> None:
    document = open_document(
        b"MIME-Version: 1.0\r\nX-A: name\r\nContent-Type: text/html; charset=gb2312\r\n\r\n<p>birth</p>\r\n", "m.eml"
    )
    view = document.batch().view
    found = [
        type(edit)(edit.start, edit.end, new)
        for edit, new in zip(edits(document, "name", "birth"), ("张**", "1990年<"), strict=True)
    ]
    done = document.write(found)
    mail = message_from_bytes(done, policy=policy.default)
    assert str(mail["X-A"]) == "张**" and mail.get_content() == "<p>1990年&lt;</p>\n".replace("\n", "\r\n")
    assert view != open_document(done).batch().view


def test_signature_and_mbox() -> None:
    signed = b"DKIM-Signature: v=1; a=rsa-sha256; b=abc\nMIME-Version: 1.0\n\n" + TEL.encode()
    document = open_document(signed, "m.eml")
    document.write(edits(document, TEL))
    assert document.warnings == ["signature-broken"]
    one = b"From a@b.cn Mon Jan  1 00:00:00 2024\n" + message().replace(b"\r\n", b"\n") + b"\n"
    document = open_document(one + one, "box.mbox")
    assert len(list(document.children())) == 6 and text(document).count(f"正文{TEXT}") == 2


def test_samples() -> None:
    if not SAMPLES.exists():
        pytest.skip("no samples")
    values = ("张伟民", "110101199003074578", "13800138000", "zhangwm90@example.gov.cn")
    for name in ("m.eml", "page.mhtml"):
        document = open_document((SAMPLES / "arch" / name).read_bytes(), name)
        done = document.write(edits(document, *values))
        back = shown(done)
        assert not any(value in back or value.encode() in done for value in values)
        assert text(document) != text(open_document(done))


def test_mhtml_pictures_and_addresses() -> None:
    body = f'<img src="cid:1"><p>电话{TEL}</p>'.encode()
    data = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: http://x.gov.cn/?n=%E9%B2%81%E5%AE%9A%E5%9B%BD\r\nSubject: "
        + Header(NAME, "utf-8").encode().encode()
        + b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="--B--"\r\n\r\n----B--\r\n'
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: http://x.gov.cn/\r\n\r\n"
        + quopri.encodestring(body)
        + b"\r\n----B--\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Location: http://x.gov.cn/img/a.png?x\r\n\r\niVBORw0K\r\n\r\n----B----\r\n"
    )
    document = open_document(data, "p.mhtml")
    assert text(document).count(NAME) == 2 and f"电话{TEL}" in text(document)
    assert list(document.children()) == [Child("a.png", b"\x89PNG\r\n")]
    done = document.write(edits(document, NAME, TEL), {0: Child("a.png", b"other")})
    assert b"/?n=***" in done and b"b3RoZXI=" in done and shown(done).count("*" * 11) == 2
    assert next(iter(open_document(done).children())).data == b"other"


def test_scanner_end_to_end() -> None:
    content = "<html><head><title>公示</title></head><body><p>申请人鲁定国，身份证号：11010519491231002X。</p></body></html>"
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"], mail["From"] = "低保公示", "a@b.gov.cn"
    mail.set_content(content, subtype="html", cte="base64")
    [(done, report)] = Scanner(ner=False).mask_many([("m.eml", mail.as_bytes())])
    assert report.format == "mail" and done is not None
    assert "11010519491231002X" not in shown(done)


def test_fuzz() -> None:
    fuzz(message(), "m.eml", 500)
    if SAMPLES.exists():
        fuzz((SAMPLES / "arch/page.mhtml").read_bytes(), "p.mhtml", 500)
