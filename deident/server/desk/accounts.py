"""Accounts and sessions: who may sign in, as what, and who has.

A password is kept as Argon2id; after five wrong ones a name waits, longer each time.  A session lies in the database under a hash of what the
cookie holds, so that signing out, disabling and a new password end it at once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
import unicodedata
from functools import cached_property
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, insert, select, update

from deident.errors import InputError
from deident.server.desk.audit import Actor, Log, now
from deident.server.desk.tables import ACCOUNT, ATTEMPT, SESSION
from deident.server.desk.words import say

ROLES = ("editor", "reviewer", "supervisor")
ADMIN = Actor("admin", "command")
SHORTEST, LONGEST = 10, 256  # characters of a password
TRIES, FIRST_WAIT, LONGEST_WAIT = 5, 30, 900
_NAME = re.compile(r"[\w.@-]{1,64}")


class Account(NamedTuple):
    """Somebody who may sign in."""

    name: str
    role: str
    enabled: bool
    created: str

    @property
    def actor(self) -> Actor:
        """For the log."""
        return Actor(self.name, self.role)


class Waiting(Exception):
    """Too many wrong passwords: not before `seconds` have passed."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Accounts:
    """Accounts in the log's database; `key` hides names that were typed; a session ends after `hours`; errors are in `lang`."""

    def __init__(self, log: Log, key: bytes, hours: float = 10, lang: str = "zh") -> None:
        self.log, self._key, self.seconds, self._say = log, key, int(hours * 3600), say(lang)
        self._hasher = PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """What is checked for names that do not exist: it takes as long."""
        return self._hasher.hash(secrets.token_urlsafe())

    def add(self, name: str, role: str, password: str, actor: Actor = ADMIN) -> Account:
        """A new account.  Raises InputError."""
        name = unicodedata.normalize("NFKC", name).strip()
        if not _NAME.fullmatch(name):
            raise InputError(self._say("account_name"))
        if role not in ROLES:
            raise InputError(self._say("account_role", roles=", ".join(ROLES)))
        made = Account(name, role, True, now())
        hashed = self._hash(password)
        with self.log.write() as change:
            if change.sql.scalar(select(ACCOUNT.c.name).where(ACCOUNT.c.name == name)):
                raise InputError(self._say("account_taken", name=name))
            change.sql.execute(insert(ACCOUNT).values(**made._asdict(), password=hashed))
            change.record(actor, "account_added", detail={"account": name, "role": role})
        return made

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self.log.database.read() as sql:
            columns = (ACCOUNT.c.name, ACCOUNT.c.role, ACCOUNT.c.enabled, ACCOUNT.c.created)
            return [Account(*row) for row in sql.execute(select(*columns).order_by(ACCOUNT.c.name))]

    def enable(self, name: str, enabled: bool, actor: Actor = ADMIN) -> None:
        """Let somebody in again, or no longer; ends their sessions.  Raises InputError."""
        with self.log.write() as change:
            done = change.sql.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(enabled=enabled))
            if not done.rowcount:
                raise InputError(self._say("account_none", name=name))
            change.sql.execute(delete(SESSION).where(SESSION.c.account == name))
            change.record(actor, "account_enabled" if enabled else "account_disabled", detail={"account": name})

    def set_password(self, name: str, password: str, actor: Actor = ADMIN) -> None:
        """Another password; ends all sessions.  Raises InputError."""
        hashed = self._hash(password)
        with self.log.write() as change:
            done = change.sql.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(password=hashed))
            if not done.rowcount:
                raise InputError(self._say("account_none", name=name))
            change.sql.execute(delete(SESSION).where(SESSION.c.account == name))
            change.sql.execute(delete(ATTEMPT).where(ATTEMPT.c.name == self._hidden(name)))
            change.record(actor, "password_changed", detail={"account": name})

    def sign_in(self, name: str, password: str) -> str | None:
        """What the cookie of a new session holds; None where name or password is wrong.  Raises Waiting."""
        name, moment = unicodedata.normalize("NFKC", name).strip(), int(time.time())
        hidden = self._hidden(name)
        with self.log.database.read() as sql:
            row = sql.execute(select(ACCOUNT).where(ACCOUNT.c.name == name)).one_or_none()
            tried = sql.execute(select(ATTEMPT).where(ATTEMPT.c.name == hidden)).one_or_none()
        if tried and (left := tried.last + _wait(tried.failures) - moment) > 0:
            raise Waiting(left)
        good = self._matches(row.password if row else self._nobody, password) and row is not None and row.enabled
        with self.log.write() as change:
            change.sql.execute(delete(ATTEMPT).where(ATTEMPT.c.last < moment - 86400))
            if not good or row is None:
                change.lock()  # two at once are two tries
                failures = change.sql.scalar(select(ATTEMPT.c.failures).where(ATTEMPT.c.name == hidden)) or 0
                change.sql.execute(delete(ATTEMPT).where(ATTEMPT.c.name == hidden))
                change.sql.execute(insert(ATTEMPT).values(name=hidden, failures=failures + 1, last=moment))
                known = Actor(row.name, row.role) if row else Actor("", "")  # what was typed may be a password
                change.record(known, "sign_in_failed", detail={"failures": failures + 1})
                return None
            token = secrets.token_urlsafe(32)
            change.sql.execute(delete(ATTEMPT).where(ATTEMPT.c.name == hidden))
            change.sql.execute(delete(SESSION).where(SESSION.c.expires < moment))
            change.sql.execute(insert(SESSION).values(token=_hashed(token), account=row.name, expires=moment + self.seconds))
            if self._hasher.check_needs_rehash(row.password):
                change.sql.execute(update(ACCOUNT).where(ACCOUNT.c.name == name).values(password=self._hash(password)))
            change.record(Actor(row.name, row.role), "signed_in")
        return token

    def signed_in(self, token: str) -> Account | None:
        """Whose session it is, while it lasts."""
        columns = (ACCOUNT.c.name, ACCOUNT.c.role, ACCOUNT.c.enabled, ACCOUNT.c.created)
        query = select(*columns).join(SESSION, SESSION.c.account == ACCOUNT.c.name)
        query = query.where(SESSION.c.token == _hashed(token), SESSION.c.expires > int(time.time()), ACCOUNT.c.enabled)
        with self.log.database.read() as sql:
            row = sql.execute(query).one_or_none()
        return Account(*row) if row else None

    def sign_out(self, token: str, account: Account) -> None:
        """The end of a session."""
        with self.log.write() as change:
            change.sql.execute(delete(SESSION).where(SESSION.c.token == _hashed(token)))
            change.record(account.actor, "signed_out")

    def check(self, account: Account, password: str) -> bool:
        """Whether it is this account's password (asked again before it is changed)."""
        with self.log.database.read() as sql:
            stored = sql.scalar(select(ACCOUNT.c.password).where(ACCOUNT.c.name == account.name))
        return bool(stored) and self._matches(str(stored), password)

    def empty(self) -> bool:
        """Whether there is nobody yet."""
        with self.log.database.read() as sql:
            return not sql.scalar(select(func.count()).select_from(ACCOUNT))

    def _hash(self, password: str) -> str:
        if not SHORTEST <= len(password) <= LONGEST:
            raise InputError(self._say("password_short", count=SHORTEST, most=LONGEST))
        return self._hasher.hash(password)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return len(password) <= LONGEST and self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def _hidden(self, name: str) -> str:
        return hmac.digest(self._key, name.casefold().encode(), "sha256").hex()


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _wait(failures: int) -> int:
    """Seconds that a name waits after so many wrong passwords."""
    return 0 if failures < TRIES else min(LONGEST_WAIT, FIRST_WAIT << min(failures - TRIES, 10))
