"""Embedded font programs without the outlines (and names) of glyphs that are no longer shown.

TrueType and OpenType (ISO/IEC 14496-22) and CFF (Adobe technical note 5176) by fontTools.  Glyphs keep their numbers and advance
widths, so nothing else in the file has to change.  A glyph is kept where any way a reader may take leads from a used code to it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from io import BytesIO
from typing import Any

from fontTools.agl import UV2AGL, toUnicode
from fontTools.cffLib import CFFFontSet
from fontTools.encodings.MacRoman import MacRoman
from fontTools.encodings.StandardEncoding import StandardEncoding
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

_SYMBOL = (0, 0xF000, 0xF100, 0xF200)  # where the codes of symbolic fonts stand
_ACCENTS = frozenset(name for name in StandardEncoding[0xC1:0xD0] if name != ".notdef")
_BLANK = b"\x0e"  # endchar


def truetype(data: bytes, gids: Collection[int], codes: Iterable[int], names: Mapping[int, str]) -> bytes:
    """A TrueType or OpenType program that draws these glyphs: `gids`, and those of the 8-bit `codes`, whose encoding is `names`."""
    font = _opened(data)
    order = font.getGlyphOrder()
    keep = {0, *gids} | _of_codes(font, order, codes, names)
    if "CFF " in font:
        _blank_cff(font["CFF "].cff, {order[gid] for gid in keep if gid < len(order)})
        keep_names = keep
    else:
        table = font["glyf"]
        keep_names = keep = _with_components(font, table, order, keep)
        for gid, name in enumerate(order):
            if gid not in keep:
                table.glyphs[name] = Glyph()
    _forget(font, {order[gid] for gid in keep_names if gid < len(order)})
    return _renamed(_saved(font), keep)


def _opened(data: bytes) -> Any:
    return TTFont(BytesIO(data), recalcBBoxes=False, recalcTimestamp=False, lazy=False, fontNumber=0)


def _saved(font: Any) -> bytes:
    out = BytesIO()
    font.save(out, reorderTables=None)
    return out.getvalue()


def _of_codes(font: Any, order: list[str], codes: Iterable[int], names: Mapping[int, str]) -> set[int]:
    """Glyphs that simple fonts may reach (ISO 32000-2, 9.6.5.4): by code, by the character of the code or by name."""
    number = {name: gid for gid, name in enumerate(order)}
    maps = [table.cmap for table in font["cmap"].tables] if "cmap" in font else []
    codes = list(codes)
    if codes and not any(maps):
        return set(range(len(order)))
    found: set[int] = set()
    for code in codes:
        wanted = {code + base for base in _SYMBOL}
        for name in possible(code, names):
            if name in number:
                found.add(number[name])
            wanted |= {ord(char) for char in toUnicode(name)}
            if name in MacRoman:
                wanted.add(MacRoman.index(name))
        found |= {number[map[key]] for map in maps for key in wanted if key in map}
    return found


def possible(code: int, names: Mapping[int, str]) -> set[str]:
    """Glyph names of a code: the font dictionary's, else those of the encodings that readers fall back to."""
    if name := names.get(code):
        return {name}
    if not 0 <= code < 256:
        return set()
    windows = bytes([code]).decode("cp1252", "ignore")
    return ({StandardEncoding[code], MacRoman[code]} | {UV2AGL.get(ord(char), "") for char in windows}) - {".notdef", ""}


def _with_components(font: Any, table: Any, order: list[str], keep: set[int]) -> set[int]:
    """The glyphs and what composite ones are made of."""
    result, ahead = set(), [gid for gid in keep if gid < len(order)]
    while ahead:
        gid = ahead.pop()
        if gid not in result:
            result.add(gid)
            ahead += [font.getGlyphID(name) for name in table[order[gid]].getComponentNames(table)]
    return result


def _forget(font: Any, keep: set[str]) -> None:
    """Which characters the other glyphs were."""
    if "cmap" in font:
        for table in font["cmap"].tables:
            if hasattr(table, "cmap"):
                table.cmap = {code: name for code, name in table.cmap.items() if name in keep}
    for tag in ("GSUB", "GPOS", "GDEF", "kern", "morx", "mort", "DSIG", "hdmx", "VDMX", "LTSH"):
        if tag in font:
            del font[tag]


def _renamed(data: bytes, keep: Collection[int]) -> bytes:
    """Names of the other glyphs ("uni5F20") replaced by their numbers."""
    font = _opened(data)
    names = [name if gid in keep else f"x{gid}" for gid, name in enumerate(font.getGlyphOrder())]
    if "CFF " in font:
        _rename_cff(font["CFF "].cff, keep)
    elif "post" in font and font["post"].formatType == 2:
        post = font["post"]
        font.setGlyphOrder(names)
        post.extraNames, post.mapping = [], {}
    else:
        return data
    return _saved(font)


def compact(data: bytes, cids: Collection[int], codes: Iterable[int], names: Mapping[int, str]) -> bytes:
    """A bare CFF program that draws these glyphs: by CID (or number, where it is not keyed by CID), or by 8-bit code."""
    fonts = CFFFontSet()
    fonts.decompile(BytesIO(data), None)
    top = fonts.topDictIndex[0]
    order = top.charset
    if hasattr(top, "ROS"):
        keep = {f"cid{cid:05d}" for cid in cids}
    else:
        keep = {order[cid] for cid in cids if cid < len(order)}
        inner = getattr(top, "Encoding", "StandardEncoding")
        inner = StandardEncoding if isinstance(inner, str) else inner
        for code in codes:
            keep |= possible(code, names)
            if code < len(inner):
                keep.add(inner[code])
        if any(len(unicodedata.normalize("NFD", toUnicode(name))) > 1 for name in keep):
            keep |= _ACCENTS | {name for name in order if len(name) == 1}  # accented letters may be made of these (seac)
    _blank_cff(fonts, keep)
    _rename_cff(fonts, {0} | {gid for gid, name in enumerate(order) if name in keep})
    out = BytesIO()
    fonts.compile(out, TTFont(recalcBBoxes=False))
    return out.getvalue()


def _blank_cff(fonts: Any, keep: set[str]) -> None:
    """Empty charstrings for all other glyphs."""
    strings = fonts.topDictIndex[0].CharStrings
    for name in list(strings.keys()):
        if name not in keep and name != ".notdef":
            charstring = strings[name]
            charstring.bytecode, charstring.program = _BLANK, None


def _rename_cff(fonts: Any, keep: Collection[int]) -> None:
    """Numbers for the names (or CIDs, which say as much) of all other glyphs."""
    top = fonts.topDictIndex[0]
    old = list(top.charset)
    kept = {old[gid] for gid in keep if gid < len(old)}
    if hasattr(top, "ROS"):
        free = (name for cid in range(65535, 0, -1) if (name := f"cid{cid:05d}") not in kept)
    else:
        free = (f"x{gid}" for gid in range(len(old)))
    new = [name if gid in keep else next(free) for gid, name in enumerate(old)]
    strings = top.CharStrings
    index = strings.charStrings
    strings.charStrings = {fresh: index[name] for fresh, name in zip(new, old, strict=True) if name in index}
    top.charset = new
    inner = getattr(top, "Encoding", None)
    if isinstance(inner, list):
        top.Encoding = [name if name in kept else ".notdef" for name in inner]
