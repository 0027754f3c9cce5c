"""Workers, one job at a time each, and who waits for them.  Everything here runs in the event loop but the calls to the nursery.

Each worker has a socket of its own, so it is known whose request is lost when one dies: that one, and no other.  (Pools that share a
pipe between workers do not: with pebble 5, an idle worker that is killed ends the whole pool.)  A worker that takes too long is killed.
A request waits for a free worker; who comes when `concurrency` are at work or waiting is told to come again.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from deident.errors import DeidentError
from deident.gate.submission import Submission
from deident.server.errors import Busy, Internal, Refused, Starting, Stopping, TooSlow, WorkerLost
from deident.server.nursery import START, Nursery, forking
from deident.server.settings import Settings
from deident.server.work import Build, Done, Failed, Job, Trouble
from deident.server.worker import LENGTH

AGAIN = 1.0  # seconds before a worker is asked for once more where that failed
Noted = Callable[..., None]


@dataclass(eq=False, slots=True)
class Worker:
    """One process; `answer` is what its job waits for."""

    number: int
    reader: asyncio.StreamReader = field(repr=False)
    writer: asyncio.StreamWriter = field(repr=False)
    answer: asyncio.Future[Any] | None = field(default=None, repr=False)
    killed: bool = False


class Pool:
    """`note(key, **values)` is told what happened to workers (words.py); `failure`: why no scanner can be built."""

    def __init__(self, settings: Settings, note: Noted = lambda key, **values: None) -> None:
        self.settings, self.note = settings, note
        self.failure: DeidentError | None = None
        self.stopping = self.started = False
        self.workers: set[Worker] = set()
        self.active = 0  # requests at work or waiting
        self.lost = 0
        self._births = 0  # of nurseries
        self._nursery = Nursery(build(settings))
        self._calls = asyncio.Lock()  # one call to the nursery at a time
        self._free: deque[Worker] = deque()
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def ready(self) -> bool:
        """Whether there is a worker, and requests are taken."""
        return bool(self.workers) and not self.stopping

    @property
    def waiting(self) -> int:
        """Requests without a worker."""
        return sum(not future.done() for future in self._waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place among those that are at work or waiting; `do` is called in here.  Raises Stopping, Starting, Busy."""
        if self.stopping:
            raise Stopping
        if not self.started:
            raise Starting
        if self.active >= self.settings.concurrency:
            raise Busy
        self.active += 1
        try:
            yield
        finally:
            self.active -= 1

    async def check(self, submission: Submission, decisions: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The answer on a submission (gate.answer.check).  Raises Refused: Busy, TooSlow, WorkerLost, Stopping, Malformed …"""
        return await self._submitted("check", submission, decisions)

    async def mask(self, submission: Submission, decisions: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The same for gate.answer.mask."""
        return await self._submitted("mask", submission, decisions)

    async def run(self, call: Callable[..., Any], *arguments: Any, lang: str = "zh") -> Any:
        """What a function of a module makes of a worker's scanner and the arguments: the review desk's.  Raises Refused."""
        with self.place():
            return json.loads((await self.do(Job("call", call=call, arguments=arguments, lang=lang))).body)

    async def do(self, job: Job) -> Done:
        """The answer on a job, within a `place`.  Raises Refused."""
        # Its own task: a client that goes away must not leave a worker in the middle of an answer.
        return await asyncio.shield(self._keep(self._run(job)))

    async def start(self) -> None:
        """Build the scanner and all workers; where that fails `failure` says why."""
        try:
            async with self._calls:
                await asyncio.to_thread(self._nursery.start)
            await asyncio.gather(*(self._hire() for _ in range(self.settings.processes)))
            self.started = True
        except DeidentError as problem:
            self.failure = problem

    async def close(self) -> None:
        """End the workers.  Requests that are still waiting are told so."""
        self.stopping = True
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in self.workers:
            worker.writer.close()
        async with self._calls:
            await asyncio.to_thread(self._nursery.close)

    async def _submitted(self, what: str, submission: Submission, decisions: Mapping[str, str] | None) -> dict[str, Any]:
        with self.place():
            done = await self.do(Job(what, submission=submission, decisions=dict(decisions or {})))
        answer: dict[str, Any] = json.loads(done.body)
        return answer

    async def _run(self, job: Job) -> Done:
        until = asyncio.get_running_loop().time() + self.settings.seconds
        return await self._ask(await self._worker(until), job, until)

    async def _worker(self, until: float) -> Worker:
        """A free worker, as soon as there is one; first come, first served."""
        while self._free:
            if not (worker := self._free.pop()).killed and worker in self.workers:
                return worker
        waiting: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout_at(until):
                return await waiting
        except TimeoutError:
            if waiting.done() and not waiting.cancelled():  # it came just then
                self._release(waiting.result())
            raise Busy from None

    async def _ask(self, worker: Worker, job: Job, until: float) -> Done:
        if worker not in self.workers:  # it has ended since
            raise WorkerLost
        worker.answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout_at(until):
                content = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
                worker.writer.write(LENGTH.pack(len(content)))
                worker.writer.write(content)
                await worker.writer.drain()
                answer = await worker.answer
        except TimeoutError:
            worker.killed = True
            self.note("killed", pid=worker.number)
            await self._kill(worker)
            raise TooSlow(seconds=round(self.settings.seconds)) from None
        except ConnectionError:
            raise WorkerLost from None
        finally:
            worker.answer = None
        self._release(worker)
        if isinstance(answer, Refused):
            raise answer
        if isinstance(answer, Trouble):
            self.note("trouble", type=answer.type, file=answer.file, line=answer.line)
            raise Internal
        return answer  # type: ignore[no-any-return]

    def _release(self, worker: Worker) -> None:
        """Hand a worker to who has waited longest."""
        while self._waiting:
            if not (waiting := self._waiting.popleft()).done():
                waiting.set_result(worker)
                return
        self._free.append(worker)

    async def _hire(self) -> None:
        """One more worker; where the nursery is gone, another one first."""
        while not self.stopping:
            births = self._births
            try:
                async with self._calls:
                    number, pipe = await asyncio.to_thread(self._nursery.hire)
            except OSError:
                await asyncio.sleep(AGAIN)
                await self._renew(births)
                continue
            worker = await _joined(number, pipe)
            self.workers.add(worker)
            self._keep(self._listen(worker))
            self._release(worker)
            return

    async def _renew(self, births: int) -> None:
        async with self._calls:
            if births != self._births:
                return  # somebody else has done it
            self._births += 1
            await asyncio.to_thread(self._nursery.close)
            with suppress(DeidentError, OSError):
                await asyncio.to_thread(self._nursery.start)

    async def _listen(self, worker: Worker) -> None:
        """What a worker says, until it ends; then there is another one."""
        try:
            while True:
                said = await _read(worker.reader)
                if worker.answer and not worker.answer.done():
                    worker.answer.set_result(said)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        self.workers.discard(worker)
        if worker.answer and not worker.answer.done():
            worker.answer.set_exception(ConnectionResetError())
        worker.writer.close()
        if self.stopping:
            return
        self.lost += 1
        if not worker.killed:
            self.note("lost", pid=worker.number)
            await self._kill(worker)  # what it had started for a risky file
        await self._hire()

    async def _kill(self, worker: Worker) -> None:
        async with self._calls:
            await asyncio.to_thread(self._nursery.kill, worker.number)

    def _keep(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _joined(number: int, pipe: socket.socket) -> Worker:
    """A worker in the event loop, once it can work.  Raises DeidentError."""
    worker = Worker(number, *await asyncio.open_connection(sock=pipe))
    if not forking():
        try:
            async with asyncio.timeout(START):
                said = await _read(worker.reader)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            said = None
        if said != "ready":
            raise DeidentError(said.message if isinstance(said, Failed) else "a worker ended while it started")
    return worker


async def _read(reader: asyncio.StreamReader) -> Any:
    (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    return pickle.loads(await reader.readexactly(size))


def build(settings: Settings) -> Build:
    """What a worker has to know of the settings."""
    return Build(
        settings.policy, settings.patterns, settings.suppressions, settings.matcher, settings.ner, settings.key, settings.lang,
        settings.max_mb, settings.max_files, settings.seconds,
    )  # fmt: skip
