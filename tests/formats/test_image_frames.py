"""Found text painted over in every kind of picture and in all its frames; everything else stays as it was."""

from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import pytest
from formats.pictures import NAME, TEL, WHERE, Image, edits, fake, line, looks, opened, picture, saved, text

from deident.formats import open_document
from deident.formats.image import frames, gif, ocr
from deident.formats.image.document import differing

LINE = line(f"{NAME}  {TEL}", *WHERE)
INSIDE = (slice(WHERE[1], WHERE[3]), slice(WHERE[0], WHERE[2]))
AROUND = np.ones((120, 300), np.bool_)
AROUND[WHERE[1] - 3 : WHERE[3] + 3, WHERE[0] - 3 : WHERE[2] + 3] = False
FAR = np.ones((120, 300), np.bool_)
FAR[:80, :240] = False  # blocks of a JPEG that the box touches

LOSSLESS: list[tuple[str, str, dict[str, Any]]] = [
    *(("PNG", mode, {}) for mode in ("RGB", "L", "RGBA", "LA", "P", "1", "I;16")),
    *(("BMP", mode, {}) for mode in ("RGB", "L", "P", "1")),
    *(
        ("TIFF", mode, {"compression": way})
        for mode, way in (
            ("RGB", "raw"),
            ("RGB", "tiff_lzw"),
            ("1", "group4"),
            ("L", "packbits"),
            ("P", "tiff_adobe_deflate"),
            ("CMYK", "raw"),
        )
    ),
    ("WEBP", "RGB", {"lossless": True}),
    ("GIF", "P", {}),
    ("GIF", "P", {"interlace": 1}),
]


def solid(part: np.ndarray[Any, Any]) -> bool:
    """One dark colour?"""
    return int(np.ptp(part.reshape(-1, 3), axis=0).max()) == 0 and part.mean() < 96


def painted(data: bytes, monkeypatch: pytest.MonkeyPatch, *lines: ocr.Line) -> bytes:
    """Everything that is read painted over."""
    fake(monkeypatch, *(lines or (LINE,)))
    document = opened(data)
    assert document.write([]) is data
    return document.write(edits(document, NAME, TEL))


@pytest.mark.parametrize(("format", "mode", "more"), LOSSLESS)
@pytest.mark.parametrize("count", [1, 3])
def test_lossless(format: str, mode: str, more: dict[str, Any], count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if count > 1 and (format == "BMP" or mode == "I;16"):
        pytest.skip("holds one frame")
    data = saved([picture(mode, seed) for seed in range(count)], format, **more)
    done = painted(data, monkeypatch)
    old, new = looks(data), looks(done)
    assert len(old) == len(new) == count
    for before, after in zip(old, new, strict=True):
        assert np.array_equal(before[AROUND], after[AROUND])
        box = after[INSIDE][4:-4, :, :3]
        assert solid(box[:, 2:36]) and solid(box[:, -134:-3])  # both values; between them the gap


def test_frames_share_a_box_only_where_they_share_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that only the second of three frames shows is painted there; what the others show at that place stays."""
    other = picture("P", 0).point(lambda number: number ^ 1)
    shows = [other, picture("P", 1), other]
    data = saved(shows, "GIF", duration=100, disposal=2)
    dark = looks(data)[1]

    def read(pixels: ocr.Pixels) -> list[ocr.Line]:
        return [LINE] if np.array_equal(pixels, dark[..., :3]) else []

    fake(monkeypatch)
    monkeypatch.setattr(ocr, "read", read)
    document = opened(data)
    done = document.write(edits(document, NAME, TEL))
    old, new = looks(data), looks(done)
    assert np.array_equal(old[0], new[0]) and np.array_equal(old[2], new[2])
    assert not np.array_equal(old[1][INSIDE], new[1][INSIDE]) and np.array_equal(old[1][AROUND], new[1][AROUND])
    starts = [place for place in gif.blocks(done) if place[0] == 0x2C]
    assert len(starts) == 3


@pytest.mark.parametrize("more", [{}, {"quality": 45}, {"subsampling": 0, "progressive": True}, {"mode": "L"}, {"mode": "CMYK"}])
def test_jpeg_stays_close(more: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(picture(more.pop("mode", "RGB")), "JPEG", **more)
    done = painted(data, monkeypatch)
    old, new = looks(data)[0], looks(done)[0]
    assert np.abs(old - new)[FAR].mean() < 0.7
    assert new[INSIDE][6:-6, 6:34, :3].max() < 60
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(done))
    assert (before.mode, before.quantization) == (after.mode, after.quantization)
    assert before.info.get("progressive") == after.info.get("progressive")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_pictures_that_are_turned_when_shown(format: str, orientation: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = picture()
    stored = frames.turned(shown, {6: 8, 8: 6}.get(orientation, orientation))
    tags = Image.Exif()
    tags[0x0112] = orientation
    data = saved(stored, format, exif=tags, **({"lossless": True} if format == "WEBP" else {}))
    done = painted(data, monkeypatch)
    image = Image.open(io.BytesIO(done))
    after = np.asarray(frames.turned(image.convert("RGB"), image.getexif().get(0x0112, 1) if format != "TIFF" else 1))
    assert after.shape == (120, 300, 3)
    assert after[INSIDE][6:-6, 6:34].max() < 60
    assert np.abs(after.astype(int) - np.asarray(shown))[FAR].mean() < 2


def test_text_under_transparency(monkeypatch: pytest.MonkeyPatch) -> None:
    """RGB that alpha hides is read, said to be hidden, and gone from whatever is written."""
    values = np.array(picture("RGBA"))
    values[..., 3] = 0
    data = saved(Image.fromarray(values), "PNG")
    fake(monkeypatch)
    monkeypatch.setattr(ocr, "read", lambda pixels: [LINE] if pixels.min() < 100 else [])
    document = opened(data)
    assert document.warnings == ["hidden-text"] and TEL in text(document)
    for done in (document.write(edits(document, TEL)), document.cleaned()):  # type: ignore[attr-defined]
        left = np.asarray(Image.open(io.BytesIO(done)))
        assert not left[left[..., 3] == 0].any()
        assert opened(done).warnings == []


def test_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, line("标题", 10, 2, 50, 16), LINE)
    one = opened(saved(picture(), "PNG"))
    two = opened(saved([picture(), picture("RGB", 1)], "TIFF"))
    place = text(one).encode().decode().index(TEL)
    offset = len(text(one)[:place].encode())
    assert one.locate(offset) == "line 2"
    assert two.locate(two.batch().view.rindex(TEL.encode())) == "frame 2 line 2"
    again = opened(saved([picture(), picture()], "TIFF"))
    assert text(again).count(TEL) == 1  # read once
    assert len(looks(again.write(edits(again, TEL)))) == 2


def test_poor_recognition_needs_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, line("模糊不清的手写文字", 10, 20, 200, 40, 0.4))
    document = opened(saved(picture(), "PNG"))
    assert (document.status, document.reason) == ("partial", "poor-recognition")


def test_too_many_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch)
    many = [Image.new("L", (30, 30), number) for number in range(70)]
    document = opened(saved(many, "TIFF"))
    assert (document.status, document.reason) == ("partial", "frames-unseen")


def test_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch)
    data = bytearray(saved([picture("P"), picture("P", 1)], "GIF"))
    data[6:10] = b"\x00\x40\x00\x40"  # a screen of 16,384 pixels square
    document = open_document(bytes(data), "a.gif")
    assert (document.status, document.reason) == ("refused", "bomb")


def test_broken_pixels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch)
    chance = random.Random(3)
    for format, mode in (("JPEG", "RGB"), ("PNG", "RGB"), ("GIF", "P"), ("TIFF", "RGB"), ("WEBP", "RGB"), ("BMP", "RGB")):
        data = saved(picture(mode), format)
        for _ in range(100):
            bad = bytearray(data[: chance.randrange(20, len(data))] if chance.random() < 0.2 else data)
            for _ in range(chance.randint(1, 5)):
                bad[chance.randrange(len(bad))] = chance.randrange(256)
            document = open_document(bytes(bad), "a.png")
            assert document.status in ("clean", "refused", "unscannable")


def test_what_a_replacement_keeps_stays() -> None:
    assert differing("鲁定国".encode(), "鲁**".encode()) == [(3, 9)]
    assert differing(b"13800000000", b"138****0000") == [(3, 7)]
    assert differing(b"13800000000", b"*") == [(0, 11)]
    assert differing(b"138", b"***") == [(0, 3)]
    assert differing("鲁定国".encode(), b"") == [(0, 9)]
    assert differing(b"1990", b"1990") == []
