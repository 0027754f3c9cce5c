"""Every string of a PDF beside the content streams: information, XMP, outlines, annotations, forms, links, scripts, structure …

All objects are walked, those that nothing refers to included, and whatever is a text string is given back: nothing needs to be
known to be seen.  What is known (ISO 32000-2, table by table) only gets a better role and place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from deident.formats.pdf import leaves, names, places, signatures
from deident.formats.pdf.places import Owner
from deident.formats.pdf.survey import survey
from deident.formats.pdf.text import decoded, encoded
from deident.text.charset import decode, encode

_DATE = re.compile(r"(?:D:)?(?:19|20)\d\d(?:[01]\d[0-3]\d(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?)?(?:Z|[+-]\d\d)?'?(?:\d\d)?'?\Z")
_DATES = frozenset(("/CreationDate", "/ModDate", "/M", "/LastModified"))
_STRUCTURE = (Name.XRef, Name.ObjStm)
_DEPTH = 300  # deeper than guard lets qpdf nest


@dataclass(slots=True)
class Text:
    """role: one of model.ROLES; where: "info /Author", "page 3 annotation", "outline" …; text; set: write another text there.

    `set` writes into the pikepdf objects; after the last one call `drop`, which also puts changed name trees in order.
    """

    role: str
    where: str
    text: str
    set: Callable[[str], None]


def collect(pdf: Pdf) -> list[Text]:
    """All text, in the order of the objects, the document information first.  A copy of the same bytes gives the same list."""
    return list(_Reader(pdf).read())


class _Reader:
    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.map = survey(pdf)
        self.group = names.Groups(pdf)
        self.done: set[tuple[int, int]] = set()  # streams that were read

    def read(self) -> Iterator[Text]:
        info = self.pdf.trailer.get("/Info")
        objects = [one for one in self.pdf.objects if isinstance(one, Object)]
        if isinstance(info, Dictionary):
            objects.sort(key=lambda one: one.objgen != info.objgen)
            yield from self._inside(info, Owner("/Info", info), "", 0) if not info.is_indirect else ()
        for one in objects:
            if one.objgen in self.map.secret or (isinstance(one, Stream) and one.stream_dict.get("/Type") in _STRUCTURE):
                continue
            if isinstance(one, (Dictionary, Stream)) and (said := signatures.text(one, self.map.by.get(one.objgen, ""))):
                yield Text("meta", "signature", said, _gone)
            if isinstance(one, Stream):
                yield from self._stream(one, self.map.kind(one))
                yield from self._inside(one.stream_dict, self.map.owner(one), "", 0)
            elif isinstance(one, Dictionary):
                yield from self._inside(one, self.map.owner(one), "", 0)
            elif isinstance(one, Array):
                yield from self._inside(one, self.map.owner(one), self.map.by.get(one.objgen, ""), 0)
            elif isinstance(one, String) and (text := decoded(bytes(one))) and not self.map.referred(one):
                yield Text("meta", "string", text, partial(self._replace, one.objgen))
        yield from self._grouped()

    def _replace(self, at: tuple[int, int], new: str) -> None:
        self.pdf._replace_object(at, String(encoded(new)))

    def _inside(self, container: Object, owner: Owner, key: str, depth: int) -> Iterator[Text]:
        """Strings of a dictionary or array and of what stands directly in it."""
        if depth > _DEPTH:
            return
        if isinstance(container, Array):
            if len(container) == 4 and container[0] in (Name.Indexed, Name.I):
                return  # colours
            for number, value in enumerate(container):
                if isinstance(value, String):
                    yield from self._string(container, number, value, owner, key)
                elif isinstance(value, (Array, Dictionary)) and not value.is_indirect:
                    yield from self._inside(value, owner, key, depth + 1)
            return
        owner = owner.inside(container, key)
        for name, value in container.items():
            if isinstance(value, String):
                if not owner.binary(name):
                    yield from self._string(container, name, value, owner, name)
            elif isinstance(value, (Array, Dictionary)) and not value.is_indirect:
                yield from self._inside(value, owner, name, depth + 1)
            elif isinstance(value, Name) and names.is_destination(owner, name):
                self.group.refer(container, name, value)

    def _string(self, container: Object, at: int | str, value: Object, owner: Owner, key: str) -> Iterator[Text]:
        raw = bytes(value)
        if names.is_key(owner, container, at, key):
            self.group.refer(container, at, value)
            return
        text = decoded(raw)
        if not text or not text.strip() or ((key in _DATES or text.startswith("D:")) and _DATE.match(text)):
            return
        role, where = places.place(owner, key)
        if key in ("/RC", "/RV") and "<" in text:
            text = leaves.plain(text)

            def write(new: str) -> None:
                self._put(container, at, leaves.rich(new), owner, key)
        else:

            def write(new: str) -> None:
                self._put(container, at, new, owner, key)

        yield Text(role, where, text, write)

    def _put(self, container: Object, at: int | str, new: str, owner: Owner, key: str) -> None:
        container[at] = String(places.address(new) if key in ("/URI", "/Base") else encoded(new))
        if key in places.SHOWN:
            places.redraw(self.pdf, owner)

    def _stream(self, stream: Object, kind: tuple[str, str, str]) -> Iterator[Text]:
        """A stream that holds text: kind is (how it is read, role, where)."""
        how, role, where = kind
        if not how or stream.objgen in self.done:
            return
        self.done.add(stream.objgen)
        try:
            raw = stream.read_bytes()
        except Exception:  # noqa: BLE001  damage of one stream; qpdf raises what it likes
            return
        if how == "xml":
            found = decode(raw)
            text: str | None = found.view.decode()
        else:
            text = decoded(raw)
        if text is None or (how == "guess" and not places.readable(text)):
            return
        if how == "xml" and "<" in text:
            mark = "\ufeff" if found.encoding.startswith("utf-16") else ""
            inner = leaves.Leaves(text, lambda new: stream.write(encode(mark + new, found.encoding)))
            for number, name, leaf in inner.leaves():
                yield Text(role, f"{where} {name}".strip(), leaf, partial(inner.set, number))
        elif how == "rich" and "<" in text:
            yield Text(role, where, leaves.plain(text), lambda new: stream.write(encoded(leaves.rich(new))))
        elif text.strip():
            yield Text(role, where, text, lambda new: stream.write(encoded(new)))

    def _grouped(self) -> Iterator[Text]:
        """Names of destinations, files and scripts: one text for the entry in the tree and all that refer to it."""
        for raw, write in self.group.all():
            text = decoded(raw)
            if text and text.strip():
                yield Text("meta", "name", text, write)


def _gone(_: str) -> None:
    """Signatures are not changed: `drop` takes them out."""


def drop(pdf: Pdf) -> list[str]:
    """Take out what nobody reads and what does not survive a change: private data, thumbnails, dates of change, signatures.

    Also puts the name trees in order again.  Call it once, after the last `Text.set`.  Gives warnings (keys of report.reasons).
    """
    warnings: dict[str, None] = {}
    for one in pdf.objects:
        entries = one.stream_dict if isinstance(one, Stream) else one
        if not isinstance(entries, Dictionary):
            continue
        for key in ("/PieceInfo", "/LastModified", "/Thumb"):
            if key in entries:
                del entries[key]
                if key == "/Thumb":
                    warnings["thumbnail-removed"] = None
        if entries.get("/FT") == Name.Sig and "/V" in entries:
            del entries["/V"]
            warnings["signature-broken"] = None
    for key in ("/Perms", "/DSS", "/SpiderInfo"):
        if key in pdf.Root:
            del pdf.Root[key]
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/SigFlags" in form:
        del form["/SigFlags"]
    names.in_order(pdf)
    return list(warnings)
