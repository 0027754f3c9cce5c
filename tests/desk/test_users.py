"""`deident users`."""

from __future__ import annotations

from pathlib import Path

from desk.serving import PASSWORD, deident

from deident.server.desk import add_user, stores
from deident.server.settings import Settings


def test_accounts_by_command(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    assert deident("users", "list", *data).stdout == ""
    done = deident("users", "add", "张主任", "--role", "reviewer", *data, typed=f"{PASSWORD}\n")
    assert (done.returncode, done.stdout) == (0, "已新建账号 张主任。\n")
    add_user(Settings(data=tmp_path / "data"), "anna", "editor", PASSWORD)
    again = deident("users", "add", "anna", "--role", "editor", *data, typed=f"{PASSWORD}\n")
    assert again.returncode == 2 and "anna" in again.stderr and PASSWORD not in again.stderr
    assert deident("users", "disable", "anna", *data, "--lang", "en").stdout == "the account anna is disabled and signed out.\n"
    lines = deident("users", "list", *data).stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["anna", "editor"], ["张主任", "reviewer"]]
    assert "已停用" in lines[0] and "已停用" not in lines[1]
    opened = stores(Settings(data=tmp_path / "data"))
    assert opened.accounts.sign_in("张主任", PASSWORD)
    assert opened.accounts.sign_in("anna", PASSWORD) is None
    assert {entry.role for entry in opened.log.entries() if entry.action == "account_added"} == {"command"}
    opened.database.close()


def test_wrong_use_is_said_in_words(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    for arguments, words in (
        (("add", "anna"), "--role"), (("add", "--role", "editor"), "账号名"), (("list", "anna"), "账号名"),
        (("password", "anna"), "10 至 256"), (("disable", "anna"), "没有名为 anna 的账号"),
    ):  # fmt: skip
        done = deident("users", *arguments, *data, typed="short\n")
        assert done.returncode == 2 and words in done.stderr, (arguments, done.stderr)
    assert deident("users", "add", "anna", "--role", "admin", *data).returncode == 2
