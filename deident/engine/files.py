"""Documents of any format: what was found in each, and the masked bytes, verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from deident import masks
from deident.engine.examine import Examiner, Judged
from deident.formats import Document, html, join, open_document
from deident.linkage import tag
from deident.model import ACTIONS, MASK, ROLES, UNDECIDED, Batch, Edit, FileReport, Finding, Ground
from deident.text.charset import encode

Item = tuple[str, bytes]


class Pages:
    """Some documents opened together: their batch, its verdicts, and one report each."""

    def __init__(self, examiner: Examiner, grounds: Sequence[Ground], key: bytes | None, items: Sequence[Item], where: str) -> None:
        self.examiner, self.grounds, self.key, self.items = examiner, grounds, key, items
        self.documents: list[Document] = [open_document(data, name) for name, data in items]
        self.pages = all(document.format == "html" for document in self.documents)
        self.batch: Batch = html.read_many([data for _, data in items]) if self.pages else join(self.documents)
        self.judged: Judged = examiner.judge(self.batch)
        self.line_word = where
        self._reports = [self._report(number) for number in range(len(items))]
        self._fill()

    def _report(self, number: int) -> FileReport:
        document, (name, data) = self.documents[number], self.items[number]
        status = getattr(document, "status", "clean")
        report = FileReport(name, document.format, document.encoding, status, None, len(data), getattr(document, "reason", ""))
        report.warnings.extend(document.warnings)
        return report

    def _fill(self) -> None:
        """One Finding for each candidate, in the report of its document."""
        judged = self.judged
        found, batch = judged.found, judged.scene.batch
        if not len(found):
            return
        low, high = batch.map.stretch(found.start, found.end)
        first = batch.sources[judged.document]
        segment = np.searchsorted(batch.segments, found.start, "right") - 1
        lines = self._lines(low, judged.document)
        patterns = self.examiner.plan.patterns
        for row in range(len(found)):
            pattern = patterns[found.kind[row]]
            ground = self.grounds[judged.rule[row]] if judged.rule[row] >= 0 else UNDECIDED
            value = batch.view[found.start[row] : found.end[row]]
            place = f"{self.line_word} {lines[row]}"
            if (number := int(segment[row])) in batch.where:
                place += f" {batch.where[number]}"
            elif batch.role[number]:
                place += f" @{ROLES[batch.role[number]]}"
            self._reports[int(judged.document[row])].findings.append(
                Finding(
                    int(low[row] - first[row]), int(high[row] - first[row]), pattern.id, pattern.category,
                    ACTIONS[judged.action[row]], round(float(found.score[row]), 3), ground.id, ground.reason, ground.basis, place,
                    masks.hide(pattern.mask, value.decode("utf-8", "replace")), tag(self.key, value) if self.key else "",
                )
            )  # fmt: skip
        for report in self._reports:
            if report.status == "clean" and any(f.action != "keep" for f in report.findings):
                report.status = "partial"

    def _lines(self, places: np.ndarray, document: np.ndarray) -> list[int]:  # type: ignore[type-arg]
        """Line number (from 1) of each place in its own document's bytes."""
        result = np.zeros(len(places), np.int64)
        for number in np.unique(document).tolist():
            chosen = np.flatnonzero(document == number)
            data = self.items[number][1]
            at, line = 0, 1
            for row in chosen[np.argsort(places[chosen], kind="stable")].tolist():
                offset = int(places[row] - self.judged.scene.batch.sources[number])
                line += data.count(b"\n", at, offset)
                at = max(at, offset)
                result[row] = line
        return result.tolist()

    def reports(self) -> list[FileReport]:
        """One report for each item, in order."""
        return self._reports
