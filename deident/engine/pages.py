"""Documents of any format, some at a time: what was found in each, and the masked bytes, verified.

Pages of HTML are mapped and matched together; any other format brings its own batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, repeat
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from deident.engine import written
from deident.engine.collection import uncollected
from deident.engine.edits import Editor
from deident.engine.examine import Judged
from deident.engine.links import Links
from deident.engine.tree import FAILED, Item, Tree
from deident.formats import LIMITS, Child, Document, Limits, join
from deident.linkage import tag
from deident.matching.tokens import compact
from deident.model import ACTIONS, KEEP, ROLES, Batch, FileReport, Finding, Ground, Ints
from deident.policy import Evidence, Explanation

T = TypeVar("T")


class Explained(NamedTuple):
    """A report, why each of its findings was decided so, and the clues for its type, best first."""

    report: FileReport
    findings: list[Explanation]
    doc_type: list[Evidence]


class Pages:
    """Documents opened and judged together, with one report each."""

    def __init__(
        self, editor: Editor, grounds: Sequence[Ground], items: Sequence[Item], pages: Sequence[str] = (), fill: bool = True,
        given: int | None = None, limits: Limits = LIMITS, opened: Sequence[Document] = (),
    ) -> None:  # fmt: skip
        self.editor, self.grounds, self.given = editor, grounds, given
        self.examiner = examiner = editor.examiner
        tree = Tree(items, limits, opened)
        self.items, self.documents, self.places, self.count = tree.items, tree.documents, tree.places, len(items)
        self.tops = tree.tops
        self.pages = [pages[top] for top in self.tops] if pages else []
        self.html = bool(items) and all(document.format == "html" for document in self.documents)
        self.batch: Batch = _read(self.documents, self.items, self.html)
        with uncollected():  # what is made here is columns, and lives
            self.judged: Judged = editor.judge(self.batch, self.pages, given, family=np.array(self.tops, np.int64))
        self.reports = [_report(document, *item) for document, item in zip(self.documents, self.items, strict=True)]
        if editor.suppressions.active:
            self._suppress()
        if editor.decisions:
            self._decide()
        names = (*examiner.recogniser.ids, None)
        for report, type in zip(self.reports, self.judged.types.document.tolist(), strict=True):
            report.doc_type = names[type]
        for number, marks in self.judged.marks.items():
            report = self.reports[number]
            report.marks = list(marks)
            report.status = "partial" if report.status == "clean" else report.status
        if fill:
            self._fill()
        for number in range(len(self.reports) - 1, self.count - 1, -1):
            self._belong(self.reports[number], self.reports[self.places[number].parent])

    def _belong(self, inner: FileReport, outer: FileReport) -> None:
        """What is inside a document is reported with it, and keeps it from being clean."""
        outer.members.insert(0, inner)
        if inner.status in FAILED and outer.status not in FAILED:
            outer.status, outer.reason = "partial", outer.reason or "part-unseen"
        elif inner.status == "partial" and outer.status not in FAILED:
            outer.status = "partial"
            if inner.reason:
                outer.reason = outer.reason or "part-unseen"
            if "open-members" not in outer.warnings:
                outer.warnings.append("open-members")

    def _suppress(self) -> None:
        """Keep what the site's list of suppressions lets stay, in all places of its document (one value, one verdict)."""
        found, judged, editor = self.judged.found, self.judged, self.editor
        rows = np.flatnonzero(judged.action != KEEP)
        if not len(rows):
            return
        patterns, view = self.examiner.plan.patterns, judged.scene.batch.view
        where = self._where() if editor.suppressions.by_place else [""] * len(found)
        chosen: dict[tuple[int, bytes], int] = {}
        values = {row: (int(judged.document[row]), compact(view[found.start[row] : found.end[row]])) for row in rows.tolist()}
        for row, (document, value) in values.items():
            mark = tag(editor.key, value) if editor.key else ""
            number = editor.suppressions.find(self.items[document][0], patterns[found.kind[row]].id, where[row], mark)
            if number >= 0:
                chosen.setdefault((document, value), number)
        for row, key in values.items():
            if key in chosen:
                judged.action[row], judged.verdict[row] = KEEP, editor.suppressed(chosen[key])

    def _decide(self) -> None:
        """What a person has decided on a value holds wherever it stands."""
        for row, mark in enumerate(self._tags()):
            if (action := self.editor.decisions.get(mark)) is not None:
                self.judged.action[row], self.judged.verdict[row] = action, self.editor.decided(action)

    def _where(self) -> list[str]:
        """Human locator of each candidate."""
        found, batch = self.judged.found, self.judged.scene.batch
        if not len(found):
            return []
        low, _ = batch.map.stretch(found.start, found.end)
        lines = self._lines(low - batch.sources[self.judged.document])
        segments = np.searchsorted(batch.segments, found.start, "right") - 1
        inners = {
            number: batch.where.get(number) or (f"@{ROLES[batch.role[number]]}" if batch.role[number] else "")
            for number in set(segments.tolist())
        }
        first = self.batch.segments[np.searchsorted(self.batch.document, np.arange(len(self.documents)))]
        places = self.judged.folding.starts(found.start) - first[self.judged.document]
        out = []
        counts = np.bincount(self.judged.document, minlength=len(self.documents))
        last = np.cumsum(counts)
        for document, low_, high_ in zip(self.documents, (last - counts).tolist(), last.tolist(), strict=True):
            within = [inners[segment] for segment in segments[low_:high_].tolist()]
            if document.encoding:
                out += [f"line {line} {inner}".strip() for line, inner in zip(lines[low_:high_], within, strict=True)]
            else:  # a line of a container's bytes means nothing to a person: there its own locator stands alone
                own = _located(document, places[low_:high_])
                out += own if all(map(str.startswith, own, within)) else map(_both, own, within)
        return out

    def _fill(self) -> None:
        """One Finding for each candidate, in the report of its document."""
        found, batch = self.judged.found, self.judged.scene.batch
        if not len(found):
            return
        low, high = batch.map.stretch(found.start, found.end)
        first = batch.sources[self.judged.document]
        low, high = low - first, high - first
        kind, verdict, grounds = found.kind, self.judged.verdict, self.grounds
        patterns, names = self.examiner.plan.patterns, (*self.examiner.recogniser.ids, "")
        scores, score = np.unique(found.score, return_inverse=True)
        columns = zip(  # a large workbook has half a million findings, and nothing else is made once for each of them
            low.tolist(), high.tolist(),
            _each([pattern.id for pattern in patterns], kind), _each([pattern.category for pattern in patterns], kind),
            _each(ACTIONS, self.judged.action), _each([round(each, 3) for each in scores.tolist()], score),
            _each([ground.id for ground in grounds], verdict), _each([ground.reason for ground in grounds], verdict),
            _each([ground.basis for ground in grounds], verdict), self._where(), self.editor.previews(self.judged),
            self._tags(), repeat(0), _each(names, self.judged.verdicts.type),
            _each([ground.source for ground in grounds], verdict), self.judged.subject.tolist(),
        )  # fmt: skip
        counts = np.bincount(self.judged.document, minlength=len(self.reports)).tolist()
        with uncollected():
            made = map(Finding._make, columns)
            for report, count in zip(self.reports, counts, strict=True):
                report.findings.extend(islice(made, count))  # the candidates of a document stand together
        for report in self.reports:
            if report.status == "clean" and any(f.action != "keep" for f in report.findings):
                report.status = "partial"

    def _tags(self) -> Iterator[str]:
        """The tag of each candidate's value; "" without a key."""
        found, view, key = self.judged.found, self.judged.scene.batch.view, self.editor.key
        if not key:
            return repeat("", len(found))
        return (tag(key, compact(view[a:b])) for a, b in zip(found.start.tolist(), found.end.tolist(), strict=True))

    def in_view(self) -> tuple[Ints, Ints]:
        """Where in the batch's view the findings of all reports stand, one after the other: starts and ends, (n,) each."""
        return self.judged.folding.stretch(self.judged.found.start, self.judged.found.end)

    def explained(self) -> list[list[Explained]]:
        """For each item: its report and those on what is inside, with an explanation of every finding in their order, and what
        speaks for the type."""
        own: list[list[Explanation]] = [[] for _ in self.items]
        numbers = zip(self.judged.document.tolist(), self.judged.verdict.tolist(), strict=True)
        for (document, verdict), said in zip(numbers, self.examiner.explain(self.judged), strict=True):
            ground = self.editor.verdicts[verdict]  # the policy's own explanation does not know the site's suppressions
            own[document].append(replace(said, decided=ground.id, source=ground.source, reason=ground.reason, basis=ground.basis))
        scene, pages = self.judged.scene, self.pages or [""] * len(self.items)
        out: list[list[Explained]] = [[] for _ in range(self.count)]
        for number, report in enumerate(self.reports):
            evidence = self.examiner.recogniser.evidence(scene, number, pages[number])
            out[self.tops[number]].append(Explained(report, own[number], evidence))
        return out

    def _lines(self, places: Ints) -> list[int]:
        """Line number (from 1) of each place in its own document."""
        result = np.zeros(len(places), np.int64)
        plain = np.array([bool(document.encoding) for document in self.documents], np.bool_)
        rows = np.flatnonzero(plain[self.judged.document])
        rows = rows[np.lexsort((places[rows], self.judged.document[rows]))]
        document, at, line = -1, 0, 1
        counted = []
        for number, place in zip(self.judged.document[rows].tolist(), places[rows].tolist(), strict=True):
            if number != document:
                document, at, line = number, 0, 1
                data = self.items[number][1]
            if self.documents[number].encoding.startswith("utf-16"):  # 上 is 0A 4E
                line += data[at:place].decode(self.documents[number].encoding, "replace").count("\n")
            else:
                line += data.count(b"\n", at, place)
            at = max(at, place)
            counted.append(line)
        result[rows] = counted
        lines: list[int] = result.tolist()
        return lines

    def masked(
        self, links: Links, inside: Mapping[int, Mapping[int, Child | None]] | None = None
    ) -> list[tuple[bytes | None, FileReport]]:
        """The items with everything masked that must go (written.py), and links to renamed files following them; None for one
        that must not be written.  `inside`: by item that is an archive, what its members have become."""
        return written.masked(self, links, inside or {})

    def again(self, items: Sequence[Item], numbers: Sequence[int]) -> Pages:
        """What was written for some items, opened and judged anew; under limits of its own."""
        limits = replace(self.documents[0].limits, budget=None) if self.documents else LIMITS
        pages = [self.pages[number] for number in numbers] if self.pages else []
        return Pages(self.editor, self.grounds, items, pages, fill=False, given=self.given, limits=limits)

    def own(self, number: int) -> int:
        """Where a document begins in the batch's view."""
        return int(self.batch.segments[np.searchsorted(self.batch.document, number)])


def _each(table: Sequence[T], numbers: NDArray[Any]) -> list[T]:
    """What a table says at each of the numbers."""
    column = np.empty(len(table), object)
    for number, one in enumerate(table):  # one by one: a tuple is one thing
        column[number] = one
    said: list[T] = column[numbers].tolist()
    return said


def _located(document: Document, places: Ints) -> list[str]:
    """Locators of places in its text; a workbook's document knows a quick way to many."""
    many: Callable[[Ints], list[str]] | None = getattr(document, "locate_all", None)
    return many(places) if many else [document.locate(place) for place in places.tolist()]


def _both(own: str, inner: str) -> str:
    return inner if inner.startswith(own) else f"{own} {inner}"


def _read(documents: Sequence[Document], items: Sequence[Item], html: bool) -> Batch:
    if html:
        from deident.formats.html import read_many

        return read_many([data for _, data in items])
    return join(documents)


def _report(document: Document, name: str, data: bytes) -> FileReport:
    return FileReport(
        name, document.format, document.encoding, document.status, None, len(data), document.reason, [], list(document.warnings),
        suffix=getattr(document, "suffix", ""),
    )  # fmt: skip
