"""A real server with the desk, as an administrator starts it: `deident users add`, `deident serve`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"
PEOPLE = {"bianji": "editor", "bianji2": "editor", "fuhe": "reviewer", "jiandu": "supervisor"}
PATIENCE = 60.0  # seconds


class Served(NamedTuple):
    """A running server: its address, its data folder, and the file of all it said."""

    url: str
    data: Path
    said: Path


def deident(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """A command, to its end."""
    command = [sys.executable, "-m", "deident", *arguments]
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, encoding="utf-8", env=environment(), cwd=ROOT, check=False
    )


@contextmanager
def serving(data: Path, *options: str, people: Mapping[str, str] = PEOPLE) -> Iterator[Served]:
    """The server with these accounts, until the end of the block."""
    for name, role in people.items():
        done = deident("users", "add", name, "--role", role, "--data", str(data), typed=PASSWORD + "\n")
        assert done.returncode == 0, done.stderr
    said = data.parent / f"{data.name}.log"
    command = [
        sys.executable,
        "-m",
        "deident",
        "serve",
        "--port",
        "0",
        "--data",
        str(data),
        "--no-ner",
        "--workers",
        "1",
        *options,
    ]
    with said.open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, env=environment(), cwd=ROOT)
        try:
            yield Served(ready(process, said), data, said)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ready(process: subprocess.Popen[bytes], said: Path) -> str:
    """The address, as soon as there are workers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", said.read_text(encoding="utf-8")):
            with suppress(OSError), urllib.request.urlopen(f"{found[0]}/healthz", timeout=10):
                return found[0]
        time.sleep(0.05)
    raise AssertionError(said.read_text(encoding="utf-8"))


def environment() -> dict[str, str]:
    """Chinese, a key of its own."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    return {
        **os.environ,
        "PYTHONPATH": path,
        "DEIDENT_KEY": "a key for tests, of no use elsewhere",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
    }
