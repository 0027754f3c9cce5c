"""Records of Windows metafiles ([MS-WMF] 2.3), with or without the header that places them: text, bitmaps, comments, an EMF inside."""

from __future__ import annotations

from struct import unpack_from

from deident.formats import Unreadable
from deident.formats.image import dib
from deident.formats.image.canvas import Bitmap, Canvas, Font, Inner, codec

PLACEABLE = b"\xd7\xcd\xc6\x9a"
_TEXT, _EXTTEXT, _ESCAPE, _SELECT, _DELETE, _FONT = 0x521, 0xA32, 0x626, 0x12D, 0x1F0, 0x2FB
#: Records that make an object, each at the lowest free number.
_MAKE = frozenset((0x0F7, 0x0F8, 0x142, 0x1F9, 0x2FA, 0x2FB, 0x2FC, 0x6FD, 0x6FE, 0x6FF))
#: Record → place of the bitmap, of ColorUsage, and of the rectangle: height, width, y, x in 16 bits each.
_BITMAPS = {0xF43: (28, 10, 20), 0xB41: (26, 0, 18), 0x940: (22, 0, 14), 0xD33: (24, 6, 16), 0x142: (10, 8, 0)}
#: Bitmaps that look as the device has them (2.2.2.1): record → place of the header; without one they copy the screen.
_OLD = {0x922: 22, 0xB23: 26, 0x1F9: 6}
_PAIRS = {0x20B: "window", 0x20C: "window_size", 0x20D: "port", 0x20E: "port_size", 0x214: "at"}
#: Records that hold numbers only (2.1.1.1).
_NUMBERS = frozenset((
    0x35, 0x37, 0xF7, 0xF8, *range(0x102, 0x109), 0x127, *range(0x12A, 0x12F), 0x139, 0x149, 0x1F0, 0x201, *range(0x209, 0x210), 0x211,
    0x213, 0x214, 0x220, 0x228, 0x229, 0x231, 0x234, 0x2FA, 0x2FB, 0x2FC, 0x324, 0x325, 0x410, 0x412, 0x415, 0x416, 0x418, 0x419, 0x41B,
    0x41F, 0x436, 0x538, 0x548, 0x61C, 0x61D, 0x6FF, 0x817, 0x81A, 0x830,
))  # fmt: skip
_ICON = 24
_STACK = 1 << 16


class Wmf:
    """Reads a file onto a canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas, self.data = canvas, canvas.data
        self._objects: dict[int, Font | None] = {}
        self._free = 0  # no number below it is free
        self._enhanced: list[tuple[int, int]] = []
        self._check = -1
        self._read()

    def _read(self) -> None:
        data, canvas = self.data, self.canvas
        at = 22 if data.startswith(PLACEABLE) else 0
        if len(data) < at + 18 or unpack_from("<H", data, at + 2)[0] != 9:
            raise Unreadable("damaged")
        at += 18
        kind = 1
        while at + 6 <= len(data):
            words, kind = unpack_from("<IH", data, at)
            size = 2 * words
            if size < 6 or at + size > len(data):
                canvas.flaws.append("damaged")
                break
            if kind == 0x1E:
                canvas.save()
            elif size > 6:
                self._record(kind, at, size)
            at += size
            if not kind:
                break
        if self._enhanced:
            canvas.inner.append(Inner("emf", self._enhanced, self._check))
        canvas.tail = at

    def _record(self, kind: int, at: int, size: int) -> None:
        canvas, data, context = self.canvas, self.data, self.canvas.context
        if kind in _MAKE:
            self._make(kind, at, size)
        if kind in _PAIRS and size >= 10:
            y, x = unpack_from("<hh", data, at + 6)
            setattr(context, _PAIRS[kind], (float(x), float(y)))
        elif kind == _TEXT:
            self._text(at, size)
        elif kind == _EXTTEXT:
            self._exttext(at, size)
        elif kind in _BITMAPS:
            self._bitmap(kind, at, size)
        elif kind in _OLD:
            place = _OLD[kind]
            if size != 2 * ((kind >> 8) + 3) and size >= place + 6:
                _, wide, tall = unpack_from("<HHH", data, at + place)
                if max(wide, tall) >= _ICON:
                    canvas.flaws.append("unsupported")
        elif kind == _ESCAPE:
            self._escape(at, size)
        elif size >= 8:
            self._state(kind, at, size)

    def _state(self, kind: int, at: int, size: int) -> None:
        canvas, context = self.canvas, self.canvas.context
        (value,) = unpack_from("<h", self.data, at + 6)
        if kind == 0x103:
            context.mode = value
        elif kind == 0x12E:
            context.align = value & 0xFFFF
        elif kind == 0x127:
            canvas.restore(value)
        elif kind == _SELECT:
            context.font = self._objects.get(value) or context.font
        elif kind == _DELETE:
            if self._objects.pop(value, self) is not self:
                self._free = min(self._free, value)
        elif kind in (0x20F, 0x211) and size >= 10:
            y, x = unpack_from("<hh", self.data, at + 6)
            name = "window" if kind == 0x20F else "port"
            left, top = getattr(context, name)
            setattr(context, name, (left + x, top + y))
        elif kind not in _NUMBERS and kind not in _MAKE:
            canvas.region(at + 6, at + size)

    def _make(self, kind: int, at: int, size: int) -> None:
        while self._free in self._objects:
            self._free += 1
        if len(self._objects) >= _STACK:
            return
        font = None
        if kind == _FONT and size >= 20:
            height, _, escapement = unpack_from("<hhh", self.data, at + 6)
            font = Font(codec(self.data[at + 19]), float(abs(height)) or 12.0, escapement / 10)
        self._objects[self._free] = font

    def _text(self, at: int, size: int) -> None:
        """TEXTOUT (2.3.3.20): length, string, y, x."""
        (count,) = unpack_from("<h", self.data, at + 6) if size >= 8 else (0,)
        end = 8 + (count + 1) // 2 * 2
        if count <= 0:
            return
        if end + 4 > size:
            self._cut(at + 8, at + size)
            return
        y, x = unpack_from("<hh", self.data, at + end)
        self.canvas.text(at + 8, count, self.canvas.context.font.codec, (x, y), 0, ())
        self.canvas.region(at + end + 4, at + size)

    def _exttext(self, at: int, size: int) -> None:
        """EXTTEXTOUT (2.3.3.5): y, x, length, options, rectangle or none, string, steps or none."""
        if size < 14:
            return
        y, x, count, options = unpack_from("<hhhH", self.data, at + 6)
        start = 14 + (8 if options & 6 else 0)
        if count <= 0:
            return
        if start + count > size:
            self._cut(at + 14, at + size)
            return
        end = start + (count + 1) // 2 * 2
        each = 4 if options & 0x2000 else 2
        steps: tuple[int, ...] = ()
        if end + each * count <= size:
            steps = unpack_from(f"<{count * each // 2}h", self.data, at + end)[:: each // 2]
        self.canvas.text(at + start, count, self.canvas.context.font.codec, (x, y), options, steps)
        self.canvas.region(at + end + each * len(steps), at + size)

    def _cut(self, start: int, end: int) -> None:
        self.canvas.flaws.append("damaged")
        self.canvas.region(start, end)

    def _bitmap(self, kind: int, at: int, size: int) -> None:
        place, usage, corner = _BITMAPS[kind]
        if (kind in (0xB41, 0x940) and size == 2 * ((kind >> 8) + 3)) or size < place + 16:
            return  # copies the screen
        data, canvas = self.data, self.canvas
        if kind == 0x142 and unpack_from("<H", data, at + 6)[0] == 3:  # a Bitmap16
            _, wide, tall = unpack_from("<HHH", data, at + 10)
            if max(wide, tall) >= _ICON:
                canvas.flaws.append("unsupported")
            return
        start, end = at + place, at + size
        colours = unpack_from("<H", data, at + usage)[0] if usage else 0
        rows = unpack_from("<H", data, at + 8)[0] if kind == 0xD33 else 0
        made = dib.parse(data[start : min(start + (1 << 16), end)], colours, rows)
        if made is None or (made.packing in (0, 3) and start + made.start + made.size > end):
            canvas.flaws.append("unsupported")
        elif made.packing in (1, 2):
            canvas.inner.append(Inner("bmp", [(start, start + made.start), (start + made.start, end)]))
        elif made.packing in (4, 5):
            canvas.inner.append(Inner(dib.FILES[made.packing], [(start + made.start, end)]))
        else:
            tall, wide, y, x = unpack_from("<hhhh", data, at + corner) if corner else (0, 0, 0, 0)
            first = start + made.start
            canvas.bitmaps.append(Bitmap(made, [(first, first + made.size)], (x, y, wide, tall)))

    def _escape(self, at: int, size: int) -> None:
        """Comments; those marked WMFC hold an EMF in pieces (2.3.6.1)."""
        if size < 10:
            return
        number, count = unpack_from("<HH", self.data, at + 6)
        start, end = at + 10, min(at + 10 + count, at + size)
        mark = self.data[start : start + 8]
        if number == 0x0F and mark == b"WMFC\1\0\0\0" and end - start >= 34:
            (length,) = unpack_from("<I", self.data, start + 22)
            if not self._enhanced:
                self._check = start + 12
            self._enhanced.append((start + 34, min(start + 34 + length, end)))
            self.canvas.region(start + 34 + length, end)
        else:
            self.canvas.region(start, at + size)
