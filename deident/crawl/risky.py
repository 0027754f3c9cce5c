"""Files that are worked on apart, each by itself in a process of its own with limits on memory and time: documents, pictures, archives.

Their readers are libraries that a damaged or hostile file can make hang or use up the memory; what happens to one file must not
happen to the run.  Text formats are read by code that is linear in time and space, many files together.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
MEMORY = 3 << 30  # bytes that a risky file may take beyond what the process has (engineering/formats.md, 4)
TEXT = (
    ".html", ".htm", ".shtml", ".xhtml", ".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".jsonp", ".js", ".css", ".xml", ".rss",
    ".md", ".log", ".svg",
)  # fmt: skip
_HEADS = (
    b"%PDF", b"PK", b"\xd0\xcf\x11\xe0", b"{\\rt", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"RIFF", b"\x1f\x8b",
    b"BZh", b"\xfd7zX", b"7z\xbc\xaf", b"Rar!", b"WARC", b"\xd7\xcd\xc6\x9a", b"\1\0\x09\0", b"\1\0\0\0",
)  # fmt: skip


def risky(path: str) -> bool:
    """Is this file to be worked on apart?  Seen by its first bytes, unless its name says that it is text."""
    if path.lower().endswith(TEXT):
        return False
    try:
        with open(path, "rb") as file:
            return risky_bytes(path, file.read(4))
    except OSError:
        return False


def risky_bytes(name: str, data: bytes) -> bool:
    """The same for a file that was read already."""
    return data.startswith(_HEADS) or name.lower().endswith((".tar", ".eml", ".mht", ".mhtml"))


@contextmanager
def limited(memory: int = MEMORY) -> Iterator[None]:
    """In here the process may take no more than `memory` bytes beyond what it has (Linux; elsewhere nothing happens)."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        before = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError, ValueError):
        yield
        return
    most = now + memory
    if before[1] != resource.RLIM_INFINITY:
        most = min(most, before[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def apart(work: Callable[[], T], seconds: float) -> T | str:
    """The result of `work` done in a process of its own; a key of report.messages where it took too long ("hung"), too much memory or
    died ("lost").  Where processes cannot be forked, it is done here."""
    if "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return work()
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(there, work), daemon=True)
    process.start()
    there.close()
    try:
        if not here.poll(seconds):
            return "hung"
        fine, result = here.recv()
    except (EOFError, OSError):
        return "lost"
    finally:
        process.kill()
        process.join()
        here.close()
    if not fine:
        raise result
    return result  # type: ignore[no-any-return]


def _do(pipe: Any, work: Callable[[], Any]) -> None:
    from deident.errors import DeidentError

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with limited():
            pipe.send((True, work()))
    except DeidentError as problem:
        pipe.send((False, problem))
    except BaseException:
        if os.environ.get("DEIDENT_DEBUG") == "1":
            raise
        os._exit(1)
