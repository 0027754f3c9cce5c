"""One pattern: its fields, and how they are read from its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import regex

from deident import checks
from deident.catalog.table import Table, one_of
from deident.model import CATEGORIES
from deident.tagger import LABELS

TRIGGERS = ("token", "cue", "mail", "expression", "place", "tagger", "phrase")
SEVERITIES = ("low", "medium", "high")
FORMS = (
    "ends", "year", "township", "area", "plate", "name", "suppress", "delete", "decade", "month", "age_band", "village", "county",
    "band", "court", "anonymous", "pseudonym", "surrogate",
)  # fmt: skip
_ALL_BUT_ONE = 16  # of a vehicle identification number, the shortest with a check digit that has no bounds of its own
#: The most characters that `keep` may leave at both ends, by category; see `careful`.
MOST = {
    # Beside county and birth date 6+4 and even the 2+3 of official notices leave one candidate, one digit at the end 91 (§8)
    "id_number": (6, 0, "leaves candidates beside a birth date (traps T1, T2): keep at most the first 6 and nothing at the end"),
    # Issuer and last four with a branch and a name are "never" (§3.1): the last four only
    "bank_account": (0, 4, "leaves too few candidates for an account: keep nothing at the start and at most the last 4"),
    # 3+4 leaves 10^4 mobiles; with the town known a fourth digit leaves a few dozen (trap T6), "7+anything" is "never" (§3.1)
    "phone": (3, 4, "leaves too few candidates where the town is known (trap T6): keep at most the first 3 and the last 4"),
}
SCORES = {"bare": 0.6, "cue": 0.9, "column": 0.9, "evidence": 0.05}  # what a kind gets that does not say
GUARDS = ("\\b", "\\B")  # Han letters are \w: a word boundary says nothing in Chinese text


@dataclass(frozen=True, slots=True)
class Mask:
    """How a value of a kind is hidden.

    form    "ends": keep `keep` characters at both ends, fill the rest; the others are named after what they leave or make:
            deident/masks/
    length  fixed number of fill characters (0: as many as were hidden, or as usual), so that the mask does not tell the length
    """

    form: str = "ends"
    keep: tuple[int, int] = (0, 0)
    fill: str = "*"
    length: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose finds are marked with «…»; `masked` tests the mask too; `why` marks a counterexample; `ner`: the tagger is needed."""

    text: str
    masked: str | None = None
    why: str | None = None
    known_miss: bool = False
    ner: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that tell something of the person they are bound to, and what belongs to them.

    words   such words; `lists`: files of patterns/words with more of them
    lead, tail   expressions of what the phrase takes with it right before and right behind a word; a tail that must be there is
            one that cannot be empty
    need    how sure it must be that the word is said of a person (deident/detectors/bound.py)
    """

    words: tuple[str, ...]
    lists: tuple[str, ...]
    lead: str
    tail: str
    need: int


@dataclass(frozen=True, slots=True)
class Beside:
    """Headers that many kinds use (类别, dj): of this kind only where one of `words` stands in their row, beside them or in the title."""

    headers: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unless:
    """What a finding is not: each expression that is given must hold, and then it is dropped, whoever found it.

    value   the whole finding; `before`, `behind`: what stands right before and right behind; `line`: anywhere in its line
    """

    value: str
    before: str
    behind: str
    line: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind: what to look for and how to hide it.  Fields as in the pattern file."""

    id: str
    name: Mapping[str, str]
    category: str
    severity: str
    basis: tuple[str, ...]
    rank: int
    trigger: str
    regex: str
    gate: str
    checks: tuple[str, ...]
    evidence: tuple[str, ...]
    grouped: bool
    groups: str
    need: str
    reach: int
    cues: tuple[str, ...]
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    beside: tuple[Beside, ...]
    unless: tuple[Unless, ...]
    cell: str
    score: Mapping[str, float]
    mask: Mask
    examples: tuple[Example, ...]
    file: str


def parse(content: dict[str, Any], file: str, stem: str, laws: Mapping[str, Any]) -> Pattern:
    """One pattern from the content of its file.  Raises CatalogError."""
    top = Table(file, "", dict(content))
    find = Table(file, "find", dict(top.take("find", dict)))
    if (name := top.take("id", str)) != stem:
        raise top.fail("id", f"must be the file's name, '{stem}', not '{name}'")
    names = top.names("name")
    known = checks.load()
    trigger = one_of(find, "trigger", TRIGGERS)
    pattern = Pattern(
        id=name,
        name=names,
        category=one_of(top, "category", CATEGORIES),
        severity=one_of(top, "severity", SEVERITIES),
        basis=top.words("basis", laws.__contains__, "no law '{}' in law.toml"),
        rank=top.take("rank", int, 50),
        trigger=trigger,
        regex=find.take("regex", str, ""),
        gate=find.take("gate", str, ""),
        checks=find.words("checks", known.__contains__, "no check named '{}' (see `deident list checks`)"),
        evidence=find.words("evidence", known.__contains__, "no check named '{}' (see `deident list checks`)"),
        grouped=find.take("grouped", bool, False),
        groups=find.take("groups", str, ""),
        need=find.take("need", str, ""),
        reach=find.take("reach", int, 45),
        cues=find.words("cues"),
        headers=find.words("headers"),
        columns=find.words("columns"),
        labels=find.words("labels", LABELS.__contains__, "no label of taggers '{}' (deident/tagger/__init__.py)"),
        phrases=tuple(_phrase(Table(file, f"find.phrase[{n}]", item)) for n, item in enumerate(find.tables("phrase"), 1)),
        beside=tuple(_beside(Table(file, f"find.beside[{n}]", item)) for n, item in enumerate(find.tables("beside"), 1)),
        unless=tuple(_unless(Table(file, f"find.unless[{n}]", item)) for n, item in enumerate(find.tables("unless"), 1)),
        cell=find.take("cell", str, ""),
        score=_scores(Table(file, "find.score", dict(find.take("score", dict, {})))),
        mask=mask(Table(file, "mask", dict(top.take("mask", dict, {})))),
        examples=tuple(_example(Table(file, key, item), key) for key in ("example", "counterexample") for item in top.tables(key)),
        file=file,
    )  # fmt: skip
    find.done()
    top.content.pop("since", None)
    top.done()
    _consistent(pattern, find)
    if problem := careful(pattern.mask, pattern.category):
        raise top.fail("mask", problem)
    return pattern


def _unless(table: Table) -> Unless:
    unless = Unless(*(table.take(key, str, "") for key in ("value", "before", "behind", "line")))
    if unless == Unless("", "", "", ""):
        raise table.fail("value", "is missing: say what it must be, or what stands before, behind or in its line")
    for key in ("value", "before", "behind", "line"):
        _readable(table, key, getattr(unless, key))
    table.done()
    return unless


def _readable(table: Table, key: str, text: str) -> None:
    """Raises CatalogError unless a text is an expression that works here."""
    if any(guard in text for guard in GUARDS):
        raise table.fail(key, "\\b does not work beside Han characters; use (?<![0-9A-Za-z]) or (?![0-9A-Za-z])")
    try:
        regex.compile(text)
    except regex.error as problem:
        raise table.fail(key, f"is not a regular expression: {problem}") from None


def _phrase(table: Table) -> Phrase:
    phrase = Phrase(
        table.words("words"),
        table.words("lists"),
        table.take("lead", str, ""),
        table.take("tail", str, ""),
        table.take("need", int, 4),
    )
    if not phrase.words and not phrase.lists:
        raise table.fail("words", "is missing: a phrase needs words or lists of words")
    for key in ("lead", "tail"):
        _readable(table, key, getattr(phrase, key))
    table.done()
    return phrase


def _beside(table: Table) -> Beside:
    beside = Beside(table.words("headers"), table.words("words"))
    for key in ("headers", "words"):
        if not getattr(beside, key):
            raise table.fail(key, "is missing")
    table.done()
    return beside


def _scores(table: Table) -> dict[str, float]:
    scores = {key: table.take(key, float, usual) for key, usual in SCORES.items()}
    for key, score in scores.items():
        if not 0 <= score <= 1:
            raise table.fail(key, "must lie between 0 and 1")
    table.done()
    return scores


def mask(table: Table) -> Mask:
    """A mask from its table, in a pattern or in a policy."""
    form = table.take("form", str, "ends")
    if form not in FORMS:
        raise table.fail("form", f"'{form}' is none of {', '.join(FORMS)}")
    if form != "ends" and "keep" in table.content:
        raise table.fail("keep", f"works only with form = \"ends\"; '{form}' says itself what is left")
    keep = table.take("keep", list, [0, 0])
    if len(keep) != 2 or not all(type(n) is int and n >= 0 for n in keep):
        raise table.fail("keep", "must be two numbers: characters left at the start and at the end")
    read = Mask(form, (keep[0], keep[1]), table.take("fill", str, "*"), table.take("length", int, 0))
    if len(read.fill) != 1 or read.length < 0:
        raise table.fail("fill" if len(read.fill) != 1 else "length", "fill is one character, length a number from 0 on")
    table.done()
    return read


def careful(mask: Mask, category: str) -> str:
    """What is wrong with a mask that can be undone with what stands beside it (law-and-masks §3.1, §8); else nothing.

    >>> careful(Mask("ends", (2, 0), "*", 16), "id_number"), careful(Mask("ends", (6, 4)), "bank_account")[:25]
    ('', 'leaves too few candidates')
    """
    if mask.form != "ends":
        return ""
    first, last = mask.keep
    most_first, most_last, problem = MOST.get(category, (first, last, ""))
    if first > most_first or last > most_last:
        return problem
    if first + last >= _ALL_BUT_ONE:
        return 'hides a single character, which the check digit gives away (trap T1): hide four or more, or use form = "suppress"'
    return ""


def _example(table: Table, key: str) -> Example:
    text = table.take("text", str)
    masked, why = (table.take(name, str) if name in table.content else None for name in ("masked", "why"))
    example = Example(text, masked, why, table.take("known_miss", bool, False), table.take("ner", bool, False))
    if key == "counterexample" and not example.why:
        raise table.fail("why", "is missing: say why nothing may be found")
    if (key == "example") != ("«" in text):
        raise table.fail("text", "an example marks what is found with «…», a counterexample marks nothing")
    table.done()
    return example


def _consistent(pattern: Pattern, find: Table) -> None:
    if pattern.need not in ("", "cue"):
        raise find.fail("need", 'is "" or "cue"')
    if pattern.trigger == "expression" and not pattern.gate:
        raise find.fail("gate", "an expression needs a gate")
    if regex.search(r"\(\?(?!:)", pattern.gate):
        raise find.fail("gate", "no lookaround in a gate, only literals, classes, bounded repeats and (?:…|…)")
    if regex.search(r"\[[^\]]*[^\x00-\x7f]", pattern.gate):
        raise find.fail("gate", "no Han characters in [ ] of a gate, which reads bytes; write (?:京|津)")
    for key in ("evidence", "grouped", "groups"):
        if pattern.trigger != "token" and getattr(pattern, key):
            raise find.fail(key, 'works only with trigger = "token"; write separators into the regex')
    if pattern.trigger == "tagger" and not pattern.labels:
        raise find.fail("labels", 'is missing: with trigger = "tagger" a kind is what taggers label so')
    if pattern.trigger not in ("cue", "place", "tagger", "phrase") and not pattern.regex and not pattern.cell:
        raise find.fail("regex", "is missing")
    if pattern.beside and not pattern.cell:
        raise find.fail("beside", "needs a cell: what may stand under such a header")
    for key in ("regex", "gate", "cell", "groups"):
        _readable(find, key, getattr(pattern, key))
