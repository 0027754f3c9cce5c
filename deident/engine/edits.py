"""What is written in place of what must go: one replacement for each finding to mask, in the folded view.

The verdict's own mask goes before the kind's.  Where the profile deletes cells, all of the cell goes; where it deletes columns, the
header above goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from deident import masks
from deident.catalog import Mask
from deident.engine.examine import Examiner, Judged
from deident.masks import Sheet
from deident.model import KEEP, MASK, Batch, Ints
from deident.policy import Suppression, Suppressions, Verdict

NO_SUPPRESSIONS = Suppressions()
NOTHING = Mask("suppress")
COARSE = ("year", "month", "decade", "age_band", "village", "township", "county", "band", "court", "pseudonym", "surrogate")
KEYED = ("pseudonym", "surrogate")


class Replacement(NamedTuple):
    """Folded view bytes `start:end` of a document become `new`."""

    start: int
    end: int
    new: str
    document: int


class Editor:
    """Hides values as the policy says.  `data_set`: pseudonyms are the same within it."""

    def __init__(
        self, examiner: Examiner, key: bytes | None, data_set: str, suppressions: Suppressions = NO_SUPPRESSIONS
    ) -> None:
        self.examiner, self.key, self.suppressions = examiner, key, suppressions
        self._blank = Sheet(key, data_set, examiner.today)
        own = examiner.policy.verdicts
        #: what can decide: the policy's verdicts, then the suppressions
        self.verdicts: tuple[Verdict, ...] = (*own, *(_let_stay(entry) for entry in suppressions.active))
        self._patterns = examiner.plan.patterns

    def judge(self, batch: Batch, pages: Sequence[str] = (), given: int | None = None, every: bool = True) -> Judged:
        """Find and decide (Examiner.judge); a value that its mask would leave as it is stays: 马官镇余官村, where a village may stay."""
        judged = self.examiner.judge(batch, pages, given, every)
        found = judged.found
        for row in np.flatnonzero(judged.action == MASK).tolist():
            mask = self.mask(int(found.kind[row]), int(judged.verdict[row]))
            if mask.form in COARSE:
                value = judged.scene.text(int(found.start[row]), int(found.end[row]))
                if masks.hide(mask, value, self._blank) == value:
                    judged.action[row] = KEEP
        return judged

    def suppressed(self, number: int) -> int:
        """Number of the verdict that a suppression stands for."""
        return len(self.examiner.policy.verdicts) + number

    def mask(self, kind: int, verdict: int) -> Mask:
        """The mask of a kind under a verdict."""
        return self.verdicts[verdict].mask or self._patterns[kind].mask

    def preview(self, kind: int, verdict: int, value: str) -> str:
        """The value as reports may show it, never empty: where nothing of it is to stay on the page, what the kind's own mask leaves
        tells a reader which value is meant."""
        mask, own = self.mask(kind, verdict), self._patterns[kind]
        if mask.form in ("suppress", "delete") and own.category != "person_name":
            mask = own.mask
        return masks.hide(mask, value, self._blank) or masks.hide(NOTHING, value)

    def sheets(self, judged: Judged, rows: Ints) -> Mapping[int, Sheet]:
        """One sheet for each document in which names are numbered."""
        names: dict[int, list[str]] = {}
        for row in rows.tolist():
            if self.mask(int(judged.found.kind[row]), int(judged.verdict[row])).form == "court":
                text = judged.scene.text(int(judged.found.start[row]), int(judged.found.end[row]))
                names.setdefault(int(judged.document[row]), []).append(text)
        return {document: self._blank.number(listed) for document, listed in names.items()}

    def replacements(self, judged: Judged) -> list[Replacement]:
        """Everything that must go, in order of the candidates; what is coarse enough already is no replacement."""
        found, view = judged.found, judged.scene.batch.view
        rows = np.flatnonzero(judged.action == MASK)
        sheets = self.sheets(judged, rows)
        cells = judged.scene.tables.cell(found.start[rows], found.end[rows])
        emptied: dict[int, str] = {}
        out: list[Replacement] = []
        for row, cell in zip(rows.tolist(), cells.tolist(), strict=True):
            start, end, document = int(found.start[row]), int(found.end[row]), int(judged.document[row])
            kind, verdict = int(found.kind[row]), int(judged.verdict[row])
            if (how := self.verdicts[verdict].delete) in ("cell", "column") and cell >= 0:
                emptied[cell] = "column" if "column" in (how, emptied.get(cell)) else "cell"
                continue
            mask = self.mask(kind, verdict)
            text = view[start:end].decode("utf-8", "replace")
            first, last, new = masks.edit(NOTHING if mask.form == "delete" else mask, text, sheets.get(document, self._blank))
            if first < last or new:
                out.append(Replacement(start + len(text[:first].encode()), start + len(text[:last].encode()), new, document))
        if emptied:
            gone = self._emptied(judged, emptied)
            inside = [(low, high) for low, high, _, _ in gone]
            out = [r for r in out if not any(low <= r.start and r.end <= high for low, high in inside)] + gone
        return out

    def _emptied(self, judged: Judged, emptied: Mapping[int, str]) -> list[Replacement]:
        """The cells, and for columns the header cells above them."""
        tables, batch = judged.scene.tables, judged.scene.batch
        cells = set(emptied)
        for cell in [cell for cell, how in emptied.items() if how == "column"]:
            above = (tables.table == tables.table[cell]) & (tables.column == tables.column[cell]) & tables.header
            cells.update(np.flatnonzero(above).tolist())
        out = []
        for cell in sorted(cells):
            low, high = int(tables.start[cell]), int(tables.end[cell])
            raw = batch.view[low:high]
            low, high = low + len(raw) - len(raw.lstrip()), high - (len(raw) - len(raw.rstrip()))
            if low < high:
                segment = int(np.searchsorted(batch.segments, low, "right")) - 1
                out.append(Replacement(low, high, "", int(batch.document[segment])))
        return out


def _let_stay(entry: Suppression) -> Verdict:
    said = {
        "zh": f"抑制清单：{entry.reason}（{entry.owner}，至{entry.expires}）",
        "en": f"let stay by the site's list: {entry.reason} ({entry.owner}, until {entry.expires})",
    }
    return Verdict(entry.name, "suppression", KEEP, said, ())


def keyless(examiner: Examiner) -> Sequence[str]:
    """Ids of verdicts that need a key."""
    return [verdict.id for verdict in examiner.policy.verdicts if verdict.mask and verdict.mask.form in KEYED]
