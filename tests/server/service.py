"""`deident serve` as a process of its own on a free port, for the tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from deident.server.keys import Keys

T = TypeVar("T")
PATIENCE = 90.0  # seconds; the machine may be busy with other tests


def until(said: Callable[[], T | None], what: str) -> T:
    """What `said` says, as soon as it says anything."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := said():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {PATIENCE} s: {what}")


class Service:
    """A running service; `log` is all it has written to standard output and error."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.key = Keys(folder / "keys").add("tests")
        self._log = (folder / "log").open("wb")
        command = [sys.executable, "-m", "deident", "serve", "--port", "0", "--data", str(folder), "--lang", "en", "--no-ner"]
        env = {**os.environ, "DEIDENT_KEY": "a key for tests", "PYTHONWARNINGS": "error"}
        env.pop("DEIDENT_DEBUG", None)
        self.process = subprocess.Popen([*command, *options], stdout=self._log, stderr=subprocess.STDOUT, env=env)
        self.url = until(self._listening, "listening")
        self.client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=PATIENCE)
        until(self._ready, "ready")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _listening(self) -> str | None:
        assert self.process.poll() is None, self.log
        found = re.search(r"listening on (http://\S+)", self.log)
        return found[1] if found else None

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.log
        return self.client.get("/healthz").status_code == 200

    def check(self, **fields: Any) -> httpx.Response:
        return self.client.post("/v1/check", json={"lang": "en", **fields})

    def mask(self, **fields: Any) -> httpx.Response:
        return self.client.post("/v1/mask", json={"lang": "en", **fields})

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        text = self.client.get("/metrics").text
        return sum(float(line.split()[-1]) for line in text.splitlines() if re.match(rf"{name}[ {{]", line))

    def workers(self) -> list[int]:
        """The workers' processes, the oldest first."""
        return sorted(worker for nursery in children(self.process.pid) for worker in children(nursery))

    def stop(self) -> int:
        """End it; its exit code."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self._log.close()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    out = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        out += [int(number) for number in task.read_text().split()]
    return out


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
