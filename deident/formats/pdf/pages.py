"""Content streams read: which glyphs they show, with what codes, and where (ISO 32000-1, 7.8.2, 8.10).

pikepdf (qpdf) takes a stream apart, run.py follows it.  A form is read once, in its own space; pages place it (glyphs.py).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Set
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object, PdfError

from deident.formats import Unreadable
from deident.formats.pdf.fonts import Font
from deident.formats.pdf.glyphs import Glyphs, Stream
from deident.formats.pdf.run import Run
from deident.formats.pdf.state import FRESH, State

MOST = 2_000_000  # operators of a document
_LARGE = 64 << 20  # bytes of a stream
_DEPTH = 8  # forms within forms
_COMMENT = re.compile(rb"(?:%[^\r\n()]*[\r\n]*)+\Z")


class Reader:
    """Reads the streams of one document: each once.  `damaged`: was there one that could not be parsed?"""

    def __init__(self) -> None:
        self.fonts: list[Font] = []
        self.streams: list[Stream] = []
        self.damaged = False
        self._operators = 0
        self._numbers: dict[Any, int] = {}
        self._known: dict[tuple[int, int], Stream | None] = {}

    def font(self, font: Object | None) -> int:
        """Place of a font in `fonts`, by its dictionary; -1 for none."""
        if not isinstance(font, Dictionary):
            return -1
        key: Any = font.objgen if font.objgen != (0, 0) else font.unparse()
        if key not in self._numbers:
            self._numbers[key] = len(self.fonts)
            self.fonts.append(Font(font))
        return self._numbers[key]

    def page(self, page: Object, number: int, resources: Dictionary, id: tuple[int, int] | None = None) -> Stream:
        """The contents of a page (number from 1); `id`: of one that is not among the pages."""
        return self._read(page, id or (0, number), resources, FRESH, 0)

    def form(self, form: Object, resources: Dictionary, state: State = FRESH, depth: int = 0) -> Stream | None:
        """A form; None inside of itself and too deep.  `resources`: those around it, where it has none of its own."""
        if form.objgen not in self._known:
            if depth > _DEPTH:
                return None
            self._known[form.objgen] = None  # as long as it is being read
            own = form.get("/Resources")
            inner = own if isinstance(own, Dictionary) else resources
            self._known[form.objgen] = self._read(form, form.objgen, inner, state.inside(), depth)
        return self._known[form.objgen]

    @property
    def ids(self) -> Set[tuple[int, int]]:
        """Forms that were read."""
        return self._known.keys()

    def _read(self, stream: Object, id: tuple[int, int], resources: Dictionary, state: State, depth: int) -> Stream:
        def form(inner: Object, state: State) -> Stream | None:
            return self.form(inner, resources, state, depth + 1)

        run = Run(self, resources, form, state)
        for number, instruction in enumerate(self._instructions(stream)):
            run.step(number, instruction)
        glyphs = Glyphs.of(run.rows, run.shows)
        out = Stream(id, glyphs, run.draws, run.properties, run.images, run.inline, run.ink)
        self.streams.append(out)
        return out

    def _instructions(self, stream: Object) -> list[Any]:
        try:
            end = _end(stream)
            with warnings.catch_warnings(record=True) as remarks:
                warnings.simplefilter("always")
                instructions = list(pikepdf.parse_content_stream(stream))
        except (PdfError, TypeError, ValueError):
            self.damaged = True
            return []
        # qpdf says nothing where an array or a string never ends: all that follows is lost
        last = str(instructions[-1].operator).replace("INLINE IMAGE", "EI") if instructions else ""
        self.damaged = self.damaged or bool(remarks) or not end.endswith(last.encode()) or (bool(end) and not last)
        self._operators += len(instructions)
        if self._operators > MOST:
            raise Unreadable("bomb")
        return instructions


def _end(stream: Object) -> bytes:
    """The last bytes of a content stream, without blanks and comments."""
    contents: Any = stream if isinstance(stream, pikepdf.Stream) else stream.get("/Contents")
    for one in reversed(list(contents) if isinstance(contents, Array) else [contents]):
        data = one.read_bytes() if isinstance(one, pikepdf.Stream) else b""
        if len(data) > _LARGE:
            raise Unreadable("bomb")
        tail = _COMMENT.sub(b"", data[-400:]).rstrip(b" \t\r\n\f\0")
        if tail:
            return tail
    return b""
