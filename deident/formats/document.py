"""What the text formats share: decode, put the segments together, keep the batch, splice.

A format adds one method: `read(view, out)` puts the canonical text of the decoded view into an Assembly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from deident.formats import LIMITS, Child, Limits
from deident.formats.inline import pictures, replaced, together
from deident.formats.splice import Change, apply, changes
from deident.model import ROLES, Batch, Edit, Ints, SourceMap
from deident.text.charset import Decoded, decode, encode
from deident.text.maps import MapBuilder, compose

_LARGE = 1000  # pieces of a map


class Assembly(MapBuilder):
    """A batch of one document in the making: text goes in as into a MapBuilder, `end` closes a segment."""

    __slots__ = ("_aside", "_begun", "_later", "_limit", "_role", "_starts", "_where", "warnings")

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limit = limits.max_segments
        self._begun = 0
        self._aside: list[tuple[Ints, ...]] = []  # pieces before those of the builder: starts in the view and source, widths
        self._later: list[tuple[str, str, bytes, SourceMap]] = []
        self._starts = [0]
        self._role: list[int] = []
        self._where: dict[int, str] = {}
        self.warnings: list[str] = []

    def extend(self, data: bytes, map: SourceMap) -> None:
        """See MapBuilder; of a large map all but the last piece is put aside as it is."""
        if data and len(map.view) > _LARGE:
            self._aside.append(tuple(np.array(column, np.int64) for column in (self._view, self._source, self._width)))
            self._aside.append((map.view[:-1] + self.size, map.source[:-1], map.width[:-1]))
            self._view, self._source, self._width = [], [], []
            map = SourceMap(map.view[-1:], map.source[-1:], map.width[-1:], map.size)
        super().extend(data, map)

    def finish(self) -> tuple[bytes, SourceMap]:
        """See MapBuilder."""
        view, last = super().finish()
        if not self._aside:
            return view, last
        blocks = zip(*self._aside, (last.view, last.source, last.width), strict=True)
        starts, source, width = (np.concatenate(column) for column in blocks)
        return view, SourceMap(starts, source, width, last.size)

    def end(self, role: str = "text", where: str = "") -> None:
        """Close the segment that was begun, if it holds anything.  Past the limit segments run together as lines."""
        if self.size == self._begun:
            return
        if len(self._role) >= self._limit:
            self.insert(b"\n")
        else:
            self.insert(b"\0")
            if where:
                self._where[len(self._role)] = where
            self._role.append(ROLES.index(role))
            self._starts.append(self.size)
        self._begun = self.size

    def later(self, role: str, where: str, view: bytes, map: SourceMap) -> None:
        """A segment of its own, to stand after the text."""
        if view:
            self._later.append((role, where, view, map))

    def batch(self, size: int, way: SourceMap) -> Batch:
        """The batch of a document of `size` bytes whose decoded view has the map `way`.  Ends the assembly."""
        self.end()
        for role, where, view, map in self._later:
            self.extend(view, map)
            self.end(role, where)
        if self._starts[-1] != self.size or not self._role:  # what ran together past the limit; or nothing at all
            self.insert(b"\0")
            self._role.append(0)
            self._starts.append(self.size)
        view, map = self.finish()
        document = np.zeros(len(self._role), np.int64)
        segments, roles = np.array(self._starts, np.int64), np.array(self._role, np.uint8)
        return Batch(view, segments, document, roles, compose(map, way), np.array([0, size], np.int64), self._where)


class TextDocument:
    """A document whose bytes are text.  Subclasses set `format` and implement `read`."""

    format = ""
    status, reason, archive = "clean", "", False

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        self.data, self.name, self.limits = data, name, limits
        self._decoded: Decoded = decode(data, self.declared())
        self.encoding = self._decoded.encoding
        self.warnings = list(self._decoded.warnings)
        self._batch: Batch | None = None

    def declared(self) -> str | None:
        """The character set the document claims."""
        return None

    def read(self, view: bytes, out: Assembly) -> None:
        """Put the canonical text of `view` into `out`."""
        raise NotImplementedError

    def batch(self) -> Batch:
        """See Document."""
        if self._batch is None:
            out = Assembly(self.limits)
            self.read(self._decoded.view, out)
            self._batch = out.batch(len(self.data), self._decoded.map)
            self.warnings.extend(out.warnings)
        return self._batch

    def escape(self, text: str) -> str:
        """A replacement as it must be written in this format."""
        return text

    def encode(self, text: str, offset: int) -> bytes:
        """A replacement as bytes at this source offset."""
        return encode(self.escape(text), self.encoding)

    def children(self) -> Iterable[Child]:
        """Pictures in `data:` URLs."""
        return [child for _, _, child in pictures(self.data)]

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document."""
        return self.spliced(changes(self.batch().map, edits, self.encode), children) if edits or children else self.data

    def spliced(self, text: Sequence[Change], children: Mapping[int, Child | None] | None) -> bytes:
        """The bytes with changes of the text and other pictures."""
        return apply(self.data, together(text, replaced(self.data, children or {})))

    def locate(self, place: int) -> str:
        """Lines and segments say where."""
        return ""

    def source(self, start: int, end: int) -> bytes:
        """See Document."""
        return self.data[start:end]

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """The bytes themselves."""
        return ((self.data, self.encoding),)
