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
from deident.text.characters import Characters
from deident.text.layout import delimiters


@dataclass(frozen=True, slots=True)
class Scene:
    """plan and batch, and what one pass of the matcher over the view has shown.

    breaks   where lines end: offsets of LF and NUL
    context  words around everything that the matcher reported
    characters  what the view says, decoded once a detector asks
    """

    plan: Plan
    batch: Batch
    buffer: Buffer
    events: Events
    tokens: Tokens
    breaks: Ints
    context: Context
    tables: Tables
    words: Matcher
    characters: Characters

    def ends_of(self, rule: int) -> Ints:
        """Ends of all events of one rule, ascending."""
        ends: Ints = self.events.end[self.events.rule == rule]
        return ends

    def around(self, starts: Ints, ends: Ints) -> Context:
        """The words around some places."""
        return Context(self.plan, self.words, self.buffer, self.breaks, self.tokens, starts, ends)

    def text(self, start: int, end: int) -> str:
        """The view's text between two offsets; a character cut at an edge is left out."""
        return self.batch.view[max(start, 0) : end].decode("utf-8", "ignore")

    def documents(self, places: Ints) -> Ints:
        """Number of the document that holds each place of the view, (n,)."""
        segment = np.searchsorted(self.batch.segments, places, "right") - 1
        found: Ints = self.batch.document[segment].astype(np.int64)
        return found

    def lines(self, places: Ints) -> tuple[Ints, Ints]:
        """Bounds of the lines that hold the places, (n,) each."""
        return self.context.line(places)


def look(plan: Plan, matcher: Matcher, words: Matcher, headers: Headers, batch: Batch) -> Scene:
    """Match a folded batch once and put the columns together."""
    buffer = Buffer(batch.view)
    view = np.frombuffer(batch.view, np.uint8)
    signs = np.flatnonzero(view < 11)
    code = view[signs]
    breaks, tabs = signs[(code == 10) | (code == 0)], signs[code == 9]
    if len(more := delimiters(batch.view, breaks, tabs)):
        tabs = np.union1d(tabs, more)
    events = matcher.events(b"\0" + batch.view)  # the first text begins behind a border, as all others do
    events = Events(events.rule, events.end - 1)
    found = tokens(buffer, events.end[events.rule == DIGITS] - 1)
    aside = [*plan.starters, *plan.places, *plan.phrases]  # read right behind, or judged by their line
    near = events.end[~np.isin(events.rule, aside)]
    context = Context(plan, words, buffer, breaks, found, np.maximum(near - 24, 0), near + 24)
    found_tables = tables(buffer, breaks, tabs, headers)
    return Scene(plan, batch, buffer, events, found, breaks, context, found_tables, words, Characters(batch.view))
