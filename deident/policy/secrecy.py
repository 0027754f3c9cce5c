"""Marks of secrecy (密级, 内部资料, 不予公开): a document that bears one goes to a person, whatever else is in it.

The seeds ask for a secrecy review before release (保守国家秘密法 art. 35, 条例 art. 17); deident sees marks, it does not judge secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import regex

from deident.catalog import Catalogue, Example, Table, home
from deident.catalog.lines import located
from deident.errors import CatalogError, PolicyError
from deident.matching.rules import Matcher, Rule
from deident.model import Batch
from deident.policy.chain import folders, read

FILE = "secrecy.toml"
AROUND = 90  # bytes on both sides of a word in which its expression must match
CUT = "…"  # stands for what lies outside


@dataclass(frozen=True, slots=True)
class Mark:
    """One kind of mark; `words` start a look, `regex` decides."""

    id: str
    name: Mapping[str, str]
    words: tuple[str, ...]
    regex: regex.Pattern[str]
    basis: tuple[str, ...]


class Secrecy:
    """Finds marks in a batch.  Raises PolicyError for a wrong file."""

    def __init__(self, catalogue: Catalogue, matcher: Callable[[Sequence[Rule]], Matcher], extra: Path | None = None) -> None:
        path = next((file for folder in folders(extra) if (file := folder / FILE).is_file()), home() / "policies" / FILE)
        self.file = path.name
        content, text = read(path)
        top = Table(path.name, "", content)
        try:
            self.marks = tuple(
                _mark(Table(path.name, f"mark[{n}]", item), catalogue) for n, item in enumerate(top.tables("mark"), 1)
            )
            self.examples = tuple(_example(Table(path.name, f"{key}[{n}]", item), self.marks)
                                  for key in ("example", "counterexample") for n, item in enumerate(top.tables(key), 1))  # fmt: skip
            top.done()
        except CatalogError as problem:
            raise located(problem, text, PolicyError) from None
        words = sorted({word for mark in self.marks for word in mark.words})
        self._marks_of = [tuple(mark for mark in self.marks if word in mark.words) for word in words]
        self._matcher = matcher([Rule(word.encode(), literal=True) for word in words])

    def find(self, batch: Batch) -> dict[int, tuple[str, ...]]:
        """Document → ids of the marks that it bears, in the order of the file; documents without any are left out."""
        events = self._matcher.events(batch.view)
        found: dict[int, set[str]] = {}
        segments = np.searchsorted(batch.segments, events.end - 1, "right") - 1
        for rule, end, segment in zip(events.rule.tolist(), events.end.tolist(), segments.tolist(), strict=True):
            document = int(batch.document[segment])
            wanted = [mark for mark in self._marks_of[rule] if mark.id not in found.get(document, ())]
            if not wanted:
                continue
            first, last = int(batch.segments[segment]), int(batch.segments[segment + 1]) - 1
            low, high = max(first, end - AROUND), min(last, end + AROUND)
            text = batch.view[low:high].decode("utf-8", "ignore")
            text = (
                f"{CUT if low > first else ''}{text}{CUT if high < last else ''}"  # ^ and $ are ends of lines, not of the window
            )
            for mark in wanted:
                if mark.regex.search(text):
                    found.setdefault(document, set()).add(mark.id)
        return {document: tuple(mark.id for mark in self.marks if mark.id in ids) for document, ids in found.items()}


def _mark(table: Table, catalogue: Catalogue) -> Mark:
    written = table.take("regex", str)
    try:
        expression = regex.compile(written)
    except regex.error as problem:
        raise table.fail("regex", f"is not a regular expression: {problem}") from None
    mark = Mark(
        table.take("id", str), table.names("name"), table.words("words"), expression,
        table.words("basis", catalogue.laws.__contains__, "no law '{}' in law.toml"),
    )  # fmt: skip
    if not mark.words:
        raise table.fail("words", "has no words: nothing would start a look, so the mark is never found")
    table.done()
    return mark


def _example(table: Table, marks: Sequence[Mark]) -> tuple[Example, str]:
    """A text and the mark that it bears; "" for a counterexample."""
    example = Example(table.take("text", str), None, table.take("why", str, "") or None)
    mark = table.take("mark", str, "")
    if mark and mark not in [known.id for known in marks]:
        raise table.fail("mark", f"no mark '{mark}' in this file")
    table.done()
    return example, mark
