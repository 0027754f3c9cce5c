"""Profiles: a policy file with what it extends, the matrix and the exemptions, checked as a whole.

A profile of one's own may hold no more than the cell that differs:

    id      = "our-county"
    extends = "gov-publish"
    name    = { zh = "本县", en = "Our county" }

    [cells.social_assistance]
    person_name = { action = "mask", to = "name", basis = ["default"] }

Every error names file, line and key; nothing wrong is ever passed over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.catalog import Catalogue, Example, Table, home
from deident.catalog.lines import located
from deident.errors import CatalogError, PolicyError
from deident.model import ACTIONS
from deident.policy import types as doc_types
from deident.policy.cells import Cell
from deident.policy.exemptions import Exemption, exemption
from deident.policy.matrix import DELETES, Matrix, Verdict, overrides
from deident.policy.rules import Reader, Rule, unreachable
from deident.policy.types import AUDIENCES, DocType

PROTECTED = "protected"  # class of words for third parties, victims, minors: exemptions never cover them
SUBJECT = "subject"  # class of words for the person that an exempt page is about
OTHERS = {"exemptions", "secrecy"}  # files beside the profiles that are none
DEEPEST = 8  # profiles that extend each other


@dataclass(frozen=True, slots=True)
class Policy:
    """A profile, ready to judge by.

    classes     cue words by class
    rules       tried in order, the file's own before those of the profile it extends
    roles       kind → the classes that any `nearest` of its rules names, among which the nearest decides
    exemptions  tried in order where a rule leaves the value to the matrix
    cells       (types + 1, kinds) number of the verdict; the last row is that of documents of unknown type
    verdicts    everything that can decide: rules (same number), exemptions, cells
    """

    id: str
    name: Mapping[str, str]
    audience: str
    classes: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    roles: Mapping[int, frozenset[str]]
    exemptions: tuple[Exemption, ...]
    matrix: Matrix
    cells: NDArray[np.int32]
    verdicts: tuple[Verdict, ...]
    examples: tuple[tuple[Example, Mapping[str, str]], ...]
    file: str

    @property
    def types(self) -> Mapping[str, DocType]:
        """The document types by id, in the order of the rows of `cells`."""
        return self.matrix.types


def names(extra: Path | None = None) -> list[str]:
    """Ids of all policies that can be loaded."""
    return sorted({path.stem for folder in _folders(extra) for path in folder.glob("*.toml")} - OTHERS)


def load(name: str, catalogue: Catalogue, extra: Path | None = None) -> Policy:
    """The policy of this id (or the file of this path).  Raises PolicyError."""
    types = doc_types.load(catalogue, extra)
    chain = _chain(name, extra)
    layers: list[Mapping[str, Mapping[str, Cell]]] = []
    rules: list[Rule] = []
    examples: list[tuple[Example, Mapping[str, str]]] = []
    classes: dict[str, tuple[str, ...]] = {}
    for _, content, _ in reversed(chain):
        for key, listed in content.get("classes", {}).items() if isinstance(content.get("classes"), dict) else ():
            classes[key] = (*classes.get(key, ()), *(listed if isinstance(listed, list) else ()))
    listed, listed_text = _exemptions(
        next((f for folder in _folders(extra) if (f := folder / "exemptions.toml").is_file()), None)
    )
    try:
        own = Table(listed.file, "classes", dict(listed.take("classes", dict, {})))
        classes |= {key: (*classes.get(key, ()), *own.words(key)) for key in list(own.content)}
        reader = Reader(catalogue, classes, types)
        exemptions = _read_exemptions(listed, reader)
    except CatalogError as problem:
        raise located(problem, listed_text, PolicyError) from None
    audience, delete = "internet", "suppress"
    for path, content, text in reversed(chain):
        try:
            part = _Part(Table(path.name, "", dict(content)), reader, audience, delete)
            _still_lawful(part, layers, audience, catalogue)
            _sensible(part, rules, reader)
        except CatalogError as problem:
            raise located(problem, text, PolicyError) from None
        audience, delete = part.audience, part.delete
        rules, examples = [*part.rules, *rules], part.examples  # the examples of what is extended hold there, not here
        layers.insert(0, part.cells)
    path = chain[0][0]
    try:
        _in_reach(exemptions, rules, catalogue)
    except CatalogError as problem:
        raise located(problem, listed_text, PolicyError) from None
    matrix = Matrix(types, layers, catalogue, delete)
    first = len(rules) + len(exemptions)
    cells = matrix.numbers(first)
    verdicts = (
        *(Verdict(r.id, "rule", max(r.action, 0), r.reason, r.basis, r.mask) for r in rules),
        *(Verdict(e.id, "exemption", ACTIONS.index("keep"), e.reason, e.basis, e.mask) for e in exemptions),
        *matrix.verdicts,
    )
    roles: dict[int, frozenset[str]] = {}
    ordered: tuple[Rule | Exemption, ...] = (*rules, *exemptions)
    for item in ordered:
        named = frozenset(c for side in (item.when, item.unless) for c in side.get("nearest", ()))
        for kind in item.kinds:
            roles[kind] = roles.get(kind, frozenset()) | named
    for exempt in exemptions:  # whom an exemption is about, and whom it never covers, is told by the nearest word
        for kind in exempt.kinds:
            roles[kind] |= {name for name in (PROTECTED, SUBJECT) if name in classes}
    return Policy(
        part.id,
        part.name,
        audience,
        classes,
        tuple(rules),
        roles,
        exemptions,
        matrix,
        cells,
        verdicts,
        tuple(examples),
        path.name,
    )


def _sensible(part: _Part, inherited: Sequence[Rule], reader: Reader) -> None:
    """Raises where a rule or a cell of one file can never decide anything, or where a word speaks for both sides."""
    top, taken = part.top, {rule.id for rule in inherited}
    for number, rule in enumerate(part.rules, 1):
        place = Table(top.file, f"rule[{number}]", {})
        if rule.id in taken:
            raise place.fail("id", f"two rules have the id '{rule.id}'; give this one another")
        taken.add(rule.id)
        _conditions(place, rule, reader)
    if shadowed := unreachable(tuple(part.rules)):  # what is extended may be overruled as a whole
        number = next(n for n, rule in enumerate(part.rules, 1) if rule is shadowed[0])
        said = f"'{shadowed[0].id}' is never reached: '{shadowed[1].id}' before it takes all of its kinds; put it above that one"
        raise top.fail(f"rule[{number}]", said)
    own = {key for row in part.cells.values() for key in row}
    kinds = {key: frozenset(reader.catalogue.of(key)) for key in own}
    if lost := unasked((*part.rules, *inherited), part.cells, kinds):
        said = f"is never asked: rule '{lost[2]}' decides every {lost[1]} before; write a rule of your own with action = \"{MATRIX}\""
        raise top.fail(f"cells.{lost[0]}.{lost[1]}", said)


def _conditions(place: Table, item: Rule | Exemption, reader: Reader) -> None:
    """Raises where the conditions of a rule or an exemption contradict each other."""
    if name := never(item.when, item.unless):
        raise place.fail(f"unless.{name}", f"excludes what when.{name} asks for, so it never holds; take one of them out")
    for side, conditions in (("when", item.when), ("unless", item.unless)):
        if found := empty(conditions, reader.classes):
            raise place.fail(f"{side}.{found[0]}", f"names the class '{found[1]}', which has no words; give it some under [classes]")
    if word := torn(item.when, item.unless, reader.classes):
        said = f"'{word[0]}' stands in both '{word[1]}' and '{word[2]}', between which the nearest word decides; take it out of one"
        raise place.fail("unless.nearest", said)


def _still_lawful(part: _Part, layers: Sequence[Mapping[str, Mapping[str, Cell]]], before: str, catalogue: Catalogue) -> None:
    """Raises where a profile for the internet extends one for fewer readers, with cells that only those may read."""
    if part.audience != "internet" or before == "internet":
        return
    seen: set[tuple[str, str]] = set()
    for layer in ({} if layers is None else part.cells, *layers):
        for type, row in layer.items():
            for key, cell in row.items():
                if (type, key) not in seen and (said := unlawful(key, cell, "internet", catalogue)):
                    raise part.top.fail("audience", f"the cell {type}.{key} of the extended profile {said}")
                seen.add((type, key))


def _in_reach(exemptions: Sequence[Exemption], rules: Sequence[Rule], catalogue: Catalogue) -> None:
    """Raises where a rule decides everything that an exemption speaks of before it is asked."""
    for number, item in enumerate(exemptions, 1):
        before = [decided_before(rules, kind) for kind in item.kinds]
        if before and all(before):
            said = f"'{item.id}' is never asked: rule '{before[0]}' decides before; hand the value on with action = \"{MATRIX}\""
            raise CatalogError("exemptions.toml", f"exemption[{number}]", said)


def _folders(extra: Path | None) -> list[Path]:
    return [folder for folder in ([extra / "policies"] if extra else []) + [home() / "policies"] if folder.is_dir()]


def _chain(name: str, extra: Path | None) -> list[tuple[Path, dict[str, Any], str]]:
    """The profile and those it extends: path, content, text."""
    chain: list[tuple[Path, dict[str, Any], str]] = []
    while name:
        places = [Path(name)] if name.endswith(".toml") else []
        places += [folder / f"{name}.toml" for folder in _folders(extra)]
        path = next((place for place in places if place.is_file() and place not in [other for other, _, _ in chain]), None)
        if path is None or len(chain) >= DEEPEST:
            known = ", ".join(names(extra))
            problem = f"no such policy; there are {known}, or give the path of a .toml file"
            raise PolicyError(chain[-1][0].name if chain else name, "extends" if chain else "", problem)
        try:
            text = path.read_text(encoding="utf-8")
            content = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise PolicyError(path.name, "", f"cannot be read: {problem}") from None
        chain.append((path, content, text))
        parent = content.get("extends", "")
        if not isinstance(parent, str):
            raise PolicyError(path.name, "extends", "must be the id of a policy")
        name = parent
    return chain


class _Part:
    """One file of the chain."""

    def __init__(self, top: Table, reader: Reader, audience: str, delete: str) -> None:
        if (id := top.take("id", str)) != (stem := top.file.removesuffix(".toml")):
            raise top.fail("id", f"must be the file's name, '{stem}', not '{id}'")
        self.top, self.id, self.name = top, id, top.names("name")
        top.take("extends", str, "")
        classes = Table(top.file, "classes", dict(top.take("classes", dict, {})))
        for key in list(classes.content):
            if not classes.words(key):
                raise classes.fail(key, "has no words: a condition on it would never hold; give it some or take it out")
        self.audience = top.take("audience", str, audience)
        if self.audience not in AUDIENCES:
            raise top.fail("audience", f"'{self.audience}' is none of {', '.join(AUDIENCES)}")
        self.delete = top.take("delete", str, delete)
        if self.delete not in DELETES:
            raise top.fail("delete", f"'{self.delete}' is none of {', '.join(DELETES)}")
        self.rules = [reader.rule(Table(top.file, f"rule[{n}]", item)) for n, item in enumerate(top.tables("rule"), 1)]
        cells = Table(top.file, "cells", dict(top.take("cells", dict, {})))
        self.cells = overrides(cells, reader.catalogue, reader.types, self.audience)
        self.examples = [
            _example(Table(top.file, f"example[{n}]", item), reader) for n, item in enumerate(top.tables("example"), 1)
        ]
        top.done()


def _example(table: Table, reader: Reader) -> tuple[Example, Mapping[str, str]]:
    """`action`, and optionally `title`, the document's `type`, the `rule` (or cell) that must have decided."""
    context = {key: table.take(key, str, "") for key in ("title", "type", "rule")} | {"action": table.take("action", str)}
    if context["action"] not in ACTIONS:
        raise table.fail("action", f"is none of {', '.join(ACTIONS)}")
    if context["type"] and context["type"] not in reader.types:
        raise table.fail("type", f"no document type '{context['type']}' (see `deident list types`)")
    masked = table.take("masked", str) if "masked" in table.content else None
    example = Example(table.take("text", str), masked)
    table.done()
    return example, context


def _exemptions(path: Path | None) -> tuple[Table, str]:
    """The list of the first folder that has one, unread, and its text."""
    if path is None:
        return Table("exemptions.toml", "", {}), ""
    try:
        text = path.read_text(encoding="utf-8")
        return Table(path.name, "", tomllib.loads(text)), text
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise PolicyError(path.name, "", f"cannot be read: {problem}") from None


def _read_exemptions(top: Table, reader: Reader) -> tuple[Exemption, ...]:
    items = [Table(top.file, f"exemption[{n}]", item) for n, item in enumerate(top.tables("exemption"), 1)]
    found = tuple(exemption(item, reader.catalogue, reader.types, reader.conditions) for item in items)
    ids = [item.id for item in found]
    if twice := next((id for id in ids if ids.count(id) > 1), ""):
        raise top.fail("exemption", f"two exemptions have the id '{twice}'")
    top.done()
    return found
