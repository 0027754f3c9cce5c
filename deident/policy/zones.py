"""The zones of a document in which the clues of document types are looked for (recognise.py says what they are)."""

from __future__ import annotations

from collections.abc import Container
from itertools import pairwise

import numpy as np

from deident.matching.scene import Scene
from deident.model import ROLES

HEAD, TAIL = 2400, 600  # bytes of running text that are read, at its beginning and its end
RAW = 4 * HEAD  # bytes in which the beginning is looked for: a page's navigation stands before it
SHORT = 24  # bytes of a line (8 Han characters) below which it may be a link of the navigation …
PAGE = 60  # … in a document of more lines than this
TITLE = 200  # bytes of a title


class Zones:
    """The text of the zones of each document of a scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        batch = scene.batch
        self.view = batch.view
        self.first = np.searchsorted(batch.document, np.arange(len(batch) + 1))
        starts = scene.tables.start
        segment = np.searchsorted(batch.segments, starts, "right") - 1 if len(starts) else np.zeros(0, np.int64)
        self.cell_document = batch.document[segment] if len(starts) else segment
        self.cells = np.searchsorted(self.cell_document, np.arange(len(batch) + 1))

    def document(self, number: int) -> list[tuple[str, bytes]]:
        """(zone, text) of a document."""
        batch, view = self.scene.batch, self.view
        titles, texts, tail, size = [], [], b"", 0
        for segment in range(int(self.first[number]), int(self.first[number + 1])):
            low, high = int(batch.segments[segment]), int(batch.segments[segment + 1]) - 1
            role = ROLES[batch.role[segment]]
            if role == "title":
                titles.append(view[low : min(high, low + TITLE)])
            elif role == "text" and size < RAW:
                texts.append(view[low : min(high, low + RAW - size)])
                size += high - low
                tail = view[max(high - TAIL, low + RAW) : high] if high - low > RAW else tail
        body = b"\n".join(texts).lstrip(b"\r\n\t ")
        if not titles:
            line = body.split(b"\n", 1)[0]
            titles.append(line[:TITLE] if b"\t" not in line else b"")
        lines = body.split(b"\n")
        if len(lines) > PAGE:
            body, tail = (b"\n".join(line for line in part if len(line) >= SHORT) for part in (lines, tail.split(b"\n")))
        tail = tail or body[max(len(body) - TAIL, HEAD) :]
        body = body[:HEAD] + b"\n" + tail if tail else body
        zones = [("title", b"\n".join(titles)), ("body", body)]
        if heads := self._heads(int(self.cells[number]), int(self.cells[number + 1])):
            zones.append(("heads", heads))
        return zones

    def _heads(self, low: int, high: int) -> bytes:
        """Header cells and first rows among the cells low … high."""
        tables = self.scene.tables
        if low >= high:
            return b""
        part = slice(low, high)
        fresh = np.ones(high - low, np.bool_)
        fresh[1:] = np.diff(tables.table[part]) != 0
        first_line = tables.line[part][np.maximum.accumulate(np.where(fresh, np.arange(high - low), 0))]
        chosen = np.flatnonzero(tables.header[part] | (tables.line[part] == first_line))[:400] + low
        return b"\n".join(
            self.view[a:b].strip()
            for a, b in zip(tables.start[chosen].tolist(), tables.end[chosen].tolist(), strict=True)
            if b - a <= 90
        )

    def owner(self, table: int) -> int:
        """The document that a table lies in."""
        return int(self.cell_document[int(np.searchsorted(self.scene.tables.table, table))])

    def tables(self, documents: Container[int]) -> list[tuple[int, list[tuple[str, bytes]]]]:
        """Tables with a caption of their own: number and (zone, text): the line or two above it, and its headers."""
        tables, segments = self.scene.tables, self.scene.batch.segments
        found: list[tuple[int, list[tuple[str, bytes]]]] = []
        if not len(tables.start):
            return found
        fresh = np.flatnonzero(np.concatenate(([True], np.diff(tables.table) != 0)))
        borders = np.append(fresh, len(tables.start)).tolist()
        for low, high in pairwise(borders):
            if int(self.cell_document[low]) not in documents:
                continue
            start = int(tables.start[low])
            floor = int(segments[np.searchsorted(segments, start, "right") - 1])
            above = self.view[max(floor, start - 400) : start].split(b"\n")[-4:-1]
            caption = [line for line in above if 6 <= len(line.strip()) <= 150 and b"\t" not in line]
            if caption and start - floor > 400:
                found.append((int(tables.table[low]), [("title", b"\n".join(caption)), ("heads", self._heads(low, high))]))
        return found
