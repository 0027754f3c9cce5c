"""Why?  For each finding the words that spoke for and against its verdict, the rule that held, what decided in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deident.matching.context import AFTER, NEAR
from deident.matching.scene import Scene
from deident.model import ACTIONS, Candidates, Ints
from deident.policy.facts import ABOVE, TITLE
from deident.policy.judge import Verdicts
from deident.policy.profile import Policy
from deident.policy.rules import CLASS_CONDITIONS, Rule, said
from deident.policy.types import UNKNOWN

PLACES = ("before", "after", "above", "head", "title")
#: condition → places in which its words stand
_PLACES = {"near": ("before",), "nearest": ("before",), "after": ("after",), "above": ("above",), "head": ("head",),
           "heads": ("head",), "title": ("title",)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word that spoke: where it stands (one of PLACES), its text, the classes it belongs to."""

    place: str
    text: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding explained; words are those of the policy, never a value of a person.

    rule       id of the rule that held, "" for none; `conditions` of it, as written
    decided    id of what decided: the rule itself, an exemption, a cell of the matrix; `source` says which
    speaking   words for the verdict, `against`: words of classes that would have led elsewhere
    doc_type   type by which it was judged
    """

    kind: str
    action: str
    rule: str
    decided: str
    source: str
    doc_type: str
    reason: Mapping[str, str]
    basis: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    speaking: tuple[Word, ...] = ()
    against: tuple[Word, ...] = field(default=())


def explain(policy: Policy, scene: Scene, found: Candidates, document: Ints, verdicts: Verdicts) -> list[Explanation]:
    """An explanation for each candidate, in their order."""
    ids = (*policy.types, UNKNOWN)
    out = []
    for row in range(len(found)):
        number = int(verdicts.rule[row])
        rule = policy.rules[number] if number >= 0 else None
        verdict = policy.verdicts[int(verdicts.verdict[row])] if int(verdicts.verdict[row]) < len(policy.verdicts) else None
        kind = int(found.kind[row])
        speaking: list[Word] = []
        against: list[Word] = []
        for word in _words(scene, int(found.start[row]), int(found.end[row]), int(document[row])):
            side = _side(policy, kind, rule, word)
            if side:
                (speaking if side > 0 else against).append(word)
        out.append(
            Explanation(
                scene.plan.patterns[kind].id, ACTIONS[int(verdicts.action[row])], rule.id if rule else "",
                verdict.id if verdict else "", verdict.source if verdict else "suppression", ids[int(verdicts.type[row])],
                verdict.reason if verdict else {}, verdict.basis if verdict else (),
                _conditions(scene, policy, rule) if rule else (), tuple(speaking), tuple(against),
            )
        )  # fmt: skip
    return out


def _words(scene: Scene, start: int, end: int, document: int) -> Iterable[Word]:
    """Words of the policy's classes around one value."""
    low, high = (int(edge[0]) for edge in scene.lines(np.array([start])))
    cell = int(scene.tables.cell(np.array([start]), np.array([end]))[0])
    stretches = [
        ("before", max(low, start - NEAR), start),
        ("after", end, min(high, end + AFTER)),
        ("above", max(low - ABOVE, 0), low),
    ]
    if cell >= 0:
        tables = scene.tables
        heads = (tables.table == tables.table[cell]) & (tables.column == tables.column[cell]) & tables.header
        stretches += [("head", int(tables.start[n]), int(tables.end[n])) for n in np.flatnonzero(heads)[:2].tolist()]
    batch = scene.batch
    own = np.flatnonzero(batch.document == document)
    titles = [n for n in own.tolist() if batch.role[n] == 1] or own[:1].tolist()
    stretches += [
        ("title", int(batch.segments[n]), min(int(batch.segments[n + 1]) - 1, int(batch.segments[n]) + TITLE)) for n in titles
    ]
    names = list(scene.plan.classes)
    for place, first, last in stretches:
        if first >= last:
            continue
        first = batch.view.rfind(b"\0", first, last) + 1 if place == "above" and b"\0" in batch.view[first:last] else first
        seen: set[str] = set()
        events = scene.words.events(batch.view[first:last])
        for number in events.rule.tolist():
            bits = int(scene.plan.cue_bits[number])
            text = scene.plan.words[number].expression.decode()
            if bits and text not in seen:
                seen.add(text)
                yield Word(place, text, tuple(name for n, name in enumerate(names) if bits >> n & 1))


def _side(policy: Policy, kind: int, rule: Rule | None, word: Word) -> int:
    """1 where a word speaks for the rule that held, -1 against it, 0 where no rule for the kind asks for it there."""
    if rule and _asks(rule.when, word):
        return 1
    if rule and _asks(rule.unless, word):
        return -1
    own = rule.action if rule else -1
    others = {other.action for other in policy.rules if kind in other.kinds and _asks(other.when, word)}
    return 0 if not others else 1 if others == {own} else -1


def _asks(conditions: Mapping[str, Any], word: Word) -> bool:
    return any(
        word.place in _PLACES[name] and set(conditions[name]) & set(word.classes)
        for name in CLASS_CONDITIONS
        if name in conditions
    )


def _conditions(scene: Scene, policy: Policy, rule: Rule) -> tuple[str, ...]:
    kinds = scene.plan.catalogue.kinds
    return (*said(rule.when, policy.types, kinds), *(f"not {one}" for one in said(rule.unless, policy.types, kinds)))
