"""OpenDocument texts, sheets, slides, drawings (ODF 1.3): content, styles (headers, footers), properties, embedded objects."""

from __future__ import annotations

import posixpath

from deident.formats import LIMITS, Limits, Unreadable
from deident.formats.document import Assembly
from deident.formats.odf.reader import OdfReader
from deident.formats.office.flow import Mark
from deident.formats.office.package import PackageDocument
from deident.formats.parts import Part

_TEXT = ("content.xml", "styles.xml", "settings.xml")
_ORDER = ("content.xml", "styles.xml")
_MANIFEST = "META-INF/manifest.xml"


class OdfDocument(PackageDocument):
    """See the module."""

    format = "odf"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        if any(part.name == _MANIFEST and b"encryption-data" in part.data for part in self.parts):
            raise Unreadable("encrypted")

    def ordered(self) -> list[Part]:
        """The text first."""
        return sorted(super().ordered(), key=lambda part: _ORDER.index(part.name) if part.name in _ORDER else len(_ORDER))

    def read_part(self, part: Part, out: Assembly) -> None:
        """One part; objects have their own content and properties."""
        folder, name = posixpath.split(part.name)
        if name in _TEXT and not folder.startswith("META-INF"):
            self.take(part, out, OdfReader(self.decoded(part).view, folder if name == "content.xml" else part.name[:-4]))
        elif name == "meta.xml":
            self.read_properties(part, out)
        else:
            self.read_common(part, out)

    def named(self, mark: Mark, start: int, place: int) -> str:
        """Of a cell: "Sheet1!C7"."""
        offset, kind, _, row = mark
        if not kind.endswith("!"):
            return super().named(mark, start, place)
        return f"{kind}{column(self.batch().view.count(bytes((9,)), start + offset, place))}{row}"


def column(number: int) -> str:
    """Letters of a column, counted from 0.

    >>> column(2), column(27)
    ('C', 'AB')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
