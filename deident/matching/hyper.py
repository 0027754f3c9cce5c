"""The fast matcher: one Hyperscan (Vectorscan) database for all rules; safe for threads (scratch per thread)."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

from deident.matching.rules import Events, Rule


class HyperscanMatcher:
    """All rules compiled into one block-mode database.  Raises ImportError where `hyperscan` is not installed."""

    name = "hyperscan"

    def __init__(self, rules: Sequence[Rule]) -> None:
        import hyperscan

        self._hyperscan = hyperscan
        self.rules = tuple(rules)
        self.database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        base = hyperscan.HS_FLAG_DOTALL
        if rules:  # Hyperscan cannot compile nothing
            self.database.compile(
                expressions=[re.escape(r.expression) if r.literal else r.expression for r in rules],
                ids=list(range(len(rules))),
                elements=len(rules),
                flags=[base | hyperscan.HS_FLAG_CASELESS if r.caseless else base for r in rules],
            )
        self._local = threading.local()

    def _scratch(self) -> Any:
        if not hasattr(self._local, "scratch"):
            self._local.scratch = self._hyperscan.Scratch(self.database)
        return self._local.scratch

    def events(self, view: bytes) -> Events:
        """Events of all rules in `view` (less than 4 GiB)."""
        packed: list[int] = []
        append = packed.append

        def take(rule: int, _start: int, end: int, _flags: int, _context: object) -> None:
            append(end << 16 | rule)

        if view and self.rules:
            self.database.scan(view, match_event_handler=take, scratch=self._scratch())
        return Events.of(packed)
