"""Taggers: programs that read lines and say where names, addresses and telling phrases stand.

The one that comes with deident (extra `ner`) is a small network, `model.py`; any other can be plugged in, as an object with a `find` like
that of `Tagger` or through one of `adapters.py`.  Which kind a label becomes is written in the pattern files (`find.labels`).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast, runtime_checkable

from deident.errors import InputError, MissingExtra

#: What the labels mean: names of private persons and of people in a public role, homes and offices, and the soft categories.
LABELS = (
    "name", "official", "home", "office", "medical", "disability", "marital", "kin", "property", "paid", "life",
)  # fmt: skip
HINT = "names and telling phrases in running text need the model: pip install 'deident[ner]'"


class Span(NamedTuple):
    """Characters `start:end` of a line, end exclusive, one of LABELS, and how sure (0 … 1)."""

    start: int
    end: int
    label: str
    score: float


@runtime_checkable
class Tagger(Protocol):
    """Reads many lines at once.  `find` must not raise on any text; spans of one line may nest."""

    name: str

    def find(self, lines: Sequence[str]) -> list[list[Span]]:
        """The spans of each line, in its order."""
        ...


def installed() -> bool:
    """Whether the built-in model and what it runs on are there."""
    return find_spec("onnxruntime") is not None and Path(__file__).with_name("model.onnx").is_file()


def choose(ner: object | None) -> Tagger | None:
    """The tagger that `Scanner(ner=…)` means: None is the built-in one where it can run, True insists on it, False is none.

    Raises MissingExtra, InputError.
    """
    if ner is False or (ner is None and not installed()):
        return None
    if ner is None or ner is True:
        if not installed():
            raise MissingExtra(HINT)
        from deident.tagger.model import Model

        return Model.load()
    if isinstance(ner, type) or not isinstance(ner, Tagger):
        raise InputError("ner= takes True, False, None or an object with `name` and `find(lines)` (deident.tagger.Tagger)")
    return cast(Any, ner)  # type: ignore[no-any-return]
