"""The review desk: people look at what was found, decide on it, and every step is written down.

    mount(app, settings)                       the desk at `/` of a server
    add_user(settings, name, role, password)   an account; roles: editor, reviewer, supervisor

pages.py    every page and who may open it; site.py: languages, errors; guard.py: forms, CSRF, headers; rights.py: whose document
entry.py, work.py, results.py, history.py   what each page shows and does
desk.py     the stores, and what the workers are asked; reading.py: what runs there
documents.py, accounts.py, audit.py   what is kept; tables.py, database.py: where; keyring.py: encrypted with what
values.py, compare.py                 what was found, value by value; what was changed, line by line
words.py, templates/, static/         what people see
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from deident.server.desk.accounts import ROLES, Account
from deident.server.desk.audit import Actor
from deident.server.desk.desk import Desk, stores
from deident.server.desk.pages import PAGES
from deident.server.desk.site import Door, Site
from deident.server.settings import Settings

__all__ = ["ROLES", "Account", "Actor", "Desk", "add_user", "mount", "stores"]


def mount(app: Any, settings: Settings) -> None:
    """Put the desk at `/` of a FastAPI app, behind all routes it has; `app.state.desk` files what the hook is sent.

    Raises InputError and OutputError where the data folder or the database cannot be used.
    """
    desk = Desk(stores(settings), lambda: app.state.pool, settings)
    site = Site(
        desk, PAGES, secure=settings.https, most=settings.max_bytes, files=settings.max_files, hours=settings.session_hours,
        lang=settings.lang,
    )  # fmt: skip
    app.state.desk = desk
    app.router.routes.append(Door("/", site.app))
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        async with inner(app) as state:
            sweeping = asyncio.create_task(desk.sweep())
            try:
                yield state
            finally:
                sweeping.cancel()
                desk.stores.database.close()

    app.router.lifespan_context = lifespan


def add_user(settings: Settings, name: str, role: str, password: str) -> Account:
    """A new account.  Raises InputError for a name, role or password that cannot be one."""
    opened = stores(settings)
    try:
        return opened.accounts.add(name, role, password)
    finally:
        opened.database.close()
