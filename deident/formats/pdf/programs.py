"""What an embedded font program says of its characters, where the PDF itself does not: character maps of TrueType, encodings of CFF and Type 1.

Read by hand and under limits (OpenType 1.9 `cmap`), since a subset's tables may be anything.
"""

from __future__ import annotations

import struct
from io import BytesIO

from fontTools.cffLib import CFFFontSet
from pdfminer.encodingdb import name2unicode
from pdfminer.pdffont import Type1FontHeaderParser

MOST = 1 << 17
_TEX = {"circlecopyrt": "○", "openbullet": "•"}  # signs that TeX has names of its own for


def truetype(data: bytes) -> dict[int, str]:
    """Glyph number → character, from the Unicode subtables (formats 4 and 12) of a TrueType font; empty where it has none."""
    out: dict[int, str] = {}
    try:
        for offset in _subtables(data):
            form = struct.unpack_from(">H", data, offset)[0]
            pairs = _segments(data, offset) if form == 4 else _groups(data, offset) if form == 12 else []
            for code, glyph in pairs:
                if glyph and not 0xD800 <= code < 0xE000:
                    out.setdefault(glyph, chr(code))
    except (struct.error, ValueError, OverflowError):
        pass
    return out


def _subtables(data: bytes) -> list[int]:
    """Offsets of the Unicode subtables: platform 0, or 3 with encoding 1 or 10."""
    for number in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, start, _ = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if tag == b"cmap":
            break
    else:
        return []
    out = []
    for number in range(min(struct.unpack_from(">H", data, start + 2)[0], 32)):
        platform, encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * number)
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            out.append(start + offset)
    return out


def _segments(data: bytes, offset: int) -> list[tuple[int, int]]:
    """Format 4."""
    count = struct.unpack_from(">H", data, offset + 6)[0] // 2
    ends, starts, deltas, ranges = (
        struct.unpack_from(f">{count}H", data, offset + at) for at in (14, 16 + 2 * count, 16 + 4 * count, 16 + 6 * count)
    )
    out: list[tuple[int, int]] = []
    for number, (start, end, delta, shift) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if shift:
                glyph = struct.unpack_from(">H", data, offset + 16 + 6 * count + 2 * number + shift + 2 * (code - start))[0]
            out.append((code, (glyph + delta) & 0xFFFF if glyph or not shift else 0))
            if len(out) > MOST:
                return out
    return out


def _groups(data: bytes, offset: int) -> list[tuple[int, int]]:
    """Format 12."""
    out: list[tuple[int, int]] = []
    for number in range(min(struct.unpack_from(">I", data, offset + 12)[0], MOST)):
        start, end, glyph = struct.unpack_from(">III", data, offset + 16 + 12 * number)
        if start > 0x10FFFF:
            continue
        for code in range(start, min(end, start + 0xFFFF, 0x10FFFF) + 1):
            out.append((code, glyph + code - start))
            if len(out) > MOST:
                return out
    return out


def cff(data: bytes) -> dict[int, str] | None:
    """Code → character by the built-in encoding of a CFF font; None for "as StandardEncoding", or where it cannot be read."""
    try:
        fonts = CFFFontSet()
        fonts.decompile(BytesIO(data), None)
        encoding = fonts[0].Encoding
    except Exception:  # noqa: BLE001  fontTools raises whatever it likes on a damaged font
        return None
    return None if isinstance(encoding, str) else names(dict(enumerate(encoding)))


def type1(data: bytes) -> dict[int, str] | None:
    """Code → character by the clear-text header of a Type 1 font."""
    try:
        return dict(Type1FontHeaderParser(BytesIO(data)).get_encoding())
    except Exception:  # noqa: BLE001  pdfminer likewise
        return None


def names(glyphs: dict[int, str]) -> dict[int, str]:
    """Glyph names as characters, those known to the Adobe Glyph List."""
    out = {}
    for code, name in glyphs.items():
        try:
            out[code] = _TEX.get(name) or str(name2unicode(name))
        except (KeyError, ValueError):
            pass
    return out
