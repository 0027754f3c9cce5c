"""Rules: whose value is it?  In order, the first one whose conditions hold decides; `matrix` hands the value to the matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from deident.catalog import Catalogue, Mask, Table, careful, mask
from deident.model import ACTIONS, CATEGORIES, ROLES
from deident.policy.types import UNKNOWN, DocType
from deident.text.expression import compiled

CLASS_CONDITIONS = ("near", "nearest", "after", "title", "head", "heads", "above")
KIND_CONDITIONS = ("column", "table", "beside", "adjacent", "subject")
TEXT_CONDITIONS = ("value", "before", "behind")
MATRIX = "matrix"  # a private person's: the cell of the document type decides


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `kinds` are numbers of the catalogue, conditions map a name to classes, kind numbers, roles or a regex.

    action   index into ACTIONS, -1: the matrix decides
    mask     how the value is hidden, if not as its kind says
    """

    id: str
    kinds: frozenset[int]
    when: Mapping[str, Any]
    unless: Mapping[str, Any]
    action: int
    reason: Mapping[str, str]
    basis: tuple[str, ...]
    mask: Mask | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rules and conditions of one file against what there is: kinds, word classes, document types."""

    catalogue: Catalogue
    classes: Mapping[str, tuple[str, ...]]
    types: Mapping[str, DocType]

    def kind(self, table: Table, kind: str, key: str) -> int:
        """Number of a kind."""
        if kind not in self.catalogue.patterns:
            raise table.fail(key, f"no kind '{kind}' (see `deident list kinds`)")
        return self.catalogue.number(kind)

    def rule(self, table: Table) -> Rule:
        """One `[[rule]]`."""
        if not {"kinds", "categories"} & set(table.content):
            raise table.fail("kinds", "a rule needs kinds or categories")
        kinds = {self.kind(table, kind, "kinds") for kind in table.words("kinds")}
        patterns = self.catalogue.patterns
        for category in table.words("categories", CATEGORIES.__contains__, "no category '{}'"):
            kinds |= {n for n, kind in enumerate(self.catalogue.kinds) if patterns[kind].category == category}
        action = table.take("action", str)
        if action not in (*ACTIONS, MATRIX):
            raise table.fail("action", f"'{action}' is none of {', '.join((*ACTIONS, MATRIX))}")
        form = mask(Table(table.file, f"{table.place}.mask", dict(table.take("mask", dict)))) if "mask" in table.content else None
        if form and action != "mask":
            raise table.fail("mask", f"says how a value is hidden, but the action is '{action}'")
        for category in sorted({patterns[self.catalogue.kinds[n]].category for n in kinds}):
            if form and (problem := careful(form, category)):
                raise table.fail("mask", problem)
        rule = Rule(
            table.take("id", str), frozenset(kinds), self.conditions(table, "when"), self.conditions(table, "unless"),
            ACTIONS.index(action) if action in ACTIONS else -1, table.names("reason"),
            table.words("basis", self.catalogue.laws.__contains__, "no law '{}' in law.toml"), form,
        )  # fmt: skip
        table.done()
        return rule

    def conditions(self, table: Table, side: str) -> Mapping[str, Any]:
        """The table `when` or `unless`."""
        conditions = Table(table.file, f"{table.place}.{side}", dict(table.take(side, dict, {})))
        read: dict[str, Any] = {}
        for key in CLASS_CONDITIONS:
            if key in conditions.content:
                read[key] = conditions.words(key, self.classes.__contains__, "no class '{}' under [classes]")
        for key in KIND_CONDITIONS:
            if key in conditions.content:
                read[key] = tuple(self.kind(conditions, kind, key) for kind in conditions.words(key))
        if "type" in conditions.content:
            known = (*self.types, UNKNOWN)
            named = conditions.words("type", known.__contains__, "no document type '{}' (see `deident list types`)")
            read["type"] = tuple(known.index(type) for type in named)
        if "role" in conditions.content:
            read["role"] = tuple(ROLES.index(r) for r in conditions.words("role", ROLES.__contains__, "no role '{}'"))
        for key in ("minor", "relative"):
            if key in conditions.content:
                read[key] = conditions.take(key, bool)
        for key in TEXT_CONDITIONS:
            if key in conditions.content:
                try:
                    read[key] = compiled(conditions.take(key, str))
                except regex.error as problem:
                    raise conditions.fail(key, f"is not a regular expression: {problem}") from None
        conditions.done()
        return read


def unreachable(rules: tuple[Rule, ...]) -> tuple[Rule, Rule] | None:
    """A rule that can never decide, because one before it takes all of its kinds without a condition; and that one."""
    for place, rule in enumerate(rules):
        for before in rules[:place]:
            if not before.when and not before.unless and rule.kinds <= before.kinds:
                return rule, before
    return None


def said(conditions: Mapping[str, Any], types: Iterable[str], kinds: Sequence[str]) -> Iterator[str]:
    """Conditions as they are written: `near: public, body`.  `types`: ids of the policy's types, `kinds` those of the catalogue."""
    ids = (*types, UNKNOWN)
    for name, wanted in conditions.items():
        if name in CLASS_CONDITIONS:
            words = ", ".join(wanted)
        elif name == "type":
            words = ", ".join(ids[number] for number in wanted)
        elif name in KIND_CONDITIONS:
            words = ", ".join(kinds[number] for number in wanted)
        elif name == "role":
            words = ", ".join(ROLES[number] for number in wanted)
        else:
            words = str(getattr(wanted, "pattern", wanted))
        yield f"{name}: {words}"
