"""`patterns/*.toml` → Catalogue.  Strict: an unknown or missing key, check or law is an error that names file and key.

The format is described in patterns/README.md; the loader is the only reader of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import regex

from deident import checks
from deident.errors import CatalogError
from deident.model import CATEGORIES

TRIGGERS = ("token", "cue", "mail", "expression")
SEVERITIES = ("low", "medium", "high")
FORMS = ("ends", "year", "township", "area", "plate", "name")
SCORES = {"bare": 0.6, "cue": 0.9, "column": 0.9, "evidence": 0.05}  # what a kind gets that does not say
T = TypeVar("T")
GUARDS = ("\\b", "\\B")  # Han letters are \w: a word boundary says nothing in Chinese text


@dataclass(frozen=True, slots=True)
class Mask:
    """How a value of a kind is hidden.

    form    "ends": keep `keep` characters at both ends, fill the rest; the others are named after what they leave
    length  fixed number of fill characters (0: as many as were hidden), so that the mask does not tell the length
    """

    form: str = "ends"
    keep: tuple[int, int] = (0, 0)
    fill: str = "*"
    length: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose finds are marked with «…»; `masked` tests the mask too; `why` marks a counterexample."""

    text: str
    masked: str | None = None
    why: str | None = None
    known_miss: bool = False


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
    cell: str
    score: Mapping[str, float]
    mask: Mask
    examples: tuple[Example, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All patterns by id, the laws they cite, and where they were read from."""

    patterns: Mapping[str, Pattern]
    laws: Mapping[str, Mapping[str, Any]]
    home: Path
    kinds: tuple[str, ...] = field(default=())

    def number(self, kind: str) -> int:
        """Position of a kind in `kinds`, which the `kind` column of findings counts in."""
        return self.kinds.index(kind)


def home() -> Path:
    """The folder `patterns/`: inside the installed package, else beside it in a checkout."""
    packed = Path(str(files("deident"))) / "patterns"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "patterns"


def load(extra: Path | None = None) -> Catalogue:
    """The shipped catalogue; the user's own folder `extra` adds kinds or replaces those with the same id."""
    own = home()
    laws = _toml(own / "law.toml")
    folders = [own]
    if extra is not None:
        if not extra.is_dir():
            raise CatalogError(str(extra), "", "no such folder; --patterns takes a folder of pattern files")
        folders.append(extra)
        if (extra / "law.toml").is_file():
            laws = {**laws, **_toml(extra / "law.toml")}
    patterns: dict[str, Pattern] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            if path.name != "law.toml":
                pattern = parse(_toml(path), path.name, path.stem, laws)
                patterns[pattern.id] = pattern
    _headers_are_unique(patterns)
    for pattern in patterns.values():
        for other in pattern.columns:
            if other not in patterns:
                raise CatalogError(pattern.file, "find.columns", f"no kind '{other}'")
    return Catalogue(patterns, laws, own, tuple(patterns))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise CatalogError(path.name, "", f"cannot be read: {problem}") from None
    except tomllib.TOMLDecodeError as problem:
        raise CatalogError(path.name, "", f"is not TOML: {problem}") from None


def _headers_are_unique(patterns: Mapping[str, Pattern]) -> None:
    owner: dict[str, Pattern] = {}
    for pattern in patterns.values():
        for header in pattern.headers:
            other = owner.setdefault(header.casefold(), pattern)
            if other is not pattern:
                raise CatalogError(pattern.file, "find.headers", f"'{header}' belongs to {other.file} already")


@dataclass(frozen=True, slots=True)
class Table:
    """A TOML table being read: every key once, with its type; what is left over is an error."""

    file: str
    place: str
    content: dict[str, Any]

    def fail(self, key: str, problem: str) -> CatalogError:
        return CatalogError(self.file, f"{self.place}.{key}".strip("."), problem)

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        """The value of `key`, which must be a `kind`; without a default it must be there."""
        value = self.content.pop(key, default)
        if value is None:
            raise self.fail(key, "is missing")
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.fail(key, f"must be {kind.__name__}, not {type(value).__name__}")
        return value

    def words(self, key: str, allowed: Callable[[str], bool] | None = None, problem: str = "") -> tuple[str, ...]:
        """A list of strings, each of them `allowed`."""
        values = self.take(key, list, [])
        for value in values:
            if not isinstance(value, str) or not value:
                raise self.fail(key, "must be a list of non-empty strings")
            if allowed is not None and not allowed(value):
                raise self.fail(key, problem.format(value))
        return tuple(values)

    def tables(self, key: str) -> list[dict[str, Any]]:
        """The tables of `[[key]]`, none when it is not there."""
        values = self.take(key, list, [])
        if not all(isinstance(value, dict) for value in values):
            raise self.fail(key, f"must be written as [[{key}]] tables")
        return [dict(value) for value in values]

    def names(self, key: str) -> dict[str, str]:
        """A text in both languages."""
        values: dict[str, str] = self.take(key, dict)
        if set(values) != {"zh", "en"} or not all(isinstance(value, str) and value for value in values.values()):
            raise self.fail(key, "needs zh and en, both text")
        return values

    def done(self) -> None:
        """Nothing may be left: a key nobody reads is a typo."""
        for key in self.content:
            raise self.fail(key, "is not a key of this table")


def parse(content: dict[str, Any], file: str, stem: str, laws: Mapping[str, Any]) -> Pattern:
    """One pattern from the content of its file.  Raises CatalogError."""
    top = Table(file, "", dict(content))
    find = Table(file, "find", dict(top.take("find", dict)))
    if (name := top.take("id", str)) != stem:
        raise top.fail("id", f"must be the file's name, '{stem}', not '{name}'")
    names = top.names("name")
    known = checks.load()
    trigger = _one_of(find, "trigger", TRIGGERS)
    pattern = Pattern(
        id=name,
        name=names,
        category=_one_of(top, "category", CATEGORIES),
        severity=_one_of(top, "severity", SEVERITIES),
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
        cell=find.take("cell", str, ""),
        score=_scores(Table(file, "find.score", dict(find.take("score", dict, {})))),
        mask=_mask(Table(file, "mask", dict(top.take("mask", dict, {})))),
        examples=tuple(_example(Table(file, key, item), key) for key in ("example", "counterexample") for item in top.tables(key)),
        file=file,
    )  # fmt: skip
    find.done()
    top.content.pop("since", None)
    top.done()
    _consistent(pattern, find)
    return pattern


def _one_of(table: Table, key: str, allowed: tuple[str, ...]) -> str:
    value = table.take(key, str)
    if value not in allowed:
        raise table.fail(key, f"'{value}' is none of {', '.join(allowed)}")
    return value


def _scores(table: Table) -> dict[str, float]:
    scores = {key: table.take(key, float, usual) for key, usual in SCORES.items()}
    for key, score in scores.items():
        if not 0 <= score <= 1:
            raise table.fail(key, "must lie between 0 and 1")
    table.done()
    return scores


def _mask(table: Table) -> Mask:
    keep = table.take("keep", list, [0, 0])
    if len(keep) != 2 or not all(type(n) is int and n >= 0 for n in keep):
        raise table.fail("keep", "must be two numbers: characters left at the start and at the end")
    form = table.take("form", str, "ends")
    if form not in FORMS:
        raise table.fail("form", f"'{form}' is none of {', '.join(FORMS)}")
    mask = Mask(form, (keep[0], keep[1]), table.take("fill", str, "*"), table.take("length", int, 0))
    if len(mask.fill) != 1 or mask.length < 0:
        raise table.fail("fill" if len(mask.fill) != 1 else "length", "fill is one character, length a number from 0 on")
    table.done()
    return mask


def _example(table: Table, key: str) -> Example:
    text = table.take("text", str)
    masked, why = (table.take(name, str) if name in table.content else None for name in ("masked", "why"))
    example = Example(text, masked, why, table.take("known_miss", bool, False))
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
    if pattern.trigger != "cue" and not pattern.regex and not pattern.cell:
        raise find.fail("regex", "is missing")
    for key in ("regex", "gate", "cell", "groups"):
        text = getattr(pattern, key)
        if any(guard in text for guard in GUARDS):
            raise find.fail(key, "\\b does not work beside Han characters; use (?<![0-9A-Za-z]) or (?![0-9A-Za-z])")
        try:
            regex.compile(text)
        except regex.error as problem:
            raise find.fail(key, f"is not a regular expression: {problem}") from None
