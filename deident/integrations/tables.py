"""Tables of any host as columns of UTF-8: what the hosts (pandas, arrow, polars …) share.

A host turns its columns into Texts; a Reader lays them out as lines of cells with TABs between, below their header, and lets the engine
judge them as it judges a sheet.  Up to WHOLE bytes that is one view; larger tables are judged in parts, and what a sample of all rows
has settled (kinds of columns, document type) holds in each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.engine import Scanner
from deident.engine.tabular import Seen, Settled, Tabular
from deident.engine.texts import code_points
from deident.errors import InputError, VerifyError
from deident.integrations.cells import Texts, View, lay
from deident.integrations.found import Found, Masked, Told, each, joined
from deident.integrations.leftovers import leftovers
from deident.integrations.splices import bases_of, between, spliced
from deident.matching.headers import Header
from deident.model import ACTIONS, MASK, Ints

WHOLE, PART = 16 << 20, 4 << 20  # bytes of a table that is judged at once, of the parts of a larger one
ROUNDS = 4
ROOM = 3600  # bytes that a line of labels may have to be read as a header
LABEL = 60  # bytes of a label
FIRST = 200  # bytes of first rows that stand above every part: a document's beginning tells what it is
NO_TEXTS = Texts(b"", np.zeros(1, np.int64))


@cache
def usual(policy: str) -> Scanner:
    """The scanner of a policy that is named and not given."""
    from deident import _scanner

    return _scanner(policy)


def scanner_of(policy: str, scanner: Scanner | None) -> Scanner:
    """The scanner that was given, else that of the policy."""
    return scanner if scanner is not None else usual(policy)


class Reader:
    """Reads tables of one shape: once, or part by part (then what the first part settled holds for those that follow).

    labels   of each column: its label as a whole, then its parts (of a MultiIndex)
    chosen   numbers of the columns that are scanned and masked; the others only stand beside them
    given    id of the kind that a column holds, by number, where the caller knows
    """

    def __init__(
        self, labels: Sequence[Sequence[str]], scanner: Scanner, title: str | None = None, doc_type: str | None = None,
        chosen: Sequence[int] | None = None, given: Mapping[int, str] | None = None,
    ) -> None:  # fmt: skip
        self.tabular = Tabular(scanner)
        self.labels = [" ".join(label[:1]) for label in labels]
        self.title = title or ""
        self.given = self.tabular.type(doc_type) if doc_type is not None else None
        self.known = dict(given or {})
        self.heads = [
            self.tabular.read([*label, *map(_worded, label)] or [""], self.known.get(n)) for n, label in enumerate(labels)
        ]
        self.chosen = np.ones(len(labels), np.bool_)
        if chosen is not None:
            self.chosen[:] = False
            self.chosen[list(chosen)] = True
        self.shown = _shown(self.labels)
        self.settled: Settled | None = None

    # ---- what the engine sees

    def _judge(self, view: View) -> Seen:
        heads: dict[str, Header] = dict(zip(self.shown, self.heads, strict=True)) | {"-": Header(label=True)}
        return self.tabular.judge(view.text, heads, view.width, self.title, self.settled, self.given)

    def _view(self, columns: Sequence[Texts], rows: Ints) -> View:
        return lay([shown.encode() for shown in self.shown], columns, rows)

    def _parts(self, columns: Sequence[Texts]) -> Iterator[tuple[View, Seen, int]]:
        """Views and what was seen in them; the third: rows at their beginning that do not count."""
        rows = len(columns[0]) if columns else 0
        if not rows:
            return
        sizes = np.sum([np.diff(column.offsets) + 1 for column in columns], axis=0)
        total = np.cumsum(sizes)
        if total[-1] <= WHOLE:
            view = self._view(columns, np.arange(rows))
            seen = self._judge(view)
            self.settled = self.settled or seen.settled
            yield view, seen, 0
            return
        if self.settled is None:
            count = max(1, int(rows * PART / total[-1]))
            sample = np.unique(np.linspace(0, rows - 1, count).astype(np.int64))
            self.settled = self._judge(self._view(columns, sample)).settled
        first = int(np.searchsorted(total, FIRST)) + 1
        low = 0
        while low < rows:
            high = max(low + 1, int(np.searchsorted(total, (total[low - 1] if low else 0) + PART, "right")))
            above = np.arange(min(first, low))
            view = self._view(columns, np.concatenate((above, np.arange(low, high))))
            yield view, self._judge(view), len(above)
            low = high

    # ---- what callers ask

    def scan(self, columns: Sequence[Texts]) -> Found:
        """Findings of the table and of its labels."""
        parts = [self._found(view, seen, above) for view, seen, above in self._parts(columns)]
        return joined([self._found_in_labels(), *parts])

    def _found(self, view: View, seen: Seen, above: int) -> Found:
        cell = view.cell(seen.start)
        counts = (cell >= above * view.width) & (cell % view.width < len(self.chosen))
        counts[counts] = self.chosen[cell[counts] % view.width]
        rows = np.flatnonzero(counts)
        cell = cell[rows]
        origin = view.starts[cell]
        low, high = seen.start[rows], np.minimum(seen.end[rows], view.ends[cell])
        start, end = code_points(view.text, origin, low), code_points(view.text, origin, high)
        return self._made(
            view.rows[cell // view.width], cell % view.width, start, end, seen.kind[rows], seen.score[rows], seen.action[rows],
            seen.verdict[rows], seen.tags[rows],
        )  # fmt: skip

    def _found_in_labels(self) -> Found:
        found = self.tabular.scanner.alone.scan_texts(self.labels)
        rows = np.flatnonzero(self.chosen[found.text]) if len(found) else found.text
        return self._made(
            np.full(len(rows), -1, np.int64), found.text[rows], found.start[rows], found.end[rows], found.kind[rows],
            found.score[rows], found.action[rows], found.rule[rows], np.full(len(rows), "", object),
        )  # fmt: skip

    def _made(
        self, row: Ints, column: Ints, start: Ints, end: Ints, kind: Any, score: Any, action: Any, verdict: Any, tags: Any
    ) -> Found:
        kinds, grounds = self.tabular.kinds, self.tabular.grounds
        order = np.lexsort((start, row, column))
        kind, verdict = kind[order], verdict[order]
        return Found(
            row[order], column[order], start[order], end[order], each([k.id for k in kinds], kind),
            each([k.category for k in kinds], kind), each(ACTIONS, action[order]), score[order],
            each([ground.id for ground in grounds], verdict), each([ground.reason for ground in grounds], verdict),
            each([",".join(ground.basis) for ground in grounds], verdict), tags[order],
        )  # fmt: skip

    def mask(self, columns: Sequence[Texts]) -> Masked:
        """The columns masked and verified.  Raises VerifyError when something that must go is still found after some rounds."""
        columns = list(columns)
        changed = [np.zeros(len(column), np.bool_) for column in columns]
        left = np.zeros(len(columns), np.int64)
        for last in range(ROUNDS, -1, -1):
            edits: list[tuple[Ints, Ints, NDArray[Any]]] = []
            spans: list[tuple[Ints, Ints]] = []
            removed: dict[bytes, str] = {}
            for view, seen, above in self._parts(columns):
                edits.append(self._own(view, seen.edits, above, columns))
                spans.append(self._own(view, (seen.start, seen.end, np.empty(len(seen.start), object)), above, columns)[:2])
                removed |= self.tabular.removed(view.text, seen)
                if last == ROUNDS:
                    left += self._left(view, seen, above)
            if not any(len(part[0]) for part in edits):
                break
            if not last:
                raise VerifyError(f"something is still to be masked after {ROUNDS} rounds: nothing was handed out")
            columns = self._written(columns, edits, spans, removed, changed)
        return Masked(columns, changed, self.masked_labels(), left)

    def _left(self, view: View, seen: Seen, above: int) -> Ints:
        """How much stands in columns that were not chosen and would have to go, (columns,)."""
        cell = view.cell(seen.start[seen.action == MASK])
        column = cell[cell >= above * view.width] % view.width
        counts = np.bincount(column, minlength=view.width)[: len(self.chosen)]
        return np.where(self.chosen, 0, counts)

    def _own(
        self, view: View, edits: tuple[Ints, Ints, NDArray[Any]], above: int, columns: Sequence[Texts]
    ) -> tuple[Ints, Ints, NDArray[Any]]:
        """Edits of the view as edits of the columns' data, one behind the other; what lies over several cells in pieces."""
        start, end, new = view.apart(*edits)
        cell = view.cell(start)
        counts = (cell >= above * view.width) & (cell % view.width < len(self.chosen))
        counts[counts] = self.chosen[cell[counts] % view.width]
        cell, start, end, new = cell[counts], start[counts], end[counts], new[counts]
        number, row = cell % view.width, view.rows[cell // view.width]
        bases = bases_of(columns)
        first = np.zeros(len(cell), np.int64)
        for n, column in enumerate(columns):
            mine = number == n
            first[mine] = column.offsets[row[mine]] + bases[n]
        first += start - view.starts[cell]
        return between([column.data for column in columns], bases, first, first + end - start, new)

    def _written(
        self, columns: list[Texts], edits: list[tuple[Ints, Ints, NDArray[Any]]], spans: list[tuple[Ints, Ints]],
        removed: Mapping[bytes, str], changed: list[NDArray[np.bool_]],
    ) -> list[Texts]:  # fmt: skip
        start, end, new = (np.concatenate([part[place] for part in edits]) for place in range(3))
        out = spliced(columns, start, end, new)
        more = leftovers(
            [column if own else NO_TEXTS for column, own in zip(columns, self.chosen, strict=True)],
            [column if own else NO_TEXTS for column, own in zip(out, self.chosen, strict=True)], bases_of(columns), removed,
            (start, end), (np.concatenate([part[0] for part in spans]), np.concatenate([part[1] for part in spans])),
        )  # fmt: skip
        if more:
            extra = list(zip(*more, strict=True))
            start, end = np.append(start, np.array(extra[0], np.int64)), np.append(end, np.array(extra[1], np.int64))
            new = np.append(new, np.array(extra[2], object))
            out = spliced(columns, start, end, new)
        bases = bases_of(columns)
        for n, column in enumerate(columns):
            own = start[(start >= bases[n]) & (start < bases[n + 1])] - bases[n]
            changed[n][np.searchsorted(column.offsets, own, "right") - 1] = True
        return out

    def masked_labels(self) -> list[str]:
        """The labels with the values in them masked."""
        masked = self.tabular.scanner.mask_names(self.labels) if self.labels else []
        return [new if own else old for new, old, own in zip(masked, self.labels, self.chosen.tolist(), strict=True)]

    def kinds(self, columns: Sequence[Texts], rows: int = 10_000) -> list[Told]:
        """What each column holds, told by its header and by `rows` cells from all of it."""
        if not columns:
            return []
        count = len(columns[0])
        sample = np.unique(np.linspace(0, count - 1, min(rows, count)).astype(np.int64)) if count else np.zeros(0, np.int64)
        taken = [column.take(sample) for column in columns]
        part = Reader([[label] for label in self.labels], self.tabular.scanner, self.title)
        part.heads, part.given, part.shown = self.heads, self.given, self.shown
        view = part._view(taken, np.arange(len(sample)))
        seen = part._judge(view)
        kinds = self.tabular.kinds
        categories = np.array([kind.category for kind in kinds], object)
        cell = view.cell(seen.start)
        held = cell[cell >= 0] % view.width if len(cell) else cell
        kind, cell = seen.kind[cell >= 0], cell[cell >= 0]
        out = []
        for n, column in enumerate(taken):
            filled = int((np.diff(column.offsets) > 0).sum())
            mine = held == n
            number, told = self.heads[n].kind, "given" if n in self.known else "header"
            if number < 0 and seen.settled.columns[n] >= 0:
                number, told = int(seen.settled.columns[n]), "beside" if self.heads[n].open >= 0 else "cells"
            if number < 0 and mine.any():
                number, told = int(np.bincount(kind[mine]).argmax()), "beside" if self.heads[n].open >= 0 else "found"
            if number < 0:
                out.append(Told("", "", "", 0.0))
                continue
            alike = mine & (categories[kind] == categories[number])
            share = len(np.unique(cell[alike])) / filled if filled else 0.0
            out.append(Told(kinds[number].id, kinds[number].category, told, round(share, 4)))
        return out


def _worded(label: str) -> str:
    """A label without its digits: years and numbers in it keep it from being read as a header."""
    return "".join(c for c in label if not c.isdigit())


def _shown(labels: Sequence[str]) -> list[str]:
    """Labels as they stand in the view: one line that is surely read as a header, no two alike."""
    room = max(3, min(LABEL, ROOM // max(len(labels), 1) - 1))
    if len(labels) > ROOM // 4:
        raise InputError(f"a table of {len(labels)} columns is too wide: give some of them with columns=")
    out: list[str] = []
    seen: dict[str, int] = {}
    for label in labels:
        text = " ".join(label.split())
        if sum(c.isdigit() for c in text) >= 5:
            text = _worded(text)
        text = text.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").strip() or "-"
        seen[text] = seen.get(text, -1) + 1
        out.append(text + " " * (seen[text] + (text == "-")))
    return out
