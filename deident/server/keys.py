"""API keys: a file of names and SHA-256 digests that its owner alone may read; the keys themselves are nowhere.

A line is `name digest day`.  A key has 256 random bits, so a digest without salt is enough, and comparing takes microseconds.  The file
is read again when it has changed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sys
from datetime import date
from pathlib import Path

from deident.errors import InputError, OutputError
from deident.server.words import say

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_LINE = re.compile(r"([A-Za-z0-9._-]{1,64}) ([0-9a-f]{64})(?: \S+)?\Z")


class Keys:
    """The keys of one file.  Raises InputError where others may read it, or a line is wrong; OutputError where it cannot be read."""

    def __init__(self, path: Path, lang: str = "zh") -> None:
        self.path, self.lang = path, lang
        self._seen: tuple[int, int, int] | None = None
        self._entries: list[tuple[str, str]] = []
        self._read(strict=True)

    def __len__(self) -> int:
        return len(self._entries)

    def owner(self, key: str) -> str | None:
        """The name of a key; None where it is none.  All entries are compared, each in constant time."""
        try:
            self._read()
        except OutputError:  # it cannot be read just now: what was read last holds
            pass
        digest, found = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest(), None
        for name, known in self._entries:
            if hmac.compare_digest(known, digest):
                found = name
        return found

    def add(self, name: str) -> str:
        """Make a key and return it; it cannot be had again.  Raises InputError for a name that is taken or none."""
        if not _NAME.match(name):
            raise InputError(say(self.lang, "key_name"))
        if any(name == known for known, _ in self._entries):
            raise InputError(say(self.lang, "key_taken", name=name, path=self.path))
        key = secrets.token_urlsafe(32)
        line = f"{name} {hashlib.sha256(key.encode()).hexdigest()} {date.today().isoformat()}\n"
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="ascii") as file:
                file.write(line)
        except OSError as problem:
            raise OutputError(say(self.lang, "no_keys", path=self.path, why=problem.strerror)) from None
        self._read()
        return key

    def _read(self, strict: bool = False) -> None:
        """Read it, if it has changed.  While the service runs a wrong line counts for nothing, and takes no other key away or back."""
        try:
            stat = self.path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen == self._seen:
                return
            if strict and sys.platform != "win32" and stat.st_mode & 0o077:
                raise InputError(say(self.lang, "open_keys", path=self.path))
            lines = self.path.read_text(encoding="ascii", errors="replace").splitlines()
        except FileNotFoundError:
            self._seen, self._entries = None, []
            return
        except OSError as problem:
            raise OutputError(say(self.lang, "no_keys", path=self.path, why=problem.strerror)) from None
        entries = []
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            if found := _LINE.match(line):
                entries.append((found[1], found[2]))
            elif strict:
                raise InputError(say(self.lang, "wrong_keys", path=self.path, line=number))
        self._seen, self._entries = seen, entries
