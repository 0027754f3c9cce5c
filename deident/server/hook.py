"""`POST /v1/check` and `POST /v1/mask`: the key, the body within its limits, a worker, the answer."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from deident.server import models
from deident.server.door import Visit
from deident.server.errors import Malformed, Slow, TooLarge, Unauthorized, Unsupported
from deident.server.keys import Keys
from deident.server.metrics import Metrics
from deident.server.pool import Pool, build
from deident.server.settings import Settings
from deident.server.words import say
from deident.server.work import Done, Job
from deident.server.worker import read

BEARER = HTTPBearer(auto_error=False, description="Authorization: Bearer KEY")
HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="X-API-Key: KEY")
JSON, FORM = "application/json", "multipart/form-data"


def router(settings: Settings, pool: Pool, keys: Keys, metrics: Metrics) -> APIRouter:
    """The two routes."""
    how = build(settings)

    def caller(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
        header: Annotated[str | None, Depends(HEADER)],
    ) -> None:
        """Who asks.  Raises Unauthorized before anything of the body is read."""
        visit: Visit = request.scope["visit"]
        owner = keys.owner(bearer.credentials if bearer else header or "")
        if owner is None:
            raise Unauthorized
        visit.owner = owner

    async def done(request: Request, what: str) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (JSON, FORM):
            raise Unsupported
        with pool.place():
            body = await within(request, settings)
            job = Job(what, body, request.headers["content-type"] if kind == FORM else "")
            made = await pool.do(job)
        metrics.found(made)
        content = made.body
        if made.review and made.verdict != "publishable":
            content = await filed(request, job, made)
        request.scope["visit"].verdict = made.verdict
        return Response(content, media_type=JSON)

    async def filed(request: Request, job: Job, made: Done) -> bytes:
        """The answer with the path of its review at the desk."""
        desk = getattr(request.app.state, "desk", None)
        if desk is None:
            raise Malformed(why=say(request.scope["visit"].lang, "no_desk"))
        submission = await asyncio.to_thread(read, job, how)
        answer: dict[str, Any] = json.loads(made.body)
        told = {key: part for key, part in answer.items() if key not in ("masked", "counts_before")}
        answer["review_url"] = await desk.file(submission, told)
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")

    routes = APIRouter(prefix="/v1", tags=["hook"], dependencies=[Depends(caller)])

    @routes.post("/check", response_model=models.Answer, summary="检查 / Check", **models.described("check"))
    async def check(request: Request) -> Response:
        """可否发布，及每一处发现。May it be published, and what was found; nothing is changed."""
        return await done(request, "check")

    @routes.post("/mask", response_model=models.MaskedAnswer, summary="脱敏 / Mask", **models.described("mask"))
    async def mask(request: Request) -> Response:
        """脱敏并核验后的内容，及对它的检查结果。The masked and verified content, and what a check of it says."""
        return await done(request, "mask")

    return routes


async def within(request: Request, settings: Settings) -> bytes:
    """The body.  Raises TooLarge as soon as that is clear, Slow where it does not arrive."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told[:20]) > settings.max_bytes:
        raise TooLarge(mb=settings.max_mb)
    body = bytearray()
    try:
        async with asyncio.timeout(settings.seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > settings.max_bytes:
                    raise TooLarge(mb=settings.max_mb)
    except TimeoutError:
        raise Slow(seconds=round(settings.seconds)) from None
    return bytes(body)
