"""Worker processes for batches.  A worker may die (out of memory, -9) or hang; the run goes on.

Every worker has its own pipe, so it is known which batch was lost: its files are tried one by one in a fresh process, and the
one that kills again is `refused`.  A batch has a time limit; a worker that exceeds it is killed and its files are treated in
the same way.  At most one batch per worker is under way.  Workers die with their parent.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from deident.crawl.risky import limited, risky
from deident.crawl.walk import Source
from deident.crawl.work import Done, ScannerLike, Work
from deident.errors import DeidentError
from deident.report.messages import say

MakeScanner = Callable[[], ScannerLike]
EXTRA_SECONDS_BYTES = 4 << 20  # a big file gets another time limit for every 4 MiB,
EXTRA_SECONDS_RISKY = 256 << 10  # and for every 256 KiB where pages may be pictures, of which reading takes seconds each


@dataclass(slots=True)
class Worker:
    """One process and the batch it is working on."""

    process: Any
    pipe: Connection
    ready: bool = False
    batch: list[Source] = field(default_factory=list)
    retried: bool = False
    deadline: float = float("inf")


@dataclass(slots=True)
class Pool:
    """Runs batches in at most `jobs` processes; `jobs` 1 runs them in this process, risky files in one beside it."""

    work: Work
    make: MakeScanner
    scanner: ScannerLike
    jobs: int
    seconds: float
    workers: list[Worker] = field(default_factory=list)
    retries: deque[Source] = field(default_factory=deque)

    def run(self, batches: Iterator[list[Source]]) -> Generator[Done, None, None]:
        """The result of every file, as batches finish."""
        try:
            if self.jobs <= 1:
                for batch in batches:
                    yield from self._beside(batch) if _risky(batch) else self.work(self.scanner, batch)
                return
            exhausted = False
            while True:
                while not exhausted or self.retries:
                    retried = bool(self.retries)
                    if not self._has_room():
                        break
                    batch = [self.retries.popleft()] if retried else next(batches, [])
                    if batch:
                        self._give(batch, retried=retried)
                    else:
                        exhausted = True
                if not any(worker.batch for worker in self.workers):
                    return
                yield from self._collect()
        finally:
            self._stop()

    def _beside(self, batch: list[Source]) -> Iterator[Done]:
        """A risky file, in a process beside this one."""
        self._give(batch, retried=False)
        while any(worker.batch for worker in self.workers) or self.retries:
            if self.retries:
                self._give([self.retries.popleft()], retried=True)
            yield from self._collect()

    def _has_room(self) -> bool:
        return len(self.workers) < self.jobs or any(not worker.batch for worker in self.workers)

    def _give(self, batch: list[Source], *, retried: bool) -> None:
        worker = next((worker for worker in self.workers if not worker.batch), None) or self._start()
        worker.batch, worker.retried = batch, retried
        self._set_deadline(worker)
        with suppress(OSError):  # it died: _collect sees that
            worker.pipe.send(batch)

    def _set_deadline(self, worker: Worker) -> None:
        size = sum(source.size for source in worker.batch)
        extra = size // (EXTRA_SECONDS_RISKY if _risky(worker.batch) else EXTRA_SECONDS_BYTES)
        worker.deadline = time.monotonic() + self.seconds * (1 + extra) + (0 if worker.ready else 120)

    def _start(self) -> Worker:
        context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
        forking = context.get_start_method() == "fork"
        here, there = context.Pipe()
        others = [worker.pipe for worker in self.workers] + [here] if forking else []
        arguments = (there, others, self.work, self.make, self.scanner if forking else None, os.getpid())
        process = context.Process(target=_serve, args=arguments, daemon=True)  # type: ignore[attr-defined]
        process.start()
        there.close()
        worker = Worker(process, here)
        self.workers.append(worker)
        return worker

    def _collect(self) -> Iterator[Done]:
        now = time.monotonic()
        busy = [worker for worker in self.workers if worker.batch]
        nearest = min(worker.deadline for worker in busy)
        ready = wait([worker.pipe for worker in self.workers], max(0.0, min(nearest - now, 1.0)))
        for worker in list(self.workers):
            if worker.pipe in ready:
                try:
                    kind, content = worker.pipe.recv()
                except (EOFError, OSError):
                    yield from self._lost(worker, self._cause(worker))
                    continue
                if kind == "error":
                    raise content
                if kind == "ready":
                    worker.ready = True
                    self._set_deadline(worker)
                else:
                    worker.batch, worker.deadline = [], float("inf")
                    yield from content
            elif worker.batch and time.monotonic() > worker.deadline:
                yield from self._lost(worker, say(self.work.lang, "too_slow", seconds=round(self.seconds)))

    def _cause(self, worker: Worker) -> str:
        worker.process.join(5)
        code = worker.process.exitcode
        if not worker.ready:
            raise DeidentError(say(self.work.lang, "worker_start", code=code))
        key = "crashed" if code is not None and code < 0 else "died"
        return say(self.work.lang, key, signal=-(code or 0), code=code)

    def _lost(self, worker: Worker, why: str) -> Iterator[Done]:
        self.workers.remove(worker)
        _kill(worker)
        if worker.retried and worker.batch:
            yield self.work.failed(self.scanner, worker.batch[0], why, "refused")
        else:
            self.retries += worker.batch

    def _stop(self) -> None:
        for worker in self.workers:
            _kill(worker)
        self.workers.clear()


def _risky(batch: list[Source]) -> bool:
    """A risky file is a batch by itself (batches.py)."""
    return len(batch) == 1 and risky(batch[0].path)


def _kill(worker: Worker) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()
    worker.process.close()


def _serve(
    pipe: Connection, others: list[Connection], work: Work, make: MakeScanner, scanner: ScannerLike | None, parent: int
) -> None:
    """The life of a worker.  A forked one inherits the parent's scanner, a spawned one builds its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with(parent)
    for other in others:
        other.close()
    try:
        scanner = scanner or make()
        pipe.send(("ready", None))
        while True:
            batch = pipe.recv()
            if _risky(batch):
                with limited():
                    made = [done.light() for done in work(scanner, batch)]
            else:
                made = [done.light() for done in work(scanner, batch)]
            pipe.send(("done", made))
    except (EOFError, BrokenPipeError, ConnectionResetError):  # the parent is gone
        return
    except DeidentError as problem:
        with suppress(OSError, EOFError):
            pipe.send(("error", _sendable(problem)))
            pipe.recv()  # stay until the parent has read it
    except Exception:  # noqa: BLE001  multiprocessing would print it, and it may quote the input
        if os.environ.get("DEIDENT_DEBUG") == "1":
            traceback.print_exc(file=sys.stderr)
        os._exit(1)


def _sendable(problem: DeidentError) -> DeidentError:
    """An exception that survives pickling: the closest base that takes one message."""
    for kind in type(problem).__mro__:
        if issubclass(kind, DeidentError) and kind.__init__ is Exception.__init__:
            return kind(str(problem))
    return DeidentError(str(problem))


def die_with(parent: int) -> None:
    """Ask the kernel to end this process when the parent dies (Linux); elsewhere the closed pipe does it between batches."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
