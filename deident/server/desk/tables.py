"""The desk's tables.  None holds a value: what people submitted lies encrypted in `document.content`, titles are masked.

Times are ISO 8601 in UTC with microseconds where people read them, seconds since 1970 where they are compared.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

#: Who may sign in.  `password`: Argon2id, with its salt and costs.
ACCOUNT = Table(
    "account", METADATA,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password", String(256), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created", String(32), nullable=False),
)  # fmt: skip

#: Who is signed in.  `token`: SHA-256 of what the cookie holds, so that the table opens no session.
SESSION = Table(
    "session", METADATA,
    Column("token", String(64), primary_key=True),
    Column("account", String(64), nullable=False, index=True),
    Column("expires", BigInteger, nullable=False),
)  # fmt: skip

#: Failed passwords.  `name`: keyed hash of the name that was typed, which may be anything.
ATTEMPT = Table(
    "attempt", METADATA,
    Column("name", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
)  # fmt: skip

#: What was submitted.  `content`: encrypted (keyring.py), NULL once erased; `owner`: an account, "" for the hook's.
DOCUMENT = Table(
    "document", METADATA,
    Column("id", String(32), primary_key=True),
    Column("created", String(32), nullable=False),
    Column("changed", String(32), nullable=False),
    Column("owner", String(64), nullable=False, index=True),
    Column("author", String(128), nullable=False),
    Column("title", String(400), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("doc_type", String(64), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("verdict", String(16), nullable=False),
    Column("to_mask", Integer, nullable=False),
    Column("to_review", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("reviewer", String(64), nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=True),
)  # fmt: skip

#: What a person said of a value, by its keyed tag; the last row of a tag holds.
DECISION = Table(
    "decision", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("document", String(32), nullable=False, index=True),
    Column("tag", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("before", String(8), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("at", String(32), nullable=False),
)  # fmt: skip

#: The audit log; `detail` is canonical JSON, `hash` chains each row to the one before (audit.py).
AUDIT = Table(
    "audit", METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("who", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("action", String(32), nullable=False),
    Column("document", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip

#: One row: the last row of the log, sealed.
HEAD = Table(
    "head", METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
)  # fmt: skip
