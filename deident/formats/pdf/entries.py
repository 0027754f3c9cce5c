"""Entries of font dictionaries (ISO 32000-2, 9.6 and 9.7): names, widths and maps of the codes that are still shown, no others."""

from __future__ import annotations

from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from deident.formats.pdf.names import spelled

_WIDTHS = 1 << 17  # entries of /W


def names(font: Object) -> dict[int, str]:
    """Code → glyph name, from /Differences."""
    encoding = font.get("/Encoding")
    names: dict[int, str] = {}
    code = 0
    differences = encoding.get("/Differences") if isinstance(encoding, Dictionary) else None
    for one in differences if isinstance(differences, Array) else ():
        if isinstance(one, Name):
            names[code] = spelled(one).decode("utf-8", "surrogateescape")
            code += 1
        elif isinstance(one, int):
            code = one
    return names


def differences(font: Object, codes: set[int]) -> None:
    """Glyph names of other codes go.  The encoding may be shared: the font gets its own."""
    encoding = font.get("/Encoding")
    if not isinstance(encoding, Dictionary) or not isinstance(encoding.get("/Differences"), Array):
        return
    new: list[Object | int] = []
    code, follows = 0, False
    for one in encoding["/Differences"]:
        if isinstance(one, Name):
            if code in codes:
                new += [one] if follows else [code, one]
            follows = code in codes
            code += 1
        elif isinstance(one, int):
            code, follows = one, False
    own = {key: value for key, value in encoding.items() if key != "/Differences"}
    font["/Encoding"] = Dictionary({**own, "/Differences": Array(new)})


def simple(font: Object, codes: set[int]) -> None:
    """Widths of codes that are not shown become 0."""
    widths, first = font.get("/Widths"), font.get("/FirstChar", 0)
    if isinstance(widths, Array) and isinstance(first, int):
        font["/Widths"] = Array([width if first + n in codes else 0 for n, width in enumerate(widths)])


def procedures(font: Object, names: set[str]) -> None:
    """Glyphs of a Type 3 font that no used code names.  Their dictionary may be shared: the font gets its own."""
    procedures = font.get("/CharProcs")
    if isinstance(procedures, Dictionary):
        kept = {k: v for k, v in procedures.items() if k[1:] in names}
        font["/CharProcs"] = Dictionary(kept)


def composite(pdf: Pdf, descendant: Object, cids: set[int]) -> None:
    """/W and /W2 (ISO 32000-2, 9.7.4.3) and the map of CIDs, with entries of used CIDs only."""
    for key, size in (("/W", 1), ("/W2", 3)):
        if isinstance(descendant.get(key), Array):
            descendant[key] = Array(_entries(list(descendant[key]), size, cids))
    map = descendant.get("/CIDToGIDMap")
    if isinstance(map, Stream):
        data = bytearray(map.read_bytes())
        kept = {2 * cid: data[2 * cid : 2 * cid + 2] for cid in cids}
        new = bytearray(len(data))
        for at, gid in kept.items():
            if at + 1 < len(data):
                new[at : at + 2] = gid
        descendant["/CIDToGIDMap"] = pdf.make_stream(bytes(new))


def _entries(items: list[Object], size: int, cids: set[int]) -> list[Any]:
    """`first [w …]` and `first last w` as `cid [w]`; with the same width in a row kept together."""
    found: dict[int, list[Object]] = {}
    at = 0
    while at + 1 < len(items) and len(found) < _WIDTHS:
        first, second = int(items[at]), items[at + 1]
        if isinstance(second, Array):
            values = list(second)
            for number in range(len(values) // size):
                if first + number in cids:
                    found[first + number] = values[number * size : number * size + size]
            at += 2
        else:
            values = items[at + 2 : at + 2 + size]
            for cid in cids if int(second) - first > len(cids) else range(first, int(second) + 1):
                if first <= cid <= int(second) and cid in cids:
                    found[cid] = values
            at += 2 + size
    out: list[Any] = []
    last = -2
    for cid in sorted(found):
        if cid != last + 1:
            out += [cid, Array([])]
        out[-1].extend(found[cid])
        last = cid
    return out
