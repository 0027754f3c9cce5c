"""OUT/.state.sqlite: which files are done, with their reports.  The reports on disk are written from it at the end.

A row appears in one transaction after its file is completely done (in `mask`: after its output was renamed into place), so a
process killed at any moment loses at most the last second and nothing is ever counted twice.  The state holds no value and no
file name with a value: a file is known by a salted hash of its name.  Mode 0600.  A state that was made with other settings
is refused (`fingerprint`).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from deident.crawl.packed import contacts, pack, unpack
from deident.crawl.walk import Source
from deident.errors import DeidentError, InputError, OutputError
from deident.model import FileReport
from deident.report.messages import say

TABLES = """
create table meta (key text primary key, value text not null);
create table files (id blob primary key, size integer not null, mtime integer not null, seen integer not null, status text not null,
    shown text not null, output blob, reports blob not null);
"""


class State:
    """The state of one output folder, open for one run.  Every method raises DeidentError only."""

    every = 1.0  # seconds between commits

    def __init__(self, path: Path, fingerprint: Mapping[str, str], *, resume: bool, lang: str) -> None:
        self.path, self.lang, self._last, self._seen = path, lang, time.monotonic(), list[tuple[bytes]]()
        try:
            if not resume:
                for leftover in (path, path.with_name(path.name + "-journal")):
                    leftover.unlink(missing_ok=True)
            new = not path.exists()
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._base = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
            self._base.execute("pragma locking_mode = exclusive")
            self._base.execute("begin immediate")
            if new or not self._base.execute("select 1 from sqlite_master limit 1").fetchone():
                for statement in filter(str.strip, TABLES.split(";")):
                    self._base.execute(statement)
                self._set_meta({"fingerprint": json.dumps(dict(fingerprint)), "salt": secrets.token_hex(16), "run": "0"})
            meta = dict(self._base.execute("select key, value from meta"))
            self._same(json.loads(meta["fingerprint"]), fingerprint)
            self._salt, self._run = bytes.fromhex(meta["salt"]), int(meta["run"]) + 1
            self._renames = meta.get("renames", "")
            self._set_meta({"run": str(self._run)})
            self.resumed = int(self._base.execute("select count(*) from files").fetchone()[0])
            self._base.execute("commit")
            self._base.execute("begin")
        except (sqlite3.Error, OSError, KeyError, ValueError) as problem:
            self._let_go()
            raise self._error(problem) from None
        except InputError:
            self._let_go()
            raise

    def done(self, source: Source, still_there: Callable[[bytes], bool] | None = None) -> bool:
        """Is this file done and unchanged?  What could not be scanned is tried again: an extra may have been installed."""
        mark = self._id(source.name)
        try:
            row = self._base.execute("select size, mtime, status, output from files where id = ?", (mark,)).fetchone()
        except sqlite3.Error as problem:
            raise self._error(problem) from None
        if row is None or (row[0], row[1]) != (source.size, source.mtime_ns) or row[2] == "unscannable":
            return False
        if row[3] is not None and still_there is not None and not still_there(row[3]):
            return False
        self._seen.append((mark,))
        return True

    def put(self, source: Source, reports: list[FileReport], output: bytes | None, packed: bytes = b"") -> None:
        """This file is done.  Reports come in with names that hold no value, packed or not."""
        content = packed or pack(reports)
        row = (
            self._id(source.name),
            source.size,
            source.mtime_ns,
            self._run,
            reports[0].status,
            reports[0].file,
            output,
            content,
        )
        try:
            self._base.execute("insert or replace into files values (?, ?, ?, ?, ?, ?, ?, ?)", row)
        except sqlite3.Error as problem:
            raise self._error(problem) from None
        if time.monotonic() - self._last > self.every:
            self.flush()

    def flush(self) -> None:
        """Make everything so far survive the end of the process."""
        try:
            self._base.executemany(f"update files set seen = {self._run} where id = ?", self._seen)
            self._seen.clear()
            self._base.execute("commit")
            self._base.execute("begin")
        except sqlite3.Error as problem:
            raise self._error(problem) from None
        self._last = time.monotonic()

    def unseen(self) -> list[bytes]:
        """Outputs left behind by files that are no longer in the dump.  Remove them, then `forget_unseen`."""
        self.flush()
        gone = self._all("select output from files where seen <> ? and output is not null", self._run)
        kept = set(self._all("select output from files where seen = ?", self._run)) if gone else set()
        return [output for output in gone if output not in kept]

    def forget_unseen(self) -> None:
        """Drop the rows of files that are no longer in the dump."""
        self._do("delete from files where seen <> ?", self._run)

    def outdated(self, renames: Mapping[str, str]) -> list[bytes] | None:
        """All outputs, if they were written with other new names (their links are out of date); else None.

        Remove them, then `start_over`.
        """
        if self._renames == self._digest(renames) or not (self.resumed or self._renames):
            return None
        return self._all("select output from files where output is not null and ?", 1)

    def start_over(self, renames: Mapping[str, str]) -> None:
        """Forget all files; from now on outputs are written with these new names."""
        self._do("delete from files where ?", 1)
        self.resumed = 0
        self.keep_renames(renames)

    def keep_renames(self, renames: Mapping[str, str]) -> None:
        """Outputs are written with these new names."""
        self._renames = self._digest(renames)
        self._set_meta({"renames": self._renames})
        self.flush()

    def reports(self) -> Iterator[FileReport]:
        """All reports, sorted by file name."""
        self.flush()
        for (packed,) in self._base.execute("select reports from files order by shown, reports"):
            try:
                reports = unpack(packed)
            except ValueError as problem:
                raise self._error(problem) from None
            yield from reports

    def contacts(self) -> Iterator[list[tuple[str, str, str]]]:
        """(category, action, tag) of the findings of every report, for linkage.repeated."""
        self.flush()
        for (packed,) in self._base.execute("select reports from files"):
            try:
                yield from contacts(packed)
            except ValueError as problem:
                raise self._error(problem) from None

    def close(self) -> None:
        """Commit and let go; never raises, because it runs while other errors are on their way."""
        try:
            self.flush()
        except DeidentError:
            pass
        self._base.close()

    def _let_go(self) -> None:
        if base := getattr(self, "_base", None):
            base.close()

    def _digest(self, renames: Mapping[str, str]) -> str:
        ordered = json.dumps(sorted(renames.items()))
        return hashlib.blake2b(ordered.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=16).hexdigest()

    def _all(self, query: str, value: int) -> list[bytes]:
        try:
            return [row[0] for row in self._base.execute(query, (value,))]
        except sqlite3.Error as problem:
            raise self._error(problem) from None

    def _do(self, statement: str, value: int) -> None:
        try:
            self._base.execute(statement, (value,))
        except sqlite3.Error as problem:
            raise self._error(problem) from None
        self.flush()

    def _id(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode("utf-8", "surrogateescape"), key=self._salt, digest_size=16).digest()

    def _set_meta(self, values: Mapping[str, str]) -> None:
        self._base.executemany("insert or replace into meta values (?, ?)", values.items())

    def _same(self, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        if differing := sorted(key for key in {*old, *new} if old.get(key) != new.get(key)):
            raise InputError(say(self.lang, "state_differs", path=self.path, what=", ".join(differing)))

    def _error(self, problem: Exception) -> DeidentError:
        text = str(problem)
        if "locked" in text:
            return InputError(say(self.lang, "state_busy", path=self.path))
        if isinstance(problem, (OSError, sqlite3.OperationalError)):
            full = "full" in text or getattr(problem, "errno", 0) == 28
            why = say(self.lang, "disk_full") if full else getattr(problem, "strerror", None) or text
            return OutputError(say(self.lang, "cannot_write", path=self.path, why=why))
        return InputError(say(self.lang, "state_damaged", path=self.path))
