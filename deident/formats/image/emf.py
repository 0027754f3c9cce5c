"""Records of enhanced metafiles ([MS-EMF] 2.3), those that hold text, bitmaps or comments, and those that say where it is drawn."""

from __future__ import annotations

from struct import unpack_from

from deident.formats import Unreadable
from deident.formats.image import dib
from deident.formats.image.canvas import GLYPHS, IDENTITY, WIDE, Bitmap, Canvas, Font, Inner, Matrix, Note, codec, finite, times
from deident.formats.image.emfplus import Plus

_EOF, _COMMENT, _SMALL, _DIRECT, _ALPHA = 14, 70, 108, 80, 114
_TEXTS = {83: False, 84: True}  # EXTTEXTOUT: wide?
_POLY = {96: False, 97: True}
#: Record → places of offBmi (offBits is 8 behind it), of iUsage, and of the rectangle it is drawn to: x and y, width and height.
_BITMAPS = {
    76: (84, 80, 24, 32), 77: (84, 80, 24, 32), 78: (84, 80, 24, 32), 79: (96, 92, 24, 0), 80: (48, 64, 24, 40), 81: (48, 64, 24, 72),
    114: (84, 80, 24, 32), 116: (84, 80, 24, 32), 93: (16, 12, 0, 0), 94: (16, 12, 0, 0), 95: (12, 0, 0, 0),
}  # fmt: skip
_MASKS = {78: (112, 108, 24, 32), 79: (124, 120, 24, 0)}
#: Colour spaces, escapes, GL: what they hold is not defined here.
_OPAQUE = frozenset((99, 100, 101, 102, 103, 104, 105, 106, 109, 110, 112, 113, 117, 121, 122))
_LAST = 122
_PAIRS = {9: "window_size", 10: "window", 11: "port_size", 12: "port", 27: "at"}
_STACK = 1 << 16  # fonts that are kept


class Emf:
    """Reads a file onto a canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.data = canvas, canvas.data
        self._fonts: dict[int, Font] = {}
        self._plus = Plus(canvas)
        self._read()

    def _read(self) -> None:
        data, at, kind = self.data, 0, 0
        canvas = self.canvas
        while at + 8 <= len(data) and kind != _EOF:
            kind, size = unpack_from("<II", data, at)
            if size < 8 or size & 3 or at + size > len(data):
                canvas.flaws.append("damaged")
                break
            if at == 0:
                self._header(size)
            elif kind == 33:
                canvas.save()
            elif size > 8:
                self._record(kind, at, size)
            at += size
        else:
            if kind != _EOF and at < len(data):
                canvas.flaws.append("damaged")
        self._plus.close()
        canvas.tail = at

    def _header(self, size: int) -> None:
        """[MS-EMF] 2.3.4.2: the description, two strings."""
        if size < 88:
            raise Unreadable("damaged")
        count, offset = unpack_from("<II", self.data, 60)
        if offset >= 88 and offset + 2 * count <= size and count:
            self.canvas.notes.append(Note("description", offset, 2 * count))
            self.canvas.region(offset + 2 * count, size)
        else:
            self.canvas.region(100, size)

    def _record(self, kind: int, at: int, size: int) -> None:
        canvas, data, context = self.canvas, self.data, self.canvas.context
        if kind in _PAIRS and size >= 16:
            setattr(context, _PAIRS[kind], tuple(float(one) for one in unpack_from("<ii", data, at + 8)))
        elif kind in _TEXTS:
            if size >= 76:
                self._text(at, size, at + 36, _TEXTS[kind])
        elif kind in _POLY:
            if size >= 40:
                count = min(unpack_from("<I", data, at + 36)[0], (size - 40) // 40)
                for number in range(count):
                    self._text(at, size, at + 40 + 40 * number, _POLY[kind], count > 1)
        elif kind == _SMALL:
            self._small(at, size)
        elif kind in _BITMAPS:
            self._bitmap(kind, at, size, *_BITMAPS[kind])
            if kind in _MASKS:
                self._bitmap(kind, at, size, *_MASKS[kind])
        elif kind == _COMMENT:
            self._comment(at, size)
        elif kind in _OPAQUE or not 0 < kind <= _LAST:
            canvas.region(at + 8, at + size)
        elif size >= 12:
            self._state(kind, at, size)

    def _state(self, kind: int, at: int, size: int) -> None:
        canvas, context = self.canvas, self.canvas.context
        (value,) = unpack_from("<I", self.data, at + 8)
        if kind == 17:
            context.mode = value
        elif kind == 22:
            context.align = value
        elif kind == 34:
            canvas.restore(value - (1 << 32) if value >> 31 else value)
        elif kind == 35 and size >= 32:
            context.world = self._matrix(at + 8)
        elif kind == 36 and size >= 36:
            (way,) = unpack_from("<I", self.data, at + 32)
            own, old = self._matrix(at + 8), context.world
            made = {1: IDENTITY, 2: times(own, old), 3: times(old, own), 4: own}.get(way, old)
            context.world = sane(made)
        elif kind == 37:
            context.font = self._fonts.get(value, context.font)
        elif kind == 40:
            self._fonts.pop(value, None)
        elif kind == 82 and size >= 104 and len(self._fonts) < _STACK:
            height, _, escapement = unpack_from("<iii", self.data, at + 12)
            self._fonts[value] = Font(codec(self.data[at + 35]), float(abs(height)) or 12.0, escapement / 10)

    def _matrix(self, at: int) -> Matrix:
        a, b, c, d, e, f = unpack_from("<6f", self.data, at)
        return sane((a, b, c, d, e, f))

    def _text(self, at: int, size: int, place: int, wide: bool, several: bool = False) -> None:
        """EmrText ([MS-EMF] 2.2.5) at `place` of a record, which may have several."""
        x, y, count, offset, options = unpack_from("<iiIII", self.data, place)
        (steps_at,) = unpack_from("<I", self.data, place + 36)
        width = 2 if wide else 1
        if not count:
            return
        if offset + width * count > size:
            self.canvas.flaws.append("damaged")
            self.canvas.region(place + 40, at + size)
            return
        each = 8 if options & 0x2000 else 4  # ETO_PDY: with steps downwards
        steps: tuple[float, ...] = ()
        if steps_at and steps_at + each * count <= size:
            steps = unpack_from(f"<{count * each // 4}i", self.data, at + steps_at)[:: each // 4]
        end = offset + width * count
        self.canvas.text(
            at + offset, width * count, WIDE if wide else self.canvas.context.font.codec, (float(x), float(y)), options, steps
        )
        if not options & GLYPHS and not several:
            self.canvas.region(at + end, at + (steps_at if steps and steps_at >= end else size if not steps_at else end))

    def _small(self, at: int, size: int) -> None:
        """SMALLTEXTOUT ([MS-EMF] 2.3.5.37)."""
        if size < 36:
            return
        x, y, count, options = unpack_from("<iiII", self.data, at + 8)
        start = at + (36 if options & 0x100 else 52)
        width = 1 if options & 0x200 else 2
        if start + width * count > at + size:
            self.canvas.flaws.append("damaged")
            self.canvas.region(at + 36, at + size)
            return
        self.canvas.text(start, width * count, "latin-1" if width == 1 else WIDE, (float(x), float(y)), options, ())

    def _bitmap(self, kind: int, at: int, size: int, head: int, usage: int, corner: int, extent: int) -> None:
        if size < max(head + 16, usage + 4, extent + 8):
            return
        offset, length, bits, count = unpack_from("<IIII", self.data, at + head)
        if not length or not count:
            return
        if offset + length > size or bits + count > size:
            self.canvas.flaws.append("damaged")
            return
        rows = unpack_from("<I", self.data, at + 72)[0] if kind == _DIRECT and size >= 76 else 0
        alpha = dib.MULTIPLIED if kind == _ALPHA and self.data[at + 43] & 1 else ""
        colours = unpack_from("<I", self.data, at + usage)[0] if usage else 0
        made = dib.parse(self.data[at + offset : at + offset + length], colours, rows, alpha)
        x, y = unpack_from("<ii", self.data, at + corner) if corner else (0, 0)
        wide, tall = unpack_from("<ii", self.data, at + extent) if extent else (0, 0)
        if made is None or (made.packing in (0, 3) and made.size > count):
            self.canvas.flaws.append("unsupported")
        elif made.packing in (1, 2):
            whole = (at + offset, at + offset + length), (at + bits, at + bits + count)
            self.canvas.inner.append(Inner("bmp", whole))
        elif made.packing in dib.FILES:
            self.canvas.inner.append(Inner(dib.FILES[made.packing], [(at + bits, at + bits + count)]))
        else:
            self.canvas.bitmaps.append(Bitmap(made, [(at + bits, at + bits + made.size)], (x, y, wide, tall)))

    def _comment(self, at: int, size: int) -> None:
        """[MS-EMF] 2.3.3."""
        data, canvas = self.data, self.canvas
        if size < 16:
            return
        start = at + 12
        end = min(start + unpack_from("<I", data, at + 8)[0], at + size)
        mark = data[start : start + 4]
        kind = unpack_from("<I", data, start + 4)[0] if end - start >= 8 else 0
        if mark == b"EMF+":
            self._plus.read(start + 4, end)
        elif mark == b"GDIC" and kind == 0x80000001 and end - start > 24:  # a WMF
            length = min(unpack_from("<I", data, start + 20)[0], end - start - 24)
            canvas.inner.append(Inner("wmf", [(start + 24, start + 24 + length)]))
        elif mark == b"GDIC" and kind == 2 and end - start >= 28:  # a group with a name
            count = min(unpack_from("<I", data, start + 24)[0], (end - start - 28) // 2)
            canvas.notes.append(Note("group", start + 28, 2 * count))
            canvas.region(start + 28 + 2 * count, end)
        elif mark == b"GDIC" and kind == 0x40000004 and end - start >= 28:  # the same in other formats
            count = min(unpack_from("<I", data, start + 24)[0], (end - start - 28) // 16)
            last = start + 28 + 16 * count
            for number in range(count):
                sort, _, length, offset = unpack_from("<IIII", data, start + 28 + 16 * number)
                low = start + offset
                if last <= low and low + length <= end and length:
                    canvas.inner.append(Inner("emf" if sort == 0x464D4520 else "eps", [(low, low + length)]))
                    last = low + length
                else:
                    canvas.flaws.append("damaged")
            canvas.region(last, end)
        else:
            canvas.region(start, end)


def sane(matrix: Matrix) -> Matrix:
    """Numbers that can be reckoned with."""
    a, b, c, d, e, f = (finite(one) for one in matrix)
    return (a, b, c, d, e, f)
