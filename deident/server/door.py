"""What every request passes: it is timed, counted and logged, and whatever goes wrong inside becomes an answer that quotes nothing.

An answer that comes before the body was read (a wrong key, too large) closes the connection; some of the rest is read and thrown away
first, because a client that is still sending would see a broken connection instead of the answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deident.server.errors import Internal, Refused
from deident.server.logs import ACCESS, SERVICE
from deident.server.metrics import Metrics
from deident.server.words import say

ENDPOINTS = ("/v1/check", "/v1/mask", "/healthz", "/healthz/live", "/metrics", "/openapi.json")
HEALTH = ("/healthz", "/healthz/live", "/metrics")  # asked every few seconds
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
GONE = 499  # as nginx has it: the client went away
REST, PATIENCE = 64 << 20, 2.0  # bytes and seconds of a body that is not wanted, and is thrown away


@dataclass(slots=True)
class Visit:
    """One request: who (the key's name), what came of it, and in which language errors are told."""

    endpoint: str
    lang: str
    owner: str = "-"
    verdict: str = ""
    status: int = 0


class Door:
    """ASGI middleware; the outermost one.  A request's Visit is `scope["visit"]`."""

    def __init__(self, app: ASGIApp, metrics: Metrics, lang: str, other: str) -> None:
        self.app, self.metrics, self.lang, self.other = app, metrics, lang, other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {
            key: value
            for key, value in scope["headers"]
            if key in (b"accept-language", b"content-length", b"expect", b"transfer-encoding")
        }
        path = scope["path"]
        visit = scope["visit"] = Visit(path if path in ENDPOINTS else self.other, language(headers, self.lang))
        begun, body = time.perf_counter(), Body(receive, headers)
        try:
            await self.app(scope, body.receive, body.closing(send, visit))
        except ClientDisconnect:
            visit.status = visit.status or GONE
        except Exception as problem:  # noqa: BLE001  the last line of defence
            place = traceback.extract_tb(problem.__traceback__)[-1]
            where = {"type": type(problem).__name__, "file": os.path.basename(place.filename), "line": place.lineno}
            logging.getLogger(SERVICE).error(say(self.lang, "trouble", **where))
            if os.environ.get("DEIDENT_DEBUG") == "1":
                traceback.print_exc()
            if not visit.status:
                await answer(Internal(), visit.lang, body.closing(send, visit))
        finally:
            seconds = time.perf_counter() - begun
            self.metrics.answered(visit.endpoint, visit.verdict, visit.status, seconds)
            method = scope["method"] if scope["method"] in METHODS else "?"
            peer = (scope.get("client") or ("-",))[0]
            quiet = visit.endpoint in HEALTH and visit.status < 500
            logging.getLogger(ACCESS).log(
                logging.DEBUG if quiet else logging.INFO, "%s %s %s %s %.1fms key=%s from=%s",
                method, visit.endpoint, visit.status or GONE, visit.verdict or "-", seconds * 1000, visit.owner, peer,
            )  # fmt: skip


class Body:
    """The body as it comes: how far it was read."""

    def __init__(self, receive: Receive, headers: Mapping[bytes, bytes]) -> None:
        self._receive = receive
        self.over = headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers
        self.waits = b"expect" in headers  # for a word before it sends anything

    async def receive(self) -> Message:
        """ASGI's receive."""
        message = await self._receive()
        self.over = self.over or message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message

    def closing(self, send: Send, visit: Visit) -> Send:
        """ASGI's send, which closes the connection where the body was not read to its end."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                visit.status = message["status"]
                if not self.over:
                    await self._rest()
                    message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        return sending

    async def _rest(self) -> None:
        if self.waits:
            return
        left = REST
        try:
            async with asyncio.timeout(PATIENCE):
                while not self.over and left > 0:
                    left -= len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass


async def answer(refused: Refused, lang: str, send: Send) -> None:
    """An error without anything of the framework around it."""
    content = json.dumps(refused.body(lang), ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def language(headers: Mapping[bytes, bytes], default: str) -> str:
    """The first of Accept-Language that we speak."""
    for part in headers.get(b"accept-language", b"").lower().split(b","):
        name = part.strip()[:2]
        if name in (b"zh", b"en"):
            return name.decode()
    return default
