"""Accounts and sessions."""

from __future__ import annotations

import time

import pytest
from desk.serving import PASSWORD
from sqlalchemy import select, update

from deident.errors import InputError
from deident.server.desk import accounts
from deident.server.desk.accounts import ACCOUNT, ATTEMPT, FIRST_WAIT, LONGEST_WAIT, SESSION, TRIES, Waiting
from deident.server.desk.desk import Stores


def test_a_session_lasts_until_it_is_ended(opened: Stores) -> None:
    people = opened.accounts
    account = people.add("anna", "editor", PASSWORD)
    token = people.sign_in("anna", PASSWORD)
    assert token
    assert people.signed_in(token) == account
    with opened.database.read() as sql:
        stored = sql.execute(select(SESSION)).one()
        assert sql.scalar(select(ACCOUNT.c.password)).startswith("$argon2id$")
    assert token not in stored
    people.sign_out(token, account)
    assert people.signed_in(token) is None


def test_disabling_a_new_password_and_time_end_sessions(opened: Stores) -> None:
    people = opened.accounts
    people.add("anna", "editor", PASSWORD)
    first = people.sign_in("anna", PASSWORD)
    people.enable("anna", False)
    assert first and people.signed_in(first) is None
    assert people.sign_in("anna", PASSWORD) is None
    people.enable("anna", True)
    assert people.signed_in(first) is None
    second = people.sign_in("anna", PASSWORD)
    people.set_password("anna", "another long password")
    assert second and people.signed_in(second) is None
    third = people.sign_in("anna", "another long password")
    assert third and people.signed_in(third)
    with opened.database.write() as sql:
        sql.execute(update(SESSION).values(expires=int(time.time()) - 1))
    assert people.signed_in(third) is None


def test_names_wait_after_wrong_passwords(opened: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    people = opened.accounts
    people.add("anna", "editor", PASSWORD)
    for name in ("anna", "nobody"):  # whether there is such an account cannot be told
        for _ in range(TRIES):
            assert people.sign_in(name, "wrong password") is None
        with pytest.raises(Waiting) as waiting:
            people.sign_in(name, PASSWORD)
        assert 0 < waiting.value.seconds <= FIRST_WAIT
    with opened.database.read() as sql:
        assert not {"anna", "nobody"} & {row.name for row in sql.execute(select(ATTEMPT))}
    later = time.time() + FIRST_WAIT
    monkeypatch.setattr(accounts.time, "time", lambda: later)
    assert people.sign_in("anna", PASSWORD)
    assert people.sign_in("anna", "wrong password") is None  # counted from one again
    assert people.sign_in("anna", PASSWORD)


def test_waiting_grows_and_ends() -> None:
    waits = [accounts._wait(failures) for failures in range(60)]
    assert waits[: TRIES + 3] == [0] * TRIES + [30, 60, 120]
    assert max(waits) == LONGEST_WAIT


def test_the_log_never_holds_a_name_that_is_no_account(opened: Stores) -> None:
    opened.accounts.add("anna", "editor", PASSWORD)
    opened.accounts.sign_in("hunter2-typed-as-name", "x")
    opened.accounts.sign_in("anna", "x")
    assert [(entry.who, entry.action) for entry in opened.log.page(limit=2)] == [
        ("anna", "sign_in_failed"),
        ("", "sign_in_failed"),
    ]


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("", "editor", PASSWORD), ("a b", "editor", PASSWORD), ("<b>", "editor", PASSWORD), ("a" * 65, "editor", PASSWORD),
        ("anna", "admin", PASSWORD), ("anna", "editor", "short"), ("anna", "editor", "x" * 257), ("taken", "editor", PASSWORD),
    ],
)  # fmt: skip
def test_what_cannot_be_an_account(opened: Stores, name: str, role: str, password: str) -> None:
    opened.accounts.add("taken", "editor", PASSWORD)
    with pytest.raises(InputError) as problem:
        opened.accounts.add(name, role, password)
    assert password not in str(problem.value) or len(password) < 6
    assert [account.name for account in opened.accounts.all()] == ["taken"]


def test_nobody_to_disable(opened: Stores) -> None:
    with pytest.raises(InputError):
        opened.accounts.enable("nobody", False)
    with pytest.raises(InputError):
        opened.accounts.set_password("nobody", PASSWORD)
    assert opened.log.verify().rows == 0
