"""Fonts as far as reading needs them (ISO 32000-1, 9.5–9.10): a string → its codes, the text of each, how far each moves the pen.

pdfminer.six brings the predefined CMaps, the tables of Adobe's character collections, the encodings and the metrics of the standard
fonts.  A code without a known character has the text UNKNOWN: it was shown, and nobody knows what it says.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pdfminer.cmapdb import CMapDB
from pdfminer.encodingdb import EncodingDB
from pdfminer.fontmetrics import FONT_METRICS
from pikepdf import Array, Dictionary, Name, Object, Stream

from deident.formats.pdf import programs
from deident.formats.pdf.cmaps import CMap, parse, predefined

UNKNOWN = "\ufffd"
_MOST = 1 << 17  # widths of one font
_SYMBOLS = ("symbol", "dingbats", "wingdings", "webdings", "marlett")
_SPACES = dict.fromkeys((*range(0x09, 0x0E), 0x85, 0x2028, 0x2029), " ")


class Code(NamedTuple):
    """A code of a string: its text, its width (or height, where the font is vertical) in ems, its bytes."""

    text: str
    width: float
    code: int
    size: int

    @property
    def blank(self) -> bool:
        """Is it the single byte 32, to which word spacing applies?"""
        return self.size == 1 and self.code == 32


class Font:
    """A font dictionary."""

    def __init__(self, font: Object | None) -> None:
        self.font = font if isinstance(font, Dictionary) else Dictionary()
        self.id: tuple[int, int] = self.font.objgen
        self.vertical = False
        self.scale = 0.001
        self.widths: dict[int, float] = {}
        self.default = 0.0
        self._known: dict[bytes, Code] = {}
        self._texts: dict[int, str] = {}  # by code, where there is no CMap
        self._collection: dict[int, str] = {}  # by CID
        self._map: CMap | None = None
        to_unicode = self.font.get("/ToUnicode")
        self._unicode = parse(to_unicode.read_bytes()).texts if isinstance(to_unicode, Stream) else {}
        self.name = str(self.font.get("/BaseFont", "")).lstrip("/")
        if self.font.get("/Subtype") == Name.Type0:
            self._composite()
        else:
            self._simple()

    def codes(self, data: bytes) -> list[Code]:
        """The codes of a string, in order."""
        known = self._known
        if self._map is None:
            pieces = [data[at : at + 1] for at in range(len(data))]
        else:
            pieces = self._map.split(data)
        return [known.get(piece) or self._learn(piece) for piece in pieces]

    def _learn(self, piece: bytes) -> Code:
        value = int.from_bytes(piece, "big")
        place = value if self._map is None else self._map.cid(piece)
        width = self.default if place is None else self.widths.get(place, self.default)
        text = self._unicode.get(value) or self._texts.get(value) or ""
        if not text and place is not None:
            text = self._collection.get(place, "")
        self._known[piece] = code = Code(self._plain(text), width * self.scale, value, len(piece))
        return code

    def _plain(self, text: str) -> str:
        """Text as it may stand in a view.  Private characters mean something only in fonts of symbols: bullets and the like."""
        if any(char in text for char in "\0\ufffd"):
            return UNKNOWN
        text = text.translate(_SPACES)
        if not text or (not text.isprintable() and all(char < " " or 0xE000 <= ord(char) < 0xF900 for char in text)):
            return "•" if any(word in self.name.lower() for word in _SYMBOLS) else UNKNOWN
        return text.encode("utf-8", "replace").decode()

    # simple fonts

    def _simple(self) -> None:
        font = self.font
        descriptor = _dictionary(font.get("/FontDescriptor"))
        self.default = _number(descriptor.get("/MissingWidth"), 0.0)
        first = int(_number(font.get("/FirstChar"), 0))
        widths = font.get("/Widths")
        if isinstance(widths, Array):
            self.widths = {first + at: _number(width, 0.0) for at, width in enumerate(widths) if at < 256}
        self._texts = self._encoding(descriptor)
        if font.get("/Subtype") == Name.Type3:
            matrix = font.get("/FontMatrix")
            self.scale = abs(_number(matrix[0], 0.001)) if isinstance(matrix, Array) and len(matrix) == 6 else 0.001
        elif not self.widths and self.name in FONT_METRICS:
            metrics = FONT_METRICS[self.name][1]
            self.widths = {code: float(metrics.get(text, 0)) for code, text in self._texts.items()}

    def _encoding(self, descriptor: Dictionary) -> dict[int, str]:
        """Code → character: the base encoding (the font's own, where none is named) with the differences."""
        encoding = self.font.get("/Encoding")
        base = encoding.get("/BaseEncoding") if isinstance(encoding, Dictionary) else encoding
        truetype = self.font.get("/Subtype") == Name.TrueType
        named = str(base)[1:] if isinstance(base, Name) else "WinAnsiEncoding" if truetype else "StandardEncoding"
        texts: dict[int, str] = dict(EncodingDB.get_encoding(named))
        if not isinstance(base, Name):
            texts = self._own_encoding(descriptor, texts)
        differences = encoding.get("/Differences") if isinstance(encoding, Dictionary) else None
        if isinstance(differences, Array):
            code, glyphs = 0, {}
            for item in differences:
                if isinstance(item, Name):
                    glyphs[code] = str(item)[1:]
                    texts.pop(code, None)
                    code += 1
                elif isinstance(item, int):
                    code = item
            texts |= programs.names(glyphs)
        return texts

    def _own_encoding(self, descriptor: Dictionary, standard: dict[int, str]) -> dict[int, str]:
        for key, read in (("/FontFile3", programs.cff), ("/FontFile", programs.type1)):
            if isinstance(file := descriptor.get(key), Stream):
                return read(file.read_bytes()) or standard
        if self.font.get("/Subtype") == Name.Type3:
            return {}  # its characters have names only in Differences
        # the codes of an embedded subset are numbered at will where it declares itself symbolic (flag 3)
        own = "/FontFile2" in descriptor and self.name[6:7] == "+" and int(_number(descriptor.get("/Flags"), 0)) & 4
        return {} if own and not isinstance(self.font.get("/Encoding"), Dictionary) else standard

    # composite fonts

    def _composite(self) -> None:
        descendants = self.font.get("/DescendantFonts")
        inner = _dictionary(descendants[0]) if isinstance(descendants, Array) and len(descendants) else Dictionary()
        encoding = self.font.get("/Encoding")
        if isinstance(encoding, Stream):
            self._map = parse(encoding.read_bytes())
            use = encoding.get("/UseCMap")
            self._map.base = self._map.base or (predefined(str(use)[1:]) if isinstance(use, Name) else None)
            self._map.vertical = self._map.vertical or encoding.get("/WMode") == 1
        else:
            base = predefined(str(encoding)[1:]) if isinstance(encoding, Name) else None
            self._map = CMap(base=base, vertical=base is not None and base.is_vertical())
        self.vertical = self._map.vertical
        if self.vertical:
            metrics = inner.get("/DW2")
            self.default = _number(metrics[1], -1000.0) if isinstance(metrics, Array) and len(metrics) == 2 else -1000.0
            self.widths = _widths(inner.get("/W2"), 3)
        else:
            self.default = _number(inner.get("/DW"), 1000.0)
            self.widths = _widths(inner.get("/W"), 1)
        system = _dictionary(inner.get("/CIDSystemInfo"))
        collection = f"{system.get('/Registry', '')}-{system.get('/Ordering', '')}"
        file = _dictionary(inner.get("/FontDescriptor")).get("/FontFile2")
        if collection in ("Adobe-GB1", "Adobe-CNS1", "Adobe-Japan1", "Adobe-Korea1"):
            self._collection = CMapDB.get_unicode_map(collection, self.vertical).cid2unichr
        elif not self._unicode and isinstance(file, Stream) and inner.get("/CIDToGIDMap", Name.Identity) == Name.Identity:
            self._collection = programs.truetype(file.read_bytes())


def _widths(array: Any, step: int) -> dict[int, float]:
    """The array /W (step 1) or /W2 (step 3, of which the first number is the displacement): CID → width."""
    out: dict[int, float] = {}
    items = list(array) if isinstance(array, Array) else []
    at = 0
    while at + 1 < len(items) and len(out) < _MOST:
        first = int(_number(items[at], 0))
        if isinstance(second := items[at + 1], Array):
            for place, width in enumerate(list(second)[::step]):
                out[first + place] = _number(width, 0.0)
            at += 2
        elif at + 1 + step < len(items):
            last = min(int(_number(second, 0)), first + 0xFFFF)
            out.update(dict.fromkeys(range(first, last + 1), _number(items[at + 2], 0.0)))
            at += 2 + step
        else:
            break
    return out


def _dictionary(item: Any) -> Dictionary:
    return item if isinstance(item, Dictionary) else Dictionary()


def _number(item: Any, default: float) -> float:
    try:
        return float(item)
    except (TypeError, ValueError):
        return default
