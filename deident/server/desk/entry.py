"""Signing in and out, and one's own password."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from deident.server.desk.accounts import LONGEST, SHORTEST, Waiting
from deident.server.desk.site import Visit, nobody


async def login(visit: Visit) -> Response:
    """The form, or the first page for whoever is signed in."""
    if visit.account:
        return visit.to("/")
    response = await nobody(visit)
    response.status_code = 200
    return response


async def sign_in(visit: Visit) -> Response:
    """A new session, under a new cookie."""
    name, next, problem, seconds, status = visit.field("name"), visit.field("next"), "sign_in_wrong", 0, 401
    try:
        token = await run_in_threadpool(visit.desk.accounts.sign_in, name, visit.field("password"))
    except Waiting as waiting:
        token, problem, seconds, status = None, "sign_in_wait", waiting.seconds, 429
    if token is None:
        empty = await run_in_threadpool(visit.desk.accounts.empty)
        return visit.page("login.html", status, next=next, empty=empty, problem=problem, name=name, seconds=seconds)
    visit.request.session.clear()
    visit.request.session["token"] = token
    return visit.to(next if next.startswith("/") and not next.startswith(("//", "/\\")) and next.isprintable() else "/")


async def sign_out(visit: Visit) -> Response:
    """The end of the session."""
    await run_in_threadpool(visit.desk.accounts.sign_out, visit.request.session.get("token", ""), visit.who)
    visit.request.session.clear()
    return visit.to("/login")


async def account(visit: Visit) -> Response:
    """The form for another password."""
    return visit.page("account.html", problem="", least=SHORTEST, most=LONGEST)


async def set_password(visit: Visit) -> Response:
    """Another password, which ends all sessions of the account."""
    old, new, problem = visit.field("old"), visit.field("new"), ""
    if new != visit.field("again"):
        problem = "password_differs"
    elif not SHORTEST <= len(new) <= LONGEST:
        problem = "password_short"
    elif not await run_in_threadpool(visit.desk.accounts.check, visit.who, old):
        problem = "password_old_wrong"
    if problem:
        return visit.page("account.html", 422, problem=problem, least=SHORTEST, most=LONGEST)
    await run_in_threadpool(visit.desk.accounts.set_password, visit.who.name, new, visit.who.actor)
    visit.request.session.clear()
    return visit.page("message.html", word="password_done", filled={}, link="/login", link_word="sign_in")
