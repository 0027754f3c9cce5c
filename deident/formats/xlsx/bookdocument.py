"""The parts of an Excel workbook (ECMA-376-1, 18) that are not its sheets' rows: which there are, and how each of them is read."""

from __future__ import annotations

import re

from deident.formats import LIMITS, Limits, Unreadable
from deident.formats.archive.entries import Entry
from deident.formats.document import Assembly
from deident.formats.escapes import entities
from deident.formats.office.flow import flat
from deident.formats.office.package import PackageDocument
from deident.formats.office.relations import relations, rels_name, resolve
from deident.formats.parts import Part
from deident.formats.xlsx import settings, workbook
from deident.formats.xlsx.bookparts import BookReader
from deident.formats.xlsx.middle import Middle, decoded
from deident.formats.xlsx.numbers import date_styles
from deident.formats.xlsx.pivot import PivotReader
from deident.formats.xlsx.sheet import Sheet
from deident.formats.xlsx.shown import Book
from deident.formats.xlsx.strings import Stretches, no_strings, read_strings
from deident.model import SourceMap
from deident.text.charset import decode
from deident.text.maps import MapBuilder, shift

PIVOT = re.compile(r"(?:\A|/)pivotCache(?:Definition|Records)[^/]*\.xml\Z", re.IGNORECASE)
SETTINGS = re.compile(r"(?:printerSettings|customProperty)[^/]*\.bin\Z", re.IGNORECASE)
_COMMENT = re.compile(r"(?:\A|/)(?:threaded)?comments?[^/]*\.xml\Z", re.IGNORECASE)
_PLAIN = re.compile(r"\Axl/.*\.(?:xml|vml)\Z", re.IGNORECASE)
_DECLARED = re.compile(rb"""(\A<\?xml[^>]*?encoding\s*=\s*["'])([\w.:-]+)""")
_FIELD = re.compile(rb"""<(?:[\w.-]+:)?cacheField\s(?:[^<>]*?\s)?name\s*=\s*"([^"<]*)\"""")
_SINCE_1904 = re.compile(rb"""<(?:[\w.-]+:)?workbookPr\b[^<>]*\bdate1904\s*=\s*["'](?:1|true|on)["']""")


class BookDocument(PackageDocument):
    """A workbook without its tables.

    main, members    name of the workbook's own part; all parts by name
    sheet_entries    its sheets, in order; labels: what locators call them; sheets: those that were read, by part
    definitions      records of pivot caches → the definition that leads to them, by name
    """

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        if any(entry.name.lower().endswith("/workbook.bin") for entry in self.entries):
            raise Unreadable("needs-office", "unscannable")
        self.members = {part.name: part for part in self.ordered()}
        views = {name: self.decoded(part).view for name, part in self.members.items() if name.endswith(".rels")}
        self.main = workbook.main_part(views | dict.fromkeys(self.members.keys() - views.keys(), b""))
        main = self.members.get(self.main)
        self.main_view = self.decoded(main).view if main else b""
        self.sheet_entries = list(workbook.sheets(self.main_view, rels_name(self.main), views, self.members))
        self.linked = {
            link.type: name
            for link in relations(views.get(rels_name(self.main), b""))
            if (name := resolve(rels_name(self.main), link.target)) in self.members
        }
        self._part_starts = [part.start for part in self.parts]
        self._plain = {entry.part for entry in self.sheet_entries} | {self.linked.get("sharedStrings", "")}
        self._cache: dict[str, bytes] = {}  # replacements as they are written there
        self.labels = [workbook.label(entry, number) for number, entry in enumerate(self.sheet_entries, 1)]
        self.sheets: dict[str, Sheet] = {}
        self.definitions = {
            resolve(rels_name(name), link.target): name
            for name in self.members
            if PIVOT.search(name)
            for link in relations(views.get(rels_name(name), b""))
        }

    def add(self, name: str, data: bytes) -> Part:
        """A further part; XML that is not UTF-8 becomes UTF-8 here, so that offsets are those of its text."""
        if name.lower().endswith((".xml", ".rels", ".vml")) and not name.startswith("\0"):
            declared = _DECLARED.search(data[:400])
            found = decode(data, declared[2].decode() if declared else None)
            if len(found.map.view) != 1 or found.map.source[0]:
                self.warn(*found.warnings)
                data = _DECLARED.sub(rb"\1UTF-8", found.view, count=1)
        return super().add(name, data)

    def is_child(self, entry: Entry) -> bool:
        """Settings of printers are searched for text, not opened."""
        return not SETTINGS.search(entry.name) and super().is_child(entry)

    def way(self, part: Part) -> SourceMap:
        """From the part's text to the source."""
        return shift(self.decoded(part).map, part.start)

    def book(self, middle: Middle) -> Book:
        """What the sheets share."""
        strings, styles = (self.members.get(self.linked.get(type, "")) for type in ("sharedStrings", "styles"))
        return Book(
            read_strings(self.decoded(strings).view, self.way(strings), middle) if strings else no_strings(),
            date_styles(self.decoded(styles).view if styles else b""),
            _SINCE_1904.search(self.main_view) is not None,
        )

    def read_part(self, part: Part, out: Assembly) -> None:
        """A part that is neither shared strings nor the rows of a sheet."""
        if part.name in self.sheets:
            self._read_outside(part, self.sheets[part.name], out)
        elif part.name == self.linked.get("sharedStrings"):
            pass
        elif PIVOT.search(part.name):
            definition = self.members.get(self.definitions.get(part.name, ""))
            names = _FIELD.findall(self.decoded(definition).view) if definition else []
            fields = [entities(flat(name))[0] for name in names]
            self.take(part, out, PivotReader(self.decoded(part).view, "pivot cache", fields))
        elif _COMMENT.search(part.name):
            self.take(part, out, BookReader(self.decoded(part).view, "comments", "comment"))
        elif SETTINGS.search(part.name):
            lines = MapBuilder()
            settings.read(part.data, part.start, lines)
            out.later("meta", "printer settings", *lines.finish())
        elif _PLAIN.search(part.name):
            self.take(part, out, BookReader(self.decoded(part).view, part.name.rpartition("/")[2].rpartition(".")[0]))
        else:
            self.read_common(part, out)

    def stretches(self, part: Part, out: Assembly, role: str, where: str, places: Stretches) -> None:
        """Stretches of a part as lines of one segment."""
        view, lines = self.decoded(part).view, MapBuilder()
        for start, end in sorted(places):
            text, map = decoded(view[start:end])
            lines.extend(text, shift(map, start))
            lines.insert(b"\n")
        if lines.size:
            self.later(part, out, role, where, *lines.finish())

    def _read_outside(self, part: Part, sheet: Sheet, out: Assembly) -> None:
        label = sheet.name
        for start, end in sheet.outside:
            reader = BookReader(self.decoded(part).view[start:end], label)
            reader.read()
            self.warn(*reader.warnings)
            for role, where, view, map in [("text", label, *story.close()) for story in reader.stories] + reader.later:
                if view.strip():
                    self.later(part, out, role, where, view, shift(map, start))
        self.stretches(part, out, "text", f"{label} readings", sheet.readings)
        self.stretches(part, out, "attribute", label, sheet.rest)
