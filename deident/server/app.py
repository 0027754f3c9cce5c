"""The application: hook, health and, where it is wanted, the review desk.  /openapi.json describes it; no page loads anything from elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

import deident
from deident.server import health, hook
from deident.server.door import Door
from deident.server.errors import BadRequest, NotAllowed, NotFound, Refused
from deident.server.keys import Keys
from deident.server.logs import SERVICE
from deident.server.metrics import Metrics
from deident.server.pool import Pool
from deident.server.settings import Settings
from deident.server.words import say

ABOUT = """发布前检查并遮盖个人信息。Check and mask personal data before it is published.

应答中不含任何原值（`masked` 是清理后的内容）。No answer holds a value; `masked` is the cleaned content."""
_STATUS: dict[int, type[Refused]] = {404: NotFound, 405: NotAllowed}


def create_app(settings: Settings) -> FastAPI:
    """The application; `app.state.pool` is its Pool, `app.state.desk` the desk if there is one.

    Workers start with it (lifespan).  Raises InputError, OutputError where the keys or the desk's files cannot be used.
    """
    settings.folder()

    def note(key: str, **values: Any) -> None:
        logging.getLogger(SERVICE).warning(say(settings.lang, key, **values))

    pool = Pool(settings, note)
    metrics = Metrics(pool)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        starting = asyncio.create_task(pool.start())
        try:
            yield
        finally:
            await pool.close()
            await starting

    app = FastAPI(
        title="deident", version=deident.__version__, description=ABOUT, docs_url=None, redoc_url=None, lifespan=lifespan,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    app.state.pool, app.state.settings, app.state.desk = pool, settings, None
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.include_router(hook.router(settings, pool, Keys(settings.keys_file, settings.lang), metrics))
    app.include_router(health.router(pool, metrics))
    if settings.desk:
        from deident.server import desk

        desk.mount(app, settings)
    app.add_middleware(Door, metrics=metrics, lang=settings.lang, other="desk" if settings.desk else "other")
    return app


async def _refused(request: Request, refused: Exception) -> JSONResponse:
    assert isinstance(refused, Refused)
    return JSONResponse(refused.body(request.scope["visit"].lang), refused.status, refused.headers())


async def _http(request: Request, problem: Exception) -> JSONResponse:
    """Errors of the framework: no address, no such method."""
    assert isinstance(problem, HTTPException)
    refused = _STATUS.get(problem.status_code, BadRequest)()
    return JSONResponse(refused.body(request.scope["visit"].lang), problem.status_code, problem.headers)


async def _invalid(request: Request, problem: Exception) -> JSONResponse:
    return await _refused(request, BadRequest())
