"""PDF (ISO 32000-1): text read where it is shown, and truly removed.

The source is one byte for each glyph of each content stream, then the strings beside them (strings.py).  An edit of shown text takes
the glyphs out of their stream (remove.py); the file is then written anew, without older revisions and what nothing refers to.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from io import BytesIO

import numpy as np
from pikepdf import Pdf

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.document import Assembly
from deident.formats.office.outside import binary
from deident.formats.parts import PartsDocument
from deident.formats.pdf import attachments, earlier, guard, images, raster, readback, revisions, strings, subset
from deident.formats.pdf.body import Body
from deident.formats.pdf.cuts import Cut, cut, holder
from deident.formats.pdf.glyphs import Stream
from deident.formats.pdf.remove import rewritten
from deident.formats.pdf.view import view
from deident.formats.splice import apply, changes
from deident.model import Edit, SourceMap
from deident.text.charset import decode
from deident.text.maps import shift

_LINES = bytes.maketrans(b"\0\t\r", b"   ")
_CURVES = 60  # on a page without text: more than a drawing of lines, perhaps letters


class PdfDocument(PartsDocument):
    """See the module."""

    format = "pdf"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        _quiet()
        self.pdf, warnings = guard.open_pdf(data, limits)
        self.warn(*warnings)
        self.body = Body(self.pdf)
        self.glyphs: dict[int, Stream] = {}  # number of a part → its stream
        self.labels: dict[int, tuple[Stream, int]] = {}  # number of a part → the property it is
        self.texts: dict[int, int] = {}  # number of a part → the string it is
        for stream in self.body.streams:
            self.glyphs[len(self.parts)] = stream
            stream.start = self.add("", bytes(len(stream.glyphs))).start
        self._border = self.parts[-1].end
        for stream in self.body.streams:
            for number, one in enumerate(stream.properties):
                if one.text:
                    self.labels[len(self.parts)] = (stream, number)
                    self.add("", one.text.encode("utf-8", "replace"))
        self.strings = strings.collect(self.pdf)
        for number, text in enumerate(self.strings):
            self.texts[len(self.parts)] = number
            self.add("", text.text.encode("utf-8", "replace"))
        self.attached = attachments.collect(self.pdf)
        self.pictures = images.listed(self.pdf, self.body.drawn())
        self._pages: list[int] = []  # where pages begin in the view
        self._gone: list[Child] = []  # files of earlier versions

    # reading

    def read(self, out: Assembly) -> None:
        """The pages as one text, then what stands apart from them, then strings."""
        self._look()
        views: list[bytes] = []
        for page in self.body.pages:
            self._pages.append(out.size)
            text, map = view(page.text(), (page.box[0], page.box[2]), page.rules())
            out.extend(text, map)
            views.append(text)
        out.end()
        for where, apart in self.body.apart():
            text, map = view(apart)
            out.later("text", where, text, map)
            views.append(text)
        for number, (stream, _) in self.labels.items():
            self._string(out, number, "attribute", f"{self.body.where(stream)} actual text".strip())
        for number, place in self.texts.items():
            self._string(out, number, self.strings[place].role, self.strings[place].where)
        self._earlier(out, views)
        for piece in revisions.around(self.data):
            self.warn("hidden-bytes")
            part = self.add("", decode(piece).view.translate(_LINES))
            out.later("meta", "hidden", part.data, shift(SourceMap.identity(len(part.data)), part.start))
            if binary(piece):
                self.unseen("hidden-bytes")

    def _earlier(self, out: Assembly, views: list[bytes]) -> None:
        """What earlier versions of the file still hold."""
        if not revisions.earlier(self.data):
            return
        lines = {line for text in views for line in text.decode().split("\n")}
        lines |= {line for one in self.strings for line in one.text.split("\n")}
        files = {earlier.mark(child) for child in self.children()}
        found = earlier.read(self.data, self.limits, lines, files)
        if found.unseen:
            self.unseen("part-unseen")
        self._gone = found.files
        if found.lines:
            self.warn("earlier-versions")
            part = self.add("", "\n".join(found.lines).replace("\0", " ").encode("utf-8", "replace"))
            out.later("text", "earlier version", part.data, shift(SourceMap.identity(len(part.data)), part.start))

    def _string(self, out: Assembly, number: int, role: str, where: str) -> None:
        part = self.parts[number]
        label = f"{where.rpartition('/')[2].lower()}：".encode() if role in ("meta", "attribute") and "/" in where else b""
        label = b"" if role == "title" else label
        own = SourceMap(
            np.array([0, len(label)][not label :], np.int64),
            np.array([part.start, part.start][not label :], np.int64),
            np.array([0, len(part.data)][not label :], np.int64),
            len(label) + len(part.data),
        )
        out.later(role, where, label + part.data, own)

    def _look(self) -> None:
        """What was not seen of it, and what others do not see."""
        lost = known = 0
        for stream in self.body.streams:
            unknown, plain = stream.glyphs.unknown()
            lost, known = lost + unknown, known + plain
        if lost and not known:
            raise Unreadable("unmapped-glyphs", "unscannable")
        if lost:
            self.unseen("unmapped-glyphs")
        if self.body.damaged:
            self.unseen("damaged")
        for page in self.body.pages:
            streams = page.streams()
            if sum(one.ink.curves for one in streams) > _CURVES and not any(
                one.images or one.inline or len(one.glyphs) for one in streams
            ):
                self.unseen("image-needs-ocr")
        self.warn(*readback.unseen(self.data, self.body))

    def locate(self, place: int) -> str:
        """ "page 3"."""
        self.batch()
        number = bisect_right(self._pages, place)
        segments = self.batch().segments
        return f"page {number}" if number and place < int(segments[1] if len(segments) > 1 else 0) else ""

    def children(self) -> Iterable[Child]:
        """Attachments, then pictures."""
        yield from (Child(one.name, one.data) for one in self.attached)
        for picture in images.files(self.pdf, self.pictures, self.body.inline):
            if picture is None:
                self.unseen("image-needs-ocr")
            yield picture or Child("image", b"")
        yield from self._gone

    # writing

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document."""
        shown, beside = self._sorted(edits)
        texts = {number: apply(self.parts[number].data, own).decode() for number, own in beside.items()}
        cuts = cut(self.batch(), self.parts, shown)
        if not (cuts or texts or children):
            return self.data
        made = self._packed(cuts, texts, children or {})
        view = self.batch().view
        if left := readback.still(made, [view[edit.start : edit.end].decode("utf-8", "replace") for edit in shown]):
            made = raster.rasterise(made, pages=left)  # the boxes are drawn by now
            self.warn("rasterised")
            self.unseen("rasterised")
        return made

    def _sorted(self, edits: Sequence[Edit]) -> tuple[list[Edit], dict[int, list[tuple[int, int, bytes]]]]:
        """Edits of shown text, and changes of strings by number of their part."""
        map = self.batch().map
        shown: list[Edit] = []
        beside: list[Edit] = []
        for edit in edits:
            ranges = map.ranges(edit.start, edit.end) if 0 <= edit.start <= edit.end <= map.size else [(0, 0)]
            (shown if ranges and ranges[0][0] < self._border else beside).append(edit)
        found: dict[int, list[tuple[int, int, bytes]]] = {}
        for start, end, new in changes(map, beside, self.encode):
            part = holder(self.parts, start)
            first = self.parts[part].start
            found.setdefault(part, []).append((start - first, end - first, new))
        changes(map, shown, self.encode)  # raises for an edit outside the view
        return shown, found

    def _packed(self, cuts: Mapping[int, list[Cut]], texts: Mapping[int, str], children: Mapping[int, Child | None]) -> bytes:
        pdf, _ = guard.open_pdf(self.data, replace(self.limits, budget=None))
        self._children(pdf, children)
        own = {(s.id, n): texts[part] for part, (s, n) in self.labels.items() if part in texts}
        for number, stream in self.glyphs.items():
            labels = {n: own[stream.id, n] for n in range(len(stream.properties)) if (stream.id, n) in own}
            if number in cuts or labels:
                self.body.replace(pdf, stream, partial(rewritten, stream=stream, cuts=cuts.get(number, ()), strings=labels))
        fresh = strings.collect(pdf)
        for part, text in texts.items():
            if part in self.texts:
                fresh[self.texts[part]].set(text)
        self.warn(*strings.drop(pdf))
        if cuts and subset.prune(pdf, self.body.used(cuts)):
            self.warn("font-unpruned")
        out = BytesIO()
        pdf.save(out, deterministic_id=True, fix_metadata_version=False)
        return out.getvalue()

    def _children(self, pdf: Pdf, children: Mapping[int, Child | None]) -> None:
        files = attachments.collect(pdf) if children else []
        for number, child in children.items():
            if child is None:
                continue
            if number < len(files):
                files[number].set(child.data)
                continue
            if number - len(files) >= len(self.pictures):
                continue  # of an earlier version: gone with it
            picture = self.pictures[number - len(files)]
            if picture.stream is None:
                images.store(pdf.get_object(picture.id), child.data)
            else:
                self.body.outline(pdf, picture, child.data)

    # verifying

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """The file; its strings; its streams unpacked; the text that pdfium reads."""
        yield self.data, ""
        yield "\n".join(text.text for text in self.strings).encode("utf-8", "replace"), "utf-8"
        yield from readback.streams(self.pdf)
        yield readback.text(self.data), "utf-8"


@cache
def _quiet() -> None:
    """What the libraries remark on damaged files goes to no terminal unless the host asks for it."""
    for name in ("pikepdf", "pdfminer"):
        logging.getLogger(name).addHandler(logging.NullHandler())
