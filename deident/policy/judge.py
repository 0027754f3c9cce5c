"""The verdict on every candidate of a scene: rules in order, then exemptions, then the matrix; conditions as masks over columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.matching.scene import Scene
from deident.model import Bools, Candidates, Ints
from deident.policy.facts import Facts
from deident.policy.profile import PROTECTED, Policy
from deident.policy.typed import Typing

LAST = ("above", "type", "value", "before", "behind", "minor", "relative")  # conditions that are dear to ask


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Columns over the candidates (n,).

    action    index into ACTIONS
    verdict   what decided: index into policy.verdicts
    rule      the rule that held, -1 for none: it decided itself, or left it to the matrix
    type      document type, index into policy.types; len(types): unknown, or not asked for since nothing hung on it
    """

    action: NDArray[np.int8]
    verdict: NDArray[np.int32]
    rule: NDArray[np.int32]
    type: Ints


def judge(
    policy: Policy, scene: Scene, found: Candidates, document: Ints, typing: Typing, today: date, subject: Ints
) -> Verdicts:
    """Judge all candidates; `subject` (n,): number of the person within the document."""
    count = len(found)
    verdict, held = np.zeros(count, np.int32), np.full(count, -1, np.int32)
    if not count:
        return Verdicts(np.zeros(0, np.int8), verdict, held, np.zeros(0, np.int64))
    facts = Facts(policy, scene, found, document, typing, today, subject)
    kinds = len(scene.plan.patterns)
    there = frozenset(np.flatnonzero(np.bincount(found.kind)).tolist())
    open_ = np.ones(count, np.bool_)
    for number, rule in enumerate(policy.rules):
        if rule.kinds.isdisjoint(there):
            continue
        chosen = open_ & _listed(rule.kinds, kinds).take(found.kind)
        chosen = _holding(facts, rule.when, rule.unless, chosen)
        held[chosen] = verdict[chosen] = number
        open_ &= ~chosen
    to_matrix = np.array([rule.action < 0 for rule in policy.rules] + [True], np.bool_)[held]
    type = facts.types(to_matrix)
    verdict[to_matrix] = policy.cells[type[to_matrix], found.kind[to_matrix]]
    _exempt(policy, facts, to_matrix, type, kinds, verdict)
    actions = np.array([v.action for v in policy.verdicts], np.int8)
    return Verdicts(actions[verdict], verdict, held, type)


def _exempt(policy: Policy, facts: Facts, open_: Bools, type: Ints, kinds: int, verdict: NDArray[np.int32]) -> None:
    """Write the exemptions that hold into `verdict`."""
    guarded: Bools | None = None
    ids = list(policy.types)
    for number, exemption in enumerate(policy.exemptions, len(policy.rules)):
        chosen = open_ & (type == ids.index(exemption.type)) & _listed(exemption.kinds, kinds).take(facts.found.kind)
        chosen = _holding(facts, exemption.when, exemption.unless, chosen)
        if not chosen.any():
            continue
        if guarded is None:
            guarded = facts.holds("minor", True, open_)
            if PROTECTED in policy.classes:
                for name in ("nearest", "head"):
                    guarded |= facts.holds(name, (PROTECTED,), open_)
        chosen &= ~guarded
        verdict[chosen] = number
        open_ = open_ & ~chosen


def _holding(facts: Facts, when: Mapping[str, Any], unless: Mapping[str, Any], chosen: Bools) -> Bools:
    """Those of the chosen for which all of `when` and none of `unless` holds; what is dear is asked last."""
    for name, wanted in sorted(when.items(), key=lambda item: item[0] in LAST):
        if not chosen.any():
            return chosen
        chosen = chosen & facts.holds(name, wanted, chosen)
    for name, wanted in sorted(unless.items(), key=lambda item: item[0] in LAST):
        if not chosen.any():
            return chosen
        chosen = chosen & ~facts.holds(name, wanted, chosen)
    return chosen


def _listed(listed: frozenset[int], kinds: int) -> Bools:
    result = np.zeros(kinds, np.bool_)
    result[list(listed)] = True
    return result
