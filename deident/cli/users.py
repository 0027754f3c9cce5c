"""users: accounts of the review desk.  A password is typed or piped in, never an argument, which others could see."""

from __future__ import annotations

import argparse
import getpass
import sys

from deident.errors import InputError, MissingExtra
from deident.report.messages import say

ACTIONS = ("add", "list", "disable", "enable", "password")


def users(options: argparse.Namespace) -> int:
    """Make, list, disable and enable accounts, and give them other passwords."""
    try:
        from deident.server import desk
        from deident.server.settings import Settings
    except ImportError:
        raise MissingExtra(say(options.lang, "no_server")) from None
    given = {name: value for name in ("data", "database") if (value := getattr(options, name)) is not None}
    if (options.what == "list") != (options.name is None):
        raise InputError(say(options.lang, "users_name"))
    if options.what == "add" and options.role is None:
        raise InputError(say(options.lang, "users_role", roles=", ".join(desk.ROLES)))
    opened = desk.stores(Settings(lang=options.lang, **given))
    try:
        accounts, actor = opened.accounts, desk.Actor(getpass.getuser(), "command")
        if options.what == "list":
            for account in accounts.all():
                state = "" if account.enabled else say(options.lang, "users_disabled")
                print(f"{account.name:<24}  {account.role:<10}  {account.created[:10]}  {state}".rstrip())
            return 0
        if options.what == "add":
            accounts.add(options.name, options.role, _password(options), actor)
        elif options.what == "password":
            accounts.set_password(options.name, _password(options), actor)
        else:
            accounts.enable(options.name, options.what == "enable", actor)
    finally:
        opened.database.close()
    if not options.quiet:
        print(say(options.lang, f"users_{options.what}", name=options.name))
    return 0


def _password(options: argparse.Namespace) -> str:
    """Typed twice at a terminal, else the first line of standard input.  Raises InputError."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(say(options.lang, "users_type"))
    if getpass.getpass(say(options.lang, "users_again")) != password:
        raise InputError(say(options.lang, "users_differ"))
    return password
