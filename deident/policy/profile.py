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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.catalog import Catalogue, Example, Table, home
from deident.catalog.lines import located
from deident.errors import CatalogError, PolicyError
from deident.model import ACTIONS, CATEGORIES
from deident.policy import types as doc_types
from deident.policy.cells import Cell, unlawful
from deident.policy.chain import chain, folders, read
from deident.policy.exemptions import Exemption, exemption
from deident.policy.matrix import DELETES, Matrix, Verdict, overrides
from deident.policy.rules import MATRIX, Reader, Rule, unreachable
from deident.policy.sense import never, torn, unasked
from deident.policy.types import AUDIENCES, UNKNOWN, DocType

PROTECTED = "protected"  # class of words for third parties, victims, minors: exemptions never cover them
SUBJECT = "subject"  # class of words for the person that an exempt page is about


@dataclass(frozen=True, slots=True)
class Policy:
    """A profile, ready to judge by.

    extends     id of the profile that it extends, "" for none
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
    extends: str
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


def load(name: str, catalogue: Catalogue, extra: Path | None = None) -> Policy:
    """The policy of this id (or the file of this path).  Raises PolicyError."""
    types = doc_types.load(catalogue, extra)
    files = chain(name, extra)
    layers: list[Mapping[str, Mapping[str, Cell]]] = []
    rules: list[Rule] = []
    examples: list[tuple[Example, Mapping[str, str]]] = []
    classes: dict[str, tuple[str, ...]] = {}
    for _, content, _ in reversed(files):
        for key, listed in content.get("classes", {}).items() if isinstance(content.get("classes"), dict) else ():
            classes[key] = (*classes.get(key, ()), *(listed if isinstance(listed, list) else ()))
    listed, listed_text = _exemptions(next((f for folder in folders(extra) if (f := folder / "exemptions.toml").is_file()), None))
    try:
        for key, words in _shipped_classes(extra).items():  # whom no exemption covers is not for a list of one's own to forget
            classes[key] = (*classes.get(key, ()), *words)
        own = Table(listed.file, "classes", dict(listed.take("classes", dict, {})))
        shared = {key: _class(own, key) for key in list(own.content)}
        classes |= {key: (*classes.get(key, ()), *words) for key, words in shared.items()}
        reader = Reader(catalogue, classes, types)
        exemptions = _read_exemptions(listed, reader)
    except CatalogError as problem:
        raise located(problem, listed_text, PolicyError) from None
    audience, delete, narrow = "internet", "suppress", False
    for path, content, text in reversed(files):
        try:
            part = _Part(Table(path.name, "", dict(content)), reader, audience, delete)
            _sensible(part, rules, reader)
        except CatalogError as problem:
            raise located(problem, text, PolicyError) from None
        audience, delete = part.audience, part.delete
        narrow |= audience != "internet"
        rules, examples = [*part.rules, *rules], part.examples  # the examples of what is extended hold there, not here
        layers.insert(0, part.cells)
    if word := _whose_word((*rules, *exemptions), classes):
        raise _said_twice(word, [*files, (Path(listed.file), {"classes": shared}, listed_text)])
    matrix = Matrix(types, layers, catalogue, delete)
    path, _, text = files[0]
    if narrow and audience == "internet" and (said := _for_all(matrix)):
        raise located(CatalogError(path.name, "audience", said), text, PolicyError)
    first = len(rules) + len(exemptions)
    cells = matrix.numbers(first)
    verdicts = (
        *(Verdict(r.id, "rule", max(r.action, 0), r.reason, r.basis, r.mask) for r in rules),
        *(Verdict(e.id, "exemption", ACTIONS.index("keep"), e.reason, e.basis) for e in exemptions),
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
        part.extends,
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
        if rule.id in taken:
            raise top.fail(f"rule[{number}]", f"two rules have the id '{rule.id}'; give this one another")
        taken.add(rule.id)
        if name := never(rule.when, rule.unless):
            raise top.fail(
                f"rule[{number}].unless.{name}", f"excludes what when.{name} asks for, so it never holds; take one out"
            )
    if shadowed := unreachable(tuple(part.rules)):  # what is extended may be overruled as a whole
        number = next(n for n, rule in enumerate(part.rules, 1) if rule is shadowed[0])
        said = f"'{shadowed[0].id}' is never reached: '{shadowed[1].id}' before it takes all of its kinds; put it above that one"
        raise top.fail(f"rule[{number}]", said)
    kinds: dict[str, tuple[int, ...]] = dict.fromkeys(CATEGORIES, ())
    for number, kind in enumerate(reader.catalogue.kinds):
        category = reader.catalogue.patterns[kind].category
        kinds |= {kind: (number,), category: (*kinds[category], number)}
    if lost := unasked((*part.rules, *inherited), part.cells, kinds):
        said = f"is never asked: rule '{lost[2]}' decides every {lost[1]} before; write a rule of your own with action = \"{MATRIX}\""
        raise top.fail(f"cells.{lost[0]}.{lost[1]}", said)


def _for_all(matrix: Matrix) -> str:
    """What the internet may not read of a profile that extends one for fewer readers; "" when there is nothing."""
    catalogue = matrix.catalogue
    for type in (*matrix.ids, UNKNOWN):
        for kind, pattern in catalogue.patterns.items():
            cell = matrix.cell(type, pattern.category, kind)
            key = pattern.category if cell is matrix.cell(type, pattern.category) else kind
            if said := unlawful(key, cell, "internet", catalogue):
                return f"the cell {type}.{key} of the profile that is extended {said}"
    return ""


def _whose_word(items: Sequence[Rule | Exemption], classes: Mapping[str, Sequence[str]]) -> tuple[str, str, str, str] | None:
    """A word that speaks for both sides: the word, two classes, and what they are told apart for."""
    if both := sorted(set(classes.get(PROTECTED, ())) & set(classes.get(SUBJECT, ()))):
        return both[0], SUBJECT, PROTECTED, "every exemption"
    for item in items:
        if found := torn(item.when, item.unless, classes):
            return *found, f"'{item.id}'"
    return None


def _said_twice(word: tuple[str, str, str, str], files: Sequence[tuple[Path, Mapping[str, Any], str]]) -> PolicyError:
    """The error, in the first file that puts the word into one of the two classes."""
    for path, content, text in files:
        for name in word[1:3]:
            if word[0] in content.get("classes", {}).get(name, ()):
                said = f"'{word[0]}' stands in both {word[1]} and {word[2]}, which {word[3]} tells apart; take it out of one"
                return located(CatalogError(path.name, f"classes.{name}", said), text, PolicyError)
    raise AssertionError(word)


class _Part:
    """One file of the chain."""

    def __init__(self, top: Table, reader: Reader, audience: str, delete: str) -> None:
        if (id := top.take("id", str)) != (stem := top.file.removesuffix(".toml")):
            raise top.fail("id", f"must be the file's name, '{stem}', not '{id}'")
        self.top, self.id, self.name = top, id, top.names("name")
        self.extends = top.take("extends", str, "")
        classes = Table(top.file, "classes", dict(top.take("classes", dict, {})))
        for key in list(classes.content):
            _class(classes, key)
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


def _class(table: Table, key: str) -> tuple[str, ...]:
    words = table.words(key)
    if not words:
        raise table.fail(key, "has no words: a condition on it would never hold; give it some or take it out")
    return words


def _example(table: Table, reader: Reader) -> tuple[Example, Mapping[str, str]]:
    """`action`, and optionally `title`, the document's `type`, the `rule` (or cell) that must have decided."""
    context = {key: table.take(key, str, "") for key in ("title", "type", "rule")} | {"action": table.take("action", str)}
    if context["action"] not in ACTIONS:
        raise table.fail("action", f"is none of {', '.join(ACTIONS)}")
    if context["type"] and context["type"] not in (*reader.types, UNKNOWN):
        raise table.fail("type", f"no document type '{context['type']}' (see `deident list types`)")
    masked = table.take("masked", str) if "masked" in table.content else None
    example = Example(table.take("text", str), masked, ner=table.take("ner", bool, False))
    table.done()
    return example, context


def _exemptions(path: Path | None) -> tuple[Table, str]:
    """The list of the first folder that has one, unread, and its text."""
    if path is None:
        return Table("exemptions.toml", "", {}), ""
    content, text = read(path)
    return Table(path.name, "", content), text


def _shipped_classes(extra: Path | None) -> Mapping[str, tuple[str, ...]]:
    """Word classes of the shipped list of exemptions, where the user's folder has a list of its own."""
    if extra is None or not (extra / "policies" / "exemptions.toml").is_file():
        return {}
    shipped, _ = _exemptions(home() / "policies" / "exemptions.toml")
    classes = Table(shipped.file, "classes", dict(shipped.take("classes", dict, {})))
    return {key: classes.words(key) for key in list(classes.content)}


def _read_exemptions(top: Table, reader: Reader) -> tuple[Exemption, ...]:
    items = [Table(top.file, f"exemption[{n}]", item) for n, item in enumerate(top.tables("exemption"), 1)]
    found = tuple(exemption(item, reader.catalogue, reader.types, reader.conditions) for item in items)
    ids = [item.id for item in found]
    if twice := next((place for place, id in enumerate(ids) if id in ids[:place]), 0):
        raise items[twice].fail("id", f"two exemptions have the id '{ids[twice]}'; give this one another")
    top.done()
    return found
