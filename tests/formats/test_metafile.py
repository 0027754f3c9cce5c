"""Windows metafiles: text of all kinds of records read and replaced in its place, bitmaps as children, nothing moved."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from formats.metafiles import (
    blended,
    comment,
    drawn,
    emf,
    emr,
    enhanced,
    font,
    info,
    meta,
    meta_font,
    meta_plain,
    meta_text,
    plus,
    stretched,
    text,
    wmf,
)
from PIL import Image

from deident.formats import Child, Document, Unreadable, open_document
from deident.formats.image import dib
from deident.formats.image.metafile import MetafileDocument
from deident.formats.sniff import sniff
from deident.model import Edit

NAME, ID, PHONE = "鲁定国", "110105190001010010", "13800000000"
SAMPLE = Path(__file__).parents[2].parent / "shared/samples/formats/leaky.rtf"
GLYPHS = 0x10


def body(data: bytes) -> str:
    """The text of a clean metafile."""
    document = open_document(data)
    assert (document.format, document.status) == ("metafile", "clean"), document.reason
    assert document.write([]) == data
    return document.batch().view.decode()


def edits(document: Document) -> list[Edit]:
    """Every value replaced, also where blanks stand in it."""
    view = document.batch().view.decode()
    found = []
    for value in (NAME, ID, PHONE):
        for hit in re.finditer(" ?".join(value), view):
            start = len(view[: hit.start()].encode())
            found.append(Edit(start, start + len(hit[0].encode()), "*" * len(value)))
    return found


def masked(data: bytes) -> bytes:
    """The values replaced, in metafiles inside, too; bitmaps as they are."""
    document = open_document(data)
    children = {
        number: Child(child.name, masked(child.data))
        for number, child in enumerate(document.children())
        if child.name.startswith("metafile")
    }
    done = document.write(edits(document), children)
    assert len(done) == len(data)
    for value in (NAME, ID, PHONE):
        assert not any(value.encode(codec) in done for codec in ("utf-8", "utf-16-le", "gb18030"))
    return done


def starred(view: str) -> str:
    for value in (NAME, ID, PHONE):
        view = view.replace(value, "*" * len(value))
    return view


def test_sniff() -> None:
    for data in (emf(), wmf(), wmf(placeable=True)):
        assert sniff(data) == ("metafile", "")
        assert body(data) == "\0"


def test_lines_and_cells() -> None:
    data = emf(font(1, 20), text(100, 130, "鲁定国"), text(400, 130, PHONE, [10] * 11), text(100, 100, "姓名"), text(400, 101, "电话"),
               text(100, 160, "备注：无"), description="Excel\0一张表\0\0")  # fmt: skip
    assert body(data) == f"姓名\t电话\n{NAME}\t{PHONE}\n备注：无\n\0description：Excel 一张表  \0"
    done = masked(data)
    assert body(done) == starred(body(data))
    differ = [at for at, (one, two) in enumerate(zip(data, done, strict=True)) if one != two]
    assert len(differ) <= 2 * (len(NAME) + len(PHONE))
    document = open_document(data)
    assert document.locate(document.batch().view.find(PHONE.encode())) == "line 2"


def test_a_character_a_record() -> None:
    line = f"申请人{NAME}，证号{ID}"
    records = [text(100 + 20 * place, 100, one, [20]) for place, one in enumerate(line)]
    random.Random(3).shuffle(records)
    data = emf(font(1, 20), *records)
    assert body(data) == line + "\n\0"
    assert body(masked(data)) == starred(line) + "\n\0"
    document = open_document(data)
    view = document.batch().view
    start = view.find(NAME.encode())
    done = document.write([Edit(start, start + 9, "鲁**")])
    assert "申请人鲁**，" in body(done)
    again = open_document(document.write([Edit(start, start + 9, "x")]))  # shorter: filled up with blanks
    assert NAME not in (view_ := again.batch().view.decode())
    assert "申请人x" in view_
    assert body(document.write([Edit(start, start + 9, "")])).startswith("申请人\t，")


def test_shadow_and_layers() -> None:
    twice = [text(100 + 20 * place + shift, 100 + shift, one, [20]) for shift in (0, 1) for place, one in enumerate(NAME)]
    both = plus((0x4008, 0x600, pack("<If", 0, 20.0)), drawn(100, 90, f"{NAME} {PHONE}"))
    data = emf(font(1, 20), *twice, both)
    assert body(data).split("\n") == [NAME, NAME, f"{NAME} {PHONE}", "\0"]
    assert body(masked(data)) == starred(body(data))


def test_transforms_and_alignment() -> None:
    data = emf(
        emr(17, pack("<I", 8)), emr(9, pack("<ii", 10000, -10000)), emr(11, pack("<ii", 1000, 1000)), font(1, 200),
        emr(33), emr(35, pack("<6f", 1, 0, 0, 1, 3000, 0)), emr(22, pack("<I", 2)), text(1000, -1000, "右边", [200, 200]),
        emr(34, pack("<i", -1)), text(1000, -1000, "左边", [200, 200]), text(1000, -2000, "下面", [200, 200]),
        emr(22, pack("<I", 1)), emr(27, pack("<ii", 1000, -3000)), text(0, 0, "鲁", [200]), text(0, 0, "定国", [200, 200]),
    )  # fmt: skip
    assert body(data) == "左边\t右边\n下面\n鲁定国\n\0" or body(data) == "鲁定国\n下面\n左边\t右边\n\0"
    turned = emf(
        font(1, 20),
        text(100, 100, "第一行横着写"),
        font(2, 20, turn=900),
        *(text(50, 300 - 20 * n, one, [20]) for n, one in enumerate(NAME)),
    )
    assert NAME in body(turned).split("\n")


def test_other_text_records() -> None:
    string = f"甲{NAME}".encode("utf-16-le")
    strings = [(100, 100, 0), (100, 140, 8)]
    poly = pack("<4iIffI", 0, 0, -1, -1, 1, 1, 1, 2)
    for x, y, shift in strings:
        poly += pack("<iiIII4iI", x, y, 4, 120 + shift, 0, 0, 0, -1, -1, 0)
    small = pack("<iiIIIff", 100, 180, len(PHONE), 0x300, 1, 1, 1) + PHONE.encode()
    wide = pack("<iiIIIff4i", 100, 220, 3, 0, 1, 1, 1, 0, 0, -1, -1) + NAME.encode("utf-16-le")
    data = emf(font(1, 20), emr(97, poly + string + "乙丙丁戊".encode("utf-16-le")), emr(108, small), emr(108, wide),
               text(100, 260, f"窄{NAME}", codec="gb18030"))  # fmt: skip
    assert body(data) == f"甲{NAME}\n乙丙丁戊\n{PHONE}\n{NAME}\n窄{NAME}\n\0"
    again = body(masked(data))
    assert [line.rstrip() for line in again.split("\n")] == [line.rstrip() for line in starred(body(data)).split("\n")]


def test_glyphs_are_not_read() -> None:
    document = open_document(emf(text(0, 0, "\x03\x04", options=GLYPHS), text(0, 50, "看见")))
    assert (document.status, document.reason) == ("partial", "unmapped-glyphs")
    assert "看见" in document.batch().view.decode()
    assert open_document(emf(emr(3, bytes(100)), emr(27, bytes(8)))).status == "clean"
    driver = 0x4036, 0, pack("<4I", 0, 0, 0, 2) + "AB".encode("utf-16-le") + pack("<4f", 0, 0, 9, 0)
    assert open_document(emf(plus(driver))).reason == "unmapped-glyphs"


def test_comments() -> None:
    group = b"GDIC" + pack("<I4iI", 2, 0, 0, 9, 9, 3) + NAME.encode("utf-16-le")
    private = b"XXXX" + b"\0" * 4 + f"idno {ID}".encode() + b"\0"
    hidden = plus((0x4003, 0, f"联系电话{PHONE}".encode("utf-16-le")))
    slack = bytearray(text(10, 10, "没有", [20, 20]))
    slack += b"\0\0\0\0" + f"tel {PHONE} ".encode()
    slack[4:8] = pack("<I", len(slack))
    slack[80 - 8 + 0 : 80 - 8 + 4] = pack("<I", 0)  # no steps
    data = emf(comment(group), comment(private), hidden, bytes(slack))
    view = body(data)
    assert f"group：{NAME}\0" in view
    assert ID in view
    assert view.count(PHONE) == 2
    assert ID not in body(masked(data))


def test_plus_positions() -> None:
    records = [
        (0x4008, 0x601, pack("<If", 0, 20.0)),
        (0x4025, 0, pack("<I", 0)), (0x402D, 0, pack("<ff", 300, 0)), drawn(10, 10, "电话"), (0x4026, 0, pack("<I", 0)),
        drawn(10, 10, "姓名"), drawn(10, 50, f"{NAME}\r\n{PHONE}"),
        (0x4036, 1, pack("<4I", 0, 1, 0, 3) + NAME.encode("utf-16-le") + pack("<6f", 10, 200, 30, 200, 50, 200)),
    ]  # fmt: skip
    data = emf(plus(*((kind, flags | (kind == 0x401C), held) for kind, flags, held in records)))
    assert body(data).split("\n") == ["姓名\t电话", NAME, PHONE, NAME, "\0"]
    assert body(masked(data)) == starred(body(data))


def photo(width: int = 60, height: int = 40) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 30, 30), (5, 5, 30, 15))
    return image


def bits(image: Image.Image, depth: int) -> tuple[bytes, bytes]:
    """Palette and rows from below, of a bitmap."""
    out = BytesIO()
    if depth == 8:
        image.quantize(16).save(out, "BMP")
    elif depth == 1:
        image.convert("1").save(out, "BMP")
    else:
        image.save(out, "BMP")
    data = out.getvalue()
    start = int.from_bytes(data[10:14], "little")
    return data[54:start], data[start:]


@pytest.mark.parametrize("depth", [1, 4, 8, 16, 24, 32])
@pytest.mark.parametrize("upward", [True, False])
def test_bitmaps(depth: int, upward: bool) -> None:
    chance = np.random.default_rng(depth)
    wide, tall = 61, 40
    stride = (wide * depth + 31) // 32 * 4
    raw = chance.integers(0, 256, stride * tall, np.uint8).tobytes()
    colours = b"" if depth > 8 else chance.integers(0, 256, 4 << depth, np.uint8).tobytes()
    data = emf(stretched(info(wide, tall if upward else -tall, depth, colours), raw))
    document = open_document(data)
    (child,) = document.children()
    assert child.name == "picture1.bmp"
    file = info(wide, tall if upward else -tall, depth, colours) + raw
    reference = Image.open(BytesIO(b"BM" + pack("<IHHI", 14 + len(file), 0, 0, 54 + len(colours)) + file)).convert("RGB")
    pixels = dib.read(child.data)
    assert pixels is not None
    assert int(np.abs(pixels.astype(int) - np.asarray(reference).astype(int)).max()) <= (8 if depth == 16 else 0)
    assert document.write([], {0: child}) == data
    new = pixels.copy()
    new[10:20, 10:50] = 0
    done = document.write([], {0: Child(child.name, dib.written(new))})
    assert len(done) == len(data)
    (after,) = open_document(done).children()
    seen = dib.read(after.data)
    assert seen is not None
    box = seen[10:20, 10:50].reshape(-1, 3)
    assert len(np.unique(box, axis=0)) == 1
    seen[10:20, 10:50] = pixels[10:20, 10:50]
    assert (seen == pixels).all()
    with pytest.raises(Unreadable):
        document.write([], {0: Child("x.bmp", b"BM")})


def test_colours_of_a_palette() -> None:
    palette, rows = bits(photo(), 8)
    (child,) = open_document(emf(stretched(info(60, 40, 8, palette), rows))).children()
    assert np.asarray(Image.open(BytesIO(child.data)))[8, 10].tolist() == [200, 30, 30]


def test_transparent_bitmap() -> None:
    rows = np.zeros((40, 60, 4), np.uint8)  # black on nothing: only alpha shows it
    rows[10:20, 10:40, 3] = 255
    rows[10, 10] = (0, 0, 100, 128)
    data = emf(blended(info(60, 40, 32), rows.tobytes()))
    document = open_document(data)
    (child,) = document.children()
    image = Image.open(BytesIO(child.data))
    assert image.mode == "RGBA"
    assert np.asarray(image)[29, 10].tolist() == [199, 0, 0, 128]
    image.paste((0, 0, 0, 255), (0, 0, 60, 40))
    out = BytesIO()
    image.save(out, "BMP")
    done = document.write([], {0: Child(child.name, out.getvalue())})
    assert done[-20 - 9600 : -20] == b"\0\0\0\xff" * 2400


def test_strips_are_one_picture() -> None:
    _, rows = bits(photo(60, 40), 24)
    strips = [rows[at : at + 180 * 5] for at in range(0, len(rows), 180 * 5)][::-1]  # from the top
    data = emf(*(stretched(info(60, 5, 24), strip, 10, 10 + 5 * number, 60, 5) for number, strip in enumerate(strips)))
    document = open_document(data)
    (child,) = document.children()
    assert (np.asarray(Image.open(BytesIO(child.data))) == np.asarray(photo(60, 40))).all()
    black = Image.new("RGB", (60, 40))
    out = BytesIO()
    black.save(out, "BMP")
    (after,) = open_document(document.write([], {0: Child(child.name, out.getvalue())})).children()
    assert not np.asarray(Image.open(BytesIO(after.data))).any()
    assert not list(open_document(emf(stretched(info(16, 16, 24), bytes(768)))).children())


def test_pictures_of_plus() -> None:
    out = BytesIO()
    photo().save(out, "PNG")
    png = out.getvalue()
    image = pack("<IIiiiII", 0, 1, 60, 40, 0, 0, 1) + png
    size = pack("<I", len(image))
    half = 44
    data = emf(plus((0x4008, 0x8502, size + image[:half])), plus((0x4008, 0x8502, size + image[half:])))
    document = open_document(data)
    assert document.status == "clean"
    (child,) = document.children()
    assert child == ("picture1.png", png)
    small = BytesIO()
    Image.new("RGB", (60, 40)).save(small, "PNG")
    done = document.write([], {0: Child(child.name, small.getvalue())})
    assert len(done) == len(data)
    assert [one.data for one in open_document(done).children()] == [small.getvalue()]
    (blank,) = open_document(document.write([], {0: Child(child.name, png + bytes(99) + b"1")})).children()
    assert Image.open(BytesIO(blank.data)).size == (1, 1), "what does not fit is blanked"
    raw = pack("<IIiiiII", 0, 1, 60, 40, 240, 0x0026200A, 0) + np.asarray(photo().convert("RGBA"))[:, :, [2, 1, 0, 3]].tobytes()
    (child,) = open_document(emf(plus((0x4008, 0x501, raw)))).children()
    assert (np.asarray(Image.open(BytesIO(child.data))) == np.asarray(photo())).all()
    texture = pack("<IIII", 0, 2, 2, 0) + bytes(24) + image
    (child,) = open_document(emf(plus((0x4008, 0x101, texture)))).children()
    assert child.data == png


def test_pictures_that_cannot_be_read() -> None:
    document = open_document(emf(stretched(info(60, 40, 24), bytes(100))))
    assert (document.status, document.reason) == ("partial", "unsupported")
    jpeg = BytesIO()
    photo().save(jpeg, "JPEG")
    (child,) = open_document(emf(stretched(info(60, 40, 0, packing=4), jpeg.getvalue()))).children()
    assert child == ("picture1.jpg", jpeg.getvalue())
    runs = b"\x3c\x01\0\0" * 40 + b"\0\1"  # RLE8: sixty pixels of colour 1 a row
    palette = bytes(4) + b"\xff\xff\xff\0"
    (child,) = open_document(emf(stretched(info(60, 40, 8, palette, 1), runs))).children()
    assert Image.open(BytesIO(child.data)).convert("L").getpixel((5, 5)) == 255


@pytest.mark.parametrize("placeable", [True, False])
def test_wmf(placeable: bool) -> None:
    palette, rows = bits(photo(), 24)
    picture = meta(0xF43, pack("<IH8h", 0xCC0020, 0, 40, 60, 0, 0, 40, 60, 300, 0) + info(60, 40, 24, palette) + rows)
    data = wmf(
        meta(0x12E, pack("<H", 24)), meta_font(20, 134, 0), meta_text(100, 100, "姓名"), meta_text(300, 100, "电话"),
        meta_text(100, 130, NAME), meta(0x1E), meta_font(20, 0, 1), meta_text(300, 130, PHONE), meta(0x127, pack("<h", -1)),
        *(meta_text(100 + 20 * place, 160, one) for place, one in enumerate(f"人{NAME}")), picture,
        meta(0x626, pack("<HH", 15, 40) + b"note\0\0\0\0" + f"id={ID}".encode().ljust(32, b"\0")), placeable=placeable,
    )  # fmt: skip
    view = body(data)
    assert view.startswith(f"姓名\t电话\n{NAME}\t{PHONE}\n人{NAME}\n\0")
    assert ID in view
    again = body(masked(data))
    assert re.sub(" +", "", again) == starred(view.split("\0")[0]) + "\0"
    (child,) = open_document(data).children()
    assert (np.asarray(Image.open(BytesIO(child.data))) == np.asarray(photo())).all()


def test_western_fonts_of_chinese_programs() -> None:
    data = wmf(meta_font(20, 0, 0), meta_plain(10, 10, f"申请人：{NAME}".encode("gb18030")), meta_plain(10, 60, PHONE.encode()))
    assert body(data) == f"申请人：{NAME}\n{PHONE}\n\0"
    assert (
        open_document(wmf(meta_font(20, 0, 0), meta_plain(10, 10, "café à côté".encode("cp1252")))).batch().view.decode()
        == "café à côté\n\0"
    )
    assert body(wmf(meta_font(20, 136, 0), meta_plain(10, 10, "申請人".encode("big5")))) == "申請人\n\0"
    masked(data)


def test_an_emf_inside() -> None:
    inner = emf(font(1, 20), text(100, 100, f"申请人{NAME}"), text(100, 130, ID), *(emr(27, bytes(8)) for _ in range(800)))
    data = wmf(*enhanced(inner), meta_font(20, 134, 0), meta_text(10, 10, NAME))
    document = open_document(data)
    assert [(child.name, child.data) for child in document.children()] == [("metafile1.emf", inner)]
    done = masked(data)
    (child,) = open_document(done).children()
    assert starred(body(inner)) == body(child.data)
    words = 0
    for at in range(0, len(child.data), 2):
        words ^= int.from_bytes(child.data[at : at + 2], "little")
    assert int.from_bytes(done[done.find(b"WMFC") + 12 :][:2], "little") == words ^ 0xFFFF
    public = b"GDIC" + pack("<IHHIII", 0x80000001, 0x300, 0, 0, 0, len(done)) + done
    (child,) = open_document(emf(comment(public))).children()
    assert child.data == done


def test_more_than_the_records() -> None:
    assert open_document(emf() + f"联系电话{PHONE}，请勿外传，谢谢大家配合".encode()).warnings == ["hidden-bytes"]
    assert open_document(emf() + bytes(range(256))).reason == "hidden-bytes"
    assert open_document(emf() + bytes(99)).warnings == []
    data = emf(text(10, 10, NAME), text(10, 40, PHONE))
    document = open_document(data[:-60])
    assert (document.status, document.reason) == ("partial", "damaged")
    assert NAME in document.batch().view.decode()
    assert open_document(data[:60]).status != "clean"


def test_masking_twice() -> None:
    data = wmf(meta_font(20, 134, 0), *(meta_text(100 + 20 * place, 160, one) for place, one in enumerate(NAME)))
    done = masked(data)
    assert masked(done) == done
    assert body(done) == "***\n\0"


EVERY = [
    emf(font(1, 20), text(100, 100, NAME), *(text(10 + 20 * n, 40, one, [20]) for n, one in enumerate(ID)), comment(b"private " + ID.encode()),
        plus((0x4008, 0x600, pack("<If", 0, 20.0)), drawn(10, 90, f"{NAME}\n{PHONE}"), (0x402C, 0, pack("<6f", 1, 0, 0, 1, 5, 5)),
             (0x4036, 0, pack("<4I", 0, 1, 0, 3) + NAME.encode("utf-16-le") + pack("<6f", 10, 200, 30, 200, 50, 200)),
             (0x4008, 0x501, pack("<IIiiiII", 0, 1, 30, 30, 120, 0x0026200A, 0) + bytes(3600))),
        stretched(info(60, 40, 24), bits(photo(), 24)[1]), blended(info(30, 30, 32), bytes(range(225)) * 16), emr(33), emr(34, pack("<i", -1)),
        emr(17, pack("<I", 8)), emr(9, pack("<ii", 5, 5)), emr(36, pack("<6fI", 1, 0, 0, 1, 0, 0, 2)), text(5, 5, "最后"), description=f"程序\0{NAME}\0\0"),
    wmf(meta_font(20, 134, 0), meta_text(10, 10, NAME), meta_font(20, 0, 1), meta_plain(10, 50, PHONE.encode()), *enhanced(emf(text(10, 10, ID)), 100),
        meta(0xF43, pack("<IH8h", 0xCC0020, 0, 40, 60, 0, 0, 40, 60, 300, 0) + info(60, 40, 24) + bits(photo(), 24)[1]), placeable=True),
]  # fmt: skip


def test_mutated_files_never_raise() -> None:
    """Not even what open_document would turn into a refusal."""
    chance = random.Random(7)
    for round in range(1000):
        data = bytearray(chance.choice(EVERY))
        for _ in range(chance.randrange(1, 8)):
            at = chance.randrange(4, len(data))
            data[at : at + chance.choice((1, 2, 4))] = pack(
                "<I", chance.choice((0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, chance.randrange(1 << 16)))
            )[: chance.choice((1, 2, 4))]
        data = data[: chance.randrange(20, len(data))] if round % 5 == 0 else data
        raw = bytes(data)
        try:
            document = MetafileDocument(raw)
        except Unreadable:
            continue
        batch = document.batch()
        assert document.write([]) == raw
        children = dict(enumerate(document.children()))
        assert document.write([], children) == raw
        places = [found.span() for found in re.finditer(rb"\w{3,}|(?:[\xe4-\xe9][\x80-\xbf]{2})+", batch.view)]
        assert len(document.write([Edit(start, end, "**") for start, end in places])) == len(raw)


def test_hostile_counts() -> None:
    many = pack("<4iIffI", 0, 0, -1, -1, 1, 1, 1, 5000)
    many += pack("<iiIII4iI", 0, 0, 4000, 40 + 5000 * 40, 0, 0, 0, -1, -1, 0) * 5000
    document = open_document(emf(emr(97, many + "张".encode("utf-16-le") * 4000)))
    assert (document.status, document.reason) == ("refused", "bomb")
    document = open_document(emf(font(1, 20), *(text(9 * n % 5000, n * 7 % 3000, f"文{n}") for n in range(20_000))))
    assert document.status == "clean"
    document = open_document(emf(stretched(info(60_000, 60_000, 1, bytes(8)), bytes(99))))
    assert document.reason == "unsupported"


@pytest.mark.skipif(not SAMPLE.exists(), reason="needs the samples")
def test_sample() -> None:
    data = next(child.data for child in open_document(SAMPLE.read_bytes()).children() if child.name.endswith(".wmf"))
    document = open_document(data)
    assert (document.format, document.status) == ("metafile", "clean")
    assert [child.name for child in document.children()] == ["picture1.bmp", "metafile2.emf"]


def drawing() -> bytes:
    """A flat OpenDocument drawing."""
    frame = '<draw:frame svg:x="{}cm" svg:y="{}cm" svg:width="14cm" svg:height="1cm"><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>'
    texts = [
        (2, 2, f"申请人：{NAME}，身份证号{ID}"),
        (2, 4, "姓名"),
        (9, 4, "电话"),
        (2, 6, NAME),
        (9, 6, PHONE),
        (2, 9, f"Contact: {PHONE} office"),
    ]
    names = {
        "office": "office", "text": "text", "draw": "drawing", "svg": "svg-compatible", "fo": "xsl-fo-compatible", "style": "style",
    }  # fmt: skip
    spaces = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for short, long in names.items())
    shapes = "".join(frame.format(*one) for one in texts)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {spaces} office:version="1.2" '
        'office:mimetype="application/vnd.oasis.opendocument.graphics"><office:body><office:drawing>'
        f'<draw:page draw:name="p">{shapes}</draw:page></office:drawing></office:body></office:document>'
    ).encode()


def converted(folder: Path, name: str, data: bytes, kind: str) -> bytes:
    (folder / name).write_bytes(data)
    profile = (folder / "profile").as_uri()
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        kind,
        "--outdir",
        str(folder),
        str(folder / name),
    ]
    subprocess.run(command, capture_output=True, timeout=170, check=True)
    return (folder / f"{Path(name).stem}.{kind}").read_bytes()


@pytest.mark.skipif(not (shutil.which("soffice") and shutil.which("pdftotext")), reason="needs LibreOffice and poppler")
@pytest.mark.parametrize("kind", ["emf", "wmf"])
def test_libreoffice(kind: str, tmp_path: Path) -> None:
    data = converted(tmp_path, "a.fodg", drawing(), kind)
    assert body(data).split("\0")[0].split("\n")[:4] == [
        f"申请人：{NAME}，身份证号{ID}", "姓名\t电话", f"{NAME}\t{PHONE}", f"Contact: {PHONE} office",
    ]  # fmt: skip
    done = masked(data)

    def said(name: str, file: bytes) -> str:
        converted(tmp_path, f"{name}.{kind}", file, "pdf")
        shown = subprocess.run(
            ["pdftotext", "-layout", str(tmp_path / f"{name}.pdf"), "-"], capture_output=True, timeout=60, check=True
        )
        return re.sub(r"\s", "", shown.stdout.decode())

    before, after = said("before", data), said("after", done)
    assert before.count(PHONE) == 2
    assert after == starred(before)


def test_bits_with_masks_are_pixels() -> None:
    masks = pack("<III", 0xFF0000, 0xFF00, 0xFF)
    head = info(40, 30, 32, packing=3) + masks
    (child,) = open_document(emf(stretched(head, b"\x10\x20\x30\0" * 1200))).children()
    with Image.open(BytesIO(child.data)) as picture:
        assert picture.size == (40, 30) and picture.convert("RGB").getpixel((5, 5)) == (0x30, 0x20, 0x10)


def test_a_pdf_inside_does_not_make_it_one() -> None:
    assert open_document(emf(comment(b"%PDF-1.4 the same once more"), text(10, 20, "甲乙"))).format == "metafile"
