"""The audit log: who has only the database can change, leave out, cut off or replace nothing unnoticed."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk.serving import ROOT
from sqlalchemy import delete, func, insert, select, update

from deident.server.desk import stores
from deident.server.desk.audit import AUDIT, HEAD, Actor, Log
from deident.server.desk.desk import Stores
from deident.server.settings import Settings

ANNA = Actor("anna", "reviewer")


def filled(opened: Stores, entries: int = 6) -> Log:
    for number in range(entries):
        with opened.log.write() as change:
            change.record(ANNA, "decided", f"doc{number}", {"tag": "0123abcd", "reason": "依规公示", "places": number})
    return opened.log


def test_what_is_written_is_verified(opened: Stores) -> None:
    log = filled(opened)
    verified = log.verify()
    assert (verified.ok, verified.rows, verified.problem) == (True, 6, "")
    assert [entry.seq for entry in log.page(limit=3)] == [6, 5, 4]
    assert [entry.seq for entry in log.page(before=3)] == [2, 1]
    assert [entry.document for entry in log.page(document="doc2")] == ["doc2"]


def test_an_empty_log_is_whole(opened: Stores) -> None:
    assert opened.log.verify().ok


@pytest.mark.parametrize("column", ["at", "who", "role", "action", "document", "detail", "previous", "hash"])
def test_a_changed_row_is_named(opened: Stores, column: str) -> None:
    log = filled(opened)
    with opened.database.write() as sql:
        sql.execute(update(AUDIT).where(AUDIT.c.seq == 4).values({column: '{"tag":"ffff"}' if column == "detail" else "x" * 12}))
    verified = log.verify()
    assert (verified.ok, verified.problem, verified.row) == (False, "row_changed", 4)


def without_head(sql: Any) -> None:
    sql.execute(delete(HEAD))


def cut(sql: Any) -> None:
    sql.execute(delete(AUDIT).where(AUDIT.c.seq > 4))


def cut_and_counted(sql: Any) -> None:
    cut(sql)
    row = sql.execute(select(AUDIT.c.hash).where(AUDIT.c.seq == 4)).one()
    sql.execute(update(HEAD).values(seq=4, hash=row.hash))


def emptied(sql: Any) -> None:
    sql.execute(delete(AUDIT))
    without_head(sql)


def gap(sql: Any) -> None:
    sql.execute(delete(AUDIT).where(AUDIT.c.seq == 3))


def renumbered(sql: Any) -> None:
    gap(sql)
    for seq in (4, 5, 6):
        sql.execute(update(AUDIT).where(AUDIT.c.seq == seq).values(seq=seq - 1))
    sql.execute(update(HEAD).values(seq=5))


def forged(sql: Any) -> None:
    """Everything made anew, as far as that goes without the secret."""
    from deident.server.desk.audit import FIRST

    rows = [dict(row._mapping) for row in sql.execute(select(AUDIT).order_by(AUDIT.c.seq))]
    sql.execute(delete(AUDIT))
    thief, previous = object.__new__(Log), FIRST
    thief._key = b"another key that somebody guessed"
    for row in rows:
        row |= {"who": "nobody", "previous": previous}
        previous = row["hash"] = thief.chained(previous, row)
        sql.execute(insert(AUDIT).values(row))
    sql.execute(update(HEAD).values(hash=previous, seal=thief.seal(len(rows), previous)))


@pytest.mark.parametrize(
    ("harm", "problem", "row"),
    [
        (gap, "row_missing", 3), (renumbered, "row_changed", 3), (cut, "row_missing", 5), (cut_and_counted, "row_missing", 5),
        (without_head, "head_changed", 0), (emptied, "row_missing", 1), (forged, "row_changed", 1),
    ],
)  # fmt: skip
def test_what_is_left_out_or_made_anew_is_found(opened: Stores, harm: Callable[[Any], None], problem: str, row: int) -> None:
    log = filled(opened)
    with opened.database.write() as sql:
        harm(sql)
    verified = log.verify()
    assert (verified.ok, verified.problem, verified.row) == (False, problem, row)


def test_the_end_is_sealed_where_the_file_beside_the_secret_is_lost(opened: Stores) -> None:
    log = filled(opened)
    log.anchor.unlink()
    assert log.verify().ok
    with opened.database.write() as sql:
        cut_and_counted(sql)
    assert log.verify().problem == "head_changed"


def test_an_older_state_of_the_whole_database_is_found(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    opened = stores(settings)
    filled(opened, 3)
    opened.database.close()
    shutil.copy(tmp_path / "data/desk.sqlite", tmp_path / "old.sqlite")
    filled(opened, 2)
    opened.database.close()
    shutil.copy(tmp_path / "old.sqlite", tmp_path / "data/desk.sqlite")
    again = stores(settings)
    verified = again.log.verify()
    assert (verified.ok, verified.problem, verified.row) == (False, "row_missing", 4)
    filled(again, 4)  # going on hides nothing
    verified = again.log.verify()
    again.database.close()
    assert (verified.ok, verified.problem, verified.row) == (False, "row_replaced", 5)


def test_a_change_that_fails_leaves_no_entry(opened: Stores) -> None:
    log = filled(opened, 1)
    with pytest.raises(TypeError, match="not JSON serializable"), log.write() as change:
        [change.record(ANNA, "decided", "", detail) for detail in ({}, {"reason": object()})]
    assert log.verify().rows == 1
    assert filled(opened, 1).verify().ok


def test_two_processes_append_at_once(settings: Settings, opened: Stores) -> None:
    script = (
        "import sys; from pathlib import Path; from deident.server.desk import stores, Actor; from deident.server.settings import Settings\n"
        "log = stores(Settings(data=Path(sys.argv[1]), database=sys.argv[2])).log\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for number in range(60):\n"
        "    with log.write() as change:\n"
        "        change.record(Actor(sys.argv[3], 'editor'), 'checked', str(number))\n"
    )
    command = [sys.executable, "-c", script, str(settings.data), settings.database]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen([*command, name], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name in ("one", "two")
    ]
    for process in processes:  # both are there before either begins
        assert process.stdout and process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=120)
    assert [process.returncode for process in processes] == [0, 0]
    verified = opened.log.verify()
    assert (verified.ok, verified.rows) == (True, 120)
    with opened.database.read() as sql:
        counted = {who: count for who, count in sql.execute(select(AUDIT.c.who, func.count()).group_by(AUDIT.c.who))}  # noqa: C416
    assert counted == {"one": 60, "two": 60}


def test_the_exports_hold_all_of_it(opened: Stores) -> None:
    log = filled(opened, 3)
    with log.write() as change:
        change.record(Actor("=1+1", "editor"), "checked", "", {"title": "=cmd|' /C calc'!A0"})
    rows = [json.loads(line) for line in log.json_lines()]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4]
    assert rows[0] | {"at": "", "hash": ""} == {
        "seq": 1, "at": "", "who": "anna", "role": "reviewer", "action": "decided", "document": "doc0",
        "detail": {"places": 0, "reason": "依规公示", "tag": "0123abcd"}, "hash": "",
    }  # fmt: skip
    table = list(csv.reader(io.StringIO("".join(log.csv()).removeprefix("\ufeff"))))
    assert len(table) == 5
    assert table[0] == ["seq", "at", "who", "role", "action", "document", "detail", "hash"]
    assert table[4][2] == "'=1+1"  # no spreadsheet computes it
