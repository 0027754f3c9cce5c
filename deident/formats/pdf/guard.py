"""Open a PDF, hostile ones included: what its streams unfold to is measured before any reader unfolds them.

Two guards.  qpdf's own limits hold for whatever it unfolds itself (cross-reference and object streams, while the file is opened,
and every stream read later).  They hold for the process, as qpdf has no others; they are set anew for each file.  Then every
stream's filters are followed in steps (inflate.py), which also protects the readers that take the whole file (pdfium).

Limits: ../shared/engineering/formats.md, 4.
"""

from __future__ import annotations

import math
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from pikepdf.settings import set_qpdf_limits

from deident.formats import Limits, Unreadable
from deident.formats.pdf.inflate import NAMES, STREAM, unfolded

OBJECTS = 500_000
DOCUMENT = 500 << 20  # what all streams of a file may unfold to
FILTERS = 2
_PACKED = 8 << 20  # what one object stream may unfold to: a byte of it costs up to 70 in memory
_PACKED_ALL = 32 << 20
_PICTURE = 512 << 20  # bytes of one picture, by its own account
_ROW = 16 << 20  # bytes of a predictor's row


def open_pdf(data: bytes, limits: Limits) -> tuple[Pdf, list[str]]:
    """The document and warnings ("repaired", "encrypted-owner": keys of report.reasons).

    Raises Unreadable: "encrypted" (a password is needed), "bomb", "damaged".
    """
    set_qpdf_limits(
        flate_max_memory=_PACKED,
        run_length_max_memory=_PACKED,
        png_max_memory=2 * _ROW,
        tiff_max_memory=2 * _ROW,
        max_stream_filters=FILTERS,
        parser_max_nesting=200,
        doc_max_warnings=10_000,
    )
    try:
        pdf = pikepdf.open(BytesIO(data))
        limits.take(_measured(pdf))
        if not len(pdf.pages):
            raise Unreadable("damaged")
        warnings = ["repaired"] if any("common error" not in warning for warning in pdf.get_warnings()) else []
        return pdf, warnings + ["encrypted-owner"] * pdf.is_encrypted
    except pikepdf.PasswordError:
        raise Unreadable("encrypted") from None
    except (
        pikepdf.PdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RuntimeError,
    ) as problem:
        raise Unreadable("encrypted" if "security handler" in str(problem) or "/Encrypt" in str(problem) else "damaged") from None
    finally:
        set_qpdf_limits(flate_max_memory=STREAM, run_length_max_memory=STREAM)


def _measured(pdf: Pdf) -> int:
    """Bytes that all streams unfold to.  Raises Unreadable."""
    table = pdf.get_xref_table()
    if len(table) > OBJECTS:
        raise Unreadable("bomb")
    holders = {entry.obj_stream_number or 0 for entry in table.values() if entry.type == 2}
    packed = 0
    for number in sorted(holders):
        holder = pdf.get_object(number, 0)
        if isinstance(holder, Stream):
            packed += _size(holder, _PACKED)
        if packed > _PACKED_ALL:
            raise Unreadable("bomb")
    if len(pdf.objects) > OBJECTS:
        raise Unreadable("bomb")
    total = packed
    for stream in pdf.objects:
        if isinstance(stream, Stream) and stream.objgen[0] not in holders:
            total += _size(stream, STREAM)
            if total > DOCUMENT:
                raise Unreadable("bomb")
    return total


def _size(stream: Object, most: int) -> int:
    """Bytes that one stream unfolds to; nothing for a picture that is unfolded row by row, whose own measures are looked at."""
    entries = stream.stream_dict
    filters = names(entries.get("/Filter", entries.get("/F")))
    if len(filters) > FILTERS:
        raise Unreadable("bomb")
    parameters = entries.get("/DecodeParms", entries.get("/DP"))
    early = 1
    for one in parameters if isinstance(parameters, Array) else [parameters]:
        if isinstance(one, Dictionary):
            early = whole(one.get("/EarlyChange"), 1)
            row = (
                math.prod(whole(one.get(key), 1) for key in ("/Columns", "/Colors")) * whole(one.get("/BitsPerComponent"), 8) // 8
            )
            if row > _ROW:
                raise Unreadable("bomb")
    if entries.get("/Subtype") == Name.Image:
        if _picture(entries) > _PICTURE:
            raise Unreadable("bomb")
        if len(filters) == 1 and NAMES.get(filters[0]) in ("flate", None) and _picture(entries) <= STREAM:
            return 0
    if not filters:
        return 0  # stands in the file as it is
    return unfolded(stream.read_raw_bytes(), filters, early, most)


def _picture(entries: Dictionary) -> int:
    """Bytes of a picture: 4 colours where its colour space does not say 1."""
    width, height = whole(entries.get("/Width"), 0), whole(entries.get("/Height"), 0)
    single = bool(entries.get("/ImageMask")) or entries.get("/ColorSpace") in (Name.DeviceGray, Name.CalGray)
    return width * height * whole(entries.get("/BitsPerComponent"), 1 if single else 8) * (1 if single else 3) // 8


def names(value: object) -> list[str]:
    """Names of a name or an array of names, without the slash."""
    found = list(value) if isinstance(value, Array) else [value]
    return [bytes(one)[1:].decode("latin-1") for one in found if isinstance(one, Name)]


def whole(value: object, otherwise: int) -> int:
    """A number that may be missing or nonsense; never negative."""
    return max(0, int(value)) if isinstance(value, (int, float)) and math.isfinite(value) else otherwise
