"""Pictures of a PDF as files of their own, and back (ISO 32000-1, 8.9).

JPEG streams go out as they are, everything else as PNG.  What comes back as JPEG is stored as JPEG, else as packed samples.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Dictionary, Name, Object, Pdf
from PIL import Image

from deident.formats import Child
from deident.formats.pdf.glyphs import Stream

LEAST = 50  # pixels a side: what is smaller holds no text
_MODES = {"1": Name.DeviceGray, "L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}


class Picture(NamedTuple):
    """Where it stands ("page 3 image 1"), its object; for an inline picture the stream's id and the instruction."""

    where: str
    id: tuple[int, int]
    stream: tuple[int, int] | None = None
    instruction: int = -1


def listed(pdf: Pdf, pages: Iterable[tuple[str, Iterable[Stream]]]) -> list[Picture]:
    """All pictures in the order of the pages, each once, then those that no page draws."""
    out: list[Picture] = []
    seen: set[tuple[int, int]] = set()
    for where, streams in pages:
        count = 0
        for stream in streams:
            for image in stream.images:
                if image.objgen not in seen and _large(image.get("/Width"), image.get("/Height")):
                    count += 1
                    out.append(Picture(f"{where} image {count}", image.objgen))
                seen.add(image.objgen)
            for number in stream.inline:
                count += 1
                out.append(Picture(f"{where} image {count}", (0, 0), stream.id, number))
    images = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == Name.Image]
    for image in images:  # transparency is no picture of its own
        seen |= {mask.objgen for key in ("/SMask", "/Mask") if isinstance(mask := image.get(key), pikepdf.Stream)}
    for image in images:
        if image.objgen not in seen and _large(image.get("/Width"), image.get("/Height")):
            out.append(Picture(f"image {image.objgen[0]}", image.objgen))
    return out


def files(pdf: Pdf, pictures: Iterable[Picture], inline: Any) -> Iterator[Child | None]:
    """Each as a file; None where it cannot be decoded, an empty one where it is small.  `inline`: stream, instruction → picture."""
    for picture in pictures:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures; guard has looked at their size
            try:
                image = pdf.get_object(picture.id) if picture.stream is None else inline(picture.stream, picture.instruction)
                data, suffix = _jpeg(image) if picture.stream is None else (b"", "")
                if not data:
                    pil = _decoded(image)
                    data, suffix = (_png(pil), ".png") if _large(*pil.size) else (b"", ".png")
                yield Child(picture.where + suffix, data)
            except Exception:  # noqa: BLE001  pikepdf and Pillow raise whatever they like
                yield None


def _large(width: Any, height: Any) -> bool:
    return isinstance(width, int) and isinstance(height, int) and width > LEAST and height > LEAST


def _jpeg(image: Any) -> tuple[bytes, str]:
    filters = image.get("/Filter")
    names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
    if names == [Name.DCTDecode]:
        return image.read_raw_bytes(), ".jpg"
    if names[-1] == Name.DCTDecode:
        out = BytesIO()
        return (out.getvalue(), ".jpg") if pikepdf.PdfImage(image).extract_to(stream=out) == ".jpg" else (b"", "")
    return b"", ""


def _decoded(image: Any) -> Image.Image:
    if isinstance(image, pikepdf.PdfInlineImage):
        return image.as_pil_image()
    if image.get("/Filter") == Name.JPXDecode:
        pil = Image.open(BytesIO(image.read_raw_bytes()))
        pil.load()
        return pil
    return pikepdf.PdfImage(image).as_pil_image()


def _png(pil: Image.Image) -> bytes:
    out = BytesIO()
    (pil if pil.mode in ("1", "L", "LA", "P", "RGB", "RGBA") else pil.convert("RGB")).save(out, "PNG", compress_level=1)
    return out.getvalue()


def store(image: Object, data: bytes) -> None:
    """Put another picture (a file) into an image object."""
    file = Image.open(BytesIO(data))
    pil: Image.Image = file
    flag: Any = image.get("/ImageMask")
    mask = flag is True
    if mask:
        pil = pil.convert("1")
    elif pil.mode not in _MODES:
        pil = pil.convert("L" if pil.mode == "LA" else "RGB")
    if file.format == "JPEG" and not mask:
        image.write(data, filter=Name.DCTDecode)
        if pil.mode == "CMYK":
            image.Decode = pikepdf.Array([1, 0] * 4)  # as Pillow and Adobe write it
    else:
        image.write(zlib.compress(pil.tobytes(), 6), filter=Name.FlateDecode)
    bits = 1 if pil.mode == "1" and file.format != "JPEG" else 8
    image.Width, image.Height, image.BitsPerComponent = pil.width, pil.height, bits
    if not mask:
        image.ColorSpace = _MODES[pil.mode]
        if pil.mode != "CMYK" and "/Decode" in image:
            del image["/Decode"]
    for key in ("/Mask", "/Matte", "/Intent", "/Metadata", "/Alternates", "/OPI"):
        if key in image and not (key == "/Mask" and isinstance(image.get(key), pikepdf.Stream)):
            del image[key]


def outline(pdf: Pdf, data: bytes) -> Object:
    """A new image object with this picture, for one that stood inline."""
    image = pdf.make_stream(b"", Dictionary(Type=Name.XObject, Subtype=Name.Image))
    store(image, data)
    return image
