"""Pictures: their metadata, and with the extra `ocr` the text in their pixels.

The source is what was recognised: the text of each distinct frame, then what codes and metadata say.  An edit of recognised text is a
black box over what it changes, in every frame that looks the same; one of metadata takes all of it away.  The file is written by its own format,
lossless where it was, and never with metadata.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deident.formats import LIMITS, Child, Limits, Unreadable
from deident.formats.document import Assembly
from deident.formats.image import lines, metadata, ocr
from deident.formats.image.codes import Code
from deident.formats.parts import Part, PartsDocument
from deident.model import Edit
from deident.text.maps import MapBuilder

if TYPE_CHECKING:
    from deident.formats.image.frames import Reel

_PIXELS = 50_000_000  # of one frame
_FRAMES = 60  # distinct ones that are read
_ICON, _RULE = 24, 8  # pixels: what fits in a square of one, or is thinner than the other, holds no text
_POOR, _ENOUGH = 0.6, 8  # mean score of a picture with at least so many characters


class Place(NamedTuple):
    """Where a stretch of the recognised text stands: its first byte in the source, the line and the character it begins with."""

    start: int
    text: str
    line: int
    first: int


class Page:
    """What was read in one frame and all that look the same."""

    def __init__(self, size: tuple[int, int], found: list[ocr.Line], codes: list[Code]) -> None:
        self.size, self.lines, self.codes = size, found, codes
        self.frames: list[int] = []
        self.pieces = lines.arrange(found)
        self.text = "".join(piece.text for piece in self.pieces)
        self.places: list[Place] = []

    def put(self, start: int) -> None:
        """The text stands in the source from `start` on."""
        for piece in self.pieces:
            self.places.append(Place(start, piece.text, piece.line, piece.first))
            start += len(piece.text.encode())

    def boxes(self, start: int, end: int) -> list[ocr.Quad]:
        """The boxes of what stands in the source from `start` to `end`."""
        from deident.formats.image.paint import stretch

        out: list[ocr.Quad] = []
        for place in self.places[max(0, self.number(start)) :]:
            if place.start >= end:
                break
            if place.line < 0:
                continue
            raw = place.text.encode()
            low, high = max(0, start - place.start), min(len(raw), end - place.start)
            if low < high:
                first = place.first + len(raw[:low].decode("utf-8", "ignore"))
                last = place.first + len(raw[:high].decode("utf-8", "replace"))
                out.append(stretch(self.lines[place.line], first, last))
        return out

    def number(self, source: int) -> int:
        """Which place a byte of the source belongs to."""
        return bisect_right(self.places, source, key=lambda place: place.start) - 1


class ImageDocument(PartsDocument):
    """See the module."""

    format = "image"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.kind = metadata.kind(data)
        sizes = metadata.sizes(data)
        if not self.kind or not sizes or not all(width and height for width, height in sizes):
            raise Unreadable("damaged")
        if any(width * height > _PIXELS for width, height in sizes):
            raise Unreadable("bomb")
        self.bare, self.found = metadata.strip(data)
        self.hidden = False  # is there text where the picture is transparent?
        self.pages: list[Page] = []
        self._texts: list[tuple[str, str, Part]] = []  # role, label and text of codes and metadata
        self._codes: dict[str, tuple[Page, Code]] = {}
        if self.found.private:
            self.warn("metadata")
        if not all(max(size) < _ICON or min(size) < _RULE for size in sizes):
            if ocr.ready():
                self._look()
            else:
                self.unseen("image-needs-ocr", "unscannable")
        for number, page in enumerate(self.pages):
            page.put(self.add(f"frame {number}", page.text.encode()).start)
        for page in self.pages:
            for code in page.codes:
                part = self.add(f"code {len(self._codes)}", code.text.encode())
                self._codes[part.name] = page, code
                self._texts.append(("url" if "://" in code.text[:16] else "text", "", part))
        for number, (label, value) in enumerate(self.found.texts):
            self._texts.append(("meta", label, self.add(f"meta {number}", value.encode("utf-8", "replace"))))

    def _reel(self) -> Reel:
        from deident.formats.image.frames import reel

        return reel(self.data, self.kind, self.found.orientation if self.kind != "tiff" else 1)  # Pillow turns a TIFF itself

    def _look(self) -> None:
        """Read the frames, those that look alike once."""
        from deident.formats.image import codes, frames

        seen: dict[bytes, Page] = {}
        reel = self._reel()
        for number, frame in enumerate(reel.frames()):
            if frame.width * frame.height > _PIXELS:
                raise Unreadable("bomb")
            views = frames.views(frames.turned(frame, self.found.orientation if self.kind != "tiff" else 1))
            digest = blake2b(str([view.shape for view in views.all]).encode())
            for view in views.all:
                digest.update(np.ascontiguousarray(view).data)
            key = digest.digest()
            if key not in seen:
                if len(seen) >= _FRAMES:
                    self.unseen("frames-unseen")
                    break
                height, width = views.seen[0].shape[:2]
                found = [*ocr.read(views.seen[0])]
                for view in views.seen[1:]:
                    found += _further(found, ocr.read(view))
                for view in views.hidden:
                    if more := _further(found, ocr.read(view)):
                        found += more
                        self.hidden = True
                        self.warn("hidden-text")
                seen[key] = Page((width, height), found, codes.read(views.seen[0]))
            seen[key].frames.append(number)
        self.pages = list(seen.values())
        if not self.pages:
            raise Unreadable("damaged")
        read = [line for page in self.pages for line in page.lines]
        size = sum(len(line.text) for line in read)
        if size >= _ENOUGH and sum(line.score * len(line.text) for line in read) / size < _POOR:
            self.unseen("poor-recognition")

    def read(self, out: Assembly) -> None:
        """A segment for every distinct frame, then codes and metadata, each on its own."""
        for number, page in enumerate(self.pages):
            out.copy(self.parts[number].start, self.parts[number].data)
            out.end("text", f"frame {page.frames[0] + 1}" if len(self.pages) > 1 else "")
        for role, label, part in self._texts:
            own = MapBuilder()
            own.insert(f"{label}：".encode() if label else b"")
            own.copy(part.start, part.data)
            out.later(role, "metadata" if role == "meta" else "QR code", *own.finish())

    def locate(self, place: int) -> str:
        """ "line 3" of the picture, "frame 2 line 3" of one with several."""
        source = int(self.batch().map.starts(np.array([place], np.int64))[0])
        number = bisect_right(self.parts, source, key=lambda part: part.start) - 1
        if not 0 <= number < len(self.pages):
            return ""
        page = self.pages[number]
        line = 1 + sum(piece.line < 0 and piece.text in ("\n", "") for piece in page.places[: page.number(source)])
        return f"frame {page.frames[0] + 1} line {line}" if len(self.pages) > 1 else f"line {line}"

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document.  Raises Unreadable where the file cannot be written."""
        if not edits:
            return self.data
        boxes: dict[int, list[ocr.Quad]] = {}
        for part, own in self.by_part(edits):
            kind, _, number = part.name.partition(" ")
            if kind == "frame":
                page = self.pages[int(number)]
                for start, end, new in own:
                    for low, high in differing(part.data[start:end], new):
                        quads = page.boxes(part.start + start + low, part.start + start + high)
                        boxes.setdefault(int(number), []).extend(quads)
            elif kind == "code":
                page, code = self._codes[part.name]
                boxes.setdefault(self.pages.index(page), []).append(code.box)
        return self._painted(boxes) if boxes else self.bare

    def _painted(self, boxes: Mapping[int, list[ocr.Quad]]) -> bytes:
        from deident.formats.image import frames, paint

        masks: dict[int, Any] = {}
        for number, quads in boxes.items():
            page = self.pages[number]
            mask = paint.mask(page.size, quads)
            mask = frames.turned_back(mask, self.found.orientation if self.kind != "tiff" else 1)
            masks |= dict.fromkeys(page.frames, mask)
        if self.kind in ("jpeg", "webp"):
            self.warn("recompressed")
        try:
            new = self._reel().painted(masks)
        except (OSError, ValueError, KeyError):
            raise Unreadable("not-written") from None
        return metadata.strip(new)[0]

    def cleaned(self) -> bytes | None:
        """The file without its metadata and what transparency hides, other pixels untouched; None where there is nothing of the kind
        that must not stay.  Raises Unreadable."""
        if self.hidden:
            return self._painted({})
        return self.bare if self.found.private and self.bare != self.data else None

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """The bytes, and what metadata says, unpacked; what pixels show is read again when the result is opened."""
        return [(self.data, ""), *((part.data, "utf-8") for part in self.parts)]


def differing(old: bytes, new: bytes) -> list[tuple[int, int]]:
    """What of `old` is not in `new`, where both have as many characters (张** for 张三丰); else all of it."""
    before, after = old.decode(), new.decode()
    if len(before) != len(after) or not after.strip("*"):
        return [(0, len(old))]
    found: list[tuple[int, int]] = []
    at = 0
    for one, other in zip(before, after, strict=True):
        size = len(one.encode())
        if one != other:
            first = found.pop()[0] if found and found[-1][1] == at else at
            found.append((first, at + size))
        at += size
    return found


def _further(found: Sequence[ocr.Line], more: Sequence[ocr.Line]) -> list[ocr.Line]:
    """Lines of another view of the same frame that were not read in the first."""
    known = [(line.text, line.box.mean(axis=0)) for line in found]
    return [
        line
        for line in more
        if len(line.text) > 1
        and not any(line.text == text and float(np.abs(line.box.mean(axis=0) - at).max()) < 8 for text, at in known)
    ]
