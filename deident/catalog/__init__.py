"""`patterns/*.toml` → Catalogue.  Strict: an unknown or missing key, check or law is an error that names file and key.

The format is described in patterns/README.md; the loader is the only reader of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from deident.catalog.pattern import FORMS, Example, Mask, Pattern, careful, mask, parse
from deident.catalog.table import Table
from deident.errors import CatalogError

__all__ = ["FORMS", "Catalogue", "Example", "Mask", "Pattern", "Table", "careful", "home", "load", "mask", "parse"]


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
    return packed if packed.is_dir() else Path(__file__).parents[2] / "patterns"


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
