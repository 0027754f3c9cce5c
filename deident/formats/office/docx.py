"""Word documents (ECMA-376-1, 17; transitional and strict): the body, then headers, footers, notes, comments and all other parts."""

from __future__ import annotations

import posixpath
import re

from deident.formats.document import Assembly
from deident.formats.office.ooxml import OoxmlReader
from deident.formats.office.package import PackageDocument
from deident.formats.parts import Part

_ORDER = ("document", "header", "footer", "footnotes", "endnotes", "comments")
OWN = re.compile(r"\A(?:word|ppt|xl)/(?!.*\.rels\Z).*\.(?:xml|vml)\Z", re.I)


class DocxDocument(PackageDocument):
    """See the module."""

    format = "docx"

    def ordered(self) -> list[Part]:
        """The body first."""
        return sorted(super().ordered(), key=self._rank)

    def _rank(self, part: Part) -> tuple[int, int]:
        kind, number = kind_of(part.name)
        return (_ORDER.index(kind) if kind in _ORDER and "/glossary/" not in part.name else len(_ORDER), number)

    def read_part(self, part: Part, out: Assembly) -> None:
        """One part; those of Word are text."""
        if not OWN.match(part.name):
            self.read_common(part, out)
            return
        kind, number = kind_of(part.name)
        where = "" if kind == "document" else kind + (str(number) if number else "")
        if "/glossary/" in part.name:
            where = f"glossary {where}".strip()
        self.take(part, out, OoxmlReader(self.decoded(part).view, where))


def kind_of(name: str) -> tuple[str, int]:
    """Kind and number of a part.

    >>> kind_of("word/header12.xml")
    ('header', 12)
    """
    stem = posixpath.basename(name).split(".")[0]
    letters = stem.rstrip("0123456789")
    return letters, int(stem[len(letters) :][:9] or 0)
