"""Windows metafiles: pictures made of records that draw, EMF ([MS-EMF]) with EMF+ ([MS-EMFPLUS]), and WMF ([MS-WMF]).

Records keep their sizes: replaced characters take the room of the old ones, filled up with blanks, and nothing else moves.  Bitmaps are
children (BMP), as are files inside; they go back into the same bytes.  Text that was turned into outlines is a drawing like any other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.document import Assembly
from deident.formats.image import dib
from deident.formats.image.canvas import WIDE, Bitmap, Canvas, Inner, Spans
from deident.formats.image.canvas_lines import Char, arrange, chars, western
from deident.formats.image.emf import Emf
from deident.formats.image.metafile_pictures import check, over, pictures
from deident.formats.image.wmf import Wmf
from deident.formats.office.outside import binary
from deident.formats.ole.objects import Object
from deident.formats.ole.raw import runs
from deident.formats.parts import PartsDocument
from deident.formats.splice import Change
from deident.model import Edit
from deident.text.maps import MapBuilder

_SHORT = 32  # bytes behind the last record that are taken for padding
_KINDS = {"png": "png", "jpg": "jpeg"}
_NAMES = {"emf": "metafile", "wmf": "metafile"}


class MetafileDocument(PartsDocument):
    """See the module."""

    format = "metafile"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.add("", data)
        self.canvas = canvas = Canvas(data, limits)
        (Emf if data[40:44] == b" EMF" else Wmf)(canvas)
        for flaw in canvas.flaws:
            self.unseen(flaw)
        rest = data[canvas.tail :]
        if len(rest) > _SHORT and rest.strip(b"\0"):
            canvas.region(canvas.tail, len(data))
            self.warn("hidden-bytes")
            if binary(rest):
                self.unseen("hidden-bytes")
        self._pictures = list(pictures(canvas.bitmaps))
        self._inner = [one for one in canvas.inner if one.spans]
        size = sum(one.dib.width * one.dib.height * 4 for own in self._pictures for one in own)
        size += sum(end - start for one in self._inner for start, end in one.spans)
        self.limits.take(size, len(self._pictures) + len(self._inner))
        self._codecs: list[tuple[int, str]] = []
        self._end = 0  # of the text in the view

    def read(self, out: Assembly) -> None:
        """The text that is drawn; then the description, and strings in comments and unknown records."""
        canvas, data = self.canvas, self.data
        guess = western(data, canvas.texts)
        self._codecs = [(text.start, text.codec or guess) for text in canvas.texts]
        for stretch in arrange(data, canvas.texts):
            _put(out, stretch)
        out.end("text")
        self._end = out.size
        for label, start, size in canvas.notes:
            self._codecs.append((start, WIDE))
            self._later(out, "meta", label, chars(data, start, size, WIDE))
        for start, size, codec in self._strings():
            self._codecs.append((start, codec))
            self._later(out, "comment", "", chars(data, start, size, codec))
        self._codecs.sort()

    def _later(self, out: Assembly, role: str, label: str, own: Sequence[Char]) -> None:
        if any(not one.isspace() for one, _, _ in own):
            line = MapBuilder()
            line.insert(f"{label}：".encode() if label else b"")
            _put(line, own)
            out.later(role, label or "comment", *line.finish())

    def _strings(self) -> Iterator[tuple[int, int, str]]:
        """Start, size and codec of the strings in what no structure explains."""
        pieces: list[bytes] = []
        firsts: list[tuple[int, int]] = []  # place in the pieces, place in the file
        size = 0
        for start, end in self.canvas.regions:
            firsts.append((size, start))
            pieces += (self.data[start:end], bytes(4 + (start - end) % 4))
            size += len(pieces[-1]) + end - start
        joined = b"".join(pieces)
        for start, end, codec in sorted(runs(joined, np.zeros(len(joined), np.bool_)) if joined else ()):
            place, file = firsts[bisect_right(firsts, start, key=lambda one: one[0]) - 1]
            yield file + start - place, end - start, codec

    def locate(self, place: int) -> str:
        """ "line 3"."""
        line = self.batch().view.count(b"\n", 0, place) + 1
        return f"line {line}" if place < self._end else ""

    def children(self) -> Iterable[Child]:
        """Bitmaps, and the files inside."""
        for number, own in enumerate(self._pictures, 1):
            yield Child(f"picture{number}.bmp", dib.written(np.concatenate([self._pixels(one) for one in own])))
        for number, inner in enumerate(self._inner, len(self._pictures) + 1):
            yield Child(f"{_NAMES.get(inner.ending, 'picture')}{number}.{inner.ending}", self._file(inner))

    def _held(self, spans: Spans) -> bytes:
        return b"".join(self.data[start:end] for start, end in spans)

    def _pixels(self, bitmap: Bitmap) -> dib.Bytes:
        return bitmap.dib.pixels(self._held(bitmap.spans))

    def _file(self, inner: Inner) -> bytes:
        held = self._held(inner.spans)
        if inner.ending == "bmp" and not held.startswith(b"BM"):  # a bitmap in a record has no file header
            start = 14 + inner.spans[0][1] - inner.spans[0][0]
            return b"BM" + (14 + len(held)).to_bytes(4, "little") + bytes(4) + start.to_bytes(4, "little") + held
        return held.rstrip(b"\0") if inner.ending in ("png", "jpg", "gif") else held  # what fills their record

    def encode(self, text: str, offset: int) -> bytes:
        """See Document."""
        return text.encode(self._codec(offset), "replace")

    def _codec(self, offset: int) -> str:
        place = bisect_right(self._codecs, offset, key=lambda one: one[0]) - 1
        return self._codecs[max(place, 0)][1]

    def changes(self, edits: Sequence[Edit]) -> list[Change]:
        """Each as long as what it replaces; every character goes where the one was that it stands for."""
        batch = self.batch()
        apart = [piece for edit in edits for piece in self._spread(batch.view, edit)]
        return [(start, end, self._fitted(new, start, end - start)) for start, end, new in super().changes(apart)]

    def _spread(self, view: bytes, edit: Edit) -> Iterator[Edit]:
        """An edit of characters of several records, in parts."""
        map = self.batch().map
        at, new = edit.start, edit.replacement
        try:
            old = view[edit.start : edit.end].decode()
        except UnicodeDecodeError:
            yield edit
            return
        found: list[tuple[int, int, list[tuple[int, int]]]] = []  # start and end in the view, ranges of the source
        for one in old:
            size = len(one.encode())
            found.append((at, at + size, map.ranges(at, at + size)))
            at += size
        drawn = [one for one in found if one[2]]
        if len(new) == len(found):  # what stands between records does not count twice
            new = "".join(one for one, own in zip(new, found, strict=True) if own[2])
        if not drawn:
            yield edit
        first = 0
        for number in range(1, len(drawn) + 1):
            if number == len(drawn) or drawn[number][2][0][0] != drawn[number - 1][2][-1][1]:
                end = None if number == len(drawn) and number - first > 1 else number
                yield Edit(drawn[first][0], drawn[number - 1][1], new[first:end])
                first = number

    def _fitted(self, new: bytes, offset: int, size: int) -> bytes:
        codec = self._codec(offset)
        new = new[:size].decode(codec, "ignore").encode(codec)
        blank = " ".encode(codec)
        return (new + blank * ((size - len(new)) // len(blank))).ljust(size, b"\0")

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document.  Raises Unreadable where a file inside does not fit any more."""
        out = np.frombuffer(bytearray(self.data), np.uint8)
        for start, end, new in self.changes(edits):
            out[start:end] = np.frombuffer(new, np.uint8)
        for number, child in (children or {}).items():
            if child is None:
                continue
            if number < len(self._pictures):
                self._paint(out, self._pictures[number], child.data)
            elif child.data != self._file(inner := self._inner[number - len(self._pictures)]):
                self._replace(out, inner, child.data)
        return out.tobytes()

    def _paint(self, out: dib.Bytes, bitmaps: Sequence[Bitmap], data: bytes) -> None:
        new = dib.read(data)
        if new is not None and new.shape[2] == 3:
            new = np.concatenate((new, np.full_like(new[:, :, :1], 255)), axis=2)
        top = 0
        for one in bitmaps:
            old = self._pixels(one)
            fresh = None if new is None else new[top : top + len(old), :, : old.shape[2]]
            if fresh is None or fresh.shape != old.shape:
                raise Unreadable("not-written")
            top += len(old)
            held = self._held(one.spans)
            over(out, one.spans, held, one.dib.painted(held, fresh))

    def _replace(self, out: dib.Bytes, inner: Inner, data: bytes) -> None:
        held = self._held(inner.spans)
        if inner.ending == "bmp" and not held.startswith(b"BM"):
            if len(data) != 14 + len(held):
                raise Unreadable("not-written")
            data = data[14:]
        new = Object("", held, inner.spans, _KINDS.get(inner.ending, "file")).fitted(data)
        over(out, inner.spans, held, new)
        if inner.check >= 0:
            check(out, inner.check, held, new)

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """The bytes: strings stand in them as they are."""
        return [(self.data, "")]


def _put(out: MapBuilder, stretch: Sequence[Char]) -> None:
    for one, place, width in stretch:
        if place < 0:
            out.insert(one.encode())
        else:
            out.atomic(place, width, one.encode())
