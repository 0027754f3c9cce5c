"""The service as a process: it listens, tells where, and stops in order.

At SIGTERM (or Ctrl-C) it still listens but takes no new request (503 `stopping`, /healthz not ready, so a proxy sends them elsewhere), finishes
those at hand, and ends with exit code 0.  A second signal ends it at once.
"""

from __future__ import annotations

import logging
import signal
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from deident.errors import OutputError
from deident.server.app import create_app
from deident.server.logs import SERVICE, configure
from deident.server.pool import Pool
from deident.server.settings import Settings
from deident.server.words import say

BACKLOG = 1024


class Server(uvicorn.Server):
    """uvicorn's, which drains before it stops listening."""

    def __init__(self, config: uvicorn.Config, pool: Pool, lang: str) -> None:
        super().__init__(config)
        self.pool, self.lang = pool, lang

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal."""
        if self.pool.stopping:
            super().handle_exit(sig, frame)
            self.force_exit = True
            return
        self.pool.stopping = True
        logging.getLogger(SERVICE).info(say(self.lang, "draining"))

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: is it over?"""
        over = await super().on_tick(counter)
        return over or self.pool.failure is not None or (self.pool.stopping and not self.pool.active)


def serve(settings: Settings, quiet: bool = False) -> int:
    """Serve until a signal comes.  Raises DeidentError where it cannot start."""
    configure(quiet)
    app = create_app(settings)
    with listen(settings) as listening:
        told(settings, listening.getsockname()[1])
        return run(app, settings, listening)


def run(app: FastAPI, settings: Settings, listening: socket.socket) -> int:
    """Serve on a socket."""
    pool: Pool = app.state.pool
    config = uvicorn.Config(
        app, log_config=None, access_log=False, proxy_headers=False, server_header=False, lifespan="on", ws="none", http="h11",
        loop="asyncio", timeout_graceful_shutdown=round(settings.seconds) + 5,
    )  # fmt: skip
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises its signal again when it has ended: this is the end
    Server(config, pool, settings.lang).run(sockets=[listening])
    if pool.failure is not None:
        raise pool.failure
    logging.getLogger(SERVICE).info(say(settings.lang, "stopped"))
    return 0


def listen(settings: Settings) -> socket.socket:
    """A socket on the settings' address.  Raises OutputError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
        # What it accepts inherits this.  asyncio sets it only where the socket says that it is TCP, which this one does not; without it
        # the body of an answer waits 40 ms for the client to acknowledge the head.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise OutputError(say(settings.lang, "cannot_listen", host=settings.host, port=settings.port, why=why)) from None


def told(settings: Settings, port: int) -> None:
    """Say where it listens, and that TLS is a proxy's business where others can reach it."""
    log, host = logging.getLogger(SERVICE), f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{port}"
    log.info(say(settings.lang, "listening", url=url, workers=settings.processes, policy=settings.policy))
    if settings.desk:
        log.info(say(settings.lang, "desk", url=url))
    if not settings.loopback:
        log.warning(say(settings.lang, "not_loopback", host=settings.host))
