"""Cells as columns of UTF-8 (the layout of Arrow), and how they become the lines of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.formats.xlsx.middle import copy
from deident.model import Ints

INNER = "\x1e"  # between the elements of a list in one cell
_FLAT = bytes.maketrans(b"\0\t\n\x0b\x0c\r\x1e", b"      ,")
_TAB, _LF = 9, 10


@dataclass(frozen=True, slots=True)
class Texts:
    """Cell n is `data[offsets[n]:offsets[n + 1]]`, UTF-8; a missing value is empty."""

    data: bytes
    offsets: Ints

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @staticmethod
    def of(texts: Sequence[str]) -> Texts:
        """From strings; a lone surrogate is a question mark."""
        joined = "\0".join(texts)
        data = joined.encode("utf-8", "replace")
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 0)
        if len(ends) + 1 != len(texts) and texts:  # a cell holds NUL
            parts = [text.encode("utf-8", "replace") for text in texts]
            return Texts(b"".join(parts), np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int64))
        if not len(texts):
            return Texts(b"", np.zeros(1, np.int64))
        ends = np.append(ends, len(data)) - np.arange(len(ends) + 1)
        return Texts(data.replace(b"\0", b""), np.concatenate(([0], ends)).astype(np.int64))

    @staticmethod
    def at(distinct: Texts, codes: Ints) -> Texts:
        """Cell n is the distinct text `codes[n]`; -1 is missing."""
        return Texts(distinct.data + b"", np.append(distinct.offsets, distinct.offsets[-1])).take(
            np.where(codes < 0, len(distinct), codes)
        )

    def take(self, rows: Ints) -> Texts:
        """Some rows, as data of their own."""
        length = self.offsets[rows + 1] - self.offsets[rows] if len(rows) else np.zeros(0, np.int64)
        offsets = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
        out = np.empty(int(offsets[-1]), np.uint8)
        if len(rows):
            copy(np.frombuffer(self.data, np.uint8), self.offsets[rows], length, out, offsets[:-1])
        return Texts(out.tobytes(), offsets)

    def edited(self, start: Ints, end: Ints, new: Sequence[str] | NDArray[Any]) -> Texts:
        """With `data[start:end]` replaced, in order and apart; each lies within one cell."""
        data, parts, at = self.data, list[bytes](), 0
        made = [text.encode() for text in new]
        for first, last, text in zip(start.tolist(), end.tolist(), made, strict=True):
            parts += (data[at:first], text)
            at = last
        parts.append(data[at:])
        row = np.searchsorted(self.offsets, start, "right") - 1
        grown = np.array([len(text) for text in made], np.int64) - (end - start)
        by_row = np.bincount(row, grown, len(self)).astype(np.int64)
        return Texts(b"".join(parts), self.offsets + np.concatenate(([0], np.cumsum(by_row))))

    def parted(self, sign: bytes) -> bytes:
        """All cells, one behind the other, each ended by a sign of one byte."""
        out = np.full(len(self.data) + len(self), sign[0], np.uint8)
        keep = np.ones(len(out), np.bool_)
        keep[self.offsets[1:] + np.arange(len(self))] = False
        out[keep] = np.frombuffer(self.data, np.uint8)
        return out.tobytes()

    def strings(self) -> list[str]:
        """All cells as strings."""
        if b"\0" not in self.data:
            return self.parted(b"\0").decode("utf-8", "replace").split("\0")[:-1]
        return self.cells(range(len(self)))

    def cells(self, rows: Iterable[int]) -> list[str]:
        """Some cells as strings."""
        ends = self.offsets
        return [self.data[int(ends[row]) : int(ends[row + 1])].decode("utf-8", "replace") for row in rows]


@dataclass(frozen=True, slots=True)
class View:
    """The text of a table: its header's line, then a line for each of `rows`; `width` cells a line.  Cell (n, column) has the number
    `n * width + column` and stands at `starts:ends`."""

    text: bytes
    starts: Ints
    ends: Ints
    rows: Ints
    width: int

    def cell(self, places: Ints) -> Ints:
        """The cell that each place lies in; below 0 in the header."""
        cell: Ints = np.searchsorted(self.starts, places, "right") - 1
        return cell

    def apart(self, start: Ints, end: Ints, new: NDArray[Any]) -> tuple[Ints, Ints, NDArray[Any]]:
        """Edits within one cell (and one element of a list) each, none touching another; without those of the header."""
        inside = start >= (self.starts[0] if len(self.starts) else 0)
        start, end, new = start[inside], end[inside], new[inside]
        taken = np.maximum.accumulate(np.concatenate((np.zeros(1, np.int64), end)))[:-1]
        keep = start >= taken
        start, end, new = start[keep], end[keep], new[keep]
        over = np.flatnonzero(end > self.ends[self.cell(start)]) if len(start) else start
        if not len(over):
            return start, end, new
        rows: list[tuple[int, int, Any]] = []
        for n in over.tolist():
            first, last = self.cell(start[n : n + 1])[0], self.cell(end[n : n + 1] - 1)[0]
            for place, cell in enumerate(range(int(first), int(last) + 1)):
                low, high = max(int(start[n]), int(self.starts[cell])), min(int(end[n]), int(self.ends[cell]))
                if low < high or not place:
                    rows.append((low, max(low, high), hidden(self.text[low:high]) if place else new[n]))
        rest = np.setdiff1d(np.arange(len(start)), over)
        first = np.append(start[rest], np.array([r[0] for r in rows], np.int64))
        last = np.append(end[rest], np.array([r[1] for r in rows], np.int64))
        order = np.argsort(first, kind="stable")
        return first[order], last[order], np.append(new[rest], np.array([r[2] for r in rows] + [None], object)[:-1])[order]


def hidden(data: bytes) -> str:
    """What the further pieces of an edit over several cells become."""
    return "*" * len(data.decode("utf-8", "replace"))


def lay(labels: Sequence[bytes], columns: Sequence[Texts], rows: Ints) -> View:
    """The view of some rows.  A table of one column gets an empty one beside it: without a TAB there is no table."""
    lone = len(columns) == 1
    width = len(columns) + lone
    head = b"\t".join([*labels, *([b"-"] if lone else [])]) + b"\n"
    length = np.zeros((len(rows), width), np.int64)
    for n, column in enumerate(columns):
        length[:, n] = column.offsets[rows + 1] - column.offsets[rows]
    ends = np.cumsum(length.ravel() + 1) - 1 + len(head)
    starts = ends - length.ravel()
    size = int(ends[-1]) + 1 if len(ends) else len(head)
    out = np.full(size, _TAB, np.uint8)
    out[: len(head)] = np.frombuffer(head, np.uint8)
    out[ends[width - 1 :: width]] = _LF
    by_row = starts.reshape(len(rows), width)
    for n, column in enumerate(columns):
        if len(rows) and len(column.data):
            source = np.frombuffer(column.data.translate(_FLAT), np.uint8)
            copy(source, column.offsets[rows], length[:, n], out, by_row[:, n])
    return View(out.tobytes(), starts, ends, rows, width)
