"""Where a key stands in its TOML file, so that an error names the line: `tomllib` does not keep it."""

from __future__ import annotations

import re
from typing import TypeVar

from deident.errors import CatalogError

E = TypeVar("E", bound=CatalogError)
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_.*-]+)\s*=")
_PLACE = re.compile(r"\.?([^.\[\]]+)(?:\[(\d+)\])?")


def line(text: str, key: str) -> int:
    """Line (from 1) of a key such as `rule[3].when.near` or `cells.id_number`, or of the nearest table around it; 0: none.

    >>> line('id = "x"\\n[[rule]]\\nid = "a"\\n[[rule]]\\nid = "b"\\nwhen = { near = [] }', "rule[2].when.near")
    6
    """
    wanted = [name if not number else f"{name}[{number}]" for name, number in _PLACE.findall(key)]
    best, at = 0, 0
    counts: dict[str, int] = {}
    table: list[str] = []
    for number, written in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(written):
            name = header[2].replace('"', "").replace("'", "")
            if header[1] == "[[":
                counts[name] = counts.get(name, 0) + 1
                table = [*name.split(".")[:-1], f"{name.split('.')[-1]}[{counts[name]}]"]
            else:
                table = name.split(".")
            path = table
        elif found := _KEY.match(written):
            path = [*table, *found[1].strip("\"'").split(".")]
        else:
            continue
        pairs = enumerate(zip(path, wanted, strict=False))
        same = next((n for n, (a, b) in pairs if b not in (a, a.partition("[")[0])), min(len(path), len(wanted)))
        if same == len(path) and same > best:
            best, at = same, number
    return at


def located(problem: CatalogError, text: str, kind: type[E]) -> E:
    """The same error with the line of its key; what is missing from the file as a whole is missing at its beginning."""
    return kind(problem.file, problem.key, problem.problem, problem.line or line(text, problem.key) or 1)
