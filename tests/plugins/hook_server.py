"""`deident serve` as a process of its own, for the plug-ins under test."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
from plugins.ports import free_port

DEIDENT = [sys.executable, "-m", "deident", "serve", "--no-ner", "--lang", "zh"]


class Hook(NamedTuple):
    """A running hook."""

    url: str
    key: str


@contextmanager
def hook(folder: Path) -> Iterator[Hook]:
    """A hook with one worker, rules alone and a desk; its files and its log are in `folder`."""
    data, port = folder / "data", free_port()
    made = subprocess.run([*DEIDENT, "--data", data, "--new-key", "cms"], capture_output=True, text=True, check=True)
    served = Hook(f"http://127.0.0.1:{port}", made.stdout.split()[-1])
    with (folder / "serve.log").open("wb") as log:
        running = subprocess.Popen([*DEIDENT, "--data", data, "--port", str(port), "--workers", "1"], stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while not ready(served.url):
            assert running.poll() is None and time.monotonic() < until, (folder / "serve.log").read_text(encoding="utf-8")
            time.sleep(0.1)
        yield served
    finally:
        running.terminate()
        running.wait(30)


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False
