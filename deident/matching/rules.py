"""What is matched: a numbered list of expressions and literals, the same for both matchers.

An *event* is (rule number, end offset).  Rules are written so that both matchers report exactly the same events: a literal
at each of its occurrences, an expression at every end of every match.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from deident.model import Ints


@dataclass(frozen=True, slots=True)
class Rule:
    """One expression (over bytes; no lookaround, no anchors) or literal.  `caseless` is ASCII only."""

    expression: bytes
    literal: bool = False
    caseless: bool = False


@dataclass(frozen=True, slots=True)
class Events:
    """Columns: which rule ended where, ordered by end, then by rule.  (n,) each."""

    rule: NDArray[np.int32]
    end: Ints

    @staticmethod
    def of(packed: list[int]) -> Events:
        """From numbers `end << 16 | rule`, in any order, duplicates allowed."""
        both = np.sort(np.fromiter(packed, np.int64, len(packed)), kind="stable")  # they come nearly in order
        if len(both) > 1:
            both = both[np.concatenate(([True], both[1:] != both[:-1]))]
        return Events((both & 0xFFFF).astype(np.int32), both >> 16)


class Matcher(Protocol):
    """Finds the events of its rules in a buffer."""

    name: str
    rules: tuple[Rule, ...]

    def events(self, view: bytes) -> Events: ...
