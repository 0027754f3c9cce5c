"""The graphics state, as far as it concerns text, and the operators that set it (ISO 32000-1, 8.4 and 9.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from pikepdf import Dictionary, Object

from deident.formats.pdf.fonts import Font
from deident.formats.pdf.matrices import UNIT, Matrix, matrix, moved, times
from deident.formats.pdf.paths import Box

_STACK = 10_000


class State(NamedTuple):
    """CTM, number of the font, size, Tc, Tw, Tz (1 = 100 %), TL, Ts, Tr, is the fill like paper, box of the clip."""

    ctm: Matrix = UNIT
    font: int = -1
    size: float = 0.0
    spacing: float = 0.0
    blank: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0
    pale: bool = False
    clip: Box | None = None

    def inside(self) -> State:
        """That in which a form begins, in its own space."""
        return self._replace(ctm=UNIT, clip=None)


FRESH = State()


class Fonts(Protocol):
    """Where fonts are found."""

    fonts: list[Font]

    def font(self, font: Object | None) -> int:
        """Number of a font; -1 for none."""


class TextState:
    """The current state, and those saved.  `line`, `pen`: text matrices at the start of the line, and where the next glyph goes."""

    def __init__(self, fonts: Fonts, resources: Dictionary, state: State) -> None:
        self.reader, self.resources = fonts, resources
        self.ctm: Matrix = state.ctm
        self.clip: Box | None = state.clip
        self.pale: bool = state.pale
        self.restore(state)
        self.line = self.pen = UNIT
        self._stack: list[State] = []
        self._named: dict[str, int] = {}

    def state(self) -> State:
        """As it is now."""
        return State(
            self.ctm, self.font, self.size, self.spacing, self.blank, self.stretch, self.leading, self.rise, self.mode,
            self.pale, self.clip,
        )  # fmt: skip

    def restore(self, state: State) -> None:
        """As it was then."""
        (
            self.ctm, self.font, self.size, self.spacing, self.blank, self.stretch, self.leading, self.rise, self.mode,
            self.pale, self.clip,
        ) = state  # fmt: skip

    def resource(self, kind: str, name: Any) -> Any:
        """A named resource, or None."""
        group = self.resources.get(kind)
        return group.get(str(name)) if isinstance(group, Dictionary) else None

    # operators: each takes its operands, the last ones where there are too many

    def push(self, args: Any) -> None:
        if len(self._stack) < _STACK:
            self._stack.append(self.state())

    def pop(self, args: Any) -> None:
        if self._stack:
            self.restore(self._stack.pop())

    def concat(self, args: Any) -> None:
        self.ctm = times(matrix(list(args)[-6:]), self.ctm)

    def begin(self, args: Any) -> None:
        self.line = self.pen = UNIT

    def set_font(self, args: Any) -> None:
        name = str(args[-2])
        if name not in self._named:
            self._named[name] = self.reader.font(self.resource("/Font", name))
        self.font, self.size = self._named[name], float(args[-1])

    def set_spacing(self, args: Any) -> None:
        self.spacing = float(args[-1])

    def set_blank(self, args: Any) -> None:
        self.blank = float(args[-1])

    def set_stretch(self, args: Any) -> None:
        self.stretch = float(args[-1]) / 100

    def set_leading(self, args: Any) -> None:
        self.leading = float(args[-1])

    def set_rise(self, args: Any) -> None:
        self.rise = float(args[-1])

    def set_mode(self, args: Any) -> None:
        self.mode = int(args[-1])

    def move(self, args: Any) -> None:
        self.line = self.pen = moved(self.line, float(args[-2]), float(args[-1]))

    def move_leading(self, args: Any) -> None:
        self.leading = -float(args[-1])
        self.move(args)

    def set_matrix(self, args: Any) -> None:
        self.line = self.pen = matrix(list(args)[-6:])

    def next_line(self, args: Any) -> None:
        self.line = self.pen = moved(self.line, 0.0, -self.leading)


STATE: dict[str, Callable[[TextState, Any], None]] = {
    "q": TextState.push, "Q": TextState.pop, "cm": TextState.concat, "BT": TextState.begin, "Tf": TextState.set_font,
    "Tc": TextState.set_spacing, "Tw": TextState.set_blank, "Tz": TextState.set_stretch, "TL": TextState.set_leading,
    "Ts": TextState.set_rise, "Tr": TextState.set_mode, "Td": TextState.move, "TD": TextState.move_leading,
    "Tm": TextState.set_matrix, "T*": TextState.next_line,
}  # fmt: skip
