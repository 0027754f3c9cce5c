"""What a metafile draws, as far as it can tell something: texts and where they stand, bitmaps, files inside, comments.

The readers of records (emf.py, emfplus.py, wmf.py) keep a `Context` ([MS-EMF] 3.1.1, the playback device context) and put what they find
on a `Canvas`.  Offsets are those of the file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from deident.formats import Limits, Unreadable
from deident.formats.image.dib import Dib

WIDE = "utf-16-le"
GUESS = ""  # of a font that claims to be Western: Chinese programs do so, too
_CHARSETS = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
    178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_MOST = 1_000_000  # characters of one file
_DEEP = 1000  # saved contexts
_FAR = 1e7
GLYPHS, UPDATE = 0x10, 1  # ETO_GLYPH_INDEX, TA_UPDATECP ([MS-EMF] 2.1.11, [MS-WMF] 2.1.2.3)

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Spans = Sequence[tuple[int, int]]


class Font(NamedTuple):
    """escapement: degrees, counterclockwise."""

    codec: str = GUESS
    em: float = 12.0
    escapement: float = 0.0


PLAIN = Font()


class Text(NamedTuple):
    """A string where it is drawn: x, y of the middle of its line, pixels; steps: widths of its bytes (of its units, if they are wide)."""

    start: int
    size: int
    codec: str
    x: float
    y: float
    angle: int
    em: float
    steps: Sequence[float]
    align: int
    layer: int


class Bitmap(NamedTuple):
    """Pixels of a record and the rectangle they are drawn to: x, y, width, height."""

    dib: Dib
    spans: Spans
    place: tuple[float, float, float, float]


class Inner(NamedTuple):
    """A file inside.  check: place of its check sum, -1 for none."""

    ending: str
    spans: Spans
    check: int = -1


class Note(NamedTuple):
    """A string that is not drawn."""

    label: str
    start: int
    size: int


def times(one: Matrix, two: Matrix) -> Matrix:
    """First `one`, then `two`."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = two
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def codec(charset: int) -> str:
    """Of a font ([MS-WMF] 2.1.1.5)."""
    return _CHARSETS.get(charset, GUESS)


def finite(value: float, least: float = -_FAR, most: float = _FAR) -> float:
    """A number that can be reckoned with."""
    return min(max(value, least), most) if math.isfinite(value) else max(least, 0.0)


@dataclass(slots=True)
class Context:
    """How coordinates of the records lead to pixels, and what text looks like."""

    font: Font = PLAIN
    align: int = 0
    mode: int = 1
    world: Matrix = IDENTITY
    window: tuple[float, float] = (0.0, 0.0)
    window_size: tuple[float, float] = (1.0, 1.0)
    port: tuple[float, float] = (0.0, 0.0)
    port_size: tuple[float, float] = (1.0, 1.0)
    at: tuple[float, float] = (0.0, 0.0)

    def matrix(self) -> Matrix:
        """World to pixels."""
        across, down = 1.0, 1.0
        if self.mode in (7, 8):
            across, down = (
                finite(own / size) if size else 1.0 for own, size in zip(self.port_size, self.window_size, strict=True)
            )
        elif 2 <= self.mode <= 6:  # metric and English modes count upwards
            down = -1.0
        left, top = self.port[0] - self.window[0] * across, self.port[1] - self.window[1] * down
        return times(self.world, (across or 1.0, 0.0, 0.0, down or 1.0, left, top))


@dataclass(slots=True)
class Canvas:
    """See the module.  regions: stretches of which only strings are looked for; flaws: reasons why not all was seen; tail: where the records end."""

    data: bytes
    limits: Limits
    texts: list[Text] = field(default_factory=list)
    bitmaps: list[Bitmap] = field(default_factory=list)
    inner: list[Inner] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    regions: list[tuple[int, int]] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    context: Context = field(default_factory=Context)
    saved: list[Context] = field(default_factory=list)
    size: int = 0
    tail: int = 0

    def save(self) -> None:
        """SAVEDC."""
        if len(self.saved) < _DEEP:
            self.saved.append(replace(self.context))

    def restore(self, number: int) -> None:
        """RESTOREDC: a context by its number, or so many back."""
        place = len(self.saved) + number if number < 0 else number - 1
        if 0 <= place < len(self.saved):
            self.context = self.saved[place]
            del self.saved[place:]

    def text(self, start: int, size: int, codec: str, at: tuple[float, float], options: int, steps: Sequence[float]) -> None:
        """A string of `size` bytes drawn in the context."""
        if size <= 0 or start < 0 or start + size > len(self.data):
            return
        if options & GLYPHS:
            if self.data[start : start + size].strip(b"\0"):
                self.flaws.append("unmapped-glyphs")
            return
        context = self.context
        updates = context.align & UPDATE
        x, y = context.at if updates else at
        if updates:
            along = sum(steps) if steps else size * context.font.em / (2 if codec != WIDE else 4)
            context.at = finite(x + along), y
        self.put(start, size, codec, (x, y), context.matrix(), context.font, steps, context.align, 0)

    def put(
        self,
        start: int,
        size: int,
        codec: str,
        at: tuple[float, float],
        matrix: Matrix,
        font: Font,
        steps: Sequence[float],
        align: int,
        layer: int,
    ) -> None:
        """A string drawn through a matrix.  Raises Unreadable."""
        self.size += size
        if self.size > _MOST:
            raise Unreadable("bomb")
        a, b, c, d, e, f = matrix
        turn = math.degrees(math.atan2(b, a)) if b else 0.0  # mirrored pages do not mirror text
        angle = round(finite(turn - font.escapement)) % 360
        em = finite(abs(font.em) * math.hypot(c, d), 0.01)
        wide = math.hypot(a, b)
        x, y = finite(at[0] * a + at[1] * c + e), finite(at[0] * b + at[1] * d + f)
        up = {0: -0.5, 8: 0.5, 24: 0.35}.get(align & 24, 0.35)
        sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
        x, y = x + up * em * sin, y - up * em * cos
        steps = [finite(step * wide) for step in steps]
        self.texts.append(Text(start, size, codec, finite(x), finite(y), angle, em, steps, align, layer))

    def region(self, start: int, end: int) -> None:
        """Bytes that no structure explains."""
        end = min(end, len(self.data))
        if end - start >= 4 and self.data.count(0, start, end) < end - start:
            self.regions.append((start, end))
