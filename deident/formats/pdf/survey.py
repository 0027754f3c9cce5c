"""One walk over a PDF before its strings are read: on which page an object is, by which key others refer to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from deident.formats.pdf.places import Owner, shown

#: Streams that are read elsewhere or hold no text, by the key that refers to them.
_OTHER = frozenset(
    "/Contents /FontFile /FontFile2 /FontFile3 /ToUnicode /Encoding /CIDToGIDMap /CIDSet /JBIG2Globals /DestOutputProfile /EF /SMask".split()
)
_READ = {"/JS": ("text", "script", "javascript"), "/RC": ("rich", "comment", "annotation"), "/RV": ("rich", "attribute", "form field"),
         "/V": ("text", "attribute", "form field"), "/XFA": ("xml", "attribute", "xfa"), "/Metadata": ("xml", "meta", "xmp")}  # fmt: skip


@dataclass(slots=True)
class Survey:
    """What is known of objects before they are read: their page, the key of who refers to them."""

    page: dict[tuple[int, int], int] = field(default_factory=dict)
    by: dict[tuple[int, int], str] = field(default_factory=dict)
    secret: set[tuple[int, int]] = field(default_factory=set)

    def owner(self, one: Object) -> Owner:
        """Who owns the strings of a whole object."""
        return Owner(self.by.get(one.objgen, ""), one, self.page.get(one.objgen, 0))

    def referred(self, one: Object) -> bool:
        """Does any other object refer to it?"""
        return one.objgen in self.by

    def kind(self, stream: Object) -> tuple[str, str, str]:
        """(how it is read: "xml", "rich", "text", "guess" or "", role, where)."""
        entries = stream.stream_dict
        if entries.get("/Type") == Name.Metadata or entries.get("/Subtype") == Name.XML:
            return _READ["/Metadata"]
        key = self.by.get(stream.objgen, "")
        if key in _READ:
            return _READ[key]
        known = key in _OTHER or "/Subtype" in entries or "/Type" in entries or any(k in entries for k in _MARKS)
        return ("", "", "") if known else ("guess", "meta", shown(f"stream {key}".strip()))


_MARKS = ("/FunctionType", "/ShadingType", "/PatternType", "/N", "/Width", "/BBox", "/Length1", "/HalftoneType")


def survey(pdf: Pdf) -> Survey:
    """One walk over all references."""
    found = Survey()
    for key in ("/Encrypt",):
        one = pdf.trailer.get(key)
        if isinstance(one, Dictionary) and one.is_indirect:
            found.secret.add(one.objgen)
    for name, value in pdf.trailer.items():
        if isinstance(value, Object) and value.is_indirect:
            found.by.setdefault(value.objgen, name)
    for one in pdf.objects:
        _references(one.stream_dict if isinstance(one, Stream) else one, "", found.by, 0)
    for number, page in enumerate(pdf.pages, 1):
        found.page[page.obj.objgen] = number
        notes = page.obj.get("/Annots")
        if isinstance(notes, Array) and notes.is_indirect:
            found.page.setdefault(notes.objgen, number)
        for note in notes if isinstance(notes, Array) else ():
            if isinstance(note, Dictionary) and note.is_indirect:
                found.page.setdefault(note.objgen, number)
    return found


def _references(container: Object, key: str, by: dict[tuple[int, int], str], depth: int) -> None:
    if isinstance(container, Dictionary):
        items = list(container.items())
        if container.get("/Type") == Name.Font and container.get("/Subtype") == Name.Type3:
            procedures = container.get("/CharProcs")
            for value in procedures.values() if isinstance(procedures, Dictionary) else ():
                by[value.objgen] = "/Contents"
    elif isinstance(container, Array):
        items = [(key, value) for value in container]
    else:
        return
    for name, value in items:
        if not isinstance(value, Object):
            continue
        if value.is_indirect:
            if name in _READ or name in _OTHER:
                by[value.objgen] = name
            else:
                by.setdefault(value.objgen, name)
            if name in ("/Contents", "/XFA") and isinstance(value, Array):
                _references(value, name, by, depth)
        elif depth < 300 and isinstance(value, (Dictionary, Array)):
            _references(value, name, by, depth + 1)
