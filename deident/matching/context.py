"""What stands around a place: the nearest cue, the cue classes of its line, all looked up for many places at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident.matching.plan import Bits, Plan
from deident.matching.rules import Matcher
from deident.matching.tokens import Buffer, Tokens
from deident.model import Bools, Ints

NEAR = 120  # bytes before a value in which a cue counts (40 Han characters), on the same line
AFTER = 36  # bytes behind it
BEFORE, BEHIND = NEAR + 36, AFTER + 36  # what is searched around a place, so that no word is cut that counts
FAR = 1 << 40  # a gap that no reach covers
CLUSTER = 10  # cues that end within so many bytes of the nearest one speak together: 监督 · 举报 · 电话


@dataclass(frozen=True, slots=True)
class Calls:
    """before, behind   kinds (bits) that the nearest cue before each place, or a bracket behind, speaks of
    gap              bytes between that cue and the place
    """

    plan: Plan
    before: Bits
    behind: Bits
    gap: Ints

    def of(self, kind: int, chosen: Ints | slice = slice(None)) -> Bools:
        """Whether `kind` is spoken of, within its reach, at each of the chosen places."""
        column, bit = kind // 64, np.uint64(1 << kind % 64)
        near = self.gap[chosen] <= self.plan.patterns[kind].reach
        result: Bools = ((self.before[chosen, column] & bit) != 0) & near | ((self.behind[chosen, column] & bit) != 0)
        return result


class Context:
    """Words around places, ordered by their end, and the lines they stand in.

    Only the surroundings of the places are searched, not the whole text: words such as 监督 or 财政 stand in every sentence
    of an official text, and matter only beside a value.
    """

    def __init__(
        self, plan: Plan, words: Matcher, buffer: Buffer, breaks: Ints, tokens: Tokens, starts: Ints, ends: Ints
    ) -> None:
        self.plan, self.buffer, self.tokens, self.breaks = plan, buffer, tokens, breaks
        self._walls = np.concatenate(([-1], breaks, [np.iinfo(np.int64).max]))
        low, high = np.maximum(starts - BEFORE, 0), np.minimum(ends + BEHIND, len(buffer.view))
        order = np.argsort(low, kind="stable")
        low, high = low[order], np.maximum.accumulate(high[order]) if len(order) else high
        fresh = np.ones(len(low), np.bool_)
        fresh[1:] = low[1:] > high[:-1]
        first = np.flatnonzero(fresh)
        zone_low = low[first]
        zone_high = high[np.append(first[1:], len(low)) - 1] if len(low) else low
        view = buffer.view
        zones = b"\0".join([view[a:b] for a, b in zip(zone_low.tolist(), zone_high.tolist(), strict=True)])
        events = words.events(zones)
        zone_start = np.cumsum(zone_high - zone_low + 1) - (zone_high - zone_low + 1)
        zone = np.searchsorted(zone_start, events.end - 1, "right") - 1
        self.rule = events.rule
        self.end = events.end - zone_start[zone] + zone_low[zone]
        self.start = self.end - plan.sizes[self.rule]
        self.cue_bits = plan.cue_bits[self.rule]
        self.kind_bits = plan.kind_bits[self.rule]
        speaks = plan.labels[self.rule]
        self._label_end = self.end[speaks]
        self._label_kinds = self.kind_bits[speaks]
        start = self.start[speaks]
        self._by_start = np.argsort(start, kind="stable")
        self._label_start = start[self._by_start]

    def line(self, places: Ints) -> tuple[Ints, Ints]:
        """Start and end of the line of each place."""
        at = np.searchsorted(self.breaks, places, "left")
        return self._walls[at] + 1, self._walls[at + 1]

    def sentence(self, places: Ints) -> Ints:
        """Start of the sentence (after 。；！？ or the line's start) of each place, looked for in NEAR bytes."""
        line, _ = self.line(places)
        window = self.buffer.before(places, NEAR)
        first, second, third = window[:, :-2], window[:, 1:-1], window[:, 2:]
        stop = (first == 0xE3) & (second == 0x80) & (third == 0x82)
        stop |= (first == 0xEF) & (second == 0xBC) & ((third == 0x9B) | (third == 0x81) | (third == 0x9F))
        last = np.where(stop.any(1), NEAR - 3 - stop[:, ::-1].argmax(1), -3)
        return np.maximum(line, np.where(last >= 0, places - NEAR + last + 3, line))

    def near(self, starts: Ints, reach: int = NEAR) -> Bits:
        """Cue classes that end before each place, within `reach` bytes and on its line."""
        line, _ = self.line(starts)
        low = np.searchsorted(self.end, np.maximum(line, starts - reach), "right")
        return self.any(low, np.searchsorted(self.end, starts, "right"))

    def after(self, ends: Ints) -> Bits:
        """Cue classes that begin right behind each place, within AFTER bytes, on its line and before the next 。"""
        order = np.argsort(self.start, kind="stable")
        starts = self.start[order]
        result = np.zeros(len(ends), np.uint64)
        some = np.flatnonzero(np.searchsorted(starts, ends, "left") < np.searchsorted(starts, ends + AFTER, "left"))
        ends = ends[some]  # behind most places no word stands at all
        _, stop = self.line(ends)
        window = self.buffer.after(ends, AFTER)
        full = (window[:, :-2] == 0xE3) & (window[:, 1:-1] == 0x80) & (window[:, 2:] == 0x82)
        stop = np.minimum(stop, np.where(full.any(1), ends + full.argmax(1), stop))
        low = np.searchsorted(starts, ends, "left")
        high = np.searchsorted(starts, np.minimum(stop, ends + AFTER), "left")
        result[some] = self.any(low, high, self.cue_bits[order])
        return result

    def nearest(self, starts: Ints, classes: int) -> Bits:
        """Of the given classes: those of the nearest cue before each place in its sentence, and of its cluster."""
        chosen = np.flatnonzero((self.cue_bits & np.uint64(classes)) != 0)
        chosen = chosen[outermost(self.start[chosen], self.end[chosen])]  # 报名表 is not 报名, 举报人 not 举报
        ends, bits = self.end[chosen], self.cue_bits[chosen] & np.uint64(classes)
        result = np.zeros(len(starts), np.uint64)
        high = np.searchsorted(ends, starts, "right")
        last = np.where(high > 0, ends[high - 1] if len(ends) else 0, -1)
        close = np.flatnonzero(last > starts - NEAR)  # others have none in their sentence
        high, last, starts = high[close], last[close], starts[close]
        low = np.searchsorted(ends, np.maximum(last - CLUSTER, np.maximum(self.sentence(starts), starts - NEAR)), "right")
        result[close] = self.any(low, high, bits)
        return result

    def calls(self, starts: Ints, ends: Ints) -> Calls:
        """Which kinds the words before (or in a bracket behind) each place speak of."""
        none = np.zeros((1, self.kind_bits.shape[1]), np.uint64)
        if not len(self._label_end) or not len(starts):
            return Calls(
                self.plan, np.repeat(none, len(starts), 0), np.repeat(none, len(starts), 0), np.zeros(len(starts), np.int64)
            )
        high = np.searchsorted(self._label_end, starts, "right")
        last = np.where(high > 0, self._label_end[high - 1], -1)
        line, _ = self.line(starts)
        broken = (
            self.buffer.before(line, 1)[:, 0] == 10
        )  # one line break may stand between a cue and its value, but no border of texts
        line = np.where(broken, self.line(np.maximum(line - 1, 0))[0], line)
        low = np.searchsorted(self._label_end, np.maximum(last - CLUSTER, line), "right")
        gap = np.where(last > line, starts - last, FAR)
        following = np.searchsorted(self._label_start, ends, "left")
        inside = np.minimum(following, len(self._label_start) - 1)
        space = self._label_start[inside] - ends
        bracket = (following < len(self._label_start)) & (space >= 1) & (space <= 4)
        bracket &= self._label_start[inside] < self.line(ends)[1]
        kinds = self._label_kinds[self._by_start[inside]]
        before = np.stack([self.any(low, high, column) for column in self._label_kinds.T], 1)
        return Calls(self.plan, before, np.where(bracket[:, None], kinds, np.uint64(0)), gap)

    def named(self, starts: Ints, ends: Ints) -> Bools:
        """Whether a label of whatever kind stands right before each place: nothing but a few signs, or numbers as wide, between.

        A number that another label names is not a bare phone: 执法证号 19180203011、19180203027.
        """
        labels = self._label_end
        at = np.searchsorted(labels, starts, "right")
        last = np.where(at > 0, labels[at - 1] if len(labels) else 0, -1)
        tokens = np.searchsorted(self.tokens.start, starts, "left") - np.searchsorted(self.tokens.start, last, "left")
        before = np.maximum(np.searchsorted(self.tokens.start, starts, "left") - 1, 0)
        width = self.tokens.end - self.tokens.start
        alike = width[before] == ends - starts if len(width) else np.zeros(len(starts), np.bool_)
        line, _ = self.line(starts)
        named: Bools = (last > line) & (starts - last <= 45) & ((tokens <= 0) & (starts - last <= 15) | (tokens == 1) & alike)
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


def outermost(starts: Ints, ends: Ints) -> Bools:
    """Which of some stretches lie inside no other one, (n,)."""
    result = np.ones(len(starts), np.bool_)
    order = np.lexsort((-ends, starts))
    result[order[1:]] = np.maximum.accumulate(ends[order])[:-1] < ends[order][1:]
    return result
