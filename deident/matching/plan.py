"""From catalogue and policy words to one numbered list of rules, and back from events to their meaning.

A *word* is a literal of the database.  It may be a cue of kinds (the value after it is such a number) and belong to cue
classes of the policy (the phone after it is an office's); both are kept as bit masks per rule, so context is arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray

from deident.catalog import Catalogue, Pattern
from deident.errors import CatalogError
from deident.matching.rules import Rule
from deident.matching.shapes import Shape, shape
from deident.model import FEWEST_BOXES, Bools, Ints
from deident.text.expression import compiled

DIGITS, JUNCTION, MAIL, BOXES = 0, 1, 2, 3
#: What may stand between the groups of one number: a blank, hyphen, full stop, middle dot, line break; at most three bytes.
SEPARATOR = rb"(?:[ .\-\n\r]|\xc2\xb7){1,3}"
#: What may stand between the digits of a number that is written one in a box: cells of a form, or blanks.
BETWEEN = rb"[ \t]{1,3}"
BUILT_IN = (
    Rule(rb"[0-9]{6,}[^0-9]"),
    Rule(rb"[0-9]{3}" + SEPARATOR + rb"[0-9]{3}"),
    Rule(rb"[0-9A-Za-z]@[0-9A-Za-z]"),
    Rule(rb"(?:[0-9]" + BETWEEN + rb"){%d}[0-9]" % (FEWEST_BOXES - 1)),
)

Excuse = tuple[re.Pattern[str] | None, re.Pattern[str] | None, re.Pattern[str] | None, re.Pattern[str] | None]
Bits = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Telling:
    """What a word of a phrase means: its kind, its length in bytes, what is taken with it, how sure it must be that a person is meant."""

    kind: int
    size: int
    lead: regex.Pattern[str] | None
    tail: re.Pattern[str] | None
    need: int


@dataclass(frozen=True, slots=True)
class Plan:
    """rules     what the whole text is searched for: digit runs, gates, the cues of `cue` patterns
    gates     rule number → kinds whose expression is to be tried there
    starters  rule number → kinds whose expression is to be tried right behind
    words     what the surroundings of a place are searched for: all cues, labels and policy words (literals)
    kind_bits (words, …) which kinds a word is a cue of: one bit per kind, in 64-bit columns
    labels    (words,) whether a word names a number at all: of a kind, or of none (words/labels.txt)
    cue_bits  (words,) which cue classes a word belongs to, one bit per class
    sizes     (words,) length in bytes
    shapes, searches, cells   kind → compiled token expression, other expression, cell expression
    headers   column header → kind
    beside    header that many kinds use → kinds it may announce, each with the words that must stand beside it
    announces (kinds, kinds + 1) does a column whose header announces the second kind hold the first too; last column: none
    alike     (kinds, kinds + 1) are both of one category; the last column is True
    alike_bits (kinds, …) the kinds of one category with each, as bits like `kind_bits`
    classes   names of the cue classes in bit order, with their words
    phrases   rule number → what a word of phrases tells
    unless    kind → what its findings are not: expressions of value, before, behind, line
    """

    catalogue: Catalogue
    patterns: tuple[Pattern, ...]
    rules: tuple[Rule, ...]
    gates: Mapping[int, tuple[int, ...]]
    starters: Mapping[int, tuple[int, ...]]
    words: tuple[Rule, ...]
    kind_bits: Bits
    labels: Bools
    cue_bits: Bits
    sizes: Ints
    shapes: Mapping[int, Shape]
    searches: Mapping[int, re.Pattern[str]]
    cells: Mapping[int, re.Pattern[str]]
    headers: Mapping[str, int]
    beside: Mapping[str, tuple[tuple[int, regex.Pattern[str]], ...]]
    announces: NDArray[np.bool_]
    alike: NDArray[np.bool_]
    alike_bits: Bits
    classes: Mapping[str, tuple[str, ...]]
    phrases: Mapping[int, tuple[Telling, ...]]
    unless: Mapping[int, tuple[Excuse, ...]]

    @property
    def places(self) -> tuple[int, ...]:
        """Rules that are gates of places and of nothing else."""
        return tuple(rule for rule, kinds in self.gates.items() if all(self.patterns[kind].trigger == "place" for kind in kinds))

    def bit(self, name: str) -> int:
        """The bit of a cue class."""
        return 1 << list(self.classes).index(name)


def labels(home: Path) -> list[str]:
    """Words that name a number of no kind (编号, 合同号 …), from `words/labels.txt`."""
    return [line.strip() for line in _lines(home, "labels") if line.strip()]


def _lines(home: Path, name: str) -> list[str]:
    """Lines of a word list without its remarks."""
    lines = (home / "words" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _tellings(catalogue: Catalogue, patterns: Sequence[Pattern]) -> dict[bytes, list[Telling]]:
    """Words of phrases and what they tell."""
    found: dict[bytes, list[Telling]] = {}
    for kind, pattern in enumerate(patterns):
        for phrase in pattern.phrases:
            lead = regex.compile(f"(?:{phrase.lead})", regex.V0 | regex.ASCII | regex.REVERSE) if phrase.lead else None
            tail = compiled(phrase.tail) if phrase.tail else None
            words = set(phrase.words)
            for name in phrase.lists:
                try:
                    words.update(word for line in _lines(catalogue.home, name) for word in line.split())
                except OSError:
                    raise CatalogError(pattern.file, "find.phrase.lists", f"no word list '{name}' in patterns/words") from None
            for word in sorted(words):
                literal = _literal(word)
                found.setdefault(literal, []).append(Telling(kind, len(literal), lead, tail, phrase.need))
    return found


def _excuses(patterns: Sequence[Pattern]) -> dict[int, tuple[Excuse, ...]]:
    """Kind → its expressions of what it is not."""

    def made(text: str, end: str = "") -> re.Pattern[str] | None:
        return compiled(f"(?:{text}){end}") if text else None

    return {
        kind: tuple((made(not_.value), made(not_.before, "$"), made(not_.behind), made(not_.line)) for not_ in pattern.unless)
        for kind, pattern in enumerate(patterns)
        if pattern.unless
    }


def plan(catalogue: Catalogue, classes: Mapping[str, Sequence[str]]) -> Plan:
    """The plan for all kinds of the catalogue and the cue classes of a policy (at most 64 classes)."""
    patterns = tuple(catalogue.patterns[kind] for kind in catalogue.kinds)
    if len(classes) > 64:
        raise CatalogError("policy", "classes", f"{len(classes)} cue classes; at most 64 are possible")
    told = _tellings(catalogue, patterns)
    rules, gates, starters, first = _rules(patterns, told)
    shapes: dict[int, Shape] = {}
    searches: dict[int, re.Pattern[str]] = {}
    for number, pattern in enumerate(patterns):
        if pattern.trigger == "token":
            try:
                shapes[number] = shape(pattern.regex)
            except ValueError as problem:
                raise CatalogError(pattern.file, "find.regex", str(problem)) from None
        elif pattern.regex:
            searches[number] = compiled(pattern.regex)
    cells = {n: compiled(p.cell) for n, p in enumerate(patterns) if p.cell}
    headers = {header.casefold(): n for n, p in enumerate(patterns) for header in p.headers}
    beside: dict[str, tuple[tuple[int, regex.Pattern[str]], ...]] = {}
    for number, pattern in enumerate(patterns):
        for told_by in pattern.beside:
            signs = regex.compile("|".join(map(regex.escape, told_by.words)), regex.IGNORECASE)
            for header in told_by.headers:
                beside[header.casefold()] = (*beside.get(header.casefold(), ()), (number, signs))
    literals: dict[bytes, tuple[set[int], set[int]]] = {}
    for number, pattern in enumerate(patterns):
        for cue in pattern.cues:
            literals.setdefault(_literal(cue), (set(), set()))[0].add(number)
    plain = {_literal(label) for label in labels(catalogue.home)}
    for label in plain:
        literals.setdefault(label, (set(), set()))
    for place, listed in enumerate(classes.values()):
        for word in listed:
            literals.setdefault(_literal(word), (set(), set()))[1].add(place)
    kind_bits = np.zeros((len(literals), (len(patterns) + 63) // 64 or 1), np.uint64)
    cue_bits = np.zeros(len(literals), np.uint64)
    for row, (kinds, places) in enumerate(literals.values()):
        kind_bits[row] = _bits(kinds, kind_bits.shape[1])
        for place in places:
            cue_bits[row] |= np.uint64(1 << place)
    names = _named(patterns, kind_bits) | np.array([literal in plain for literal in literals], np.bool_)
    announces, alike = _kin(patterns)
    return Plan(
        catalogue, patterns, rules, gates, starters, tuple(_word(literal) for literal in literals), kind_bits, names, cue_bits,
        np.array([len(literal) for literal in literals], np.int64), shapes, searches, cells, headers, beside,
        announces, alike, np.array([_bits(np.flatnonzero(row[:-1]).tolist(), kind_bits.shape[1]) for row in alike]), {name: tuple(listed) for name, listed in classes.items()},
        {first[literal]: tuple(meant) for literal, meant in told.items()}, _excuses(patterns),
    )  # fmt: skip


def _kin(patterns: Sequence[Pattern]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    size = len(patterns)
    announces, alike = np.zeros((size, size + 1), np.bool_), np.ones((size, size + 1), np.bool_)
    numbers = {pattern.id: number for number, pattern in enumerate(patterns)}
    for number, pattern in enumerate(patterns):
        announces[number, [number, *(numbers[other] for other in pattern.columns)]] = True
        alike[number, :size] = [pattern.category == other.category for other in patterns]
    return announces, alike


def _named(patterns: Sequence[Pattern], kind_bits: Bits) -> Bools:
    """Which words name a number: those of persons and places do not (监护人 张某 138… is a phone)."""
    numbers = [number for number, pattern in enumerate(patterns) if pattern.category not in ("person_name", "home_address")]
    bits = _bits(numbers, kind_bits.shape[1])
    return np.asarray((kind_bits & bits).any(1), np.bool_)


def _bits(kinds: Iterable[int], columns: int) -> Bits:
    """Some kinds as one bit each, in 64-bit columns."""
    bits = np.zeros(columns, np.uint64)
    for kind in kinds:
        bits[kind // 64] |= np.uint64(1 << kind % 64)
    return bits


def _literal(word: str) -> bytes:
    return word.lower().encode()


def _word(literal: bytes) -> Rule:
    return Rule(literal, literal=True, caseless=literal.upper() != literal)


def _rules(
    patterns: Sequence[Pattern], told: Mapping[bytes, object]
) -> tuple[tuple[Rule, ...], dict[int, tuple[int, ...]], dict[int, tuple[int, ...]], dict[bytes, int]]:
    """Rules of the whole text; what several patterns share, a gate, a cue or a word of phrases, is one rule.  Last: the words' rules."""
    gates: dict[str, list[int]] = {}
    starters: dict[bytes, list[int]] = {}
    for number, pattern in enumerate(patterns):
        if pattern.trigger == "expression" or (pattern.trigger == "place" and pattern.gate):
            gates.setdefault(pattern.gate, []).append(number)
        if (pattern.trigger == "cue" and pattern.regex) or pattern.trigger == "place":
            for cue in pattern.cues:
                starters.setdefault(_literal(cue), []).append(number)
    literals = [*starters, *(literal for literal in told if literal not in starters)]
    rules = [*BUILT_IN, *(Rule(gate.encode()) for gate in gates), *map(_word, literals)]
    place = {literal: n for n, literal in enumerate(literals, len(BUILT_IN) + len(gates))}
    return (
        tuple(rules),
        {len(BUILT_IN) + n: tuple(kinds) for n, kinds in enumerate(gates.values())},
        {place[literal]: tuple(kinds) for literal, kinds in starters.items()},
        place,
    )
