"""One pass over the instructions of a content stream: glyphs shown, forms and pictures drawn, marked content.

ISO 32000-1, 8.5, 8.10, 9.4 and 14.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, String

from deident.formats.pdf.fonts import UNKNOWN, Code
from deident.formats.pdf.glyphs import Property, Row, Show, Stream
from deident.formats.pdf.matrices import UNIT, Matrix, matrix, moved, times
from deident.formats.pdf.paths import Box, Ink, Paths, light
from deident.formats.pdf.state import STATE, Fonts, State, TextState
from deident.formats.pdf.text import decoded

_PROPERTIES = ("/ActualText", "/Alt", "/E", "/T")
_MOST = 100_000  # properties
_CLEAR = 0.6  # opacity below which text may not be seen


class Run(TextState):
    """Fed with one instruction after the other (`step`); then `rows`, `shows`, `draws` … are what was met."""

    def __init__(self, fonts: Fonts, resources: Dictionary, form: Callable[[Object, State], Stream | None], state: State) -> None:
        super().__init__(fonts, resources, state)
        self._form = form
        self._number = 0
        self._marked: list[list[Any]] = []  # content that is open: properties, rows before, first Show, its movement
        self.rows: list[Row] = []
        self.shows: list[Show] = []
        self.draws: list[tuple[int, Stream, Matrix]] = []
        self.properties: list[Property] = []
        self.images: list[Any] = []
        self.inline: list[int] = []
        self.ink = Ink()
        self._path = Paths(self.ink)

    def step(self, number: int, instruction: Any) -> None:
        """The next instruction.  Operands that are none make an operator without effect, as viewers have it."""
        name = str(instruction.operator)
        self._number = number
        try:
            if (set := STATE.get(name)) is not None:
                set(self, instruction.operands)
            elif (act := _ACTS.get(name)) is not None:
                act(self, instruction.operands)
            elif (paint := _PAINTS.get(name)) is not None:
                if any(paint):
                    self._path.paint(self.ctm, *paint, self.pale, bool(self.rows))
                self.clip = self._path.end(self.ctm, self.clip)
            elif name in _COLOURS:
                self.pale = light(name, instruction.operands)
            elif name == "INLINE IMAGE":
                self.inline.append(number)
                self._over()
        except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
            pass

    def _over(self) -> None:
        """Something is drawn over what is there."""
        self.ink.doubtful = self.ink.doubtful or bool(self.rows)

    # paths and graphics state

    def _move_to(self, args: Any) -> None:
        self._path.move(float(args[0]), float(args[1]))

    def _line_to(self, args: Any) -> None:
        self._path.line(float(args[0]), float(args[1]))

    def _curve_to(self, args: Any) -> None:
        self._path.curve(float(args[-2]), float(args[-1]))

    def _rectangle(self, args: Any) -> None:
        self._path.rectangle(*(float(one) for one in args))

    def _close(self, args: Any) -> None:
        self._path.close()

    def _clip(self, args: Any) -> None:
        self._path.clip()

    def _extended(self, args: Any) -> None:
        """gs: a dictionary may set the font, and make things transparent."""
        entry = self.resource("/ExtGState", args[0])
        if not isinstance(entry, Dictionary):
            return
        if isinstance(font := entry.get("/Font"), Array):
            self.font, self.size = self.reader.font(font[0]), float(font[1])
        opacity: Any = entry.get("/ca", 1)
        if float(opacity) < _CLEAR or isinstance(entry.get("/SMask"), Dictionary):
            self.ink.doubtful = True

    # glyphs

    def _show_one(self, args: Any) -> None:
        self._show((args[-1],))

    def _show_next(self, args: Any) -> None:
        self.next_line(args)
        self._show((args[-1],))

    def _show_spaced(self, args: Any) -> None:
        self.blank, self.spacing = float(args[-3]), float(args[-2])
        self.next_line(args)
        self._show((args[-1],))

    def _show_array(self, args: Any) -> None:
        self._show(args[-1])

    def _show(self, elements: Iterable[Any]) -> None:
        number, size, spacing = self.font, self.size, self.spacing
        font = self.reader.fonts[number] if number >= 0 else None
        vertical = font is not None and font.vertical
        show, place = len(self.shows), times(self.pen, self.ctm)
        self.shows.append(Show(self._number, place, size, self.stretch, self.rise, vertical))
        if self.pale or self.mode >= 3:
            self.ink.doubtful = True
        along, rows = 0.0, self.rows
        for position, element in enumerate(elements):
            if isinstance(element, String):
                at = 0
                data = bytes(element)
                for code in font.codes(data) if font else [Code(UNKNOWN, 0.5, byte, 1) for byte in data]:
                    advance = code.width * size + spacing
                    if code.size == 1 and code.code == 32:
                        advance += self.blank
                    rows.append(Row(code.text, show, position, at, code.size, code.code, number, along, advance))
                    along += advance
                    at += code.size
            else:
                try:
                    along -= float(element) / 1000 * size
                except (TypeError, ValueError):
                    continue
        self.pen = moved(self.pen, 0.0, along) if vertical else moved(self.pen, along * self.stretch, 0.0)
        if self.clip is not None and not self.ink.doubtful:
            self._clipped(place, times(self.pen, self.ctm), self.clip)
        if self._marked and self._marked[-1][2] is None:
            self._marked[-1][2:] = [show, along]

    def _clipped(self, start: Matrix, end: Matrix, clip: Box) -> None:
        """Is some of it, by its ends, where nothing can be drawn?"""
        (x0, y0), (x1, y1) = start[4:], end[4:]
        near = 0.4 * abs(self.size) * (abs(start[0]) + abs(start[1]))
        inside = clip[0] - near <= min(x0, x1) and max(x0, x1) <= clip[2] + near
        self.ink.doubtful = not (inside and clip[1] - near <= min(y0, y1) and max(y0, y1) <= clip[3] + near)

    # forms, pictures, marked content

    def _draw(self, args: Any) -> None:
        entry = self.resource("/XObject", args[0])
        if not isinstance(entry, pikepdf.Stream):
            return
        kind = entry.get("/Subtype")
        if "/OC" in entry:
            self.ink.doubtful = True
        if kind == Name.Image:
            self.images.append(entry)
            self._over()
        elif kind == Name.Form and (form := self._form(entry, self.state())) is not None:
            self.draws.append((len(self.rows), form, times(matrix_of(entry), self.ctm)))
            if form.images or form.inline or form.ink.filled:
                self._over()

    def _shade(self, args: Any) -> None:
        self._over()

    def _mark(self, args: Any) -> None:
        """BDC, BMC: property lists that stand in the stream itself; those of the resources are strings of the document."""
        texts = []
        if args and args[0] == Name.OC:
            self.ink.doubtful = True
        if len(args) > 1 and isinstance(args[1], Dictionary):
            found = ((key, args[1].get(key)) for key in _PROPERTIES)
            texts = [(self._number, key, decoded(bytes(value)) or "") for key, value in found if isinstance(value, String)]
        self._marked.append([texts, len(self.rows), None, 0.0])

    def _point(self, args: Any) -> None:
        """DP."""
        self._mark(args)
        self._unmark(args)

    def _unmark(self, args: Any) -> None:
        """EMC.  A span that shows no glyph but has an ActualText and a width is a mask (remove.py): it reads as what it says."""
        if not self._marked:
            return
        texts, first, show, along = self._marked.pop()
        for now, key, text in texts:
            rows = len(self.rows) - first
            if key == "/ActualText" and not rows and show is not None:
                self.rows.append(Row(text, show, -1, 0, 0, -1, -1, 0.0, along))
                text = ""
            elif key == "/ActualText" and rows == 1 and len(text) == 1 and text.isprintable():
                self.rows[-1] = self.rows[-1]._replace(text=text)  # an ideograph, where the font says it is a radical
                text = ""
            if len(self.properties) < _MOST:
                self.properties.append(Property(now, key, text, first, len(self.rows)))


def matrix_of(form: Object) -> Matrix:
    """/Matrix of a form."""
    try:
        return matrix(form.get("/Matrix", UNIT))
    except (TypeError, ValueError):
        return UNIT


_ACTS: dict[str, Callable[[Run, Any], None]] = {
    "gs": Run._extended, "Do": Run._draw, "sh": Run._shade, "m": Run._move_to, "l": Run._line_to, "c": Run._curve_to,
    "v": Run._curve_to, "y": Run._curve_to, "re": Run._rectangle, "h": Run._close, "W": Run._clip, "W*": Run._clip,
    "Tj": Run._show_one, "'": Run._show_next, '"': Run._show_spaced, "TJ": Run._show_array, "BDC": Run._mark,
    "BMC": Run._mark, "EMC": Run._unmark, "DP": Run._point,
}  # fmt: skip
#: Operators that end a path: do they fill, do they stroke?
_PAINTS = {
    "f": (True, False), "F": (True, False), "f*": (True, False), "B": (True, True), "B*": (True, True), "b": (True, True),
    "b*": (True, True), "S": (False, True), "s": (False, True), "n": (False, False),
}  # fmt: skip
_COLOURS = frozenset(("g", "rg", "k", "sc", "scn"))
