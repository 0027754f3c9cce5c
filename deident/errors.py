"""The one tree of exceptions.  Bad data never raises; bad usage does, and says where and what to do.

DeidentError
├── CatalogError      a file in patterns/ is wrong: names file and key          (exit code 2)
├── PolicyError       a policy is unknown or contradicts itself                 (exit code 2)
├── InputError        a path is missing, unreadable or of the wrong shape       (exit code 2)
├── OutputError       the result cannot be written: disk full, no permission    (exit code 3)
├── MissingExtra      an optional library is not installed: says which `pip install`
└── VerifyError       a masked document still holds a removed value; it was not written
"""

from __future__ import annotations


class DeidentError(Exception):
    """Base of everything deident raises on purpose."""


class CatalogError(DeidentError):
    """A file under `patterns/` cannot be used; `line` is 0 where it is not known."""

    def __init__(self, file: str, key: str, problem: str, line: int = 0) -> None:
        self.file, self.key, self.problem, self.line = file, key, problem, line
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {key}: {problem}" if key else f"{where}: {problem}")


class PolicyError(CatalogError):
    """A policy file is unknown, or one of its rules cannot be used."""


class InputError(DeidentError):
    """What was to be read is missing or cannot be read."""


class OutputError(DeidentError):
    """What was to be written could not be written."""


class MissingExtra(DeidentError):
    """An optional library is needed: the message holds the install command."""


class VerifyError(DeidentError):
    """A masked document still holds a value that was to be removed."""
