"""Embedded fonts after text was removed: they must not keep the characters that are no longer shown.

A subset font lists exactly the characters of its document: a name that was masked is still there, in ToUnicode, among the outlines
and in the widths (ISO 32000-2, 9.6 to 9.10).  What no page shows any more goes; what a page shows is drawn as before.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from deident.formats.pdf import entries, outlines, tounicode
from deident.formats.pdf.cmaps import CMap, parse, predefined
from deident.formats.pdf.names import spelled

_Key = tuple[int, int]


@dataclass(slots=True)
class _Shared:
    """A stream, and what the fonts that share it still show of it."""

    thing: Object
    kind: str
    codes: set[int] = field(default_factory=set)  # of simple fonts, or of ToUnicode
    gids: set[int] = field(default_factory=set)  # of composite fonts: glyph numbers, or CIDs (CFF)
    names: dict[int, str] = field(default_factory=dict)  # code → glyph name, of simple fonts
    fonts: set[str] = field(default_factory=set)
    held: bool = False  # by a font whose use is not known


def prune(pdf: Pdf, used: Mapping[_Key, set[int]]) -> list[str]:
    """Take what is not used out of the fonts.  `used`: font dictionary → its codes shown anywhere in the document.

    Fonts that are not in `used` are left as they are, with all that they share.  Never raises; gives the names of the fonts of
    `used` that still hold more than is shown, because their program could not be changed.
    """
    log = logging.getLogger("fontTools")
    level = log.level
    log.setLevel(logging.CRITICAL)  # its remarks on damaged fonts are of no use to anybody here
    try:
        return _prune(pdf, used)
    finally:
        log.setLevel(level)


def _prune(pdf: Pdf, used: Mapping[_Key, set[int]]) -> list[str]:
    shared: dict[_Key, _Shared] = {}
    descendants: dict[_Key, tuple[Object, set[int]]] = {}
    failed: dict[str, None] = {}
    fonts = [one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/Type") == Name.Font]
    known = [font for font in fonts if font.objgen in used]
    for font in known:
        name = _called(font)
        try:
            _gather(font, used[font.objgen], name, shared, descendants)
        except Exception:  # noqa: BLE001  a damaged font stays as it is; the caller is told
            failed[name] = None
    below = {one.objgen for font in known for one in _below(font)}
    for font in fonts:
        if font.objgen not in used and font.objgen not in below:
            for stream in _streams(font):
                if stream.objgen in shared:
                    shared[stream.objgen].held = True
            for one in _below(font):
                descendants.pop(one.objgen, None)
    for note in shared.values():
        try:
            done = not note.held and _written(note)
        except Exception:  # noqa: BLE001  see above
            done = False
        if not done:
            failed.update(dict.fromkeys(sorted(note.fonts)))
    for descendant, cids in descendants.values():
        try:
            entries.composite(pdf, descendant, cids)
        except Exception:  # noqa: BLE001  see above
            failed[_called(descendant)] = None
    return list(failed)


def _called(font: Object) -> str:
    name = font.get("/BaseFont")
    return spelled(name).decode("gb18030", "replace") if isinstance(name, Name) else "Type3"


def _below(font: Object) -> Iterator[Object]:
    inner = font.get("/DescendantFonts")
    for one in inner if isinstance(inner, Array) else ():
        if isinstance(one, Dictionary):
            yield one


def _program(font: Object) -> tuple[str, Object] | None:
    descriptor = font.get("/FontDescriptor")
    if isinstance(descriptor, Dictionary):
        for key in ("/FontFile2", "/FontFile3", "/FontFile"):
            if isinstance(descriptor.get(key), Stream):
                return key, descriptor[key]
    return None


def _streams(font: Object) -> Iterator[Object]:
    """What a font may share with others."""
    if isinstance(font.get("/ToUnicode"), Stream):
        yield font["/ToUnicode"]
    for one in (font, *_below(font)):
        if found := _program(one):
            yield found[1]


def _gather(
    font: Object, codes: set[int], name: str, shared: dict[_Key, _Shared], descendants: dict[_Key, tuple[Object, set[int]]]
) -> None:
    """Note what this font needs of its streams; what is its own is pruned at once."""
    if isinstance(font.get("/ToUnicode"), Stream):
        _note(shared, "tounicode", font["/ToUnicode"], name).codes |= codes
    subtype = font.get("/Subtype")
    if subtype == Name.Type0:
        for one in _below(font):
            cids = _cids(font, codes)
            if one.is_indirect:
                descendants.setdefault(one.objgen, (one, set()))[1].update(cids)
            else:
                descendants[(-len(descendants), 0)] = (one, cids)
            if found := _program(one):
                _note(shared, found[0], found[1], name).gids |= _glyphs(one, cids)
    else:
        names = entries.names(font)
        if found := _program(font):
            note = _note(shared, found[0], found[1], name)
            note.codes |= codes
            note.names |= {code: called for code, called in names.items() if code in codes}
        if subtype == Name.Type3 and names and names[min(names)] in ("g0", ".notdef"):
            codes = codes | {min(names)}  # the glyph of what is missing: readers take the size of the font from it
        entries.simple(font, codes)
        if subtype == Name.Type3:
            entries.procedures(font, {names[code] for code in codes if code in names})
        entries.differences(font, codes)
    for one in (font, *_below(font)):
        descriptor = one.get("/FontDescriptor")
        for key in ("/CharSet", "/CIDSet"):
            if isinstance(descriptor, Dictionary) and key in descriptor:
                del descriptor[key]  # lists of the glyphs; deprecated, never needed


def _note(shared: dict[_Key, _Shared], kind: str, thing: Object, name: str) -> _Shared:
    note = shared.setdefault(thing.objgen, _Shared(thing, kind))
    note.fonts.add(name)
    return note


def _written(one: _Shared) -> bool:
    """Prune a stream in place; False where it has to stay."""
    data = one.thing.read_bytes()
    if one.kind == "tounicode":
        one.thing.write(tounicode.pruned(data, one.codes))
        return True
    if one.kind == "/FontFile":
        return False
    bare = one.kind == "/FontFile3" and data[:4] not in (b"OTTO", b"true", b"\0\1\0\0")
    new = (outlines.compact if bare else outlines.truetype)(data, one.gids, one.codes, one.names)
    one.thing.write(new)
    if one.kind == "/FontFile2":
        one.thing.stream_dict["/Length1"] = len(new)
    return True


def _cids(font: Object, codes: set[int]) -> set[int]:
    """CIDs of codes, whatever their length; a code of an unknown CMap stands for itself as well."""
    encoding = font.get("/Encoding")
    if isinstance(encoding, Stream):
        map = parse(encoding.read_bytes())
        base = encoding.stream_dict.get("/UseCMap")
        if map.base is None and isinstance(base, Name):
            map.base = predefined(spelled(base).decode("latin-1"))
    else:
        map = CMap(base=predefined(spelled(encoding).decode("latin-1")) if isinstance(encoding, Name) else None)
    found = set(codes)
    for code in codes:
        for size in range(max(1, (code.bit_length() + 7) // 8), 5):
            cid = map.cid(code.to_bytes(size, "big"))
            if cid is not None:
                found.add(cid)
    return found


def _glyphs(descendant: Object, cids: set[int]) -> set[int]:
    """Glyph numbers of CIDs (ISO 32000-2, 9.7.4.2); a map loses its other entries."""
    map = descendant.get("/CIDToGIDMap")
    if not isinstance(map, Stream):
        return cids
    data = map.read_bytes()
    return {int.from_bytes(data[2 * cid : 2 * cid + 2], "big") for cid in cids if 2 * cid + 1 < len(data)}
