"""Policies: finding → verdict, with the rule that won and its legal basis.

A policy file (`patterns/policies/<id>.toml`) holds cue classes (word lists) and ordered rules; the first rule whose
conditions hold for a finding decides.  Conditions are evaluated for all findings of a batch at once.

    [[rule]]
    id     = "hotline"
    kinds  = ["short_number", "service_number"]        # or categories = ["phone"]
    when   = { nearest = ["public"] }                  # all that are named must hold (each: any of its list)
    unless = { heads = ["person"] }                    # none of these may hold
    action = "keep"                                    # mask | keep | review
    reason = { zh = "…", en = "…" }
    basis  = ["disclosure-20-2"]

| condition | holds when a word of one of the classes stands |
|---|---|
| near | before the value on its line (40 Han characters) |
| nearest | there, and no word of another class stands nearer that a `nearest` of the rules for this kind names |
| after | right behind the value (12 Han characters) |
| title | in the title or the first line of the document |
| head, heads | in the header of the value's column; in any header of its table |

and, with ids of kinds: `column` (what the header announces), `table` (a kind announced anywhere in the table), `beside`
(a finding of such a kind on the same line), `adjacent` (one right before or behind, with a sign or two between);
`role` (where the text stands: attribute, comment, …); `value` (an expression that the folded value matches somewhere).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from deident.catalog import Catalogue, Example, Table, home
from deident.errors import CatalogError, PolicyError
from deident.matching.scene import Scene
from deident.model import ACTIONS, CATEGORIES, ROLES, Bools, Candidates, Ints

CLASS_CONDITIONS = ("near", "nearest", "after", "title", "head", "heads")
KIND_CONDITIONS = ("column", "table", "beside", "adjacent")
GAP = 4  # bytes between two values that stand side by side: 138…、0851-…
TITLE = 240  # bytes of a document that count as its title when it has none of its own


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `kinds` are numbers of the catalogue, conditions map a name to classes, kind numbers, roles or a regex."""

    id: str
    kinds: frozenset[int]
    when: Mapping[str, Any]
    unless: Mapping[str, Any]
    action: int
    reason: Mapping[str, str]
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """classes: cue words by class; roles: by kind, the classes that any `nearest` of its rules names,
    among which the nearest decides."""

    id: str
    name: Mapping[str, str]
    classes: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    roles: Mapping[int, frozenset[str]]
    examples: tuple[tuple[Example, Mapping[str, str]], ...]
    file: str


def names(extra: Path | None = None) -> list[str]:
    """Ids of all policies that can be loaded."""
    folders = [home() / "policies"] + ([extra / "policies"] if extra else [])
    return sorted({path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.toml")})


def load(name: str, catalogue: Catalogue, extra: Path | None = None) -> Policy:
    """The policy of this id (or the file of this path).  Raises PolicyError."""
    places = [Path(name)] if name.endswith(".toml") else []
    places += [folder / f"{name}.toml" for folder in ([extra / "policies"] if extra else []) + [home() / "policies"]]
    path = next((p for p in places if p.is_file()), None)
    if path is None:
        raise PolicyError(name, "", f"no such policy; there are {', '.join(names(extra))}, or give the path of a .toml file")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise PolicyError(path.name, "", f"cannot be read: {problem}") from None
    try:
        return _parse(content, path.name, catalogue)
    except PolicyError:
        raise
    except CatalogError as problem:
        raise PolicyError(problem.file, problem.key, problem.problem) from None


def _parse(content: dict[str, Any], file: str, catalogue: Catalogue) -> Policy:
    top = Table(file, "", content)
    classes_table = Table(file, "classes", dict(top.take("classes", dict, {})))
    classes = {key: classes_table.words(key) for key in list(classes_table.content)}
    rules = tuple(_rule(Table(file, f"rule[{n}]", item), catalogue, classes) for n, item in enumerate(top.tables("rule"), 1))
    ids = [rule.id for rule in rules]
    for twice in {i for i in ids if ids.count(i) > 1}:
        raise top.fail("rule", f"two rules have the id '{twice}'")
    examples = []
    for n, item in enumerate(top.tables("example"), 1):
        table = Table(file, f"example[{n}]", item)
        context = {"title": table.take("title", str, ""), "action": table.take("action", str)}
        if context["action"] not in ACTIONS:
            raise table.fail("action", f"is none of {', '.join(ACTIONS)}")
        examples.append((Example(table.take("text", str)), context))
        table.done()
    roles: dict[int, frozenset[str]] = {}
    for rule in rules:
        named = frozenset(c for side in (rule.when, rule.unless) for c in side.get("nearest", ()))
        for kind in rule.kinds:
            roles[kind] = roles.get(kind, frozenset()) | named
    if (id := top.take("id", str)) != (stem := file.removesuffix(".toml")):
        raise top.fail("id", f"must be the file's name, '{stem}', not '{id}'")
    policy = Policy(id, top.names("name"), classes, rules, roles, tuple(examples), file)
    top.done()
    return policy


def _rule(table: Table, catalogue: Catalogue, classes: Mapping[str, Any]) -> Rule:
    def number(kind: str, key: str) -> int:
        if kind not in catalogue.patterns:
            raise table.fail(key, f"no kind '{kind}' (see `deident list kinds`)")
        return catalogue.number(kind)

    if not {"kinds", "categories"} & set(table.content):
        raise table.fail("kinds", "a rule needs kinds or categories")
    kinds = {number(kind, "kinds") for kind in table.words("kinds")}
    for category in table.words("categories", CATEGORIES.__contains__, "no category '{}'"):
        kinds |= {n for n, kind in enumerate(catalogue.kinds) if catalogue.patterns[kind].category == category}
    action = table.take("action", str)
    if action not in ACTIONS:
        raise table.fail("action", f"'{action}' is none of {', '.join(ACTIONS)}")
    sides = []
    for side in ("when", "unless"):
        conditions = Table(table.file, f"{table.place}.{side}", dict(table.take(side, dict, {})))
        read: dict[str, Any] = {}
        for key in CLASS_CONDITIONS:
            if key in conditions.content:
                read[key] = conditions.words(key, classes.__contains__, "no class '{}' under [classes]")
        for key in KIND_CONDITIONS:
            if key in conditions.content:
                read[key] = tuple(number(kind, f"{side}.{key}") for kind in conditions.words(key))
        if "role" in conditions.content:
            read["role"] = tuple(ROLES.index(r) for r in conditions.words("role", ROLES.__contains__, "no role '{}'"))
        if "value" in conditions.content:
            try:
                read["value"] = regex.compile(conditions.take("value", str), regex.ASCII)
            except regex.error as problem:
                raise conditions.fail("value", f"is not a regular expression: {problem}") from None
        conditions.done()
        sides.append(read)
    reason = table.names("reason")
    basis = table.words("basis", catalogue.laws.__contains__, "no law '{}' in law.toml")
    rule = Rule(table.take("id", str), frozenset(kinds), sides[0], sides[1], ACTIONS.index(action), reason, basis)
    table.done()
    return rule


def judge(policy: Policy, scene: Scene, found: Candidates, document: Ints) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
    """Action (index into ACTIONS) and rule (index into policy.rules, -1: none, which means review) for each candidate."""
    action = np.full(len(found), ACTIONS.index("review"), np.int8)
    winner = np.full(len(found), -1, np.int32)
    if not len(found):
        return action, winner
    facts = _Facts(policy, scene, found, document)
    open_ = np.ones(len(found), np.bool_)
    for number, rule in enumerate(policy.rules):
        listed = np.zeros(len(scene.plan.patterns), np.bool_)
        listed[list(rule.kinds)] = True
        chosen = open_ & listed[found.kind]
        if not chosen.any():
            continue
        for name, wanted in sorted(rule.when.items(), key=lambda item: item[0] == "value"):
            chosen &= facts.holds(name, wanted, chosen)
        for name, wanted in rule.unless.items():
            if chosen.any():
                chosen &= ~facts.holds(name, wanted, chosen)
        action[chosen], winner[chosen] = rule.action, number
        open_ &= ~chosen
    return action, winner


class _Facts:
    """What is known about each candidate, computed once when a rule first asks for it."""

    def __init__(self, policy: Policy, scene: Scene, found: Candidates, document: Ints) -> None:
        self.policy, self.scene, self.found, self.document = policy, scene, found, document
        self._cell = scene.tables.cell(found.start, found.end)
        self._columns: dict[str, NDArray[Any]] = {}
        self._context = scene.around(found.start, found.end)

    def holds(self, name: str, wanted: Any, among: Bools) -> Bools:
        """Whether the condition holds, for each candidate (`value` only where `among`)."""
        if name == "value":
            result = np.zeros(len(self.found), np.bool_)
            for i in np.flatnonzero(among).tolist():
                result[i] = wanted.search(self.scene.text(int(self.found.start[i]), int(self.found.end[i]))) is not None
            return result
        if name in ("beside", "adjacent"):
            return self._company(name, wanted)
        column = self.fact(name)
        if name in CLASS_CONDITIONS:
            bits = sum(self.scene.plan.bit(c) for c in wanted)
            among_classes: Bools = (column & np.uint64(bits)) != 0
            return among_classes
        if name == "table":
            has = np.array([not kinds.isdisjoint(wanted) for kinds in self.scene.tables.kinds] + [False], np.bool_)
            announced: Bools = has[column]
            return announced
        return np.isin(column, wanted)

    def _company(self, name: str, wanted: tuple[int, ...]) -> Bools:
        """Findings of the wanted kinds on the same line, or right beside."""
        kind = np.isin(self.found.kind, wanted)
        result = np.zeros(len(kind), np.bool_)
        if name == "adjacent":
            close = self.found.start[1:] - self.found.end[:-1] <= GAP
            segment = np.searchsorted(self.scene.batch.segments, self.found.start, "right")
            close &= segment[1:] == segment[:-1]
            result[1:] |= close & kind[:-1]
            result[:-1] |= close & kind[1:]
            return result
        line = np.searchsorted(self.scene.breaks, self.found.start)
        lines, count = np.unique(line[kind], return_counts=True)
        if not len(lines):
            return result
        at = np.minimum(np.searchsorted(lines, line), len(lines) - 1)
        others: Bools = (lines[at] == line) & (count[at] > kind)
        return others

    def fact(self, name: str) -> NDArray[Any]:
        if name not in self._columns:
            self._columns[name] = getattr(self, f"_{name}")()
        return self._columns[name]

    def _near(self) -> NDArray[np.uint64]:
        return self._context.near(self.found.start)

    def _nearest(self) -> NDArray[np.uint64]:
        result = np.zeros(len(self.found), np.uint64)
        for classes in set(self.policy.roles.values()):
            kinds = [kind for kind, named in self.policy.roles.items() if named == classes]
            mine = np.flatnonzero(np.isin(self.found.kind, kinds))
            if classes and len(mine):
                bits = sum(self.scene.plan.bit(c) for c in classes)
                result[mine] = self._context.nearest(self.found.start[mine], bits)
        return result

    def _after(self) -> NDArray[np.uint64]:
        return self._context.after(self.found.end)

    def _in_table(self, values: NDArray[Any], none: int) -> NDArray[Any]:
        if not len(values):
            return np.full(len(self.found), none, values.dtype)
        return np.where(self._cell >= 0, values[np.maximum(self._cell, 0)], values.dtype.type(none))

    def _head(self) -> NDArray[np.uint64]:
        return self._in_table(self.scene.tables.head, 0)

    def _heads(self) -> NDArray[np.uint64]:
        return self._in_table(self.scene.tables.heads, 0)

    def _table(self) -> NDArray[np.int64]:
        return self._in_table(self.scene.tables.table, -1)

    def _column(self) -> NDArray[np.int32]:
        return self._in_table(self.scene.tables.kind, -1)

    def _role(self) -> NDArray[np.uint8]:
        segment = np.searchsorted(self.scene.batch.segments, self.found.start, "right") - 1
        return self.scene.batch.role[segment]

    def _title(self) -> NDArray[np.uint64]:
        batch = self.scene.batch
        title = batch.role == ROLES.index("title")
        start, end = batch.segments[:-1], batch.segments[1:]
        first = np.ones(len(start), np.bool_)
        first[1:] = batch.document[1:] != batch.document[:-1]
        wanted = np.zeros(len(batch), np.bool_)
        wanted[self.document] = True
        chosen = np.flatnonzero((title | first) & wanted[batch.document])
        low, high = start[chosen], np.minimum(end[chosen], start[chosen] + TITLE)
        context = self.scene.around(low, high)
        bits = context.any(np.searchsorted(context.end, low, "right"), np.searchsorted(context.end, high, "right"))
        result = np.zeros(len(batch), np.uint64)
        np.bitwise_or.at(result, batch.document[chosen], bits)
        return result[self.document]
