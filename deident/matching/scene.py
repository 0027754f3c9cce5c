"""A scene: one folded batch with everything that was seen in one pass, as the detectors get it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deident.matching.context import Context
from deident.matching.headers import Headers
from deident.matching.plan import DIGITS, Plan
from deident.matching.rules import Events, Matcher
from deident.matching.tables import Tables, tables
from deident.matching.tokens import Buffer, Tokens, tokens
from deident.model import Batch, Ints


@dataclass(frozen=True, slots=True)
class Scene:
    """plan and batch, and what one pass of the matcher over the view has shown."""

    plan: Plan
    batch: Batch
    buffer: Buffer
    events: Events
    tokens: Tokens
    context: Context
    tables: Tables

    def ends_of(self, rule: int) -> Ints:
        """Ends of all events of one rule, ascending."""
        return self.events.end[self.events.rule == rule]

    def text(self, start: int, end: int) -> str:
        """The view's text between two offsets; a character cut at an edge is left out."""
        return self.batch.view[max(start, 0) : end].decode("utf-8", "ignore")

    def line(self, place: int) -> tuple[int, int]:
        """Bounds of the line that holds a place."""
        at = int(np.searchsorted(self.context.breaks, place))
        breaks = self.context.breaks
        return (int(breaks[at - 1]) + 1 if at else 0), (int(breaks[at]) if at < len(breaks) else len(self.batch.view))


def look(plan: Plan, matcher: Matcher, headers: Headers, batch: Batch) -> Scene:
    """Match a folded batch once and put the columns together."""
    buffer = Buffer(batch.view)
    events = matcher.events(batch.view)
    found = tokens(buffer, events.end[events.rule == DIGITS] - 1)
    context = Context(plan, buffer, events, found)
    return Scene(plan, batch, buffer, events, found, context, tables(buffer, context, headers))
