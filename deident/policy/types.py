"""Document types: how each is recognised, who may read it for how long, and its row of the matrix.

One file a type, `patterns/policies/types/<id>.toml`, file name = id:

    id   = "student_aid"
    row  = "8"                                    # row of the 35 × 12 matrix that it stands for
    name = { zh = "学生资助", en = "Student aid" }

    [recognise]                                   # clues by zone and strength
    title = { sure = ["助学金+名单"], likely = ["资助"], hint = ["学生"], against = ["办法$"] }
    heads = { likely = ["学籍号"] }               # headers of columns, keys of forms
    body  = { hint = ["家庭经济困难"] }

    [publish]                                     # the obligations that come with it
    audience = "internet"
    publicity_days = 5
    after_period = "takedown"
    basis = ["jcth-2017-28"]

    [cells]                                       # what happens with a person's value: all thirteen categories
    id_number = { action = "delete", basis = ["jcth-2017-28"] }

A clue is a word, or words joined by `+` that must all stand in the zone; `^` before a word: it begins a title, line or cell;
`$` behind it: it ends one.  `against` speaks against the type.  `rivals = 6.0`: a sure title clue of this type takes so many
points from every other one (低保审核确认办法 is a rule about 低保, not a list of people who get it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deident.catalog import Catalogue, Table, home
from deident.catalog.lines import located
from deident.catalog.table import one_of
from deident.errors import CatalogError, PolicyError
from deident.policy.cells import Cell, lawful, row
from deident.policy.chain import read

UNKNOWN = "unknown"  # stands where a type is asked for: documents of which nobody knows what they are
ZONES = ("title", "heads", "body")
MOST_WORDS = 8  # of one clue
#: What one clue is worth, by zone and strength.  A title says what a page is; a header says what a table holds; a word in
#: running text says least.  One sure title, two sure headers or two sure words are enough (recognise.ENOUGH).
WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "title": {"sure": 8.0, "likely": 4.0, "hint": 1.5, "against": -5.0},
    "heads": {"sure": 5.0, "likely": 2.5, "hint": 1.0, "against": -2.5},
    "body": {"sure": 4.0, "likely": 2.0, "hint": 0.75, "against": -2.0},
}
AUDIENCES = ("internet", "locality", "affected", "internal")
CHANNELS = ("site", "wechat", "weibo", "app", "gazette", "opendata", "board", "reply")
AFTER = ("stay", "takedown", "archive_redacted")


@dataclass(frozen=True, slots=True)
class Clue:
    """Words that speak for a type when all of them stand in the zone; each with its anchors, as written."""

    words: tuple[str, ...]
    zone: str
    weight: float
    sure: bool

    def __str__(self) -> str:
        return "+".join(self.words)


@dataclass(frozen=True, slots=True)
class Publish:
    """Who may read it (`audience`), where it is published, and what happens after its period (law-and-masks §5.1)."""

    audience: str
    channels: tuple[str, ...]
    publicity_days: int
    after_period: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypeExample:
    """A document and the type it must (or, with another `type`, must not) be taken for; "" means none."""

    title: str
    text: str
    type: str


@dataclass(frozen=True, slots=True)
class DocType:
    """One type; `cells` by category (and by kind, where a kind differs from its category)."""

    id: str
    row: str
    name: Mapping[str, str]
    clues: tuple[Clue, ...]
    rivals: float
    publish: Publish
    cells: Mapping[str, Cell]
    examples: tuple[TypeExample, ...]
    file: str


def load(catalogue: Catalogue, extra: Path | None = None) -> dict[str, DocType]:
    """All types by id, the user's own folder last.  Raises PolicyError with file, line and key."""
    folders = [home() / "policies" / "types"] + ([extra / "policies" / "types"] if extra else [])
    types: dict[str, DocType] = {}
    for path in (path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.toml"))):
        content, text = read(path)
        try:
            types[path.stem] = _parse(content, path.name, catalogue)
        except CatalogError as problem:
            raise located(problem, text, PolicyError) from None
    return types


def _parse(content: dict[str, Any], file: str, catalogue: Catalogue) -> DocType:
    top = Table(file, "", content)
    if (id := top.take("id", str)) != (stem := file.removesuffix(".toml")):
        raise top.fail("id", f"must be the file's name, '{stem}', not '{id}'")
    recognise = Table(file, "recognise", dict(top.take("recognise", dict)))
    rivals = recognise.take("rivals", float, 0.0)
    clues = tuple(_clues(recognise))
    publish = Table(file, "publish", dict(top.take("publish", dict)))
    duties = Publish(
        one_of(publish, "audience", AUDIENCES),
        publish.words("channels", CHANNELS.__contains__, f"'{{}}' is none of {', '.join(CHANNELS)}"),
        publish.take("publicity_days", int, 0),
        one_of(publish, "after_period", AFTER, "stay"),
        publish.words("basis", catalogue.laws.__contains__, "no law '{}' in law.toml"),
    )
    publish.done()
    examples: list[TypeExample] = []
    for key in ("example", "counterexample"):
        for n, written in enumerate(top.tables(key), 1):
            item = Table(file, f"{key}[{n}]", written)
            wanted = item.take("type", str, id if key == "example" else None)
            if (wanted == id) != (key == "example"):
                raise item.fail("type", 'an example is of the file\'s own type, a counterexample of another one ("": of none)')
            examples.append(TypeExample(item.take("title", str, ""), item.take("text", str, ""), wanted))
            item.done()
    cells = row(Table(file, "cells", dict(top.take("cells", dict))), catalogue, whole=True)
    for name, cell in cells.items():
        lawful(Table(file, "cells", {}), name, cell, "internet", catalogue)
    made = DocType(id, top.take("row", str, ""), top.names("name"), clues, rivals, duties, cells, tuple(examples), file)
    top.done()
    return made


def _clues(table: Table) -> Iterator[Clue]:
    for zone in ZONES:
        strengths = Table(table.file, f"{table.place}.{zone}", dict(table.take(zone, dict, {})))
        for strength, weight in WEIGHTS[zone].items():
            for written in strengths.words(strength):
                words = tuple(written.split("+"))
                if any(len(word.strip("^$")) < 2 for word in words):
                    raise strengths.fail(strength, f"'{written}': a word has at least two characters")
                if len(words) > MOST_WORDS:
                    raise strengths.fail(strength, f"'{written}': at most {MOST_WORDS} words in one clue")
                yield Clue(words, zone, weight, strength == "sure")
        strengths.done()
    table.done()
