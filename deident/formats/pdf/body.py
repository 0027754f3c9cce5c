"""All content streams of a document: pages, forms, appearances, patterns, and those that nothing shows; read, found again, replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Object, Operator, Pdf

from deident.formats.pdf import images
from deident.formats.pdf.cuts import Cut
from deident.formats.pdf.glyphs import Placed, Stream, placed
from deident.formats.pdf.matrices import UNIT
from deident.formats.pdf.page import Page, appearances, inherited, place, within
from deident.formats.pdf.pages import Reader


class Body:
    """Streams of a document.  `damaged`: one of them could not be parsed."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._reader = Reader()
        self.pages = [self._page(page.obj, number) for number, page in enumerate(pdf.pages, 1)]
        self._numbers = {stream.id: page.number for page in reversed(self.pages) for stream in page.streams()}
        self._loose = list(self._rest(pdf))

    @property
    def streams(self) -> list[Stream]:
        """All of them, in the order they were read."""
        return self._reader.streams

    @property
    def damaged(self) -> bool:
        """See the class."""
        return self._reader.damaged

    def _page(self, page: Object, number: int) -> Page:
        resources = inherited(page, "/Resources")
        inner = resources if isinstance(resources, Dictionary) else Dictionary()
        box: Any = inherited(page, "/CropBox") or inherited(page, "/MediaBox")
        x0, y0, x1, y1 = list(map(float, box)) if isinstance(box, Array) and len(box) == 4 else [0.0] * 4
        edges = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        out = Page(number, edges, [(self._reader.page(page, number, inner), UNIT)])
        notes = page.get("/Annots")
        for note in notes if isinstance(notes, Array) else ():
            if not isinstance(note, Dictionary):
                continue
            out.covered = out.covered or note.get("/Subtype") not in (Name.Link, Name.Widget, Name.Popup)
            for form in appearances(note):
                if (stream := self._reader.form(form, inner)) is None:
                    continue
                if note.get("/Subtype") == Name.Widget and (matrix := place(note, form)):
                    out.shown.append((stream, matrix))
                else:
                    out.apart.append(stream)
        return out

    def _rest(self, pdf: Pdf) -> Iterator[Stream]:
        """Forms and patterns no page draws, and pages that are none: what was left over is in the file all the same."""
        known = {page.obj.objgen for page in pdf.pages}
        for one in pdf.objects:
            if isinstance(one, pikepdf.Stream):
                form = one.get("/Subtype") == Name.Form or one.get("/PatternType") == 1
                if form and one.objgen not in self._reader.ids and (stream := self._reader.form(one, Dictionary())):
                    yield stream
            elif isinstance(one, Dictionary) and one.get("/Type") == Name.Page and one.objgen not in known:
                resources = inherited(one, "/Resources")
                inner = resources if isinstance(resources, Dictionary) else Dictionary()
                yield self._reader.page(one, one.objgen[0], inner, one.objgen)

    def apart(self) -> Iterator[tuple[str, Placed]]:
        """Text that stands on no page as such, with its place: appearances of annotations, patterns, left-overs."""
        shown = {stream.id for page in self.pages for stream in within(top for top, _ in page.shown)}
        for page in self.pages:
            for stream in page.apart:
                if stream.id not in shown:
                    shown.add(stream.id)
                    yield f"page {page.number} annotation", placed(stream.pieces(UNIT, set()))
        for stream in self._loose:
            if stream.id not in shown:
                shown.add(stream.id)
                yield "not shown", placed(stream.pieces(UNIT, shown))

    def where(self, stream: Stream) -> str:
        """ "page 3", or "" for what no page draws."""
        number = self._numbers.get(stream.id)
        return f"page {number}" if number else ""

    def drawn(self) -> Iterator[tuple[str, list[Stream]]]:
        """Streams page by page."""
        for page in self.pages:
            yield f"page {page.number}", page.streams()
        yield "not shown", self._loose

    def used(self, cuts: Mapping[int, Sequence[Cut]]) -> dict[tuple[int, int], set[int]]:
        """Fonts from which glyphs were removed (object ids), and the codes that are still shown.  `cuts` by number in `streams`."""
        out: dict[tuple[int, int], set[int]] = {}
        left: list[tuple[Stream, Any]] = []
        for number, stream in enumerate(self.streams):
            keep = np.ones(len(stream.glyphs), np.bool_)
            for cut in cuts.get(number, ()):
                keep[cut.rows] = False
            for font in np.unique(stream.glyphs.font[~keep]).tolist():
                if font >= 0 and (id := self._reader.fonts[font].id) != (0, 0):
                    out.setdefault(id, set())
            left.append((stream, keep))
        for id in self._elsewhere():
            out.pop(id, None)
        for stream, keep in left:
            for font, codes in enumerate(self._reader.fonts):
                if codes.id in out:
                    mine = keep & (stream.glyphs.font == font)
                    out[codes.id].update(np.unique(stream.glyphs.code[mine]).tolist())
        return out

    def _elsewhere(self) -> Iterator[tuple[int, int]]:
        """Fonts that write what is not read here: glyphs of Type 3 fonts, and fields that a viewer fills in."""
        form: Any = self._pdf.Root.get("/AcroForm")
        holders = [form.get("/DR")] if isinstance(form, Dictionary) else []
        holders += [font.font.get("/Resources") for font in self._reader.fonts if font.font.get("/Subtype") == Name.Type3]
        for holder in holders:
            fonts = holder.get("/Font") if isinstance(holder, Dictionary) else None
            yield from (
                (font.objgen for font in fonts.values() if isinstance(font, Dictionary)) if isinstance(fonts, Dictionary) else ()
            )

    # writing, in another opening of the same bytes

    def replace(self, pdf: Pdf, stream: Stream, change: Callable[[list[Any]], list[Any]]) -> None:
        """Parse a stream, change its instructions, put it back."""
        found = _find(pdf, stream.id)
        data = pikepdf.unparse_content_stream(change(list(pikepdf.parse_content_stream(found))))
        if isinstance(found, pikepdf.Stream):
            found.write(data)
        else:
            found.Contents = pdf.make_stream(data)

    def inline(self, stream: tuple[int, int], instruction: int) -> Any:
        """An inline picture."""
        found: Any = pikepdf.parse_content_stream(_find(self._pdf, stream))[instruction]
        return found.iimage

    def outline(self, pdf: Pdf, picture: images.Picture, data: bytes) -> None:
        """Draw another picture where an inline one stood.  The numbers of instructions stay."""
        assert picture.stream is not None
        holder = _find(pdf, picture.stream)
        resources = inherited(holder, "/Resources")
        if not isinstance(resources, Dictionary):
            resources = holder.Resources = Dictionary()
        if "/XObject" not in resources:
            resources.XObject = Dictionary()
        name = next(f"/Inline{n}" for n in range(1 << 20) if f"/Inline{n}" not in resources.XObject)
        resources.XObject[name] = images.outline(pdf, data)

        def change(instructions: list[Any]) -> list[Any]:
            instructions[picture.instruction] = ContentStreamInstruction([Name(name)], Operator("Do"))
            return instructions

        self.replace(pdf, next(one for one in self.streams if one.id == picture.stream), change)


def _find(pdf: Pdf, id: tuple[int, int]) -> Object:
    """A page (0, number) or an object."""
    return pdf.pages[id[1] - 1].obj if id[0] == 0 else pdf.get_object(id)
