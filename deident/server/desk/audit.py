"""The audit log: who did what, when and why.  Keyed tags, kinds and counts; never a value, never a file's content.

Each row's hash is an HMAC, with the desk's secret, over the row before and the canonical JSON of its own columns: who has only the
database can neither change a row nor leave one out unnoticed.  The head row (sealed likewise) counts them, so that rows missing at the end
are noticed; a file beside the secret remembers the last row that was written here, so that an older state of the whole database is, too.
"""

from __future__ import annotations

import csv
import hmac
import io
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from deident.server.desk.database import Database
from deident.server.desk.tables import AUDIT, HEAD

COLUMNS = ("seq", "at", "who", "role", "action", "document", "detail")
FIRST = "0" * 64
PART = 1000
SYSTEM = "system"


class Actor(NamedTuple):
    """Who acts: an account, the hook's or the program itself, and as what."""

    name: str
    role: str


class Entry(NamedTuple):
    """One row of the log; `detail` is an object of JSON."""

    seq: int
    at: str
    who: str
    role: str
    action: str
    document: str
    detail: Mapping[str, Any]
    hash: str


class Verified(NamedTuple):
    """`rows` that were read, and whether all is as it was written; else `problem` (a key of words.py) and the first broken row (0: none)."""

    ok: bool
    rows: int
    problem: str = ""
    row: int = 0
    hash: str = FIRST


@dataclass(slots=True)
class Change:
    """A transaction in the making; `sql` is its connection."""

    sql: Connection
    log: Log
    head: tuple[int, str] | None = None
    recorded: bool = False

    def lock(self) -> tuple[int, str]:
        """Number and hash of the log's last row; from here to the end of the transaction there is no other writer."""
        if self.head is None:
            self.head = self.log.lock(self.sql)
        return self.head

    def record(self, actor: Actor, action: str, document: str = "", detail: Mapping[str, Any] | None = None) -> None:
        """An entry of the log, written together with the change or not at all."""
        number, previous = self.lock()
        seq = number + 1
        row = {
            "seq": seq, "at": now(), "who": actor.name[:64], "role": actor.role, "action": action, "document": document,
            "detail": canonical(detail or {}),
        }  # fmt: skip
        hash = self.log.chained(previous, row)
        self.sql.execute(insert(AUDIT).values(**row, previous=previous, hash=hash))
        self.sql.execute(update(HEAD).where(HEAD.c.id == 1).values(seq=seq, hash=hash, seal=self.log.seal(seq, hash)))
        self.head, self.recorded = (seq, hash), True


class Log:
    """The log of one database; `anchor`: the file that remembers the last row."""

    def __init__(self, database: Database, key: bytes, anchor: Path) -> None:
        self.database, self._key, self.anchor = database, key, anchor
        with database.write() as sql:
            # The lock first: of two that start at once one finds the other's row.
            if not database.sqlite:
                sql.execute(select(func.pg_advisory_xact_lock(1)))
            if sql.scalar(select(func.count()).select_from(HEAD)) == 0 and not sql.scalar(
                select(func.count()).select_from(AUDIT)
            ):
                sql.execute(insert(HEAD).values(id=1, seq=0, hash=FIRST, seal=self.seal(0, FIRST)))

    @contextmanager
    def write(self) -> Iterator[Change]:
        """A short transaction: what changes, and what the log says of it."""
        with self.database.write() as sql:
            change = Change(sql, self)
            yield change
            fits = change.recorded and self._fits(sql)
        if fits and change.head:
            self._remember(*change.head)

    def lock(self, sql: Connection) -> tuple[int, str]:
        """Number and hash of the last row; nobody else appends before this transaction ends."""
        row = sql.execute(select(HEAD.c.seq, HEAD.c.hash).where(HEAD.c.id == 1).with_for_update()).one_or_none()
        if row is None:  # somebody removed it: go on behind the last row, `verify` tells of it
            last = sql.execute(select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)).one_or_none()
            return (int(last.seq), str(last.hash)) if last else (0, FIRST)
        return int(row.seq), str(row.hash)

    def chained(self, previous: str, row: Mapping[str, Any]) -> str:
        """The hash of a row behind `previous`."""
        return self._sign("row", previous, canonical({key: row[key] for key in COLUMNS}))

    def seal(self, seq: int, hash: str) -> str:
        """What makes a head row ours."""
        return self._sign("head", str(seq), hash)

    def verify(self) -> Verified:
        """Reads all of it, a thousand rows at a time: nobody has to wait, and what is appended meanwhile is read as well."""
        remembered = self._remembered()  # before the head, and the head before the rows: they only move on
        with self.database.read() as sql:
            head = sql.execute(select(HEAD).where(HEAD.c.id == 1)).one_or_none()
        if head is None or not hmac.compare_digest(self.seal(int(head.seq), str(head.hash)), str(head.seal)):
            sealed = None
        else:
            sealed = int(head.seq), str(head.hash)
        known = dict(filter(None, (remembered, sealed)))
        previous, rows = FIRST, 0
        for row in self._rows():
            rows += 1
            if row.seq != rows:
                return Verified(False, rows - 1, "row_missing", rows, previous)
            hash = self.chained(previous, row._asdict())
            if row.previous != previous or not hmac.compare_digest(hash, str(row.hash)):
                return Verified(False, rows - 1, "row_changed", rows, previous)
            if known.get(rows, hash) != hash:
                return Verified(False, rows - 1, "row_replaced", rows, previous)
            previous = hash
        if max(known, default=0) > rows:
            return Verified(False, rows, "row_missing", rows + 1, previous)
        if sealed is None:
            return Verified(False, rows, "head_changed", 0, previous)
        return Verified(True, rows, hash=previous)

    def page(self, before: int = 0, limit: int = 50, action: str = "", who: str = "", document: str = "") -> list[Entry]:
        """Entries, newest first, those below number `before`."""
        query = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
        for column, wanted in ((AUDIT.c.action, action), (AUDIT.c.who, who), (AUDIT.c.document, document)):
            query = query.where(column == wanted) if wanted else query
        if before:
            query = query.where(AUDIT.c.seq < before)
        with self.database.read() as sql:
            return [_entry(row) for row in sql.execute(query)]

    def entries(self) -> Iterator[Entry]:
        """All of them, oldest first."""
        return map(_entry, self._rows())

    def _rows(self) -> Iterator[Any]:
        seq, wanted = 0, select(AUDIT).order_by(AUDIT.c.seq).limit(PART)
        while True:  # a short transaction for each part: a slow reader stops nobody
            with self.database.read() as sql:
                part = sql.execute(wanted.where(AUDIT.c.seq > seq)).all()
            yield from part
            if len(part) < PART:
                return
            seq = part[-1].seq

    def json_lines(self) -> Iterator[str]:
        """The export for programs: an entry a line."""
        for entry in self.entries():
            yield json.dumps(entry._asdict(), ensure_ascii=False) + "\n"

    def csv(self) -> Iterator[str]:
        """The export for a spreadsheet: with a mark of its encoding, and no cell that a spreadsheet would compute."""
        yield "\ufeff" + _line(Entry._fields)
        for entry in self.entries():
            yield _line([_plain(cell) for cell in (*entry[:6], canonical(entry.detail), entry.hash)])

    def _sign(self, *parts: str) -> str:
        return hmac.digest(self._key, "\0".join(parts).encode(), "sha256").hex()

    def _fits(self, sql: Connection) -> bool:
        """Whether the row that is remembered is there.  If not, the database is an older one: the file keeps what it knows, for `verify`."""
        remembered = self._remembered()
        if remembered is None:
            return True
        return sql.scalar(select(AUDIT.c.hash).where(AUDIT.c.seq == remembered[0])) == remembered[1]

    def _remember(self, seq: int, hash: str) -> None:
        """The last row that was written here.  Where it cannot be written, or two write at once, an older row is remembered: enough."""
        part = self.anchor.with_name(f"{self.anchor.name}.{secrets.token_hex(4)}.part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
                file.write(f"{seq} {hash}\n")
            os.replace(part, self.anchor)
        except OSError:
            part.unlink(missing_ok=True)

    def _remembered(self) -> tuple[int, str] | None:
        try:
            seq, hash = self.anchor.read_text(encoding="ascii").split()
            return int(seq), hash
        except (OSError, ValueError):
            return None


def canonical(value: Mapping[str, Any]) -> str:
    """JSON in which the same object is always the same text: sorted keys, no blanks, no escapes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def now() -> str:
    """ISO 8601, UTC, microseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _entry(row: Any) -> Entry:
    return Entry(row.seq, row.at, row.who, row.role, row.action, row.document, json.loads(row.detail), row.hash)


def _line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _plain(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
