"""PowerPoint 97–2003 presentations ([MS-PPT] v20210622): text of all slides, of the versions that are left from earlier saves, and beside.

A save appends; what it replaces stays in the stream.  All records are read, wherever they stand, so old versions are.  Slides are shown in
the order of the slide list, tables (grouped shapes) as cells by their place, and then what belongs to no slide of today.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from struct import error, unpack_from
from typing import NamedTuple

from deident.formats import Unreadable
from deident.formats.ole.units import WIDE, Characters, inserted, joined, narrow, wide
from deident.formats.ole.word97 import OldFormat, Strings

ENCRYPTED = 0xF3D1C4DF
_DOCUMENT, _SLIDE, _NOTES, _MASTER, _HANDOUT, _LIST, _PERSIST = 0x3E8, 0x3EE, 0x3F0, 0x3F8, 0xFC9, 0xFF0, 0x3F3
_CHARS, _BYTES, _STRING, _EDIT, _DIRECTORY, _CRYPT = 0xFA0, 0xFA8, 0xFBA, 0xFF5, 0x1772, 0x2F14
_LINK, _COMMENT, _GROUP, _SHAPE, _ANCHOR, _HEADERS = 0xFD7, 0x2EE0, 0xF003, 0xF004, 0xF00F, 0xFD9
_DEEP = 24


class Atom(NamedTuple):
    """A text of the stream.  above: (kind, instance, place) of the records around it, outermost first; spot: (left, top) in its group."""

    start: int
    end: int
    kind: int
    above: tuple[tuple[int, int, int], ...]
    spot: tuple[int, int] | None


class Slide(NamedTuple):
    """where: "slide 2"; text: of its text boxes and tables."""

    where: str
    text: Characters


class Presentation:
    """slides; beside: other texts; runs: (start, end, codec) of all text in the source."""

    def __init__(self, data: bytes, start: int, user: bytes) -> None:
        """`data` stands at `start` of the source; `user`: the stream "Current User".  Raises OldFormat, Unreadable."""
        if len(user) >= 16 and unpack_from("<I", user, 12)[0] == ENCRYPTED:
            raise Unreadable("encrypted")
        if len(data) < 8 or unpack_from("<H", data, 2)[0] not in (_DOCUMENT, _SLIDE, _MASTER, _NOTES, _HANDOUT, _EDIT):
            raise OldFormat
        self._data, self._start = data, start
        self.beside: list[Strings] = []
        self.runs: list[tuple[int, int, str]] = []
        self._persist: list[tuple[int, int]] = []  # place of a SlidePersistAtom, the reference in it
        atoms = list(self._atoms())
        if not atoms and not self._persist:
            raise Unreadable("damaged")
        order = self._order(user)
        self._entries = sorted(at for at, _ in self._persist)
        texts: dict[str, list[Atom]] = {}
        for atom in atoms:
            self.runs.append((start + atom.start, start + atom.end, WIDE if atom.kind != _BYTES else "latin-1"))
            kinds = [kind for kind, _, _ in atom.above]
            if atom.kind == _STRING:
                self._beside(atom, kinds)
            else:
                texts.setdefault(self._home(atom, kinds, order), []).append(atom)
        places = sorted(texts, key=lambda where: (0, int(where[6:])) if where[:6] == "slide " and where[6:].isdigit() else (1, 0))
        self.slides = [Slide(where, self._laid(texts[where])) for where in places]

    def _atoms(self) -> Iterator[Atom]:
        """All texts in the order of the stream."""
        data = self._data
        stack: list[tuple[int, int, tuple[tuple[int, int, int], ...]]] = [(0, len(data), ())]
        spots: dict[int, tuple[int, int]] = {}
        while stack:
            at, end, above = stack.pop()
            while at + 8 <= end:
                first, kind, size = unpack_from("<HHI", data, at)
                if not first and not kind and not size:
                    break
                low, high = at + 8, at + 8 + size
                if high > end:
                    raise Unreadable("damaged")  # texts behind it would go unseen
                if first & 0xF == 0xF and len(above) < _DEEP:
                    stack.append((high, end, above))
                    stack.append((low, high, (*above, (kind, first >> 4, at))))
                    break
                if kind == _CRYPT:
                    raise Unreadable("encrypted")
                if kind in (_CHARS, _BYTES, _STRING) and high > low:
                    shape = next((place for own, _, place in reversed(above) if own == _SHAPE), -1)
                    yield Atom(low, high, kind, above, spots.get(shape))
                elif kind == _ANCHOR and high - low >= 16 and above and above[-1][0] == _SHAPE:
                    left, top = unpack_from("<ii", data, low)
                    spots[above[-1][2]] = (left, top)
                elif kind == _PERSIST and high - low >= 4:
                    self._persist.append((at, unpack_from("<I", data, low)[0]))
                at = high

    def _order(self, user: bytes) -> dict[int, str]:
        """Place of a slide's container (or of its entry in the list) → "slide 2", by the last save (2.3.4)."""
        data = self._data
        places: dict[int, int] = {}
        try:
            at = unpack_from("<I", user, 16)[0]
            for _ in range(1000):
                if unpack_from("<H", data, at + 2)[0] != _EDIT:
                    break
                before, directory = unpack_from("<II", data, at + 16)
                size, place = unpack_from("<I", data, directory + 4)[0], directory + 8
                end = min(place + size, len(data))
                while place + 4 <= end:
                    head = unpack_from("<I", data, place)[0]
                    count = min(head >> 20, (end - place - 4) // 4)
                    for number, offset in enumerate(unpack_from(f"<{count}I", data, place + 4)):
                        places.setdefault((head & 0xFFFFF) + number, offset)
                    place += 4 + 4 * count
                if not 0 < before < at:
                    break
                at = before
        except error:
            pass
        order: dict[int, str] = {}
        count = 0
        for entry, reference in self._persist:
            offset = places.get(reference, -1)
            if 0 <= offset <= len(data) - 8 and unpack_from("<H", data, offset + 2)[0] == _SLIDE:
                count += offset not in order
                order[entry] = order.setdefault(offset, f"slide {count}")
        return order

    def _home(self, atom: Atom, kinds: list[int], order: dict[int, str]) -> str:
        for kind, instance, place in atom.above:
            if kind == _SLIDE:
                return order.get(place, "old slide")
            if kind == _LIST:
                entry = bisect_left(self._entries, atom.start) - 1
                return order.get(self._entries[entry], "outline") if entry >= 0 and instance == 0 else "outline"
        return "notes" if _NOTES in kinds else "master" if _MASTER in kinds else "other"

    def _beside(self, atom: Atom, kinds: list[int]) -> None:
        text = wide(self._data[atom.start : atom.end], self._start + atom.start)
        instance = unpack_from("<H", self._data, atom.start - 8)[0] >> 4
        if _COMMENT in kinds:
            label = "" if instance == 1 else "author："
            self.beside.append(Strings("comment", "comment", label, text))
        elif _LINK in kinds:
            self.beside.append(Strings("url", "link", "", text))
        else:
            self.beside.append(Strings("meta", "header" if _HEADERS in kinds else "string", "", text))

    def _laid(self, atoms: list[Atom]) -> Characters:
        """Texts of one slide: cells of a group that stand side by side apart by TAB, all else by LF."""
        parts: list[Characters] = []
        at = 0
        while at < len(atoms):
            group = self._group(atoms[at])
            end = at + 1
            while group >= 0 and end < len(atoms) and self._group(atoms[end]) == group:
                end += 1
            cells = atoms[at:end]
            if len(cells) > 1 and all(cell.spot for cell in cells):
                cells.sort(key=lambda cell: ((cell.spot or (0, 0))[1], (cell.spot or (0, 0))[0]))
                for number, cell in enumerate(cells):
                    beside = number + 1 < len(cells) and (cells[number + 1].spot or (0, 0))[1] == (cell.spot or (0, 0))[1]
                    parts += [self._text(cell, " "), inserted("\t" if beside else "\n")]
            else:
                for cell in cells:
                    parts += [self._text(cell, "\n"), inserted("\n")]
            at = end
        return joined(parts)

    def _group(self, atom: Atom) -> int:
        groups = [place for kind, _, place in atom.above if kind == _GROUP]
        return groups[-1] if len(groups) > 1 else -1

    def _text(self, atom: Atom, line: str) -> Characters:
        read = narrow if atom.kind == _BYTES else wide
        codes, source, width = read(self._data[atom.start : atom.end], self._start + atom.start)
        breaks = (codes == 13) | (codes == 11)
        codes[breaks] = ord(line)
        width[breaks] = 0
        return Characters(codes, source, width)
