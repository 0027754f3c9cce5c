"""What is not text and has no reader here: nothing in it was seen, so it may not be published as it is.

`status` and `reason` go into the report; the batch is one empty segment; writing gives the original bytes back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deident.model import Batch, Edit, SourceMap


class BinaryDocument:
    """status: "unscannable" or "refused"; reason: the format recognised ("PDF document"), or the limit it broke."""

    format = "binary"
    encoding = ""

    def __init__(self, data: bytes, status: str, reason: str) -> None:
        self.data, self.status, self.reason = data, status, reason
        self.warnings: list[str] = []

    def batch(self) -> Batch:
        """One empty segment."""
        none, zero = np.zeros(1, np.int64), np.zeros(1, np.uint8)
        map = SourceMap(none, none, none, 1)
        return Batch(b"\0", np.array([0, 1], np.int64), none, zero, map, np.array([0, len(self.data)], np.int64))

    def write(self, edits: Sequence[Edit]) -> bytes:
        """The original bytes: there is nothing an edit could mean."""
        return self.data
