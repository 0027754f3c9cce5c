"""A TOML table that is read key by key: types are checked, and what is left over is a typo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from deident.errors import CatalogError

T = TypeVar("T")


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


def one_of(table: Table, key: str, allowed: tuple[str, ...], usual: str | None = None) -> str:
    """One of the allowed words; without a `usual` one it must be there."""
    value = table.take(key, str, usual)
    if value not in allowed:
        raise table.fail(key, f"'{value}' is none of {', '.join(allowed)}")
    return value
