"""What a worker is asked, and what it says: plain values that are pickled between processes of one machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deident.gate.submission import Submission

READY_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Build:
    """How a scanner is built, and what one request may hold: what a worker has to know."""

    policy: str
    patterns: Path | None
    suppressions: Path | None
    matcher: str
    ner: bool | None
    key: bytes | None = field(repr=False)
    lang: str
    max_mb: int
    max_files: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Job:
    """One request: a body as it came (`form`: its content type, "" for JSON), or a submission.

    what   "check" or "mask"; `decisions`: tag → action
    call   a function of a module instead, which is given a scanner of `lang` and `arguments`, and gives what JSON can hold
    """

    what: str
    body: bytes = field(default=b"", repr=False)
    form: str = field(default="", repr=False)
    submission: Submission | None = None
    decisions: dict[str, str] = field(default_factory=dict)
    call: Callable[..., Any] | None = None
    arguments: tuple[Any, ...] = field(default=(), repr=False)
    lang: str = "zh"


@dataclass(frozen=True, slots=True)
class Done:
    """The answer as JSON, and what is counted of it: its verdict, and findings by (category, action)."""

    body: bytes = field(repr=False)
    verdict: str
    findings: dict[tuple[str, str], int]
    review: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error nobody had thought of: its type and the line, never its words, which may quote the document."""

    type: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Failed:
    """No scanner could be built: what deident has to say about it."""

    message: str


Message = Any  # Done, Trouble, an errors.Refused; from a process that starts: Failed or "ready"
