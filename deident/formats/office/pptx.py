"""PowerPoint documents (ECMA-376-1, 19): slides in the order of the presentation with their notes, then all other parts."""

from __future__ import annotations

import re

from deident.formats.document import Assembly
from deident.formats.office.docx import OWN, kind_of
from deident.formats.office.ooxml import OoxmlReader
from deident.formats.office.package import PackageDocument
from deident.formats.office.relations import relations, rels_name, resolve
from deident.formats.parts import Part

_SLIDE = re.compile(rb"<(?:[\w.-]+:)?sldId\b[^>]*?\s[\w.-]+:id\s*=\s*[\"']([^\"']*)[\"']")
_MAIN = "ppt/presentation.xml"
_LAST = 1 << 30


class PptxDocument(PackageDocument):
    """See the module."""

    format = "pptx"

    def ordered(self) -> list[Part]:
        """The slides as they are shown; what belongs to one follows it."""
        parts = super().ordered()
        self._slides = self._numbers({part.name: part for part in parts})
        return sorted(parts, key=lambda part: (self._slides.get(part.name, _LAST), not part.name.startswith("ppt/slides/")))

    def _numbers(self, parts: dict[str, Part]) -> dict[str, int]:
        """Number of its slide for every slide, its notes and charts."""

        def links(name: str) -> dict[str, str]:
            rels = parts.get(rels_name(name))
            found = relations(self.decoded(rels).view) if rels else ()
            return {link.id: resolve(rels_name(name), link.target) for link in found if not link.external}

        own = links(_MAIN)
        order = [own.get(id.decode("utf-8", "replace"), "") for id in _SLIDE.findall(parts[_MAIN].data)] if _MAIN in parts else []
        rest = sorted((name for name in parts if name.startswith("ppt/slides/slide")), key=kind_of)
        slides = list(dict.fromkeys(name for name in (*order, *rest) if name in parts))
        numbers = {name: number for number, name in enumerate(slides, 1)}
        for name in slides:
            for other in links(name).values():
                if not other.startswith(("ppt/slideLayouts/", "ppt/slideMasters/")):
                    numbers.setdefault(other, numbers[name])
        return numbers

    def read_part(self, part: Part, out: Assembly) -> None:
        """One part; those of PowerPoint are text."""
        if not OWN.match(part.name):
            self.read_common(part, out)
            return
        kind, number = kind_of(part.name)
        if part.name in self._slides:
            more = {"slide": "", "notesSlide": " notes"}.get(kind, f" {kind}")
            where = f"slide {self._slides[part.name]}{more}"
        else:
            where = kind + (str(number) if number else "")
        self.take(part, out, OoxmlReader(self.decoded(part).view, where))
