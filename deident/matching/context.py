"""What stands around a place: the nearest cue, the cue classes of its line, all looked up for many places at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deident.matching.plan import Bits, Plan
from deident.matching.rules import Events
from deident.matching.tokens import Buffer, Tokens
from deident.model import Bools, Ints

NEAR = 120  # bytes before a value in which a cue counts (40 Han characters), on the same line
AFTER = 36  # bytes behind it
CLUSTER = 10  # cues that end within so many bytes of the nearest one speak together: 监督 · 举报 · 电话


class Context:
    """Cues of a batch, ordered by their end, and the lines they stand in."""

    def __init__(self, plan: Plan, buffer: Buffer, events: Events, tokens: Tokens) -> None:
        self.plan, self.tokens = plan, tokens
        words = plan.sizes[events.rule] > 0
        self.rule = events.rule[words]
        self.end = events.end[words]
        self.start = self.end - plan.sizes[self.rule]
        self.cue_bits = plan.cue_bits[self.rule]
        self.kind_bits = plan.kind_bits[self.rule]
        self.speaks = plan.labels[self.rule]
        view = np.frombuffer(buffer.view, np.uint8)
        self.breaks = np.flatnonzero((view == 10) | (view == 0)).astype(np.int64)

    def line(self, places: Ints) -> tuple[Ints, Ints]:
        """Start and end of the line of each place."""
        at = np.searchsorted(self.breaks, places, "left")
        padded = np.concatenate(([-1], self.breaks, [np.iinfo(np.int64).max]))
        return padded[at] + 1, padded[at + 1]

    def near(self, starts: Ints, reach: int = NEAR) -> Bits:
        """Cue classes that end before each place, within `reach` bytes and on its line."""
        line, _ = self.line(starts)
        low = np.searchsorted(self.end, np.maximum(line, starts - reach), "right")
        return self.any(low, np.searchsorted(self.end, starts, "right"))

    def after(self, ends: Ints) -> Bits:
        """Cue classes that begin right behind each place, within AFTER bytes and on its line."""
        _, stop = self.line(ends)
        order = np.argsort(self.start, kind="stable")
        starts = self.start[order]
        low = np.searchsorted(starts, ends, "left")
        high = np.searchsorted(starts, np.minimum(stop, ends + AFTER), "left")
        return self.any(low, high, self.cue_bits[order])

    def nearest(self, starts: Ints, classes: int) -> Bits:
        """Of the given classes: those of the nearest cue before each place on its line, and of its cluster."""
        chosen = (self.cue_bits & np.uint64(classes)) != 0
        ends, bits = self.end[chosen], self.cue_bits[chosen] & np.uint64(classes)
        line, _ = self.line(starts)
        high = np.searchsorted(ends, starts, "right")
        last = np.where(high > 0, ends[high - 1] if len(ends) else 0, -1)
        low = np.searchsorted(ends, np.maximum(last - CLUSTER, line), "right")
        return self.any(low, high, bits)

    def cued(self, starts: Ints, ends: Ints, kind: int) -> Bools:
        """Whether the nearest cue before each place, within the kind's reach, speaks of `kind`; or a bracket behind does."""
        reach = self.plan.patterns[kind].reach
        cue_ends, bits = self.end[self.speaks], self.kind_bits[self.speaks, kind // 64]
        if not len(cue_ends):
            return np.zeros(len(starts), np.bool_)
        says = (bits >> np.uint64(kind % 64)) & np.uint64(1)
        high = np.searchsorted(cue_ends, starts, "right")
        last = np.where(high > 0, cue_ends[high - 1], -1)
        # one line break may stand between a cue and its value
        line, _ = self.line(starts)
        line, _ = self.line(np.maximum(line - 1, 0))
        near = (last > line) & (starts - last <= reach)
        low = np.searchsorted(cue_ends, last - CLUSTER, "right")
        before = self.any(low, high, says) > 0
        cue_starts = self.start[self.speaks]
        order = np.argsort(cue_starts, kind="stable")
        following = np.searchsorted(cue_starts[order], ends, "left")
        inside = np.minimum(following, len(order) - 1)
        gap = cue_starts[order][inside] - ends
        behind = (following < len(order)) & (gap >= 1) & (gap <= 4) & (says[order][inside] > 0)
        result: Bools = (near & before) | behind
        return result

    def named(self, starts: Ints, ends: Ints) -> Bools:
        """Whether a label of whatever kind stands right before each place: nothing but a few signs, or numbers as wide, between.

        A number that another label names is not a bare phone: 执法证号 19180203011、19180203027.
        """
        labels = self.end[self.speaks]
        at = np.searchsorted(labels, starts, "right")
        last = np.where(at > 0, labels[at - 1] if len(labels) else 0, -1)
        tokens = np.searchsorted(self.tokens.start, starts, "left") - np.searchsorted(self.tokens.start, last, "left")
        before = np.maximum(np.searchsorted(self.tokens.start, starts, "left") - 1, 0)
        width = self.tokens.end - self.tokens.start
        alike = width[before] == ends - starts if len(width) else np.zeros(len(starts), np.bool_)
        line, _ = self.line(starts)
        named: Bools = (last > line) & (starts - last <= 45) & ((tokens <= 0) & (starts - last <= 12) | (tokens == 1) & alike)
        return named

    def any(self, low: Ints, high: Ints, bits: Bits | None = None) -> Bits:
        """OR of `bits[low:high]` for each pair."""
        bits = self.cue_bits if bits is None else bits
        if not len(low):
            return np.zeros(0, np.uint64)
        padded = np.append(bits, np.uint64(0))
        pairs = np.stack((low, np.maximum(high, low)), 1).ravel()
        found: NDArray[np.uint64] = np.bitwise_or.reduceat(padded, np.minimum(pairs, len(padded) - 1))[::2]
        return np.where(high > low, found, np.uint64(0))
