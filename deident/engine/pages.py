"""Documents of any format, some at a time: what was found in each, and the masked bytes, verified.

Pages of HTML are mapped and matched together; any other format brings its own batch.  A masked document is opened again
and scanned again.  What is found then (a number that had been glued to another one) is masked in a further round; a
document in which something is left after ROUNDS, or in which a removed number still stands (verify.py), is not handed out.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote

import numpy as np

from deident.engine.edits import Editor
from deident.engine.examine import NUMBERS, Judged
from deident.engine.links import Links
from deident.engine.verify import SURE, leaks
from deident.formats import Document, join, open_document
from deident.formats.splice import apply, changes
from deident.linkage import tag
from deident.matching.tokens import compact
from deident.model import ACTIONS, KEEP, MASK, ROLES, Batch, Edit, FileReport, Finding, Ground, Ints
from deident.policy import Evidence, Explanation
from deident.text.charset import encode

Item = tuple[str, bytes]
ROUNDS = 4
_MAIL = re.compile(rb"[0-9A-Za-z._%+-]{1,64}@(?:[0-9A-Za-z-]+\.)+[0-9A-Za-z-]+")
SHORTEST = 7  # characters of a number that is looked for in the whole document


class Explained(NamedTuple):
    """A report, why each of its findings was decided so, and the clues for its type, best first."""

    report: FileReport
    findings: list[Explanation]
    doc_type: list[Evidence]


class Pages:
    """Documents opened and judged together, with one report each."""

    def __init__(
        self, editor: Editor, grounds: Sequence[Ground], items: Sequence[Item], pages: Sequence[str] = (), fill: bool = True,
        given: int | None = None,
    ) -> None:  # fmt: skip
        self.editor, self.grounds, self.items, self.pages = editor, grounds, items, pages
        self.examiner = examiner = editor.examiner
        self.documents: list[Document] = [open_document(data, name) for name, data in items]
        self.html = bool(items) and all(document.format == "html" for document in self.documents)
        self.batch: Batch = _read(self.documents, items, self.html)
        self.judged: Judged = editor.judge(self.batch, pages, given)
        self.reports = [_report(document, *item) for document, item in zip(self.documents, items, strict=True)]
        if editor.suppressions.active:
            self._suppress()
        names = (*examiner.recogniser.ids, None)
        for report, type in zip(self.reports, self.judged.types.document.tolist(), strict=True):
            report.doc_type = names[type]
        for number, marks in self.judged.marks.items():
            report = self.reports[number]
            report.marks = list(marks)
            report.status = "partial" if report.status == "clean" else report.status
        if fill:
            self._fill()

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

    def _where(self) -> list[str]:
        """Human locator of each candidate."""
        found, batch = self.judged.found, self.judged.scene.batch
        if not len(found):
            return []
        low, _ = batch.map.stretch(found.start, found.end)
        lines = self._lines(low - batch.sources[self.judged.document])
        segments = np.searchsorted(batch.segments, found.start, "right") - 1
        out = []
        for line, number, document in zip(lines, segments.tolist(), self.judged.document.tolist(), strict=True):
            inner = batch.where.get(number) or (f"@{ROLES[batch.role[number]]}" if batch.role[number] else "")
            # a line of a container's bytes means nothing to a person: there its own locator stands alone
            out.append(f"line {line} {inner}".strip() if self.reports[document].encoding or not inner else inner)
        return out

    def _fill(self) -> None:
        """One Finding for each candidate, in the report of its document."""
        found, batch = self.judged.found, self.judged.scene.batch
        if not len(found):
            return
        low, high = batch.map.stretch(found.start, found.end)
        first = batch.sources[self.judged.document]
        low, high = low - first, high - first
        patterns = self.examiner.plan.patterns
        columns = (
            found.kind,
            self.judged.verdict,
            self.judged.action,
            self.judged.document,
            found.start,
            found.end,
            low,
            high,
            self.judged.verdicts.type,
            self.judged.subject,
        )
        rows = zip(*(c.tolist() for c in columns), found.score.tolist(), self._where(), strict=True)
        key, names = self.editor.key, (*self.examiner.recogniser.ids, "")
        for kind, verdict, action, document, start, end, place, stop, type, subject, score, where in rows:
            pattern, ground = patterns[kind], self.grounds[verdict]
            value = batch.view[start:end]
            self.reports[document].findings.append(
                Finding(
                    place, stop, pattern.id, pattern.category, ACTIONS[action], round(score, 3), ground.id, ground.reason,
                    ground.basis, where, self.editor.preview(kind, verdict, value.decode("utf-8", "replace")),
                    tag(key, compact(value)) if key else "", doc_type=names[type], source=ground.source,
                    subject=subject,
                )
            )  # fmt: skip
        for report in self.reports:
            if report.status == "clean" and any(f.action != "keep" for f in report.findings):
                report.status = "partial"

    def explained(self) -> list[Explained]:
        """Each document's report with an explanation of every finding, in their order, and what speaks for its type."""
        own: list[list[Explanation]] = [[] for _ in self.items]
        numbers = zip(self.judged.document.tolist(), self.judged.verdict.tolist(), strict=True)
        for (document, verdict), said in zip(numbers, self.examiner.explain(self.judged), strict=True):
            ground = self.editor.verdicts[verdict]  # the policy's own explanation does not know the site's suppressions
            own[document].append(replace(said, decided=ground.id, source=ground.source, reason=ground.reason, basis=ground.basis))
        scene, pages = self.judged.scene, self.pages or [""] * len(self.items)
        return [
            Explained(report, own[number], self.examiner.recogniser.evidence(scene, number, pages[number]))
            for number, report in enumerate(self.reports)
        ]

    def _lines(self, places: Ints) -> list[int]:
        """Line number (from 1) of each place in its own document."""
        result = np.zeros(len(places), np.int64)
        order = np.lexsort((places, self.judged.document))
        document, at, line = -1, 0, 1
        for row in order.tolist():
            if (number := int(self.judged.document[row])) != document:
                document, at, line = number, 0, 1
                data = self.items[number][1]
            place = int(places[row])
            line += data.count(b"\n", at, place)
            at = max(at, place)
            result[row] = line
        lines: list[int] = result.tolist()
        return lines

    def masked(
        self, links: Links, known: Sequence[Sequence[bytes]] = (), rounds: int = ROUNDS
    ) -> list[tuple[bytes | None, FileReport]]:
        """The documents with everything masked that must go, and links to renamed files following them; None for one that
        must not be written.  `known`: by document, numbers that were removed from it in a round before."""
        edits, values = self._edits(known)
        if len(links):
            self._follow(links, edits)
        out: list[bytes | None] = []
        for number, (document, (_, data)) in enumerate(zip(self.documents, self.items, strict=True)):
            if self.reports[number].status in ("unscannable", "refused"):
                out.append(None)
            else:
                out.append(self._write(number, document, data, edits[number]) if edits[number] else data)
        self._verify(out, values, links, rounds)
        return list(zip(out, self.reports, strict=True))

    def _follow(self, links: Links, edits: list[list[Edit]]) -> None:
        """Edits that make links follow; inside of them there is nothing else to mask."""
        batch = self.batch
        starts = batch.segments[:-1]

        def document(place: int) -> int:
            return int(batch.document[np.searchsorted(starts, place, "right") - 1])

        found: dict[int, list[Edit]] = {}
        for link in links.find(batch.view, lambda place: self.items[document(place)][0]):
            number, new = document(link.start), link.new
            low = int(batch.sources[number])
            written = b"".join(self.items[number][1][a - low : b - low] for a, b in batch.map.ranges(link.start, link.end))
            if b"%" in written and "%" not in new and "%" not in link.old:
                new = quote(new)
            found.setdefault(number, []).append(Edit(link.start, link.end, new))
        for number, own in found.items():
            edits[number] = [
                *own,
                *(edit for edit in edits[number] if not any(a <= edit.start and edit.end <= b for a, b, _ in own)),
            ]

    def _edits(self, known: Sequence[Sequence[bytes]] = ()) -> tuple[list[list[Edit]], list[list[bytes]]]:
        """By document: edits of the batch's own view, and the numbers they remove (compact, folded)."""
        judged, patterns = self.judged, self.examiner.plan.patterns
        found, view = judged.found, judged.scene.batch.view
        rows: list[tuple[int, int, str, int]] = list(self.editor.replacements(judged))
        values: list[list[bytes]] = [list(numbers) for numbers in known] or [[] for _ in self.items]
        for row in np.flatnonzero(judged.action == MASK).tolist():
            start, end = int(found.start[row]), int(found.end[row])
            category = patterns[found.kind[row]].category
            number = view[start:end].upper() if category == "email" else compact(view[start:end])
            if category in NUMBERS and len(number) >= SHORTEST:
                values[int(judged.document[row])].append(number)
        rows += self._copies(values)
        edits: list[list[Edit]] = [[] for _ in self.items]
        if rows:
            starts, ends = np.array([r[0] for r in rows], np.int64), np.array([r[1] for r in rows], np.int64)
            low, high = judged.folding.stretch(starts, np.maximum(ends, starts + 1))
            for (start, end, new, document), a, b in zip(rows, low.tolist(), high.tolist(), strict=True):
                edits[document].append(Edit(a, b if end > start else a, new))
        return edits, values

    def _copies(self, values: list[list[bytes]]) -> list[tuple[int, int, str, int]]:
        """Where else a removed value stands: a number as a token or inside of a longer one, a mail address anywhere."""
        scene, found = self.judged.scene, self.judged.found
        if not any(values):
            return []
        view, tokens, batch = scene.batch.view, scene.tokens, scene.batch
        document = batch.document[np.searchsorted(batch.segments, tokens.start, "right") - 1].tolist()
        covered = set(zip(found.start.tolist(), found.end.tolist(), strict=True))
        sizes = [sorted({len(number) for number in numbers}) for numbers in values]
        wanted = [frozenset(numbers) for numbers in values]
        rows = []
        for start, end, number in zip(tokens.start.tolist(), tokens.end.tolist(), document, strict=True):
            if not wanted[number] or (start, end) in covered:
                continue
            token = view[start:end].upper()
            for size in sizes[number]:
                if size == len(token) or SURE <= size < len(token):
                    places = range(len(token) - size + 1)
                    rows += [
                        (start + at, start + at + size, "*" * size, number)
                        for at in places
                        if token[at : at + size] in wanted[number]
                    ]
        for number, numbers in enumerate(wanted):
            if any(b"@" in value for value in numbers):
                own = batch.segments[np.searchsorted(batch.document, [number, number + 1])].tolist()
                for match in _MAIL.finditer(view, *own):
                    if match[0].upper() in numbers and match.span() not in covered:
                        rows.append((*match.span(), "*" * 6, number))
        return rows

    def _write(self, number: int, document: Document, data: bytes, edits: list[Edit]) -> bytes:
        if not self.html:
            own = int(self.batch.segments[np.searchsorted(self.batch.document, number)])
            return document.write([Edit(start - own, end - own, new) for start, end, new in edits])
        first = int(self.batch.sources[number])

        def written(text: str, _place: int) -> bytes:
            return encode(entities.escape(text), document.encoding)

        return apply(data, [(a - first, b - first, new) for a, b, new in changes(self.batch.map, edits, written)])

    def _verify(self, out: list[bytes | None], values: list[list[bytes]], links: Links, rounds: int) -> None:
        """Open and scan what was changed once more; take back what still shows something, and say so in its report."""
        if len(links):
            for number, data in enumerate(out):
                if data is not None and links.find(data):
                    self._take_back(out, number)
        changed = [n for n, data in enumerate(out) if data is not None and data is not self.items[n][1]]
        if not changed:
            return
        pages = [self.pages[n] for n in changed] if self.pages else []
        again = Pages(self.editor, self.grounds, [(self.items[n][0], out[n] or b"") for n in changed], pages, fill=False)
        shown = set(again.judged.document[again.judged.action == MASK].tolist())
        leaking = {d for d, n in enumerate(changed) if leaks(again.items[d][1], again.documents[d].encoding, values[n])}
        if (left := shown | leaking) and rounds:
            more = again.masked(Links({}), [values[n] for n in changed], rounds - 1)
            for d in left:
                data = out[changed[d]] = more[d][0]
                if data is not None and (data != again.items[d][1] or d not in shown):
                    left = left - {d} if not leaks(data, again.documents[d].encoding, values[changed[d]]) else left
        for d, n in enumerate(changed):
            if d in left:
                self._take_back(out, n)
            elif self.reports[n].status != "partial" or not self._open(self.reports[n]):
                self.reports[n].status = "masked"

    def _open(self, report: FileReport) -> bool:
        """Is something left for a person, or was a part of it not seen?  Then it may not be published as it is."""
        return bool(report.reason or report.marks) or any(finding.action == "review" for finding in report.findings)

    def _take_back(self, out: list[bytes | None], number: int) -> None:
        out[number] = None
        self.reports[number].status, self.reports[number].reason = "refused", "not-verified"


def _read(documents: Sequence[Document], items: Sequence[Item], html: bool) -> Batch:
    if html:
        from deident.formats.html import read_many

        return read_many([data for _, data in items])
    return join(documents)


def _report(document: Document, name: str, data: bytes) -> FileReport:
    status, reason = getattr(document, "status", "clean"), getattr(document, "reason", "")
    return FileReport(name, document.format, document.encoding, status, None, len(data), reason, [], list(document.warnings))
