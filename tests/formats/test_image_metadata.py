"""Metadata of pictures: read, and taken away without touching pixels; other programs see none afterwards."""

from __future__ import annotations

import io
import json
import random
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from formats.pictures import ID, NAME, SAMPLES, TEL, Image, edits, fake, looks, opened, picture, saved, text

from deident.formats import open_document
from deident.formats.image import exif, gif, jpeg, metadata, ocr, png, tiff

ImageCms = pytest.importorskip("PIL.ImageCms")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = f"""<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" photoshop:Credit="{TEL}"><dc:creator><rdf:Seq><rdf:li>{NAME}</rdf:li></rdf:Seq>
</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def block() -> bytes:
    """An EXIF block with an author, a comment, a serial number, a place, and the mark "turned to the right"."""
    tags = Image.Exif()
    tags[0x013B], tags[0x0112] = NAME.encode(), 6
    tags.get_ifd(0x8769).update({0x9286: b"UNICODE\0" + f"电话{TEL}".encode("utf-16-le"), 0xA431: "SN123"})
    tags.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 0.0)})
    return bytes(tags.tobytes())


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def iptc(number: int, value: str) -> bytes:
    raw = value.encode()
    data = bytes([0x1C, 2, number]) + struct.pack(">H", len(raw)) + raw
    return b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) & 1)


def full_jpeg() -> bytes:
    data = saved(picture(), "JPEG", icc_profile=PROFILE, dpi=(150, 150))
    extra = (
        segment(0xE1, b"Exif\0\0" + block()[6:] if block()[:4] == b"Exif" else b"Exif\0\0" + block())
        + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)
        + segment(0xED, iptc(120, f"说明{ID}"))
        + segment(0xFE, f"注释{NAME}".encode("gb18030"))
    )
    return data[:2] + extra + data[2:] + b"PK\x03\x04" + TEL.encode() * 3


def full_png() -> bytes:
    data = saved(picture(), "PNG")
    extra = (
        png.chunk(b"tEXt", b"Author\0" + NAME.encode())
        + png.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(TEL.encode()))
        + png.chunk(b"iTXt", b"Description\0\1\0zh\0\0" + zlib.compress(f"证件{ID}".encode()))
        + png.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
        + png.chunk(b"eXIf", block()[6:] if block()[:4] == b"Exif" else block())
    )
    return data[:33] + extra + data[33:] + b"behind the end"


def full_gif() -> bytes:
    data = saved([picture("P"), picture("P", 1)], "GIF", duration=200, loop=0)
    raw = f"备注{NAME}{TEL}".encode("gb18030")
    comment = b"\x21\xfe" + bytes([len(raw)]) + raw + b"\0"
    at = gif.head(data)
    return data[:at] + comment + data[at:]


def full_tiff() -> bytes:
    tags = {270: f"说明 {TEL}", 315: NAME.encode(), 700: XMP}
    return saved(picture(), "TIFF", tiffinfo=tags, compression="tiff_lzw", dpi=(200, 200))


def full_webp() -> bytes:
    return saved(picture(), "WEBP", lossless=True, exif=block(), xmp=XMP)


FULL = {"jpeg": full_jpeg, "png": full_png, "gif": full_gif, "tiff": full_tiff, "webp": full_webp}


@pytest.mark.parametrize("kind", FULL)
def test_read_and_stripped(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch)
    data = FULL[kind]()
    document = opened(data)
    assert document.write([]) is data
    seen = text(document)
    assert NAME in seen and TEL in seen
    if kind in ("jpeg", "png"):
        assert ID in seen and f"By-line：{NAME}" not in seen and f"creator：{NAME}" in seen
    done = document.write(edits(document, NAME, TEL, ID))
    for value in (NAME, TEL, ID):
        for encoding in ("utf-8", "gb18030", "utf-16-le"):
            assert value.encode(encoding) not in done
    for old, new in zip(looks(data), looks(done), strict=True):
        assert np.array_equal(old, new)
    again = opened(done)
    assert (again.status, text(again)) == ("clean", "\0")
    assert again.cleaned() is None and metadata.strip(done)[0] == done  # type: ignore[attr-defined]


def test_what_shows_the_picture_stays() -> None:
    done, found = metadata.strip(full_jpeg())
    assert found.private == {"gps", "serial", "author", "trailing"} and found.orientation == 6
    image = Image.open(io.BytesIO(done))
    assert image.info["icc_profile"] == PROFILE and image.getexif()[0x0112] == 6 and len(image.getexif()) == 1
    assert image.info["dpi"] == (150, 150)


def test_cleaned_is_for_what_must_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch)
    document = opened(saved(picture(), "JPEG", comment="a program's note"))
    assert document.warnings == [] and document.cleaned() is None  # type: ignore[attr-defined]
    tags = Image.Exif()
    tags.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 0.0)})
    data = saved(picture(), "JPEG", exif=tags)
    document = opened(data)
    assert document.warnings == ["metadata"] and text(document) == "\0"
    cleaned = document.cleaned()  # type: ignore[attr-defined]
    assert cleaned == saved(picture(), "JPEG")


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="needs exiftool")
@pytest.mark.parametrize("kind", FULL)
def test_exiftool_sees_none(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(metadata.strip(FULL[kind]())[0])
    found = json.loads(subprocess.run(["exiftool", "-G1", "-j", "-a", path], capture_output=True, check=True).stdout)[0]
    assert not [key for key in found if key.startswith(("XMP", "IPTC", "GPS", "ExifIFD", "Photoshop", "IFD1"))]
    assert not any(value in json.dumps(found, ensure_ascii=False) for value in (NAME, TEL, ID))
    assert "ExifTool:Warning" not in found


@pytest.mark.skipif(shutil.which("mat2") is None, reason="needs mat2")
def test_mat2_sees_none(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x013B] = NAME.encode()
    path, shown = tmp_path / "a.jpg", list[bytes]()
    plain = saved(picture(), "JPEG")
    for data in (saved(picture(), "JPEG", exif=tags), plain, metadata.strip(saved(picture(), "JPEG", exif=tags))[0]):
        path.write_bytes(data)
        shown.append(subprocess.run(["mat2", "--show", path], capture_output=True, check=False).stdout)
    assert b"Artist" in shown[0] and shown[1] == shown[2]


@pytest.mark.skipif(not SAMPLES.exists(), reason="needs the samples")
@pytest.mark.parametrize(
    "name", ["photo_exif.jpg", "pic_text.png", "tricks/i01_exif_thumbnail_of_unmasked.jpg", "tricks/i02_png_trailing_zip.png"]
)
def test_samples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch)
    data = (SAMPLES / name).read_bytes()
    document = opened(data, name)
    assert document.warnings == ["metadata"]
    done = document.cleaned()  # type: ignore[attr-defined]
    assert all(value.encode() not in done for value in ("张伟民", "13800138000", "110101199003074578"))
    assert b"Exif" not in done and len(done) < len(data)
    assert np.array_equal(looks(data)[0], looks(done)[0])


def test_base_install_sees_no_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "ready", lambda: False)
    document = opened(full_jpeg())
    assert (document.status, document.reason) == ("unscannable", "image-needs-ocr")
    assert NAME in text(document)
    for image, status in (
        (Image.new("P", (1, 300)), "clean"),
        (Image.new("P", (16, 16)), "clean"),
        (Image.new("P", (110, 16)), "unscannable"),
    ):
        assert opened(saved(image, "GIF")).status == status


def test_first_look_costs_no_pixels() -> None:
    bomb = saved(Image.new("1", (8000, 8000)), "PNG")
    document = open_document(bomb, "a.png")
    assert (document.status, document.reason) == ("refused", "bomb")
    for kind, expected in (("JPEG", "jpeg"), ("PNG", "png"), ("GIF", "gif"), ("TIFF", "tiff"), ("WEBP", "webp"), ("BMP", "bmp")):
        data = saved(picture(), kind)
        assert metadata.kind(data) == expected and metadata.sizes(data) == [(300, 120)]
    progressive = saved(picture(), "JPEG", progressive=True)
    assert jpeg.size(progressive) == (300, 120) and metadata.strip(progressive)[0] == progressive


def test_junk_never_raises_nor_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "ready", lambda: False)
    chance = random.Random(7)
    slowest = 0.0
    files = [make() for make in FULL.values()] + [saved(picture("P"), "BMP")]
    for data in files:
        for _ in range(500):
            bad = bytearray(data[: chance.choice((len(data), 600, 2000))])
            for _ in range(chance.randint(1, 6)):
                at = chance.randrange(min(len(bad), chance.choice((60, 1200, len(bad)))))
                if chance.random() < 0.7:
                    bad[at] = chance.randrange(256)
                else:
                    bad[at : at + chance.randrange(8)] = bad[: chance.randrange(30)]
            begin = perf_counter()
            metadata.sizes(bytes(bad))
            metadata.strip(bytes(bad))
            document = open_document(bytes(bad), "a.png")
            slowest = max(slowest, perf_counter() - begin)
            assert (
                document.status in ("refused", "unscannable")
                or document.format != "image"
                or min(map(min, metadata.sizes(bytes(bad)))) < 24
            )
    assert slowest < 2


def test_hostile_structures_stay_linear() -> None:
    begin = perf_counter()
    metadata.strip(b"\xff\xd8\xff" + b"\xff" * 3_000_000)
    metadata.strip(b"\xff\xd8" + segment(0xFE, b"x") * 100_000)
    loop = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    assert len(list(exif.directories(loop))) == 1 and tiff.sizes(loop) == [(0, 0)]
    metadata.strip(b"GIF89a" + b"\1\0\1\0\0\0\0" + b"\x21\xfe\1a\0" * 200_000)
    assert perf_counter() - begin < 10
