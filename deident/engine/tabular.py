"""Tables whose header is known: judged like those of a sheet, with what the headers announce and what their columns turned out to hold.

A sheet's header is guessed from its first rows; a data frame's is known.  Where a table is judged in parts, what was settled on its
sample (kinds that cells gave to their columns, the document type) holds in all of them: a column is treated alike from top to bottom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.engine import texts
from deident.engine.edits import Editor
from deident.engine.examine import NUMBERS, Judged
from deident.engine.scanner import ROUNDS, Scanner
from deident.errors import InputError, VerifyError
from deident.linkage import tag
from deident.matching.headers import Header, Headers
from deident.matching.scene import Scene
from deident.matching.tokens import compact
from deident.model import MASK, Batch, Candidates, Ground, Ints, Kind

SETTLED = -2  # kind of a column that announces none, whatever its cells say
NOTHING = Header()
NAME, NUMBER = 3, 7  # characters from which on a value is looked for where nobody found it (as in copies.py, written.py)


class Known(Headers):
    """Says of the header cells what is known, and of any other cell that it is none."""

    def __init__(self, plan: Any, known: Mapping[str, Header]) -> None:
        super().__init__(plan)
        self.known = known

    def read(self, cell: str) -> Header:
        """See Headers."""
        return self.known.get(cell, NOTHING)


@dataclass(frozen=True, slots=True)
class Settled:
    """What holds in all parts of a table: the document type (index into the policy's types, -1 unknown), and by column the kind that
    its cells gave it, -1 where the header decides, SETTLED where nothing does."""

    doc_type: int
    columns: Ints


@dataclass(frozen=True, slots=True)
class Seen:
    """Candidates of one table as columns (n,), offsets in the view that was given; `edits` as (start, end, new) in order.

    settled   what is to hold in all parts of the table; marks: of secrecy, ids
    """

    start: Ints
    end: Ints
    kind: NDArray[np.int32]
    score: NDArray[np.float32]
    action: NDArray[np.int8]
    verdict: NDArray[np.int32]
    tags: NDArray[Any]
    edits: tuple[Ints, Ints, NDArray[Any]]
    settled: Settled
    marks: tuple[str, ...]


class Tabular:
    """Judges views of one table: lines of cells with TABs between, the first one its header."""

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self._editor: Editor = scanner._editor
        self._examiner = self._editor.examiner
        self._headers = Headers(self._examiner.plan)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """By number."""
        return self.scanner._kinds

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """What decided, by number of the verdict."""
        return self.scanner._grounds

    def type(self, doc_type: str) -> int:
        """Number of a document type.  Raises InputError."""
        return self.scanner._type(doc_type)

    def kind(self, id: str) -> int:
        """Number of a kind.  Raises InputError."""
        ids = [kind.id for kind in self.kinds]
        if id not in ids:
            raise InputError(f"no kind '{id}'; `deident list kinds` shows them all")
        return ids.index(id)

    def read(self, labels: Sequence[str], kind: str | None = None) -> Header:
        """What a column's label means; `labels`: the label as a whole, then its parts.  `kind`: what it holds, where the caller knows."""
        read = [self._headers.read(label) for label in labels]
        said = next((header for header in read if header.kind >= 0), next((h for h in read if h.label), read[0]))
        if kind is not None:
            said = replace(said, kind=self.kind(kind), amount=False, open=-1)
        return replace(said, label=True)

    def judge(
        self, view: bytes, heads: Mapping[str, Header], width: int, title: str, settled: Settled | None, given: int | None
    ) -> Seen:
        """Find and decide.  `heads`: what each cell of the first line means; `width`: cells of a line."""
        body = view if view.endswith(b"\n") else view + b"\n"
        batch = texts.titled(body, next(texts.encoded([title]))) if title else texts.joined([body])

        def settle(scene: Scene) -> Candidates:
            """Not a detector: the moment at which cells give their columns a kind (detectors/consensus.py), which is settled here."""
            cells = scene.tables
            if settled is not None and len(cells.start):
                kind = settled.columns[np.minimum(cells.column, width - 1)]
                chosen = (cells.kind == -1) & ~cells.header & (kind != -1)
                cells.kind[chosen] = kind[chosen]
                if len(cells.kinds):
                    cells.kinds[0] |= {int(k) for k in settled.columns[settled.columns >= 0].tolist()}
            return Candidates.none()

        examiner = replace(
            self._examiner, headers=Known(self._examiner.plan, heads), more=(*self._examiner.more, settle)
        )  # fmt: skip
        editor = self._editor
        own = Editor(examiner, editor.key, self.scanner._settings["data_set"], editor.suppressions)
        judged = own.judge(batch, given=settled.doc_type if settled else given)
        return self._seen(own, judged, batch, len(body), width, settled)

    def _seen(self, editor: Editor, judged: Judged, batch: Batch, size: int, width: int, settled: Settled | None) -> Seen:
        found = judged.found
        low, high = judged.folding.stretch(found.start, found.end) if len(found) else (found.start, found.end)
        inside = low < size
        rows = editor.replacements(judged)
        first, last = rows.through(judged.folding)
        order = np.lexsort((-last, first))
        order = order[first[order] < size]
        key, view = editor.key, judged.scene.batch.view
        tags = np.full(len(found), "", object)
        if key:
            spans = zip(found.start.tolist(), found.end.tolist(), strict=True)
            tags[:] = [tag(key, compact(view[a:b])) for a, b in spans]
        if settled is None:
            settled = Settled(int(judged.types.document[0]), _given(judged, width))
        return Seen(
            low[inside], high[inside], found.kind[inside], found.score[inside], judged.action[inside],
            judged.verdict[inside], tags[inside], (first[order], last[order], rows.new[order]), settled, judged.marks.get(0, ()),
        )  # fmt: skip

    def removed(self, view: bytes, seen: Seen) -> dict[bytes, str]:
        """Values that go and may stand elsewhere, in normal form, and what hides them there: numbers and whole names."""
        out: dict[bytes, str] = {}
        categories = [kind.category for kind in self.kinds]
        wanted = np.array([c in NUMBERS or c == "person_name" for c in categories], np.bool_)
        rows = np.flatnonzero((seen.action == MASK) & wanted[seen.kind])
        columns = (seen.start[rows], seen.end[rows], seen.kind[rows], seen.verdict[rows])
        for start, end, kind, verdict in zip(*(column.tolist() for column in columns), strict=True):
            raw = view[start:end]
            if b"*" in raw:
                continue
            if categories[kind] == "person_name":
                name = raw.decode("utf-8", "ignore")
                if raw not in out and len(name) >= NAME and not raw.isascii():
                    out[raw] = self._editor.preview(kind, verdict, name)
            elif categories[kind] == "email":
                out[raw.upper()] = "*" * 6
            elif len(value := compact(raw)) >= NUMBER:
                out[value] = "*" * len(value)
        return out


def _given(judged: Judged, width: int) -> Ints:
    """By column the kind that its cells gave it: also empty ones have it then."""
    cells = judged.scene.tables
    out = np.full(width, SETTLED, np.int64)
    if not len(cells.start):
        return out
    body = np.flatnonzero(~cells.header)
    column = np.minimum(cells.column[body], width - 1)
    least = np.full(width, np.iinfo(np.int32).max, np.int64)
    most = np.full(width, -1, np.int64)
    np.minimum.at(least, column, cells.kind[body])
    np.maximum.at(most, column, cells.kind[body])
    same = (least == most) & (most >= 0)
    out[same] = most[same]
    return out


def mask_texts(scanner: Scanner, given: Sequence[str]) -> list[str]:
    """Each of many texts masked, a document of its own.  Raises VerifyError when something is still found after some rounds."""
    distinct = list(dict.fromkeys(given))
    done: list[str] = []
    for batch in texts.batches(distinct):
        part = distinct[len(done) : len(done) + len(batch)]
        for _ in range(ROUNDS):
            judged = scanner._editor.judge(batch, every=False)
            before, part = part, scanner._masked(part, batch.view, judged)
            if part == before:
                break
            batch = texts.joined(list(texts.encoded(part)))
        else:
            raise VerifyError(f"something is still to be masked after {ROUNDS} rounds: nothing was handed out")
        done += part
    known = dict(zip(distinct, done, strict=True))
    return [known[text] for text in given]
