"""What is written in place of what must go: one replacement for each finding to mask, in the folded view.

The verdict's own mask goes before the kind's.  Where the profile deletes cells, all of the cell goes; where it deletes columns, the
header above goes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from deident import masks
from deident.catalog import Mask
from deident.detectors.boxes import boxed
from deident.engine.examine import Examiner, Judged
from deident.engine.replacements import Replacements
from deident.masks import Sheet
from deident.model import KEEP, MASK, REVIEW, Batch, Ints
from deident.policy import Suppression, Suppressions, Verdict

NO_SUPPRESSIONS = Suppressions()
NO_DECISIONS: Mapping[str, int] = {}
DECIDED = (  # by index into ACTIONS
    Verdict("decided-mask", "decision", MASK, {"zh": "复核人决定：隐去", "en": "a reviewer decided: masked"}, ()),
    Verdict("decided-review", "decision", REVIEW, {"zh": "复核人决定：待定", "en": "a reviewer decided: left open"}, ()),
    Verdict("decided-keep", "decision", KEEP, {"zh": "复核人决定：保留", "en": "a reviewer decided: stays"}, ()),
)
NOTHING = Mask("suppress")
STARS = masks.hide(NOTHING, "")
COARSE = ("year", "month", "decade", "age_band", "village", "township", "county", "band", "court", "pseudonym", "surrogate")
KEYED = ("pseudonym", "surrogate")


class Editor:
    """Hides values as the policy says.  `data_set`: pseudonyms are the same within it."""

    def __init__(
        self, examiner: Examiner, key: bytes | None, data_set: str, suppressions: Suppressions = NO_SUPPRESSIONS,
        decisions: Mapping[str, int] = NO_DECISIONS,
    ) -> None:  # fmt: skip
        self.examiner, self.key, self.suppressions, self.decisions = examiner, key, suppressions, decisions
        self._blank = Sheet(key, data_set, examiner.today)
        own = examiner.policy.verdicts
        #: what can decide: the policy's verdicts, the suppressions, a person
        self.verdicts: tuple[Verdict, ...] = (*own, *(_let_stay(entry) for entry in suppressions.active), *DECIDED)
        self._patterns = examiner.plan.patterns
        self._own = np.array([verdict.mask is not None for verdict in self.verdicts], np.bool_)
        self._coarse = np.array([v.mask is not None and v.mask.form in COARSE for v in self.verdicts], np.bool_)
        self._coarse_kind = np.array([pattern.mask.form in COARSE for pattern in self._patterns], np.bool_)

    def judge(
        self, batch: Batch, pages: Sequence[str] = (), given: int | None = None, every: bool = True, family: Ints | None = None
    ) -> Judged:
        """Find and decide (Examiner.judge); a value that its mask would leave as it is stays: 马官镇余官村, where a village may stay."""
        judged = self.examiner.judge(batch, pages, given, every, family)
        found, verdict = judged.found, judged.verdict
        coarse = self._coarse[verdict] | ~self._own[verdict] & self._coarse_kind[found.kind]
        rows = np.flatnonzero((judged.action == MASK) & coarse)
        values = _values(judged, rows, "ignore")
        same = [hidden == value for hidden, value in zip(self._hidden(judged, rows, values, self.mask), values, strict=True)]
        judged.action[rows[np.array(same, np.bool_)]] = KEEP
        return judged

    def suppressed(self, number: int) -> int:
        """Number of the verdict that a suppression stands for."""
        return len(self.examiner.policy.verdicts) + number

    def decided(self, action: int) -> int:
        """Number of the verdict that a person's decision stands for."""
        return len(self.verdicts) - len(DECIDED) + action

    def mask(self, kind: int, verdict: int) -> Mask:
        """The mask of a kind under a verdict."""
        return self.verdicts[verdict].mask or self._patterns[kind].mask

    def preview(self, kind: int, verdict: int, value: str) -> str:
        """The value as reports may show it, never empty: where nothing of it is to stay on the page, what the kind's own mask leaves
        tells a reader which value is meant."""
        return masks.hide(self._shown(kind, verdict), value.replace("\t", ""), self._blank) or STARS

    def previews(self, judged: Judged) -> list[str]:
        """The preview of each candidate."""
        rows = np.arange(len(judged.found))
        values = _values(judged, rows)
        for row in np.flatnonzero(boxed(judged.scene, judged.found.start, judged.found.end)).tolist():
            values[row] = values[row].replace("\t", "")
        return [hidden or STARS for hidden in self._hidden(judged, rows, values, self._shown)]

    def _written(self, kind: int, verdict: int) -> Mask:
        mask = self.mask(kind, verdict)
        return NOTHING if mask.form == "delete" else mask

    def _shown(self, kind: int, verdict: int) -> Mask:
        mask, own = self.mask(kind, verdict), self._patterns[kind]
        return own.mask if mask.form in ("suppress", "delete") and own.category != "person_name" else mask

    def _hidden(self, judged: Judged, rows: Ints, values: Sequence[str], mask: Callable[[int, int], Mask]) -> list[str]:
        """What the masks make of the values of some rows; `mask` of a kind and a verdict."""
        given, out = np.array([*values, ""], object)[:-1], np.empty(len(values), object)
        for kind, verdict, places in self._alike(judged, rows):
            out[places] = judged.once.hide(mask(kind, verdict), given[places].tolist(), self._blank)
        hidden: list[str] = out.tolist()
        return hidden

    def _alike(self, judged: Judged, rows: Ints) -> Iterator[tuple[int, int, Ints]]:
        """Kinds and verdicts, and which of the rows (places in `rows`) have both."""
        both = judged.found.kind[rows].astype(np.int64) * len(self.verdicts) + judged.verdict[rows]
        order = np.argsort(both, kind="stable")
        both = both[order]
        cuts = [0, *(np.flatnonzero(np.diff(both)) + 1).tolist(), len(both)]
        for low, high in pairwise(cuts):
            if low < high:
                yield *divmod(int(both[low]), len(self.verdicts)), order[low:high]

    def sheets(self, judged: Judged, rows: Ints) -> Mapping[int, Sheet]:
        """One sheet for each document in which names are numbered."""
        names: dict[int, list[str]] = {}
        alike = self._alike(judged, rows)
        court = [place for kind, verdict, places in alike if self.mask(kind, verdict).form == "court" for place in places]
        rows = rows[np.sort(np.array(court, np.int64))]
        for document, text in zip(judged.document[rows].tolist(), _values(judged, rows, "ignore"), strict=True):
            names.setdefault(document, []).append(text)
        return {document: self._blank.number(listed) for document, listed in names.items()}

    def replacements(self, judged: Judged) -> Replacements:
        """Everything that must go, in order of the candidates; what is coarse enough already is no replacement."""
        found = judged.found
        rows = np.flatnonzero(judged.action == MASK)
        sheets = self.sheets(judged, rows)
        cells = judged.scene.tables.cell(found.start[rows], found.end[rows])
        whole = np.array([verdict.delete in ("cell", "column") for verdict in self.verdicts], np.bool_)
        deletes = np.flatnonzero(whole[judged.verdict[rows]] & (cells >= 0))
        emptied = {int(cells[row]): self.verdicts[judged.verdict[rows[row]]].delete or "" for row in deletes.tolist()}
        if emptied:  # they go as a whole, whatever else was found in them
            rows = rows[~np.isin(cells, list(emptied))]
        made = self._changed(judged, rows, sheets)
        start, end = found.start[rows] + made.start, found.start[rows] + made.end
        out = Replacements(start, end, made.new, judged.document[rows])
        if (cut := boxed(judged.scene, found.start[rows], found.end[rows])).any():
            out = Replacements.join([out.take(~cut), out.take(cut).by_box(judged.scene.batch.view)])
        out = out.take((out.start < out.end) | (out.new != ""))
        return Replacements.join([out, Replacements.rows(self._emptied(judged, emptied))]) if emptied else out

    def _changed(self, judged: Judged, rows: Ints, sheets: Mapping[int, Sheet]) -> masks.Changes:
        """What the masks change in the values of some rows."""
        out = masks.Changes(np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64), np.empty(len(rows), object))
        view, found = judged.scene.batch.view, judged.found
        for kind, verdict, places in self._alike(judged, rows):
            own, mine = self._written(kind, verdict), rows[places]
            values = [view[a:b] for a, b in zip(found.start[mine].tolist(), found.end[mine].tolist(), strict=True)]
            if sheets and own.form == "court":
                numbers = judged.document[mine].tolist()
                for place, value, number in zip(places.tolist(), values, numbers, strict=True):
                    made = judged.once.change(own, [value], sheets.get(number, self._blank))
                    out.start[place], out.end[place], out.new[place] = made.start[0], made.end[0], made.new[0]
            else:
                out.start[places], out.end[places], out.new[places] = judged.once.change(own, values, self._blank)
        return out

    def _emptied(self, judged: Judged, emptied: Mapping[int, str]) -> Iterator[tuple[int, int, str, int]]:
        """The cells, and for columns the header cells above them."""
        tables, batch = judged.scene.tables, judged.scene.batch
        place = tables.table * (int(tables.column.max()) + 1) + tables.column  # which column of which table
        columns = np.array([cell for cell, how in emptied.items() if how == "column"], np.int64)
        above = np.flatnonzero(tables.header & np.isin(place, place[columns]))
        for cell in sorted({*emptied, *above.tolist()}):
            low, high = int(tables.start[cell]), int(tables.end[cell])
            raw = batch.view[low:high]
            low, high = low + len(raw) - len(raw.lstrip()), high - (len(raw) - len(raw.rstrip()))
            if low < high:
                segment = int(np.searchsorted(batch.segments, low, "right")) - 1
                yield low, high, "", int(batch.document[segment])


def _values(judged: Judged, rows: Ints, errors: str = "replace") -> list[str]:
    """The values of some rows."""
    view, starts, ends = judged.scene.batch.view, judged.found.start[rows].tolist(), judged.found.end[rows].tolist()
    return [view[start:end].decode("utf-8", errors) for start, end in zip(starts, ends, strict=True)]


def _let_stay(entry: Suppression) -> Verdict:
    said = {
        "zh": f"抑制清单：{entry.reason}（{entry.owner}，至{entry.expires}）",
        "en": f"let stay by the site's list: {entry.reason} ({entry.owner}, until {entry.expires})",
    }
    return Verdict(entry.name, "suppression", KEEP, said, ())


def keyless(examiner: Examiner) -> Sequence[str]:
    """Ids of verdicts that need a key."""
    return [verdict.id for verdict in examiner.policy.verdicts if verdict.mask and verdict.mask.form in KEYED]
