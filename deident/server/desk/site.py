"""The desk's pages as an ASGI application: who may open which, in which language, and what an error looks like."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from deident.errors import InputError
from deident.model import ACTIONS
from deident.server import errors
from deident.server.desk.accounts import Account
from deident.server.desk.desk import Desk
from deident.server.desk.documents import Gone
from deident.server.desk.guard import Guard, Headers, Refused
from deident.server.desk.words import LANGUAGES, WORDS, say

LOGGER = logging.getLogger("deident.desk")
HOME = Path(__file__).parent
COOKIE = "deident_lang"
YEAR = 365 * 86400
#: What the log may say of an entry, in the order in which it is read.
DETAILS = (
    "account", "role", "title", "counts", "files", "kind", "tag", "places", "before", "verdict", "reason", "note", "comment",
    "decisions", "own", "failures", "status", "format", "file", "rows", "ok",
)  # fmt: skip
EVERYBODY = ("editor", "reviewer", "supervisor")


@dataclass(frozen=True)
class Visit:
    """A request to a page, with who makes it (None: nobody signed in) and in which language it is answered."""

    desk: Desk
    site: Site
    request: Request
    lang: str
    account: Account | None
    form: FormData = field(repr=False)

    @property
    def who(self) -> Account:
        """Whoever is signed in."""
        assert self.account is not None
        return self.account

    def field(self, name: str) -> str:
        """A field of the form, "" where there is none; line ends as LF."""
        value = self.form.get(name, "")
        return value.replace("\r\n", "\n") if isinstance(value, str) else ""

    def page(self, template: str, status: int = 200, **names: Any) -> Response:
        """A page from a template."""
        return self.site.page(self.request, template, status, self.lang, self.account, names)

    def to(self, path: str) -> Response:
        """Another page, after a form."""
        return RedirectResponse(path, status_code=303)


Function = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """One route: `roles` may open it; none: everybody, signed in or not."""

    method: str
    path: str
    function: Function
    roles: tuple[str, ...] = ()


class Site:
    """All pages over one desk."""

    def __init__(
        self, desk: Desk, pages: tuple[Page, ...], *, secure: bool, most: int, files: int, hours: float, lang: str = "zh"
    ) -> None:
        self.desk, self.pages, self.default, self.megabytes = desk, pages, lang, most // 1_000_000
        loader = jinja2.FileSystemLoader(HOME / "templates")
        self.templates = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self.templates.filters |= {"time": local, "cells": cells, "detail": detail}
        key = desk.stores.keyring.key
        routes: list[Any] = [Route(page.path, self._endpoint(page), methods=[page.method]) for page in pages]
        routes.append(Mount("/static", StaticFiles(directory=HOME / "static")))
        self.app = Starlette(
            routes=routes,
            middleware=[
                Middleware(Headers),
                Middleware(
                    SessionMiddleware, secret_key=key("session").hex(), session_cookie="deident_session", max_age=int(hours * 3600),
                    same_site="lax", https_only=secure,
                ),
                Middleware(Guard, key("csrf").hex(), most=most, files=files, refuse=self._refuse, secure=secure),
            ],
            exception_handlers={HTTPException: self._http},
        )  # fmt: skip

    def page(
        self, request: Request, template: str, status: int, lang: str, account: Account | None, names: Mapping[str, Any]
    ) -> Response:
        """A template with what every page needs."""
        text = self.templates.get_template(template).render(
            t=say(lang), lang=lang, account=account, csrf=request.scope.get("csrf", ""), path=request.url.path,
            kind=partial(self.desk.kind, lang), other=next(other for other in LANGUAGES if other != lang), **names,
        )  # fmt: skip
        response = HTMLResponse(text, status_code=status, headers={"Content-Language": "zh-CN" if lang == "zh" else lang})
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(COOKIE, lang, max_age=YEAR, httponly=True, samesite="lax")
        return response

    def language(self, request: Request) -> str:
        """As the address says, the cookie, the browser; else Chinese."""
        for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
            if wanted in LANGUAGES:
                return str(wanted)
        first = request.headers.get("accept-language", "").partition(",")[0].strip().lower()
        return "en" if first.startswith("en") else "zh" if first.startswith("zh") else self.default

    def error(self, request: Request, status: int, word: str, account: Account | None = None) -> Response:
        """What went wrong, in a sentence."""
        return self.page(request, "error.html", status, self.language(request), account, {"word": word})

    def _endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            account = None
            try:
                if token := request.session.get("token"):
                    account = await run_in_threadpool(self.desk.accounts.signed_in, token)
                visit = Visit(self.desk, self, request, self.language(request), account, request.scope["form"])
                if page.roles and account is None:
                    return await nobody(visit)
                if page.roles and account and account.role not in page.roles:
                    return self.error(request, 403, "forbidden", account)
                return await page.function(visit)
            except Refused as problem:
                return self.error(request, problem.status, problem.word, account)
            except Gone:
                return self.error(request, 409, "moved_on", account)
            except InputError:
                return self.error(request, 422, "wrong_choice", account)
            except errors.Unavailable as problem:
                return self.error(request, 503, "too_slow" if isinstance(problem, errors.TooSlow) else "busy", account)
            except (errors.TooLarge, errors.TooMany):
                return self.error(request, 413, "too_large", account)
            except errors.Refused as problem:
                return self.error(request, problem.status, "malformed" if problem.status < 500 else "internal", account)
            except HTTPException:
                raise
            except Exception as problem:  # noqa: BLE001  a traceback may quote the document
                place = traceback.extract_tb(problem.__traceback__)[-1]
                LOGGER.error("internal error %s (%s:%s)", type(problem).__name__, Path(place.filename).name, place.lineno)
                return self.error(request, 500, "internal", account)

        return answer

    async def _refuse(self, request: Request, problem: Refused) -> Response:
        return self.error(request, problem.status, problem.word)

    async def _http(self, request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        return self.error(request, status, {404: "not_found", 405: "wrong_method"}.get(status, "malformed"))


class Door(Mount):
    """The site at `/` of the server, for its own paths only: what is not the desk's stays the server's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See Mount."""
        if all(route.matches(scope)[0] == Match.NONE for route in self.routes):
            return Match.NONE, {}
        return super().matches(scope)


async def nobody(visit: Visit) -> Response:
    """The page of a visitor who has to sign in first."""
    empty = await run_in_threadpool(visit.desk.accounts.empty)
    query = visit.request.url.query
    path = visit.request.url.path + (f"?{query}" if query else "") if visit.request.method == "GET" else "/"
    return visit.page(
        "login.html", 401, next=path, empty=empty, problem="sign_in_first" if path != "/" else "", name="", seconds=0
    )


def local(moment: str | int) -> str:
    """A moment (ISO 8601 in UTC, or seconds) as a clerk reads it: the server's own time zone."""
    when = datetime.fromtimestamp(moment) if isinstance(moment, int) else datetime.fromisoformat(moment).astimezone()
    return when.strftime("%Y-%m-%d %H:%M")


def cells(text: str) -> str:
    """A text whose cells are separated so that one sees it."""
    return text.replace("\t", " │ ")


def detail(said: Mapping[str, Any], t: Callable[..., str], kind: Callable[[str], str]) -> str:
    """What the log says of an entry, in words; what is not known stays as it is."""

    def word(key: str, value: Any) -> str:
        if isinstance(value, bool):
            return t("yes" if value else "no")
        if key == "counts":
            return " ".join(f"{t(action)} {value[action]}" for action in ACTIONS)
        if key == "kind":
            return kind(value)
        if key == "file":
            return t("page") if value == "page" else str(int(value) + 1)
        word = {"role": f"role_{value}", "status": f"status_{value}", "before": value, "verdict": f"verdict_{value}"}.get(key, "")
        word = word if word in WORDS else value if key == "verdict" else ""
        return t(word) if word in WORDS else str(value)

    shown = [key for key in DETAILS if said.get(key) not in (None, "", 0)]
    return "；".join(f"{t(f'said_{key}')} {word(key, said[key])}" for key in shown)
