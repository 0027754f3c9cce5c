"""Pages as pictures: the fallback for a page whose text nobody can take out.  Text, fonts, notes and whatever else it held are gone."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Sequence
from io import BytesIO

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from PIL import Image

from deident.formats import Unreadable

PIXELS = 4000  # a side
_QUALITY = 85  # of JPEG
_KEPT = frozenset(("/Type", "/Parent"))
_LOOSE = (
    "/Metadata",
    "/StructTreeRoot",
    "/MarkInfo",
    "/PieceInfo",
    "/Perms",
    "/DSS",
    "/SpiderInfo",
)


def rasterise(data: bytes, dpi: int = 144, pages: Sequence[int] | None = None) -> bytes:
    """The file with these pages (0 … ; None: all) as pictures, at `dpi` or what 4,000 pixels a side allow.

    Pages keep their size as it is shown (rotation done).  The document's information, XMP and structure go, and the form fields of
    the pages; if all pages are pictures nothing but them remains.  Raises Unreadable for what pdfium cannot show.
    """
    try:
        return _rasterised(data, dpi, pages)
    except pdfium.PdfiumError:
        raise Unreadable("damaged") from None


def _rasterised(data: bytes, dpi: int, pages: Sequence[int] | None) -> bytes:
    with pdfium.PdfDocument(data) as shown:
        if shown.get_formtype():
            shown.init_forms()
        wanted = range(len(shown)) if pages is None else sorted({number for number in pages if 0 <= number < len(shown)})
        pdf = Pdf.new() if pages is None else pikepdf.open(BytesIO(data))
        with pdf:
            for number in wanted:
                width, height, picture = _drawn(shown, number, dpi)
                if pages is None:
                    pdf.add_blank_page(page_size=(width, height))
                    page = pdf.pages[-1].obj
                else:
                    page = pdf.pages[number].obj
                    _emptied(pdf, page)
                _shows(pdf, page, width, height, picture)
            for key in _LOOSE:
                if key in pdf.Root:
                    del pdf.Root[key]
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            out = BytesIO()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of pikepdf, on widgets that no form has
                pdf.save(
                    out, fix_metadata_version=False, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True
                )
    return out.getvalue()


def _drawn(document: pdfium.PdfDocument, number: int, dpi: int) -> tuple[float, float, Image.Image]:
    """Width and height in points, and the picture of a page."""
    page = document[number]
    width, height = page.get_size()
    bitmap = page.render(scale=min(dpi / 72, PIXELS / max(width, height)))
    picture = bitmap.to_pil().convert("RGB")
    bitmap.close()
    page.close()
    low, middle, high = (channel.tobytes() for channel in picture.split())
    return width, height, picture.convert("L") if low == middle == high else picture


def _emptied(pdf: Pdf, page: Object) -> None:
    """Take everything out of a page; its form fields out of the form."""
    gone = set()
    notes = page.get("/Annots")
    for note in notes if isinstance(notes, Array) else ():
        if isinstance(note, Dictionary):
            gone.add(note.objgen)
            note_type = note.get("/Subtype")
            for key in list(note.keys()):
                if (note_type == Name.Widget and key not in ("/Parent",)) or note_type != Name.Widget:
                    del note[key]
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and isinstance(form.get("/Fields"), Array):
        form["/Fields"] = _without(form["/Fields"], gone, set())
        if "/XFA" in form:
            del form["/XFA"]
    for key in list(page.keys()):
        if key not in _KEPT:
            del page[key]
    parent = page.get("/Parent")
    if isinstance(parent, Dictionary):
        page["/Rotate"] = 0  # not the parent's


def _without(fields: Object, gone: set[tuple[int, int]], seen: set[tuple[int, int]]) -> Array:
    """Fields that still stand on some page."""
    left = Array()
    for field in fields:
        if not isinstance(field, Dictionary) or field.objgen in gone or field.objgen in seen:
            continue
        seen.add(field.objgen)
        if isinstance(field.get("/Kids"), Array):
            field["/Kids"] = _without(field["/Kids"], gone, seen)
            if not len(field["/Kids"]):
                continue
        left.append(field)
    return left


def _shows(pdf: Pdf, page: Object, width: float, height: float, picture: Image.Image) -> None:
    """Let the page show the picture and nothing else."""
    data, filter = _packed(picture)
    image = Stream(
        pdf,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=picture.width,
        Height=picture.height,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB,
        Filter=filter,
    )
    page["/MediaBox"] = Array([0, 0, round(width, 3), round(height, 3)])
    page["/Resources"] = Dictionary(XObject=Dictionary(Page=pdf.make_indirect(image)))
    page["/Contents"] = pdf.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q".encode())


def _packed(picture: Image.Image) -> tuple[bytes, Object]:
    """Without loss, unless JPEG takes less than half of that (photographs)."""
    exact = zlib.compress(picture.tobytes(), 6)
    out = BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return (out.getvalue(), Name.DCTDecode) if 2 * out.tell() < len(exact) else (exact, Name.FlateDecode)
