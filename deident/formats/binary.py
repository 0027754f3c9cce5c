"""What is not text and has no reader here: nothing in it was seen, so it may not be published as it is.

`status` and `reason` go into the report; the batch is one empty segment; writing gives the original bytes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from deident.formats import LIMITS, Child
from deident.model import Batch, Edit, SourceMap


class BinaryDocument:
    """status: "unscannable" or "refused"; reason: the format recognised ("PDF document"), or the limit it broke."""

    encoding = ""
    archive = False
    limits = LIMITS

    def __init__(self, data: bytes, status: str, reason: str, format: str = "binary") -> None:
        self.data, self.status, self.reason, self.format = data, status, reason, format
        self.warnings: list[str] = []

    def batch(self) -> Batch:
        """One empty segment."""
        none, zero = np.zeros(1, np.int64), np.zeros(1, np.uint8)
        map = SourceMap(none, none, none, 1)
        return Batch(b"\0", np.array([0, 1], np.int64), none, zero, map, np.array([0, len(self.data)], np.int64))

    def children(self) -> Iterable[Child]:
        """None that could be reached."""
        return ()

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """The original bytes: there is nothing an edit could mean."""
        return self.data

    def locate(self, place: int) -> str:
        """Nothing to locate."""
        return ""

    def source(self, start: int, end: int) -> bytes:
        """Of its bytes."""
        return self.data[start:end]

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """The bytes."""
        return ((self.data, ""),)
