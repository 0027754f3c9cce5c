"""Legacy Office and WPS files (.doc .xls .ppt .wps .et .dps): compound files whose text is masked where it stands, byte for byte.

The source is the streams, one after the other, and what no stream owns.  The structures of Word, Excel and PowerPoint give the text; what
they do not explain is searched for runs of text (raw.py).  A replacement takes exactly the bytes of what it replaces; numbers become
0; when anything changes, free sectors and slack are zeroed and the thumbnail goes.  Formats of before 1997 are converted (convert.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from struct import error, unpack_from

from deident.formats import LIMITS, Child, Document, Limits, Unreadable
from deident.formats.document import Assembly
from deident.formats.ole.compound import Compound
from deident.formats.ole.convert import ConvertedDocument
from deident.formats.ole.excel97 import Workbook
from deident.formats.ole.excel97_numbers import plain
from deident.formats.ole.excel97_table import Table
from deident.formats.ole.objects import objects
from deident.formats.ole.patch import patches
from deident.formats.ole.powerpoint97 import Presentation
from deident.formats.ole.raw import runs
from deident.formats.ole.summary import NAMES, properties
from deident.formats.ole.units import NUMBER, WIDE, Piece, Places, apart, built, numeral, read
from deident.formats.ole.word97 import OldFormat, Word
from deident.formats.parts import Part, PartsDocument
from deident.formats.splice import Change, apply
from deident.model import Edit
from deident.text.maps import concat

_MAIN = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt", "PP40": "ppt"}
#: Streams by which a compound file without a document is known as one object of a package.
_OBJECTS = (
    "\x01Ole10Native",
    "CONTENTS",
    "Contents",
    "contents",
    "Package",
    "package_stream",
    "Equation Native",
    "PROJECT",
    "dir",
)
_MACROS = ("VBA", "_VBA_PROJECT_CUR", "Macros", "_VBA_PROJECT")
_OBJECT_SIZE = 16 << 20
_SHOWN = 16 << 20
_CHECKED = 50  # edits whose values are looked for one by one; the engine looks for all


def opened(data: bytes, name: str = "", limits: Limits = LIMITS) -> Document:
    """A compound file, converted where nobody here reads its kind.  Raises Unreadable."""
    try:
        return OleDocument(data, name, limits)
    except OldFormat:
        old = OleDocument(data, name, limits, structured=False)
        ending = {"wps": "doc", "et": "xls", "dps": "ppt"}.get(name.lower().rpartition(".")[2], "doc")
        return ConvertedDocument(data, old, name, ending if old.format == "ole" else old.format, limits)


class OleDocument(PartsDocument):
    """See the module."""

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS, structured: bool = True) -> None:
        """Not `structured`: only runs of text, for what is converted.  Raises Unreadable, OldFormat."""
        super().__init__(data, name, limits)
        self._file = Compound(data)
        limits.take(0, len(self._file.streams))
        self._places = Places()
        self._bodies: list[Word | Workbook | Presentation] = []
        self._tables: list[tuple[int, Table]] = []
        self._slides: list[tuple[int, str]] = []
        self._written = structured
        folders: dict[tuple[str, ...], dict[str, Part]] = {}
        for stream in self._file.streams:
            if stream.path[-1] in ("EncryptedPackage", "EncryptedSummary"):
                raise Unreadable("encrypted")
            folders.setdefault(stream.path[:-1], {})[stream.path[-1]] = self.add("/".join(stream.path), stream.data)
        self._free = self.add("free", b"\0".join(data[low:high] for low, high in self._file.free))
        if any(
            name in _MACROS for path in (*self._file.storages, *(stream.path for stream in self._file.streams)) for name in path
        ):
            self.warn("macros")
        root = folders.get((), {})
        self.format = next((format for name, format in _MAIN.items() if name in root), "ole")
        if structured:
            for path, streams in folders.items():
                self._body(path, streams)
        if self.format == "ole":
            self._check(root)
        self._clips: list[tuple[int, int]] = []
        self._properties = [found for part in self.parts if part.name.split("/")[-1] in NAMES for found in self._summary(part)]
        for body in self._bodies:
            for run in body.runs:
                self._places.add(*run)
        self._objects, closed = objects(self.parts[:-1], limits) if structured else ([], False)
        if closed:
            self.unseen("image-needs-ocr")
        for one in self._objects:
            for low, high in one.spans:
                self._places.add(low, high, NUMBER)  # no text of ours

    def _body(self, path: tuple[str, ...], streams: Mapping[str, Part]) -> None:
        try:
            if part := streams.get("WordDocument"):
                tables = {name: (streams[name].data, streams[name].start) for name in ("0Table", "1Table") if name in streams}
                self._bodies.append(Word(part.data, part.start, tables))
            elif "Book" in streams or "PP40" in streams:
                raise OldFormat
            elif part := streams.get("Workbook"):
                self._bodies.append(Workbook(part.data, part.start))
            elif part := streams.get("PowerPoint Document"):
                user = streams.get("Current User")
                self._bodies.append(Presentation(part.data, part.start, user.data if user else b""))
            elif path and not any(name in streams for name in _OBJECTS) and "\x01CompObj" in streams:
                self.unseen("unsupported-ole")
        except OldFormat:
            if not path:
                raise
            self.unseen("needs-office")
        except error:
            raise Unreadable("damaged") from None

    def _check(self, root: Mapping[str, Part]) -> None:
        """A file without a document: an object of a package, or nothing known."""
        names = {stream.path[-1] for stream in self._file.streams}
        if self._written and (not names & set(_OBJECTS) or len(self.data) > _OBJECT_SIZE):
            if self.name.lower().endswith((".wps", ".et", ".dps")):
                raise OldFormat
            raise Unreadable("unsupported-ole", "unscannable")

    def _summary(self, part: Part) -> Iterable[tuple[str, str, Piece]]:
        """(role, label, view and map) of every property."""
        for label, start, end, codec in properties(part.data):
            place = part.start + start
            if codec == "picture":
                self._clips.append((place, part.start + end))
                self._places.add(place, part.start + end, NUMBER)
                continue
            self._places.add(place, part.start + end, codec)
            if codec == NUMBER:
                piece = numeral(plain(unpack_from("<d", part.data, start)[0]), place, 8)
            else:
                piece = built(read(part.data[start:end], place, codec))
            yield "title" if label == "title" else "meta", label, piece

    def read(self, out: Assembly) -> None:
        """Documents, what stands beside them, properties, and runs of text in all the rest."""
        for body in self._bodies:
            if isinstance(body, Word):
                out.extend(*built(body.body))
                out.end()
            elif isinstance(body, Workbook):
                shown = sum(len(cell.shown[0]) for sheet in body.sheets for cell in sheet.cells)
                if shown > max(_SHOWN, 32 * len(self.data)):  # one long string in every cell
                    raise Unreadable("bomb")
                for sheet in body.sheets:
                    table = Table(sheet)
                    self._tables.append((out.size, table))
                    out.extend(*table.piece)
                    out.end("text", sheet.name)
                for where, piece in body.numbers:
                    out.later("meta", where, *piece)
            else:
                for slide in body.slides:
                    self._slides.append((out.size, slide.where))
                    out.extend(*built(slide.text))
                out.end()
            for beside in body.beside:
                self._later(out, beside.role, beside.where, beside.label, built(beside.text))
        for role, label, piece in self._properties:
            self._later(out, role, label or "property", f"{label}：" if label and role != "title" else "", piece)
        for part in self.parts:
            pieces: list[Piece] = []
            for start, end, codec in sorted(runs(part.data, self._places.mask(part.start, part.end))):
                self._places.add(part.start + start, part.start + end, codec)
                pieces += [built(read(part.data[start:end], part.start + start, codec)), apart(b"\n")]
            if pieces:
                out.later("meta", printable(part.name), *concat(pieces[:-1]))

    def _later(self, out: Assembly, role: str, where: str, label: str, piece: Piece) -> None:
        if piece[0].strip():
            out.later(role, where, *(concat([apart(label.encode()), piece]) if label else piece))

    def children(self) -> Iterable[Child]:
        """Pictures and embedded files."""
        return [Child(printable(one.name), one.data) for one in self._objects]

    def locate(self, place: int) -> str:
        """Sheet1!C7, slide 2, paragraph 12."""
        view = self.batch().view
        if self.format == "doc" and (end := view.find(b"\0")) >= place:
            lines = view.count(b"\n", 0, min(place, end)) + 1
            return f"paragraph {lines}"
        number = bisect_right(self._tables, place, key=lambda one: one[0]) - 1
        if number >= 0 and view.find(b"\0", self._tables[number][0]) >= place:
            return self._tables[number][1].at(place - self._tables[number][0])
        number = bisect_right(self._slides, place, key=lambda one: one[0]) - 1
        return self._slides[number][1] if number >= 0 and view.find(b"\0", self._slides[number][0]) >= place else ""

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """Every stream keeps its length.  Raises Unreadable where something inside does not fit, or the result cannot be read again."""
        changes = patches(self.batch().map, edits, self._places)
        streams: dict[int, bytes] = {}
        for number, child in (children or {}).items():
            one, data = self._objects[number], child.data if child else b""
            if one.kind in ("stream", "native"):
                place = bisect_right(self.parts, one.spans[0][0], key=lambda part: part.start) - 1
                streams[place] = one.stream(self.parts[place].data, self.parts[place].start, data)
                continue
            new, at = one.fitted(data), 0
            for low, high in one.spans:
                changes.append((low, high, new[at : at + high - low]))
                at += high - low
        if not changes and not streams:
            return self.data
        if self._clips:
            changes += [(low, high, bytes(high - low)) for low, high in self._clips]
            self.warn("thumbnail-removed")
        if any(not any(new) and high - low in (4, 8) for low, high, new in changes):
            self.warn("number-zeroed")
        changes.sort()
        for number, part in enumerate(self.parts[:-1]):
            if number not in streams and (own := cut(changes, part.start, part.end)):
                streams[number] = apply(part.data, own)
        done = self._file.written(streams)
        self._checked(done, edits)
        return done

    def _checked(self, done: bytes, edits: Sequence[Edit]) -> None:
        """Read again: the same structures, and no removed number anywhere that the text does not show."""
        try:
            again = OleDocument(done, self.name, replace(self.limits, budget=None))
        except (Unreadable, OldFormat):
            raise Unreadable("not-written") from None
        if [part.name for part in again.parts] != [part.name for part in self.parts] or len(again._bodies) != len(self._bodies):
            raise Unreadable("not-written")
        view, shown = self.batch().view, again.batch().view
        values = {view[edit.start : edit.end] for edit in edits[:: len(edits) // _CHECKED + 1] if edit.end - edit.start >= 7}
        values = {value for value in values if value not in shown and sum(0x30 <= byte <= 0x39 for byte in value) >= 7}
        if values:
            own = again.parts_alone()
            if any(form in part for value in values for form in (value, value.decode().encode(WIDE)) for part in own):
                raise Unreadable("not-written")

    def parts_alone(self) -> list[bytes]:
        """The streams without the files inside, which are read apart."""
        bare = [bytearray(part.data) for part in self.parts]
        starts = [part.start for part in self.parts]
        for one in self._objects:
            for low, high in one.spans:
                number = bisect_right(starts, low) - 1
                bare[number][low - starts[number] : high - starts[number]] = bytes(high - low)
        return [bytes(part) for part in bare]

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """Every stream, and what no stream owns; UTF-16 is read from even and from odd places."""
        for data in self.parts_alone():
            yield data, ""
            yield data[1:], ""


def cut(changes: Sequence[Change], start: int, end: int) -> list[Change]:
    """The changes within a part, with its own offsets."""
    low = bisect_right(changes, start - 1, key=lambda one: one[0])
    high = bisect_right(changes, end - 1, key=lambda one: one[0])
    return [(first - start, last - start, new) for first, last, new in changes[low:high]]


def printable(name: str) -> str:
    """A name without the controls that streams of the system begin with."""
    return "".join(character for character in name if character.isprintable())
