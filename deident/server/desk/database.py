"""SQLite or PostgreSQL: short transactions, writers one after the other.

A writer takes the whole database in SQLite (BEGIN IMMEDIATE) and the head row of the audit log in PostgreSQL (audit.py).  What is erased
is overwritten in SQLite (secure_delete, no write-ahead log that would keep it).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from deident.errors import InputError, OutputError
from deident.server.desk.tables import METADATA

WAIT = 15  # seconds for another writer
LOCK = 0x6465696465  # PostgreSQL: while tables are made


class Database:
    """One database by its SQLAlchemy URL.  Raises InputError for a URL that cannot be used, OutputError where it cannot be reached."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            self.sqlite = parsed.get_backend_name() == "sqlite"
            if not self.sqlite and parsed.get_backend_name() != "postgresql":
                raise InputError("the desk's database is sqlite:///… or postgresql://…")
            options: dict[str, Any] = {"connect_args": {"timeout": WAIT}} if self.sqlite else {"pool_pre_ping": True}
            self.engine = create_engine(parsed, hide_parameters=True, **options)
        except (ArgumentError, NoSuchModuleError):
            raise InputError("the desk's database is none: give a URL as sqlite:///… or postgresql://…") from None
        except ImportError:
            raise InputError("PostgreSQL needs a driver: pip install 'psycopg[binary]'") from None
        if self.sqlite:
            event.listen(self.engine, "connect", _opened)
            event.listen(self.engine, "begin", _begun)
        try:
            if self.sqlite and parsed.database:
                Path(parsed.database).touch(mode=0o600)
            with self.write() as connection:
                if not self.sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                METADATA.create_all(connection)
        except (OSError, SQLAlchemyError) as problem:
            shown = parsed.render_as_string(hide_password=True)
            raise OutputError(f"{shown}: the desk's database cannot be opened ({type(problem).__name__})") from None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that changes something: all of it or nothing."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _opened(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own: _begun does
    for pragma in ("secure_delete = ON", "journal_mode = DELETE", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
