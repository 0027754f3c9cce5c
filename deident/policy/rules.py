"""Policy files: read, checked against the catalogue, every error with file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from deident.catalog import Catalogue, Example, Table, home
from deident.errors import CatalogError, PolicyError
from deident.model import ACTIONS, CATEGORIES, ROLES

CLASS_CONDITIONS = ("near", "nearest", "after", "title", "head", "heads")
KIND_CONDITIONS = ("column", "table", "beside", "adjacent")


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
