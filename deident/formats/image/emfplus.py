"""Records of EMF+ inside the comments of an EMF ([MS-EMFPLUS] 2.3): strings, and objects with pictures.

An object may go on over several records; its spans are put together.
"""

from __future__ import annotations

import math
from struct import unpack_from

from deident.formats.image import dib
from deident.formats.image.canvas import IDENTITY, WIDE, Bitmap, Canvas, Font, Inner, Matrix, finite, times

_OBJECT, _COMMENT, _STRING, _DRIVER = 0x4008, 0x4003, 0x401C, 0x4036
_SAVE, _RESTORE, _BEGIN, _BEGIN_PLAIN, _END = 0x4025, 0x4026, 0x4027, 0x4028, 0x4029
_SET, _RESET, _MULTIPLY, _TRANSLATE, _SCALE, _ROTATE, _PAGE = range(0x402A, 0x4031)
_BRUSH, _IMAGE, _FONT = 1, 5, 6
_AFTER = 0x2000  # the matrix is multiplied from the other side
_HEAD = 28  # of an EmfPlusBitmap in an EmfPlusImage
_MAGIC = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"II*\0": "tif", b"MM\0*": "tif", b"BM": "bmp"}
_MOST = 1000  # saved matrices
_LEADING = 1.2  # em


class Plus:
    """Reads the records of all comments, one after the other."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.data = canvas, canvas.data
        self.world, self.page = IDENTITY, 1.0
        self._saved: dict[int, tuple[Matrix, float]] = {}
        self._fonts: dict[int, float] = {}
        self._open: list[tuple[int, int]] = []  # spans of an object that goes on
        self._left = self._kind = self._number = 0

    def read(self, at: int, end: int) -> None:
        """The records of one comment."""
        while at + 12 <= end:
            kind, flags, size, length = unpack_from("<HHII", self.data, at)
            if size < 12 or size & 3 or at + size > end or length > size - 12:
                self.canvas.flaws.append("damaged")
                self.canvas.region(at, end)
                return
            self._record(kind, flags, at + 12, at + 12 + length)
            at += size

    def close(self) -> None:
        """An object that never ended cannot be read."""
        if self._left:
            self.canvas.flaws.append("damaged")
            self._left = 0

    def _record(self, kind: int, flags: int, at: int, end: int) -> None:
        if kind == _OBJECT:
            self._object(flags, at, end)
        elif kind == _STRING:
            self._string(flags, at, end)
        elif kind == _DRIVER:
            self._driver(flags, at, end)
        elif kind == _COMMENT or kind > 0x403A or kind < 0x4001:
            self.canvas.region(at, end)
        elif _SAVE <= kind <= _PAGE:
            self._place(kind, flags, at, end)

    def _floats(self, at: int, end: int, count: int) -> tuple[float, ...]:
        return tuple(finite(one) for one in unpack_from(f"<{count}f", self.data, at)) if at + 4 * count <= end else ()

    def _place(self, kind: int, flags: int, at: int, end: int) -> None:
        """Where it is drawn: 2.3.7, 2.3.9."""
        if kind in (_SAVE, _BEGIN, _BEGIN_PLAIN):
            number = int.from_bytes(self.data[end - 4 : end], "little") if end - at >= 4 else 0
            if len(self._saved) < _MOST or number in self._saved:
                self._saved[number] = self.world, self.page
        elif kind in (_RESTORE, _END):
            number = int.from_bytes(self.data[at : at + 4], "little") if end - at >= 4 else 0
            self.world, self.page = self._saved.get(number, (self.world, self.page))
        elif kind == _RESET:
            self.world = IDENTITY
        elif kind == _PAGE:
            self.page = (*self._floats(at, end, 1), 1.0)[0] or 1.0
        else:
            values = self._floats(at, end, {_TRANSLATE: 2, _SCALE: 2, _ROTATE: 1}.get(kind, 6))
            if values:
                own = _matrix(kind, values)
                old = self.world
                made = own if kind == _SET else times(old, own) if flags & _AFTER else times(own, old)
                a, b, c, d, e, f = (finite(one) for one in made)
                self.world = (a, b, c, d, e, f)

    def _put(self, start: int, size: int, at: tuple[float, float], em: float, steps: tuple[float, ...], align: int) -> None:
        a, b, c, d, e, f = (finite(one * self.page) for one in self.world)
        self.canvas.put(start, size, WIDE, at, (a, b, c, d, e, f), Font(WIDE, em or 12.0, 0.0), steps, align, 1)

    def _string(self, flags: int, at: int, end: int) -> None:
        """DrawString (2.3.4.14): brush, format, length, rectangle, characters."""
        if end - at < 28:
            return
        (count,) = unpack_from("<I", self.data, at + 8)
        x, y, _, _ = self._floats(at + 12, end, 4)
        start = at + 28
        if start + 2 * count > end:
            self.canvas.flaws.append("damaged")
            self.canvas.region(start, end)
            return
        em = self._fonts.get(flags & 0xFF, 12.0)
        held = self.data[start : start + 2 * count].decode(WIDE, "surrogatepass")
        for line in held.splitlines(keepends=True):
            size = 2 * len(line) + 2 * sum(one > "\uffff" for one in line)
            self._put(start, size, (x, y), em, (), 0)
            start += size
            y += _LEADING * em

    def _driver(self, flags: int, at: int, end: int) -> None:
        """DrawDriverString (2.3.4.6): glyphs or characters, and where each stands."""
        if end - at < 16:
            return
        _, options, _, count = unpack_from("<IIII", self.data, at)
        start = at + 16
        places = start + 2 * count
        if places > end:
            self.canvas.flaws.append("damaged")
            self.canvas.region(start, end)
            return
        if not count:
            return
        if not options & 1:  # not DriverStringOptionsCmapLookup
            if self.data[start:places].strip(b"\0"):
                self.canvas.flaws.append("unmapped-glyphs")
            return
        em = self._fonts.get(flags & 0xFF, 12.0)
        if options & 4:  # only the first has a place
            x, y = self._floats(places, end, 2) or (0.0, 0.0)
            self._put(start, 2 * count, (x, y), em, (), 24)
            return
        points = self._floats(places, end, 2 * count) or (0.0,) * (2 * count)
        xs, ys = points[::2], points[1::2]
        first = 0
        for number in range(1, count + 1):
            if number == count or abs(ys[number] - ys[first]) > 0.1 * em or not 0 <= xs[number] - xs[number - 1] < 3 * em:
                steps = tuple(xs[place + 1] - xs[place] for place in range(first, number - 1))
                self._put(start + 2 * first, 2 * (number - first), (xs[first], ys[first]), em, steps, 24)
                first = number

    def _object(self, flags: int, at: int, end: int) -> None:
        """Object (2.3.5.1); with the flag C and a total size it goes on in the next one."""
        kind, number = flags >> 8 & 0x7F, flags & 0xFF
        if self._left and (kind, number) != (self._kind, self._number):
            self.close()
        if flags & 0x8000 and end - at >= 4:
            if not self._left:
                self._open, self._kind, self._number = [], kind, number
                (self._left,) = unpack_from("<I", self.data, at)
            at += 4
        elif not self._left:
            self._open, self._left = [], end - at
        take = min(self._left, end - at)
        self._open.append((at, at + take))
        self._left -= take
        if not self._left:
            self._whole(kind, number)

    def _whole(self, kind: int, number: int) -> None:
        spans = self._open
        raw = b"".join(self.data[start:end] for start, end in spans)
        if kind == _FONT and len(raw) >= 8:
            self._fonts[number] = finite(unpack_from("<f", raw, 4)[0], 0.01)
        elif kind == _IMAGE:
            self._image(raw, 0)
        elif kind == _BRUSH and raw[4:8] == b"\2\0\0\0" and len(raw) >= 16:  # a texture (2.2.2.45)
            self._image(raw, 40 if raw[8] & 2 else 16)

    def _image(self, raw: bytes, at: int) -> None:
        """EmfPlusImage (2.2.1.4) at a place of an object."""
        if len(raw) < at + 16:
            return
        (sort,) = unpack_from("<I", raw, at + 4)
        if sort == 2:
            size = min(unpack_from("<I", raw, at + 12)[0], len(raw) - at - 16)
            ending = "wmf" if unpack_from("<I", raw, at + 8)[0] in (1, 2) else "emf"
            self.canvas.inner.append(Inner(ending, self._part(at + 16, at + 16 + size)))
        elif sort == 1 and len(raw) > at + _HEAD:
            width, height, stride, pixels, packed = unpack_from("<iiiII", raw, at + 8)
            body = raw[at + _HEAD :]
            if packed == 1:
                ending = next((name for mark, name in _MAGIC.items() if body.startswith(mark)), "bin")
                self.canvas.inner.append(Inner(ending, self._part(at + _HEAD, len(raw))))
                return
            made = dib.raster(width, height, stride, pixels, body)
            if made is None or made.start + made.size > len(body):
                self.canvas.flaws.append("unsupported")
                return
            start = at + _HEAD + made.start
            self.canvas.bitmaps.append(Bitmap(made, self._part(start, start + made.size), (0.0, 0.0, 0.0, 0.0)))
        elif sort != 1:
            self.canvas.flaws.append("unsupported")

    def _part(self, start: int, end: int) -> list[tuple[int, int]]:
        """A stretch of the object that was put together, as spans of the file."""
        found, place = [], 0
        for low, high in self._open:
            first, last = max(start - place, 0), min(end - place, high - low)
            if first < last:
                found.append((low + first, low + last))
            place += high - low
        return found


def _matrix(kind: int, values: tuple[float, ...]) -> Matrix:
    if kind == _TRANSLATE:
        return (1.0, 0.0, 0.0, 1.0, values[0], values[1])
    if kind == _SCALE:
        return (values[0], 0.0, 0.0, values[1], 0.0, 0.0)
    if kind == _ROTATE:
        sin, cos = math.sin(math.radians(values[0])), math.cos(math.radians(values[0]))
        return (cos, sin, -sin, cos, 0.0, 0.0)
    a, b, c, d, e, f = values
    return (a, b, c, d, e, f)
