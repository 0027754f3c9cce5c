"""Text in pixels: read by the recogniser, painted over, and not there when the result is read again.  A pass costs a second or so."""

from __future__ import annotations

import io
import socket
from typing import Any

import numpy as np
import pytest
from formats.pictures import (
    FONT,
    ID,
    NAME,
    SAMPLES,
    TEL,
    Image,
    ImageDraw,
    ImageFont,
    edits,
    line,
    looks,
    needs_ocr,
    opened,
    saved,
    text,
)

from deident.formats.image import ocr

pytestmark = needs_ocr

ROWS = ((NAME, ID, TEL), ("欧阳雪梅", "110105190001010029", "13900000000"), ("韦一", "110105190001010037", "15000000000"))
VALUES = [value for row in ROWS for value in row]


def notice(font: int = 20) -> Any:
    """A notice with a table, 640 by 330 pixels."""
    image = Image.new("L", (640, 330), 255)
    pen, face = ImageDraw.Draw(image), ImageFont.truetype(FONT, font)
    pen.text((200, 15), "关于补助名单的公示", font=face, fill=0)
    pen.text((60, 60), "经审核，下列人员符合条件，公示期七天。", font=face, fill=0)
    for row, cells in enumerate((("姓名", "身份证号", "联系电话"), *ROWS)):
        pen.line((30, 100 + 45 * row, 610, 100 + 45 * row), fill=0)
        for x, cell in zip((50, 180, 430), cells, strict=True):
            pen.text((x, 110 + 45 * row), cell, font=face, fill=0)
    pen.text((430, 295), "某某区民政局", font=face, fill=0)
    return image


def worse(image: Any, angle: float = 0, noise: float = 0) -> Any:
    """A scan of it: askew, grey, with noise."""
    turned = image.rotate(angle, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    values = np.asarray(turned) * 0.9 + 10 + np.random.default_rng(1).normal(0, noise or 1e-9, (turned.height, turned.width))
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def table() -> str:
    return "\n".join("\t".join(row) for row in (("姓名", "身份证号", "联系电话"), *ROWS))


@pytest.mark.parametrize(
    ("image", "format", "more"),
    [
        (notice(), "PNG", {}),
        (worse(notice(), 2.5, 12), "JPEG", {"quality": 45}),
        (worse(notice(), 90, 5), "PNG", {}),
    ],
    ids=["clean", "scan", "on its side"],
)
def test_notice(image: Any, format: str, more: dict[str, Any]) -> None:
    data = saved(image, format, **more)
    document = opened(data)
    assert document.status == "clean"
    assert f"公示期七天。\n{table()}\n某某区民政局" in text(document)
    done = document.write(edits(document, *VALUES))
    again = opened(done)
    assert again.status == "clean"
    seen = text(again)
    for value in VALUES:
        assert value not in seen and value[:3] not in seen.replace("110", "")
    for left in ("关于补助名单的公示", "公示期七天", "姓名", "身份证号", "联系电话", "某某区民政局"):
        assert left in seen
    old, new = looks(data)[0], looks(done)[0]
    if format == "PNG":
        changed = np.any(old != new, axis=2)
        assert 0.02 < changed.mean() < 0.3 and not new[changed][:, :3].any()
    else:
        assert np.median(np.abs(old - new)) <= 2 and document.warnings == ["recompressed"]


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the recogniser went to the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    ocr._engine.cache_clear()
    ocr._results.clear()
    image, face = Image.new("RGB", (300, 60), "white"), ImageFont.truetype(FONT, 24)
    ImageDraw.Draw(image).text((20, 15), TEL, font=face, fill=0)
    [found] = ocr.read(np.asarray(image))
    assert found.text == TEL and found.score > 0.9
    assert found.spans.shape == (11, 2) and bool((found.spans[1:, 0] >= found.spans[:-1, 0]).all())
    first, last = (
        found.box[0, 0] + span * (found.box[1, 0] - found.box[0, 0]) for span in (found.spans[3, 0], found.spans[6, 1])
    )
    digit = face.getlength("0")
    assert abs(first - (20 + 3 * digit)) < 0.3 * digit and abs(last - (20 + 7 * digit)) < 0.3 * digit


def test_only_a_part_of_a_line_is_painted() -> None:
    image = Image.new("RGB", (420, 60), "white")
    ImageDraw.Draw(image).text((20, 15), f"联系电话：{TEL}（值班）", font=ImageFont.truetype(FONT, 22), fill=0)
    document = opened(saved(image, "PNG"))
    seen = text(opened(document.write(edits(document, TEL))))
    assert "联系电话" in seen and "值班" in seen and "800" not in seen and "00" not in seen
    [edit] = edits(document, TEL)
    seen = text(opened(document.write([edit._replace(replacement="138****0000")])))
    assert "138" in seen and "00" in seen and "8000" not in seen and seen.count("0") <= 4


def test_long_pictures_are_read_in_strips() -> None:
    image = Image.new("RGB", (420, 5000), "white")
    pen, face = ImageDraw.Draw(image), ImageFont.truetype(FONT, 24)
    for number in range(32):
        pen.text((20, 20 + 155 * number), f"第{number + 10}行", font=face, fill=0)
    assert sorted(found.text for found in ocr.read(np.asarray(image))) == sorted(f"第{number + 10}行" for number in range(32))


def test_blank_and_narrow_pictures() -> None:
    assert ocr.read(np.full((500, 400, 3), 255, np.uint8)) == []
    assert ocr.read(np.zeros((3, 900, 3), np.uint8)) == []
    small = Image.new("RGB", (112, 16), "white")
    ImageDraw.Draw(small).text((2, 0), TEL, font=ImageFont.truetype(FONT, 14), fill=0)
    assert [found.text for found in ocr.read(np.asarray(small))] == [TEL]


def test_codes() -> None:
    cv2 = pytest.importorskip("cv2")
    code = cv2.QRCodeEncoder.create().encode(f"TEL:{TEL}")
    image = Image.new("L", (260, 260), 255)
    image.paste(Image.fromarray(code).resize((180, 180), Image.Resampling.NEAREST), (40, 40))
    document = opened(saved(image, "PNG"))
    assert f"TEL:{TEL}" in text(document)
    done = document.write(edits(document, TEL))
    assert TEL not in text(opened(done)) and not looks(done)[0][60:200, 60:200, :3].any()


@pytest.mark.skipif(not SAMPLES.exists(), reason="needs the samples")
@pytest.mark.parametrize(
    "name", ["photo_exif.jpg", "tricks/i03_alpha_hidden.png", "tricks/i04_second_frame.tiff", "tricks/i05_second_frame.gif"]
)
def test_samples(name: str) -> None:
    document = opened((SAMPLES / name).read_bytes(), name)
    if "i03" in name:  # letters of ten pixels without grey: some are misread, but hidden is hidden
        assert document.warnings == ["hidden-text"]
        done = document.cleaned()  # type: ignore[attr-defined]
        assert not any(frame.any() for frame in looks(done))
    else:
        found = edits(document, "110101199003074578", "13800138000", "张伟民")
        assert found
        seen = text(opened(document.write(found)))
        assert "1990" not in seen and "4578" not in seen and "138001" not in seen


@pytest.mark.skipif(not SAMPLES.exists(), reason="needs the samples")
def test_page_of_a_scanned_pdf() -> None:
    pikepdf = pytest.importorskip("pikepdf")
    with pikepdf.open(SAMPLES / "scanned.pdf") as pdf:
        pictures = [item for item in pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"]
        image = pikepdf.PdfImage(pictures[0]).as_pil_image()
    out = io.BytesIO()
    image.convert("RGB").save(out, "PNG")
    document = opened(out.getvalue())
    found = edits(document, "110101199003074578", "13800138000", "张伟民")
    assert len({document.batch().view[edit.start : edit.end] for edit in found}) == 3
    seen = text(opened(document.write(found)))
    assert "110101199003074578" not in seen and "13800138000" not in seen and "张伟民" not in seen


def test_spans_follow_the_line() -> None:
    from deident.formats.image.paint import mask, stretch

    one = line("一二三四五六七八九十", 100, 50, 300, 70)
    covered = mask((400, 120), [stretch(one, 2, 4)])
    rows, columns = np.nonzero(covered)
    assert (rows.min(), rows.max()) == pytest.approx((49, 71), abs=1.5)
    assert (columns.min(), columns.max()) == pytest.approx((136, 184), abs=2)
