"""Where workers come from: a process without threads that builds the scanner once and forks a worker whenever one is asked for.

So workers share the scanner's memory and a new one is there in milliseconds, and the process that listens, which has threads, never
forks.  Where processes cannot be forked, each worker is started afresh and builds its own.

The process answers on a socket: FORK → the new worker's number and the other end of its socket; KILL and a number → that worker ends, with
all it has started.  When the socket closes, everything ends.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress

from deident.errors import DeidentError
from deident.server import worker
from deident.server.work import Build, Failed

FORK, KILL = b"F", b"K"
NUMBER = struct.Struct("!q")
REAP = 0.2  # seconds between two looks for workers that have ended
START = 120.0  # seconds for building a scanner


def forking() -> bool:
    """Whether workers are forked here."""
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


class Nursery:
    """The side of the process that listens; its calls block, for milliseconds once it has started."""

    def __init__(self, how: Build) -> None:
        self.how = how
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._alone: dict[int, multiprocessing.process.BaseProcess] = {}

    def start(self) -> None:
        """Build the scanner.  Raises DeidentError where that fails."""
        if not forking():
            return  # each worker says so itself
        here, there = socket.socketpair()
        path = os.pathsep.join(filter(None, sys.path))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", f"from deident.server.nursery import main; main({there.fileno()})"],
            stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}, pass_fds=[there.fileno()],
        )  # fmt: skip
        there.close()
        self._control = here
        here.settimeout(START)
        worker.send(here, self.how)
        with here.makefile("rb") as reader:
            said = worker.receive(reader)
        here.settimeout(10)
        if said != "ready":
            self.close()
            raise DeidentError(said.message if isinstance(said, Failed) else "the scanner's process ended while it started")

    def hire(self) -> tuple[int, socket.socket]:
        """A new worker: its number (the process's) and the socket to it.  Raises OSError where there can be none."""
        if self._control is None:
            return self._start_alone()
        self._control.sendall(FORK)
        content, handles, _, _ = socket.recv_fds(self._control, NUMBER.size, 1)
        if len(content) < NUMBER.size or not handles:
            raise ConnectionError("the scanner's process is gone")
        return NUMBER.unpack(content)[0], socket.socket(fileno=handles[0])

    def kill(self, number: int) -> None:
        """End a worker and all it has started."""
        if self._control is not None:
            with suppress(OSError):
                self._control.sendall(KILL + NUMBER.pack(number))
        elif alone := self._alone.pop(number, None):
            alone.kill()
            alone.join()

    def close(self) -> None:
        """End all of them."""
        for number in list(self._alone):
            self.kill(number)
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _start_alone(self) -> tuple[int, socket.socket]:
        here, there = socket.socketpair()
        process = multiprocessing.get_context("spawn").Process(
            target=alone, args=(there, self.how, os.getpid()), daemon=True, name="deident-worker"
        )
        process.start()
        there.close()
        self._alone[process.pid or 0] = process
        return process.pid or 0, here


def main(handle: int) -> None:
    """The life of the process that forks; it ends when the socket `handle` is closed."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the service says when it is over
    control = socket.socket(fileno=handle)
    with control.makefile("rb", buffering=0) as reader:
        how: Build = worker.receive(reader)
    with control:
        tend(control, how)


def tend(control: socket.socket, how: Build) -> None:
    """Fork and end workers as it is asked."""
    try:
        scanners = worker.build(how)
    except DeidentError as problem:
        worker.send(control, Failed(str(problem)))
        return
    gc.collect()
    gc.freeze()  # what is shared is not touched by the collectors of the workers
    worker.send(control, "ready")
    own, workers = os.getpid(), set[int]()
    while True:
        if select.select([control], [], [], REAP)[0]:
            asked = control.recv(1)
            if asked == FORK:
                here, there = socket.socketpair()
                if not (pid := os.fork()):
                    with suppress(BaseException):
                        control.close()
                        here.close()
                        worker.serve(there, scanners, how, own)
                    os._exit(0)
                there.close()
                workers.add(pid)
                socket.send_fds(control, [NUMBER.pack(pid)], [here.fileno()])
                here.close()
            elif asked == KILL:
                (pid,) = NUMBER.unpack(control.recv(NUMBER.size, socket.MSG_WAITALL))
                if pid in workers:
                    _end(pid)
            else:
                break
        _reap(workers)
    for pid in workers:
        _end(pid)


def alone(pipe: socket.socket, how: Build, parent: int) -> None:
    """The life of a worker that builds its own scanner."""
    try:
        scanners = worker.build(how)
    except DeidentError as problem:
        worker.send(pipe, Failed(str(problem)))
        return
    worker.send(pipe, "ready")
    worker.serve(pipe, scanners, how, parent)


def _end(pid: int) -> None:
    """End a worker's whole group; the worker itself, where it had not yet made one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _reap(workers: set[int]) -> None:
    """Take note of workers that have ended; while one is not reaped, its number and its group's are nobody else's."""
    while workers:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            workers.clear()
            return
        if ended is None:
            return
        _end(ended.si_pid)
        os.waitpid(ended.si_pid, 0)
        workers.discard(ended.si_pid)
