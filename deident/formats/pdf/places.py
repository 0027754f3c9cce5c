"""What a string of a PDF is by where it stands, and what has to follow when it changes (ISO 32000-2: the tables named below)."""

from __future__ import annotations

import re
import string
from typing import NamedTuple
from urllib.parse import quote

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from deident.formats.pdf.text import decoded

#: Key → (role, where): annotations (166), actions (197), file specifications (43), structure (355), forms (226 to 232) …
_KEYS = {
    "/URI": ("url", "link"), "/Base": ("url", "link"), "/JS": ("script", "javascript"), "/XFA": ("attribute", "xfa"),
    "/Alt": ("attribute", "alternate text"), "/ActualText": ("attribute", "actual text"), "/E": ("attribute", "expansion"),
    "/F": ("name", "file name"), "/UF": ("name", "file name"), "/DOS": ("name", "file name"), "/Unix": ("name", "file name"),
    "/Mac": ("name", "file name"), "/Desc": ("meta", "file description"),
}  # fmt: skip
#: Entries that an appearance shows.
SHOWN = frozenset(("/V", "/RV", "/Opt", "/DV", "/CA", "/RC", "/AC"))
_FIELD = ("/V", "/DV", "/TU", "/TM", "/T", "/Opt", "/RV", "/MK", "/CA")
_BINARY = frozenset("/CheckSum /Cert /Panose /Style /DA /Lang /CharSet /Registry /Ordering /Digest /FontFamily".split())
_SIGNATURES = (Name.Sig, Name.DocTimeStamp)
_SAFE = string.punctuation.replace("<", "").replace(">", "").replace('"', "")


class Owner(NamedTuple):
    """The dictionary that a string belongs to, and the key under which the object's own dictionary was reached."""

    path: str
    entries: Object
    page: int = 0
    outer: Object | None = None  # the annotation or field around it

    def inside(self, entries: Object, key: str) -> Owner:
        """The owner of what stands in this dictionary within the object."""
        outer = entries if ("/Subtype" in entries and "/Rect" in entries) or "/FT" in entries else self.outer
        return Owner(self.path + key, entries, self.page, outer)

    def binary(self, key: str) -> bool:
        """Does this entry hold bytes, never text?"""
        return key in _BINARY or (
            key == "/Contents" and ("/ByteRange" in self.entries or self.entries.get("/Type") in _SIGNATURES)
        )


def place(owner: Owner, key: str) -> tuple[str, str]:
    """(role, where) of a string."""
    entries, outer = owner.entries, owner.outer
    if owner.path == "/Info":
        return ("title" if key == "/Title" else "meta"), shown(f"info {key}")
    page = f"page {owner.page} " if owner.page else ""
    if key in ("/URI", "/JS", "/Base"):
        role, where = _KEYS[key]
        return role, page + where
    if (outer is not None and ("/FT" in outer or outer.get("/Subtype") == Name.Widget)) or (key in _FIELD and "/Kids" in entries):
        return "attribute", page + f"form field {_called(outer if outer is not None else entries)}".strip()
    if outer is not None and outer is entries and "/Subtype" in outer:
        return "comment", page + "annotation"
    if key == "/Title" and "/Parent" in entries:
        return "attribute", "outline"
    if entries.get("/Type") == Name.OCG or owner.path.startswith("/OC"):
        return "meta", "layer"
    if owner.path.endswith(("/PageLabels", "/Nums")) and key == "/P":
        return "meta", "page label"
    role, where = _KEYS.get(key, ("meta", owner.path + key))
    return role, page + shown(where)


def shown(path: str) -> str:
    """Keys as text, whatever their bytes."""
    if path.isascii():
        return path
    strange = any("\udc80" <= char <= "\udcff" for char in path)
    return path.encode("utf-8", "surrogateescape").decode("gb18030" if strange else "utf-8", "replace")


def _called(one: Object) -> str:
    """What the field is called for people, else for programs; not where that itself looks like a value."""
    for key in ("/TU", "/T"):
        value = (
            one.get(key, one.get("/Parent", Dictionary()).get(key))
            if isinstance(one.get("/Parent"), Dictionary)
            else one.get(key)
        )
        name = decoded(bytes(value)) if isinstance(value, String) else ""
        if name and len(name) <= 30 and not re.search(r"\d{4}", name):
            return name.replace("\n", " ")
    return ""


def address(text: str) -> bytes:
    """A URI as the format wants it: ASCII."""
    return quote(text, safe=_SAFE).encode() if not text.isascii() else text.encode()


def readable(text: str) -> bool:
    """Is this plain text, rather than binary data that happens to decode?"""
    sample = text[:4000]
    return bool(sample.strip()) and sum(c.isprintable() or c == "\n" for c in sample) >= 0.98 * len(sample)


def redraw(pdf: Pdf, owner: Owner) -> None:
    """A form's value changed: its appearances show the old one.  They go, and viewers are told to make new ones."""
    first = owner.outer if owner.outer is not None else owner.entries
    if "/FT" not in first and first.get("/Subtype") != Name.Widget and "/Kids" not in first:
        return
    nodes, seen = [first], 0
    while nodes and seen < 10_000:
        node = nodes.pop()
        seen += 1
        if "/AP" in node and node.get("/FT") != Name.Btn:
            del node["/AP"]
        kids = node.get("/Kids")
        if isinstance(kids, Array):
            nodes += [kid for kid in kids if isinstance(kid, Dictionary)]
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary):
        form["/NeedAppearances"] = True
