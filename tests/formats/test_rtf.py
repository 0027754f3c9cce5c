"""RTF: text across formatting, code pages, hidden and deleted text, destinations, data in hexadecimal, writing."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from deident.formats import Child, open_document
from deident.formats.rtf.document import RtfDocument, bare
from deident.model import ROLES, Edit

SAMPLE = Path(__file__).parents[2].parent / "shared/samples/formats/leaky.rtf"
VALUES = ("张伟民", "欧阳雪梅", "李建国", "110101199003074578", "13800138000")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


def hexed(text: str, encoding: str = "gbk") -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


def escaped(text: str, stand: str = "?") -> str:
    return "".join(f"\\u{ord(one)}{stand}" for one in text)


def rtf(body: str, head: str = "\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fcharset134 SimSun;}}") -> bytes:
    return ("{\\rtf1" + head + body + "}").encode("latin-1")


def segments(data: bytes) -> list[tuple[str, str]]:
    batch = RtfDocument(data).batch()
    return [(ROLES[role], part) for role, part in zip(batch.role, batch.view.decode().split("\0")[:-1], strict=True)]


def text(data: bytes) -> str:
    return segments(data)[0][1]


def masked(data: bytes, values: tuple[str, ...] = VALUES, mask: str = "*") -> bytes:
    document = open_document(data)
    view = document.batch().view
    edits = [
        Edit(found.start(), found.end(), mask if mask != "*" else "*" * len(value))
        for value in values
        for found in re.finditer(re.escape(value.encode()), view)
    ]
    return document.write(sorted(edits))


RICH = rtf(
    "{\\info{\\title " + hexed("公示名单") + "}{\\author " + escaped("李建国") + "}{\\*\\company x}{\\creatim\\yr2026\\mo1}}"
    "{\\*\\userprops{\\propname sfz}\\proptype30{\\staticval 110101199003074578}}"
    "{\\header\\pard " + hexed("页眉张伟民") + "\\par}"
    "\\pard\\plain " + hexed("申请人：") + "{\\b " + hexed("张") + "}{\\i " + hexed("伟民") + "}" + hexed("，电话") + "{\\f0 138}{\\b 0013}\\b0 8000\\par\n"
    "\\uc1 " + escaped("欧阳雪梅") + "{\\v " + hexed("隐藏") + "13800138000}\\par"
    "\\trowd\\cellx2000\\cellx4000\\pard\\intbl " + hexed("李建国") + "\\cell 110101{\\b 1990}03074578\\cell\\row\\pard"
    " {\\deleted 110101199003074578}{\\revised 13800138000}\\par"
    "{\\field{\\*\\fldinst{HYPERLINK \"mailto:13800138000@example.com\"}}{\\fldrslt{" + hexed("写信") + "}}}\\par"
    "{\\*\\atnid Z}{\\*\\atnauthor " + hexed("李建国") + "}\\chatn{\\*\\annotation " + hexed("请核实张伟民") + "}"
    "{\\footnote 13800138000}{\\*\\bkmkstart " + escaped("张伟民") + "}{\\*\\bkmkend a}"
    "{\\*\\shppict{\\pict\\pngblip\\picw10 " + PNG.hex() + "}}{\\nonshppict{\\pict\\wmetafile8 " + PNG.hex() + "}}\\par"
)  # fmt: skip


def test_a_rich_file_is_read_whole() -> None:
    found = segments(RICH)
    assert found[0] == (
        "text",
        "申请人：张伟民，电话13800138000\n欧阳雪梅\n李建国\t110101199003074578\n13800138000\n写信\n\n页眉张伟民\n13800138000\n",
    )
    assert found[1:] == [
        ("text", "欧阳雪梅隐藏13800138000"),
        ("text", "110101199003074578"),
        ("meta", "fonttbl：SimSun;"),
        ("title", "公示名单"),
        ("meta", "author：李建国"),
        ("meta", "company：x"),
        ("meta", "propname：sfz"),
        ("meta", "sfz：110101199003074578"),
        ("url", 'HYPERLINK "mailto:13800138000@example.com"'),
        ("comment", "Z"),
        ("comment", "李建国"),
        ("comment", "请核实张伟民"),
        ("meta", "bkmkstart：张伟民"),
        ("meta", "bkmkend：a"),
    ]
    document = open_document(RICH, "a.doc")
    assert (document.format, document.status, document.warnings) == ("rtf", "clean", ["hidden-text"])
    view = document.batch().view
    assert document.locate(view.index("欧阳".encode())) == "paragraph 2"
    assert document.locate(view.index("页眉".encode())) == "header"
    assert document.locate(view.index("写信".encode())) == "paragraph 5"
    assert document.locate(view.index("公示".encode())) == ""


def test_masked_nothing_is_left_and_the_rest_stays() -> None:
    done = masked(RICH)
    for value in VALUES:
        assert value.encode() not in open_document(done).batch().view
        assert value not in bare(done).decode()
    shown = text(RICH)
    for value in VALUES:
        shown = shown.replace(value, "*" * len(value))
    assert text(done) == shown
    assert done == masked(done)
    for kept in (b"\\b0", b"\\trowd\\cellx2000", b"HYPERLINK", PNG.hex().encode(), b"\\pngblip\\picw10"):
        assert kept in done
    assert open_document(RICH).write([]) == RICH


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (hexed("张三"), "张三"),
        ("\\'d5\n\\'c5\r\n" + hexed("三"), "张三"),
        ("\\'81@\\'81A1380", b"\x81@\x81A".decode("gbk") + "1380"),  # the second half of a character may be ASCII
        (escaped("张三") + "138", "张三138"),
        ("\\uc2" + escaped("张三", "\\'d5\\'c5") + "138", "张三138"),
        ("\\uc0" + escaped("张三", "") + " 138", "张三138"),
        ("{\\uc0\\u24352 }\\u19977?1", "张三1"),
        ("\\u-10179?\\u-8704?x", "😀x"),
        ("\\u-10179?x", "\ufffdx"),
        ("\\u24352{}138", "张138"),
        ("\\u24352\\b 138", "张138"),
        ("a\\~b\\_c\\-d\\emdash e\\{\\}\\\\", "a b-cd—e{}\\"),
        ("a\\tab b\\line c\\\nd", "a\tb\nc\nd"),
        ("1{\\*\\unknown 2}3{\\bin3 }}}4", "134"),
        ("1{\\b 2{\\i 3}\\b0}4", "1234"),
        ("\\upr{" + hexed("张") + "}{\\*\\ud{\\u24352?}}", "张张"),
        ("{\\upr{" + hexed("张") + "}{\\*\\ud{\\u24352?}}}", "张"),
        ("\\trowd\\intbl a\\cell\\cell b\\cell\\row\\pard c", "a\t\tb\nc"),
        ("\\trowd\\intbl a\\par b\\tab c\\cell\\row\\pard", "a b c"),
        ("a\\'zzb", "azzb"),
        ("\\f1\\'e9", "\u0439"),
    ],
)
def test_view(body: str, shown: str) -> None:
    data = rtf(body, "\\ansi\\ansicpg936{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset204 B;}}")
    assert text(data).rstrip("\n") == shown


@pytest.mark.parametrize(
    ("head", "raw"),
    [
        ("\\ansi\\ansicpg936", hexed("张伟民")),
        ("\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset134 B;}}\\f1 ", hexed("张伟民")),
        ("\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 A;}{\\f13\\fcharset134 B;}}\\loch\\f0\\dbch\\af13 ", hexed("张伟民")),
        ("\\ansi", hexed("张伟民")),
        ("\\ansi\\ansicpg950", hexed("張偉民", "cp950")),
        ("\\ansi\\ansicpg65001", hexed("张伟民", "utf-8")),
        ("\\ansi\\ansicpg936", "张伟民".encode("gbk").decode("latin-1")),
        ("\\ansi\\ansicpg1252", "张伟民".encode().decode("latin-1")),
    ],
)
def test_code_pages(head: str, raw: str) -> None:
    data = rtf(raw, head)
    assert text(data) in ("张伟民", "張偉民")
    done = masked(data, ("张伟民", "張偉民"), "张**")
    assert text(done) == "张**"


@pytest.mark.parametrize("uc", [0, 1, 3])
def test_replacements(uc: int) -> None:
    body = f"\\uc{uc} x\\par" + hexed("张伟民") + "\\b" + hexed("电话") + "{\\i 138}\\b0 00138000"
    document = RtfDocument(rtf(body))
    view = document.batch().view
    for new in ("1990年", " 空", "-x", "张**", "{\\}", "", "😀"):
        for wanted in ("张伟民", "电话", "13800138000", "张伟民电话", "民电话138"):
            start = view.index(wanted.encode())
            end = start + len(wanted.encode())
            done = document.write([Edit(start, end, new)])
            assert open_document(done).batch().view == view[:start] + new.encode() + view[end:]


def ole1(name: bytes, native: bytes) -> bytes:
    def number(value: int) -> bytes:
        return value.to_bytes(4, "little")

    return number(0x501) + number(2) + number(len(name)) + name + number(0) + number(0) + number(len(native)) + native


def package(label: bytes, data: bytes) -> bytes:
    path = b"C:\\" + label
    size = len(path).to_bytes(4, "little")
    return b"\2\0" + label + b"\0" + path + b"\0\0\0\3\0" + size + path + len(data).to_bytes(4, "little") + data


def test_objects_are_children() -> None:
    inner = "姓名,电话\n张伟民,13800138000\n".encode()
    raw = ole1(b"Package\0", package("张伟民.csv".encode("gbk"), inner)) + b"\1\5\0\0\5\0\0\0picture"
    other = ole1(b"Excel.Sheet.8\0", b"\xd0\xcf\x11\xe0" + bytes(40))
    wrapped = re.sub("(.{64})", "\\1\n", raw.hex())
    data = rtf(
        f"1{{\\object\\objemb{{\\*\\objclass Package}}{{\\*\\objdata {wrapped}}}{{\\result 2}}}}3{{\\*\\objdata {other.hex()}}}"
    )
    document = RtfDocument(data)
    children = list(document.children())
    assert children == [("张伟民.csv", inner), ("object2", b"\xd0\xcf\x11\xe0" + bytes(40))]
    assert text(data) == "123"
    assert document.write([], {}) == data
    done = document.write([], {0: Child("***.csv", b"new"), 1: Child("object2", b"\xd0\xcf")})
    again = RtfDocument(done)
    assert [child.name for child in again.children()] == ["***.csv", "object2"]
    assert [child.data for child in again.children()] == [b"new", b"\xd0\xcf"]
    assert b"picture".hex().encode() not in done
    assert "张伟民".encode("gbk").hex().encode() not in done
    assert text(done) == "123"


def test_pictures_and_their_copies() -> None:
    document = RtfDocument(RICH)
    first, second = document.children()
    assert (first, second.name) == (("picture1.png", PNG), "picture2.wmf")
    done = document.write([], {0: Child(first.name, b"\x89PNG" + bytes(30))})
    assert [child.data for child in RtfDocument(done).children()] == [b"\x89PNG" + bytes(30)]  # the old readers' copy is gone
    raw = b"\\x}{" * 20
    data = rtf(
        f"1{{\\pict\\pngblip\\bin{len(raw)} " + raw.decode() + "}2{\\*\\themedata " + raw.hex() + "}{\\*\\odd " + raw.hex() + "}"
    )
    document = RtfDocument(data)
    assert [child.data for child in document.children()] == [raw] * 3
    assert text(data) == "12"
    done = document.write([], {0: Child("", b"}" * 33)})
    assert b"\\bin33 }}}" in done
    assert text(done) == "12"


def test_white_and_tiny() -> None:
    table = "{\\colortbl;\\red0\\green0\\blue0;\\red255\\green255\\blue255;}"
    for body, hidden in (
        ("{\\cf2 138}", True),
        ("{\\cf1 138}", False),
        ("{\\highlight1\\cf2 138}", False),
        ("\\cf2\\cf0 1", False),
    ):
        assert RtfDocument(rtf(table + body)).batch()
        assert (open_document(rtf(table + body)).warnings == ["hidden-text"]) is hidden


def test_hostile_input_is_linear() -> None:
    for part in (
        "{",
        "}",
        "{\\*\\a x}",
        "\\u24352",
        "\\f1\\f1",
        "{\\v a\\par}",
        "\\'d5",
        "{\\pict a}",
        "\\bin9999999999 ",
        "\\cell",
    ):
        data = b"{\\rtf1" + part.encode() * (400_000 // len(part))
        begun = time.process_time()
        document = open_document(data)
        view = document.batch().view
        document.write([Edit(0, len(view) - 1, "*")] if len(view) > 1 else [])
        assert time.process_time() - begun < 8, part


def test_junk_never_raises() -> None:
    chance = random.Random(5)
    samples = [RICH, rtf("1{\\*\\objdata " + ole1(b"Package\0", package(b"a", PNG)).hex() + "}2" + escaped("张伟民"))]
    for _ in range(400):
        data = bytearray(chance.choice(samples))
        for _ in range(chance.randrange(1, 8)):
            at = chance.randrange(6, len(data))
            if chance.random() < 0.3:
                del data[at : at + chance.randrange(20)]
            else:
                data[at : at + 1] = chance.choice([b"{", b"}", b"\\", b"0", b"\0", b"\\*", bytes([chance.randrange(256)])])
        document = open_document(bytes(data))
        assert document.format == "rtf", document.reason
        batch = document.batch()
        assert document.write([]) == data
        size = len(batch.view)
        edits = [Edit(at, min(at + 9, size), "张*") for at in range(0, size - 9, 31)]
        assert open_document(document.write(edits)).format == "rtf"


@pytest.mark.skipif(not SAMPLE.exists(), reason="shared samples are not here")
def test_the_sample() -> None:
    data = SAMPLE.read_bytes()
    done = masked(data)
    view = open_document(done).batch().view
    for value in VALUES:
        assert value.encode() in open_document(data).batch().view
        assert value.encode() not in view
        assert value not in bare(done).decode()
    assert masked(done) == done
    assert [child.data for child in open_document(done).children()] == [child.data for child in open_document(data).children()]


def office_text(data: bytes, folder: Path) -> str:
    (folder / "a.rtf").write_bytes(data)
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "txt:Text (encoded):UTF8",
            "a.rtf",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "a.txt").read_text("utf-8-sig")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_opens_it_and_shows_the_same_rest(tmp_path: Path) -> None:
    before, after = office_text(RICH, tmp_path), office_text(masked(RICH), tmp_path)
    for value in VALUES:
        before = before.replace(value, "*" * len(value))
    assert "申请人：***，电话***********" in after
    assert before == after
