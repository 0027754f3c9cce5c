"""Columns out: candidates, findings, the report on a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deident.errors import MissingExtra
from deident.model.batch import ACTIONS, Bools, Ints


class Finding(NamedTuple):  # not a dataclass: a workbook has half a million, and these are made in a fifth of the time
    """One finding with its verdict.  It never holds the value; `preview` is masked.

    start, end   what was found: code points of the text that was scanned (`scan`), else bytes of the source file
    kind         id of the pattern file, category one of CATEGORIES
    action       "mask" | "review" | "keep"
    reason       why, in the reader's language; `rule` is the policy rule's id
    basis        keys of patterns/law.toml
    where        human locator: "line 12", "line 3 @title", "line 7 comment", "url"
    preview      masked form of the value and a few characters around it that hold no value
    tag          keyed HMAC of the folded value (8 hex characters), "" where no key is in use
    text         number of the scanned text (`scan_texts`) or 0
    doc_type     type of the document, or of the table in it, by which it was judged; "" when unknown
    source       what `rule` is the id of: "rule", "cell" (of the matrix), "exemption", "suppression" or "decision" (a person's)
    subject      whom it is about: a number from 1 on that means something within its document only; 0: nobody, an office's
    """

    start: int
    end: int
    kind: str
    category: str
    action: str
    score: float
    rule: str = ""
    reason: str = ""
    basis: tuple[str, ...] = ()
    where: str = ""
    preview: str = ""
    tag: str = ""
    text: int = 0
    doc_type: str = ""
    source: str = "rule"
    subject: int = 0


#: What became of a file.  Only the first two may be published.
STATUSES = ("clean", "masked", "partial", "unscannable", "refused")


@dataclass(slots=True)
class FileReport:
    """What was found in one file and what was done about it (`status`: one of STATUSES).

    `scan` leaves a file with findings to mask or review as "partial": it may not be published as it is.  So it stays when it bears
    marks of secrecy (`marks`, ids of patterns/policies/secrecy.toml), which only a person can lift.

    members   reports on the files inside, named `file!member`; what is not clean there keeps this one from being clean
    suffix    what the masked file's name gets besides, where it was written in another format (".docx")
    """

    file: str
    format: str = ""
    encoding: str = ""
    status: str = "clean"
    doc_type: str | None = None
    size: int = 0
    reason: str = ""
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    renamed: str = ""
    marks: list[str] = field(default_factory=list)
    suffix: str = ""
    members: list[FileReport] = field(default_factory=list)

    def all(self) -> list[FileReport]:
        """This report and those of everything inside, each after what holds it."""
        return [self, *(report for member in self.members for report in member.all())]

    def count(self, action: str) -> int:
        """How many findings have this action."""
        return sum(f.action == action for f in self.findings)


@dataclass(frozen=True, slots=True)
class Candidates:
    """What detectors hand on, as columns (n,): view bytes `start:end`, number of the kind, how sure."""

    start: Ints
    end: Ints
    kind: NDArray[np.int32]
    score: NDArray[np.float32]

    @staticmethod
    def none() -> Candidates:
        """No candidates."""
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))

    @staticmethod
    def rows(rows: list[tuple[int, int, int, float]]) -> Candidates:
        """From (start, end, kind, score) rows."""
        if not rows:
            return Candidates.none()
        start, end, kind, score = zip(*rows, strict=True)
        return Candidates(
            np.array(start, np.int64), np.array(end, np.int64), np.array(kind, np.int32), np.array(score, np.float32)
        )

    @staticmethod
    def join(parts: list[Candidates]) -> Candidates:
        """All of them, one after the other."""
        return Candidates(
            np.concatenate([p.start for p in parts]), np.concatenate([p.end for p in parts]),
            np.concatenate([p.kind for p in parts]), np.concatenate([p.score for p in parts]),
        )  # fmt: skip

    def take(self, chosen: Bools | Ints) -> Candidates:
        """The rows of a mask or an index."""
        return Candidates(self.start[chosen], self.end[chosen], self.kind[chosen], self.score[chosen])

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a finding needs to know of its pattern."""

    id: str
    category: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What a finding needs to know of what decided it; `source`: as in Finding."""

    id: str
    reason: str
    basis: tuple[str, ...]
    source: str = "rule"


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings as columns, in order of text and place; iterate for rows.  It holds no value.

    text, start, end, kind, score, action, rule, subject   (n,) columns: number of the text, code points, index into `kinds`,
    0 … 1, index into ACTIONS, index into `grounds` (-1: no rule decided, so a person has to), number of the person within the
    text (0: nobody)
    doc_type   recognised or given document type of a single text; None when unknown
    marks      marks of secrecy that a single text bears: a person decides whether it is published at all
    """

    text: Ints
    start: Ints
    end: Ints
    kind: NDArray[np.int32]
    score: NDArray[np.float32]
    action: NDArray[np.int8]
    rule: NDArray[np.int32]
    subject: Ints
    kinds: tuple[Kind, ...]
    grounds: tuple[Ground, ...]
    doc_type: str | None = None
    previews: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    @staticmethod
    def join(parts: list[Findings]) -> Findings:
        """All of them (at least one, of one scanner), one after the other, without previews."""
        return Findings(
            np.concatenate([p.text for p in parts]), np.concatenate([p.start for p in parts]), np.concatenate([p.end for p in parts]),
            np.concatenate([p.kind for p in parts]), np.concatenate([p.score for p in parts]),
            np.concatenate([p.action for p in parts]), np.concatenate([p.rule for p in parts]),
            np.concatenate([p.subject for p in parts]), parts[0].kinds, parts[0].grounds,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.start)

    def __iter__(self) -> Iterator[Finding]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Finding:
        kind = self.kinds[self.kind[row]]
        ground = self.grounds[self.rule[row]] if self.rule[row] >= 0 else UNDECIDED
        return Finding(
            int(self.start[row]), int(self.end[row]), kind.id, kind.category, ACTIONS[self.action[row]],
            round(float(self.score[row]), 3), ground.id, ground.reason, ground.basis, text=int(self.text[row]),
            preview=self.previews[row] if self.previews else "", source=ground.source, subject=int(self.subject[row]),
        )  # fmt: skip

    def columns(self) -> dict[str, Any]:
        """Plain columns by name, names instead of numbers; what `to_pandas` and `to_arrow` show."""
        ids = np.array([kind.id for kind in self.kinds], object)
        categories = np.array([kind.category for kind in self.kinds], object)
        rules = np.array([*(ground.id for ground in self.grounds), ""], object)
        return {
            "text": self.text, "start": self.start, "end": self.end, "kind": ids[self.kind], "category": categories[self.kind],
            "action": np.array(ACTIONS, object)[self.action], "score": self.score, "rule": rules[self.rule],
            "subject": self.subject,
        }  # fmt: skip

    def to_pandas(self) -> Any:
        """A pandas.DataFrame with one row a finding."""
        import pandas

        return pandas.DataFrame(self.columns())

    def to_arrow(self) -> Any:
        """A pyarrow.Table with one row a finding.  Raises MissingExtra without pyarrow."""
        try:
            import pyarrow
        except ImportError:
            raise MissingExtra("to_arrow needs pyarrow: pip install pyarrow") from None
        return pyarrow.table(self.columns())


UNDECIDED = Ground("", "", ())
