"""What `deident serve` is told, checked once; where its files lie."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from deident.errors import InputError, OutputError
from deident.server.words import say

PORT = 8470
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Settings:
    """Raises InputError where something cannot be meant.

    host, port         where to listen; 0: any free port
    workers            processes that read documents; 0: one a processor
    policy, patterns, suppressions, matcher, ner   as of engine.Scanner; `ner` None: where it is installed
    key                of the tags (linkage.load_key); the desk's decisions need one
    lang               language of what has no other; answers are in the language of the submission
    data               folder of its files, for its owner alone: API keys, the desk's database and secret
    database, keys     URL (SQLAlchemy) and file, where they are not to lie in `data`
    max_mb             largest body, in MB (of 1,000,000 bytes)
    max_files          attachments of one submission
    seconds            for one request, waiting included
    concurrency        requests at a time, at work or waiting; more are told to come again
    desk               whether the review desk is served at `/`
    https              whether a proxy before it ends TLS: the desk's cookies are Secure then
    keep_days          days after which the desk erases what it still holds of a document
    session_hours      hours after which somebody has to sign in again
    """

    host: str = "127.0.0.1"
    port: int = PORT
    workers: int = 0
    policy: str = "gov-publish"
    patterns: Path | None = None
    suppressions: Path | None = None
    matcher: str = "auto"
    ner: bool | None = None
    key: bytes | None = field(default=None, repr=False)
    lang: str = "zh"
    data: Path = field(default_factory=lambda: home())
    database: str = field(default="", repr=False)  # it may hold a password
    keys: Path | None = None
    max_mb: int = 32
    max_files: int = 50
    seconds: float = 30.0
    concurrency: int = 64
    desk: bool = True
    https: bool = False
    keep_days: int = 30
    session_hours: float = 10.0

    def __post_init__(self) -> None:
        for name in ("max_mb", "max_files", "seconds", "concurrency", "keep_days", "session_hours"):
            if getattr(self, name) <= 0:
                raise InputError(f"{name} must be more than 0")
        if self.workers < 0 or not 0 <= self.port < 65536:
            raise InputError("workers must be 0 or more, port 0 to 65535")
        if self.lang not in LANGUAGES:
            raise InputError(f"lang '{self.lang}' is none of {', '.join(LANGUAGES)}")

    @property
    def processes(self) -> int:
        """Workers, counted."""
        return self.workers or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))

    @property
    def max_bytes(self) -> int:
        """Largest body."""
        return self.max_mb * 1_000_000

    @property
    def keys_file(self) -> Path:
        """The file of API keys."""
        return self.keys or self.data / "keys"

    @property
    def database_url(self) -> str:
        """The desk's database."""
        return self.database or f"sqlite:///{self.data.absolute() / 'desk.sqlite'}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def folder(self) -> Path:
        """The folder of its files, made where there is none.  Raises OutputError."""
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise OutputError(say(self.lang, "no_folder", path=self.data, why=problem.strerror)) from None
        return self.data


def home() -> Path:
    """Where the files lie unless something else is said."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "deident"
