"""A batch in, judged candidates out: fold, match, detect, decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deident import catalog, detectors, policy
from deident.errors import InputError
from deident.matching.headers import Headers
from deident.matching.hyper import HyperscanMatcher
from deident.matching.plan import Plan, plan
from deident.matching.rules import Matcher, Rule
from deident.matching.scene import Scene, look
from deident.matching.twin import PythonMatcher
from deident.model import Batch, Candidates, Ints
from deident.text.fold import EXPRESSIONS, fold
from deident.text.maps import compose

MATCHERS = ("auto", "hyperscan", "python")


@dataclass(frozen=True, slots=True)
class Judged:
    """Candidates of a batch with their document, action and winning rule, (n,) each."""

    scene: Scene
    found: Candidates
    document: Ints
    action: NDArray[np.int8]
    rule: NDArray[np.int32]


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
    more: tuple[detectors.Detector, ...] = field(default=())

    @staticmethod
    def build(policy_name: str, patterns: Path | None, matcher_name: str, more: Sequence[detectors.Detector]) -> Examiner:
        """Load and compile.  Raises CatalogError, PolicyError, InputError."""
        catalogue = catalog.load(patterns)
        rules = policy.load(policy_name, catalogue, patterns)
        made = plan(catalogue, rules.classes)
        return Examiner(
            catalogue, rules, made, matcher(made.rules, matcher_name), matcher(made.words, matcher_name),
            matcher([Rule(expression) for _, expression, _ in EXPRESSIONS], matcher_name), Headers(made), tuple(more),
        )  # fmt: skip

    def fold(self, batch: Batch) -> Batch:
        """The batch in normal form; its map still leads to the source."""
        events = self.folder.events(batch.view)
        if not len(events.end):
            return batch
        view, map_ = fold(batch.view, events.rule, events.end)
        # a segment begins where the NUL of the one before it ends; NULs are never folded away
        nuls = np.flatnonzero(np.frombuffer(view, np.uint8) == 0) + 1
        segments = np.concatenate(([0], nuls)).astype(np.int64)
        return replace(batch, view=view, segments=segments, map=compose(map_, batch.map))

    def judge(self, batch: Batch) -> Judged:
        """Find and decide in a batch as a format gives it."""
        scene = look(self.plan, self.matcher, self.words, self.headers, self.fold(batch))
        found = detectors.find(scene, self.more)
        segment = np.searchsorted(scene.batch.segments, found.start, "right") - 1
        document = scene.batch.document[segment].astype(np.int64)
        action, rule = policy.judge(self.policy, scene, found, document)
        return Judged(scene, found, document, action, rule)
