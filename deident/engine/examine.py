"""A batch in, judged candidates out: fold, match, detect, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deident import catalog, detectors, policy
from deident.detectors import subjects
from deident.errors import InputError
from deident.masks import Once
from deident.matching.headers import Headers
from deident.matching.hyper import HyperscanMatcher
from deident.matching.plan import Plan, plan
from deident.matching.rules import Matcher, Rule
from deident.matching.scene import Scene, look
from deident.matching.tokens import compact
from deident.matching.twin import PythonMatcher
from deident.model import KEEP, MASK, Batch, Bools, Candidates, Ints, SourceMap
from deident.policy import Explanation, Recogniser, Secrecy, Typing, explain
from deident.text.fold import RULES, fold
from deident.text.maps import compose

NUMBERS = ("id_number", "bank_account", "phone", "email")
SPREAD = np.random.default_rng(1).integers(1, 1 << 63, 256, np.uint64)  # by byte: what it adds to the sum of its value
SPREAD[97:123] = SPREAD[65:91]
SPREAD[[*b" .()[]-\r\n\t", *"·（）".encode()]] = 0  # what `compact` leaves out
LARGE = 30 << 20  # just below the limit of what glibc will re-use
MATCHERS = ("auto", "hyperscan", "python")


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates of a batch with their documents, verdicts and persons (`subject`, 0: nobody), (n,) each; `types` of the documents;
    `marks` of secrecy by document.  `folding` leads from the folded view to the batch's own; `once`: what masks make of the values."""

    scene: Scene
    folding: SourceMap
    found: Candidates
    document: Ints
    verdicts: policy.Verdicts
    subject: Ints
    types: policy.Types
    marks: Mapping[int, tuple[str, ...]]
    once: Once = field(default_factory=Once, repr=False)

    @property
    def action(self) -> NDArray[np.int8]:
        """Index into ACTIONS."""
        return self.verdicts.action

    @property
    def verdict(self) -> NDArray[np.int32]:
        """What decided: index into the policy's verdicts."""
        return self.verdicts.verdict


def matcher(rules: Sequence[Rule], name: str) -> Matcher:
    """The matcher of this name; "auto" is Hyperscan where it is installed, else the twin."""
    if name not in MATCHERS:
        raise InputError(f"matcher '{name}' is none of {', '.join(MATCHERS)}")
    if name != "python":
        try:
            return HyperscanMatcher(rules)
        except ImportError:
            if name == "hyperscan":
                raise InputError("hyperscan is not installed: pip install hyperscan, or --matcher python") from None
    return PythonMatcher(rules)


@dataclass(slots=True)
class Examiner:
    """Everything that is built once: catalogue, policy, the databases."""

    catalogue: catalog.Catalogue
    policy: policy.Policy
    plan: Plan
    matcher: Matcher
    words: Matcher
    folder: Matcher
    headers: Headers
    recogniser: Recogniser
    secrecy: Secrecy
    today: date
    more: tuple[detectors.Detector, ...] = field(default=())
    tagged: detectors.Detector | None = None

    @staticmethod
    def build(
        policy_name: str, patterns: Path | None, matcher_name: str, more: Sequence[detectors.Detector],
        tagged: detectors.Detector | None = None,
    ) -> Examiner:  # fmt: skip
        """Load and compile.  Raises CatalogError, PolicyError, InputError."""
        catalogue = catalog.load(patterns)
        rules = policy.load(policy_name, catalogue, patterns)
        made = plan(catalogue, rules.classes)
        return Examiner(
            catalogue, rules, made, matcher(made.rules, matcher_name), matcher(made.words, matcher_name),
            matcher([Rule(sought, literal) for _, sought, literal, _ in RULES], matcher_name), Headers(made),
            Recogniser(rules.types, lambda words: matcher(words, matcher_name)),
            Secrecy(catalogue, lambda words: matcher(words, matcher_name), patterns), date.today(), tuple(more), tagged,
        )  # fmt: skip

    def fold(self, batch: Batch) -> tuple[Batch, SourceMap]:
        """The batch in normal form (its map still leads to the source), and the map to the view it had."""
        events = self.folder.events(batch.view)
        if not len(events.end):
            return batch, SourceMap.identity(len(batch.view))
        view, map_ = fold(batch.view, events.rule, events.end)
        # a segment begins where the NUL of the one before it ends; NULs are never folded away
        nuls = np.flatnonzero(np.frombuffer(view, np.uint8) == 0) + 1
        segments = np.concatenate(([0], nuls)).astype(np.int64)
        return replace(batch, view=view, segments=segments, map=compose(map_, batch.map)), map_

    def judge(
        self, batch: Batch, pages: Sequence[str] = (), given: int | None = None, every: bool = True, family: Ints | None = None
    ) -> Judged:
        """Find and decide in a batch as a format gives it.

        `pages`: by document, the title of the page it hangs on; `given`: the type of all documents, when the caller
        knows it; `every`: recognise the types of all documents, not only of those in which a verdict hangs on it; `family`: by
        document, which belong together: a report and the workbook inside of it.
        """
        np.empty(LARGE, np.uint8)  # glibc keeps and re-uses blocks up to the largest it ever gave back: a fifth of the time here
        folded, folding = self.fold(batch)
        scene = look(self.plan, self.matcher, self.words, self.headers, folded)
        found = detectors.find(scene, self.more, self.tagged)
        document = scene.documents(found.start)
        typing = Typing(self.recogniser, scene, found, document, pages)
        if given is not None:
            typing.give(given)
        elif every:
            typing.read(np.arange(len(batch)))
        subject = subjects.attach(scene, found, document)
        verdicts = policy.judge(self.policy, scene, found, document, typing, self.today, subject)
        agree(scene, self.plan, found, document if family is None else family[document], verdicts)
        by_rule = np.array([verdict.source == "rule" for verdict in self.policy.verdicts], np.bool_)[verdicts.verdict]
        subject = subjects.release(subject, document, subjects.kept(scene, found, verdicts.action, by_rule))
        marks = self.secrecy.find(folded)
        return Judged(scene, folding, found, document, verdicts, subject, typing.documents, marks)

    def explain(self, judged: Judged) -> list[Explanation]:
        """Why each candidate got its verdict."""
        return explain(self.policy, judged.scene, judged.found, judged.document, judged.verdicts)


def agree(scene: Scene, plan: Plan, found: Candidates, document: Ints, verdicts: policy.Verdicts) -> None:
    """One value, one verdict within a document (in place): what is masked in one place must not stand in another.

    An office phone is the exception: kept somewhere as the office's, it is the office's everywhere.  A name that is masked in the text
    goes from attributes, comments and metadata, too; in the text itself two people may share it.
    """
    action = verdicts.action
    numbers = np.array([p.category in NUMBERS for p in plan.patterns], np.bool_)[found.kind]
    names = np.array([p.category == "person_name" for p in plan.patterns], np.bool_)[found.kind]
    masked, kept = np.zeros(len(scene.batch), np.bool_), np.zeros(len(scene.batch), np.bool_)
    masked[document[(numbers | names) & (action == MASK)]] = True
    kept[document[(numbers | names) & (action != MASK)]] = True
    both = (masked & kept)[document]  # only where both are can one value have two verdicts
    rows: dict[tuple[int, bytes], list[int]] = {}
    view = scene.batch.view
    for row in _unlike(view, found, document, action == MASK, np.flatnonzero((numbers | names) & both)).tolist():
        value = compact(view[found.start[row] : found.end[row]])
        rows.setdefault((int(document[row]), value), []).append(row)
    beside = scene.batch.role[np.searchsorted(scene.batch.segments, found.start, "right") - 1] != 0
    for same in rows.values():
        seen = {int(action[row]) for row in same}
        if len(seen) == 1 or MASK not in seen:
            continue
        office = plan.patterns[found.kind[same[0]]].category == "phone" and KEEP in seen
        leader = next(row for row in same if action[row] == (KEEP if office else MASK))
        follow = [row for row in same if numbers[row] or (beside[row] and not beside[leader])]
        for column in (action, verdicts.verdict, verdicts.rule):
            column[follow] = column[leader]


def _unlike(view: bytes, found: Candidates, document: Ints, masked: Bools, rows: Ints) -> Ints:
    """Of some rows those whose value may stand in its document with both verdicts: the sums of their bytes are alike."""
    if not len(rows):
        return rows
    size = found.end[rows] - found.start[rows]
    values = b"".join([view[a:b] for a, b in zip(found.start[rows].tolist(), found.end[rows].tolist(), strict=True)])
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(SPREAD[np.frombuffer(values, np.uint8)], dtype=np.uint64)))
    ends = np.cumsum(size)
    sums = sums[ends] - sums[ends - size] + document[rows].astype(np.uint64) * SPREAD[0]
    _, group = np.unique(sums, return_inverse=True)
    count, hidden = np.bincount(group), np.bincount(group, masked[rows])
    return rows[((hidden > 0) & (hidden < count))[group]]
