"""Runs a program as a user does, in a process of its own that can reach no network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

#: Read by Python at its start: whoever asks for an address or a connection fails, and is told of.
BLOCKED = """
import socket

def refuse(*args, **kwargs):
    raise OSError("this program may not use the network")

socket.getaddrinfo = socket.create_connection = refuse
socket.socket.connect = socket.socket.connect_ex = refuse
"""


def run(program: str, folder: Path) -> str:
    """What the program prints; its warnings are errors.  The folder is where it works."""
    (folder / "sitecustomize.py").write_text(BLOCKED, "utf-8")
    (folder / "program.py").write_text(program, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "program.py"], cwd=folder, capture_output=True, text=True, timeout=300, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1", "TLDEXTRACT_CACHE": str(folder / "domains")},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "network" not in ran.stderr, ran.stderr  # Presidio and tldextract log what they could not fetch, and go on
    return ran.stdout
