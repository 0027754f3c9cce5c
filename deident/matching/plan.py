"""From catalogue and policy words to one numbered list of rules, and back from events to their meaning.

A *word* is a literal of the database.  It may be a cue of kinds (the value after it is such a number) and belong to cue
classes of the policy (the phone after it is an office's); both are kept as bit masks per rule, so context is arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray

from deident.catalog import Catalogue, Pattern
from deident.errors import CatalogError
from deident.matching.rules import Rule
from deident.matching.shapes import Shape, shape

DIGITS, JUNCTION, MAIL = 0, 1, 2
#: What may stand between the groups of one number: a blank, hyphen, full stop, middle dot, line break; at most three bytes.
SEPARATOR = rb"(?:[ .\-\n\r]|\xc2\xb7){1,3}"
BUILT_IN = (
    Rule(rb"[0-9]{6,}[^0-9]"),
    Rule(rb"[0-9]{3}" + SEPARATOR + rb"[0-9]{3}"),
    Rule(rb"[0-9A-Za-z]@[0-9A-Za-z]"),
)

Bits = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Plan:
    """rules     for the matcher
    gates     rule number → kinds whose expression is to be tried there
    kind_bits (rules, words) which kinds a rule is a cue of: one bit per kind, in 64-bit words
    labels    (rules,) whether a rule names a number at all: of a kind, or of none (words/labels.txt)
    cue_bits  (rules,) which cue classes a rule belongs to, one bit per class
    sizes     (rules,) length of a literal in bytes, 0 for expressions
    shapes    kind → compiled token expression
    classes   names of the cue classes, in bit order
    """

    catalogue: Catalogue
    patterns: tuple[Pattern, ...]
    rules: tuple[Rule, ...]
    gates: Mapping[int, tuple[int, ...]]
    kind_bits: NDArray[np.uint64]
    labels: NDArray[np.bool_]
    cue_bits: Bits
    sizes: NDArray[np.int64]
    shapes: Mapping[int, Shape]
    searches: Mapping[int, regex.Pattern[str]]
    cells: Mapping[int, regex.Pattern[str]]
    headers: Mapping[str, int]
    classes: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]

    def bit(self, name: str) -> int:
        """The bit of a cue class."""
        return 1 << self.classes.index(name)


def labels(home: Path) -> list[str]:
    """Words that name a number of no kind (编号, 合同号 …), from `words/labels.txt`."""
    lines = (home / "words" / "labels.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def plan(catalogue: Catalogue, words: Mapping[str, Sequence[str]]) -> Plan:
    """The plan for all kinds of the catalogue and the cue classes of a policy (at most 64 classes)."""
    patterns = tuple(catalogue.patterns[kind] for kind in catalogue.kinds)
    rules = list(BUILT_IN)
    gates: dict[int, tuple[int, ...]] = {}
    shapes: dict[int, Shape] = {}
    searches: dict[int, regex.Pattern[str]] = {}
    cells: dict[int, regex.Pattern[str]] = {}
    headers: dict[str, int] = {}
    for number, pattern in enumerate(patterns):
        if pattern.trigger == "token":
            try:
                shapes[number] = shape(pattern.regex) if pattern.regex else shape("[]")
            except ValueError as problem:
                raise CatalogError(pattern.file, "find.regex", str(problem)) from None
        elif pattern.regex:
            searches[number] = regex.compile(pattern.regex, regex.V0 | regex.ASCII)
        if pattern.trigger == "expression":
            gates[len(rules)] = (number,)
            rules.append(Rule(pattern.gate.encode()))
        if pattern.cell:
            cells[number] = regex.compile(pattern.cell, regex.V0 | regex.ASCII)
        for header in pattern.headers:
            headers[header.casefold()] = number
    if len(words) > 64:
        raise CatalogError("policy", "words", f"{len(words)} cue classes; at most 64 are possible")
    literals: dict[bytes, tuple[set[int], set[int]]] = {}
    for number, pattern in enumerate(patterns):
        for cue in pattern.cues:
            literals.setdefault(cue.lower().encode(), (set(), set()))[0].add(number)
    for label in labels(catalogue.home):
        literals.setdefault(label.lower().encode(), (set(), set()))
    for place, listed in enumerate(words.values()):
        for word in listed:
            literals.setdefault(word.lower().encode(), (set(), set()))[1].add(place)
    width = (len(patterns) + 63) // 64 or 1
    kind_bits = np.zeros((len(rules) + len(literals), width), np.uint64)
    cue_bits = np.zeros(len(rules) + len(literals), np.uint64)
    sizes = np.zeros(len(rules) + len(literals), np.int64)
    for literal, (kinds, places) in literals.items():
        row = len(rules)
        rules.append(Rule(literal, literal=True, caseless=literal.upper() != literal))
        sizes[row] = len(literal)
        for kind in kinds:
            kind_bits[row, kind // 64] |= np.uint64(1 << kind % 64)
        for place in places:
            cue_bits[row] |= np.uint64(1 << place)
    plain = {label.lower().encode() for label in labels(catalogue.home)}
    names = kind_bits.any(1) | np.array([rule.literal and rule.expression in plain for rule in rules])
    return Plan(catalogue, patterns, tuple(rules), gates, kind_bits, names, cue_bits, sizes, shapes, searches, cells, headers,
                tuple(words), {name: tuple(listed) for name, listed in words.items()})  # fmt: skip
