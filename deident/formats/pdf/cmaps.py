"""CMaps embedded in a file (ISO 32000-1, 9.7.5 and 9.10.3; Adobe technical note 5014), read under limits.

pdfminer.six's own parser follows every range to its end (four billion entries, if a file says so) and does not read code to CID maps; the
predefined ones are taken from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pdfminer.cmapdb import CMapBase, CMapDB, IdentityCMap, IdentityCMapByte
from pdfminer.encodingdb import name2unicode

MOST = 1 << 17  # entries of one map
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|([\[\]])|/([^\s<>\[\]/()%{}]+)|([A-Za-z]+|[0-9]+)")
_END = {b"endbfchar": "bfchar", b"endbfrange": "bfrange", b"endcidchar": "cidchar", b"endcidrange": "cidrange"}
#: Names without a file of their own that mean the same as the identity (pdfminer's IDENTITY_ENCODER).
_IDENTITY = {"DLIdent-H": "Identity-H", "DLIdent-V": "Identity-V"}

Token = bytes | int | str | list["Token"]


@dataclass(slots=True)
class CMap:
    """texts: code → text (ToUnicode); cids: (length, code) → CID; spaces: (low, high) bytes of equal length; base: a predefined one."""

    texts: dict[int, str] = field(default_factory=dict)
    cids: dict[tuple[int, int], int] = field(default_factory=dict)
    spaces: list[tuple[bytes, bytes]] = field(default_factory=list)
    base: CMapBase | None = None
    vertical: bool = False
    work: int = 0

    def full(self) -> bool:
        """Was as much of it read as is read of any?"""
        return self.work >= MOST

    def cid(self, code: bytes) -> int | None:
        """CID of a code."""
        found = self.cids.get((len(code), int.from_bytes(code, "big")))
        return walked(self.base, code) if found is None and self.base else found

    def split(self, data: bytes) -> list[bytes]:
        """A string as codes, by the code spaces; by those of the base, if it declares none."""
        if not self.spaces:
            return split(self.base, data) if self.base else _pairs(data)
        out, at = [], 0
        while at < len(data):
            size = next(
                (len(low) for low, high in self.spaces if _inside(data[at : at + len(low)], low, high)), len(self.spaces[0][0])
            )
            out.append(data[at : at + size])
            at += size
        return out


def predefined(name: str) -> CMapBase | None:
    """A predefined CMap ("GBK-EUC-H", "Identity-H"), or None."""
    try:
        return CMapDB.get_cmap(_IDENTITY.get(name, name))
    except (CMapDB.CMapNotFound, OSError, ValueError):
        return None


def split(map: CMapBase | None, data: bytes) -> list[bytes]:
    """A string as codes of a predefined CMap; what is no code is a byte of its own."""
    if isinstance(map, IdentityCMapByte):
        return [data[at : at + 1] for at in range(len(data))]
    tree = getattr(map, "code2cid", None)
    if isinstance(map, IdentityCMap) or not tree:
        return _pairs(data)
    out, begin, node = [], 0, tree
    for at, byte in enumerate(data):
        node = node.get(byte)
        if not isinstance(node, dict):
            out.append(data[begin : at + 1])
            begin, node = at + 1, tree
    return out


def walked(map: CMapBase, code: bytes) -> int | None:
    """CID of a code in a predefined CMap."""
    if isinstance(map, IdentityCMap):
        return int.from_bytes(code, "big")
    node = getattr(map, "code2cid", None)
    for byte in code:
        node = node.get(byte) if isinstance(node, dict) else None
    return node if isinstance(node, int) else None


def parse(data: bytes) -> CMap:
    """A CMap stream, decoded.  Linear; past MOST entries the rest is left out."""
    map = CMap()
    stack: list[Token] = []
    array: list[Token] | None = None
    for found in _TOKEN.finditer(data):
        digits, bracket, name, word = found.groups()
        if word is not None and not word.isdigit():
            _keyword(map, word, stack)
            if word != b"def" or len(stack) > 64:
                stack = []
            array = None
            continue
        token: Token
        if bracket:
            if bracket == b"[":
                array = []
                stack.append(array)
            else:
                array = None
            continue
        token = _bytes(digits) if digits is not None else name.decode("latin-1") if name is not None else int(word[:9])
        (stack if array is None else array).append(token)
    return map


def _keyword(map: CMap, word: bytes, args: list[Token]) -> None:
    if word == b"endcodespacerange":
        for low, high in zip(args[::2], args[1::2], strict=False):
            if isinstance(low, bytes) and isinstance(high, bytes) and 0 < len(low) == len(high) <= 4 and len(map.spaces) < 100:
                map.spaces.append((low, high))
    elif word == b"usecmap" and args and isinstance(args[-1], str):
        map.base = predefined(args[-1])
    elif word == b"def" and len(args) >= 2 and args[-2] == "WMode":
        map.vertical = args[-1] == 1
    elif (kind := _END.get(word)) and not map.full():
        step = 3 if kind.endswith("range") else 2
        for at in range(0, len(args) - step + 1, step):
            _entry(map, args[at], args[at + step - 2], args[at + step - 1])
            if map.full():
                return


def _entry(map: CMap, low: Token, high: Token, to: Token) -> None:
    """One code (low = high) or a range of codes, and what it means: a CID, a text, the name of a glyph or a list of these."""
    if not isinstance(low, bytes) or not isinstance(high, bytes) or not low:
        return
    first, last, size = int.from_bytes(low, "big"), int.from_bytes(high, "big"), len(low)
    last = min(last, first + 0xFFFF)
    map.work += max(1, last - first + 1)
    if isinstance(to, int):
        map.cids.update(((size, code), to + code - first) for code in range(first, last + 1))
    elif isinstance(to, list):
        for code, one in zip(range(first, last + 1), to, strict=False):
            map.texts[code] = _text(one, 0)
    else:
        for code in range(first, last + 1):
            map.texts[code] = _text(to, code - first)


def _text(token: Token, more: int) -> str:
    """UTF-16BE (the last byte counted on by `more`) or the name of a glyph as text; "" for what is neither."""
    if isinstance(token, str):
        try:
            return str(name2unicode(token))
        except (KeyError, ValueError):
            return ""
    if not isinstance(token, bytes) or not token:
        return ""
    value = (int.from_bytes(token, "big") + more) % (1 << 8 * len(token))
    raw = value.to_bytes(len(token), "big")
    return chr(raw[0]) if len(raw) == 1 else raw.decode("utf-16-be", "ignore")


def _bytes(digits: bytes) -> bytes:
    compact = b"".join(digits.split())
    return bytes.fromhex((compact + b"0" * (len(compact) % 2)).decode("ascii"))


def _pairs(data: bytes) -> list[bytes]:
    return [data[at : at + 2] for at in range(0, len(data) - 1, 2)]


def _inside(code: bytes, low: bytes, high: bytes) -> bool:
    return len(code) == len(low) and all(a <= byte <= b for a, byte, b in zip(low, code, high, strict=True))
