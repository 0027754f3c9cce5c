"""Reports for build servers besides the others: SARIF and JUnit XML, each to a file of the user's choice.

They appear at the end, renamed into place: a run that fails leaves none, and none of an earlier run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from deident.model import FileReport
from deident.report import junit, sarif
from deident.report.region import Region
from deident.report.run import Run
from deident.report.summary import Summary


class Writer(Protocol):
    """Takes reports one after the other."""

    def add(self, report: FileReport, regions: Sequence[Region] = ()) -> None:
        """One more file; `regions` of its findings where they are known."""
        ...

    def end(self) -> None:
        """All have been added."""
        ...


FORMATS: dict[str, Callable[[TextIO, Run, Summary], Writer]] = {"sarif": sarif.Writer, "junit": junit.Writer}


@contextmanager
def opened(files: Mapping[str, Path], run: Run, summary: Summary) -> Iterator[list[Writer]]:
    """A writer for each of `files` (format → path); `summary` is filled by the caller.  OSError goes to the caller."""
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in files.values()}
    try:
        with ExitStack() as stack:
            writers: list[Writer] = []
            for format, path in files.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(open(parts[path], "w", encoding="utf-8", newline="", errors="backslashreplace"))
                writers.append(FORMATS[format](file, run, summary))
            yield writers
            for writer in writers:
                writer.end()
        for path, part in parts.items():
            os.replace(part, path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def remove(files: Mapping[str, Path]) -> None:
    """Remove what an earlier run wrote: it would be taken for the result of this one."""
    for path in files.values():
        path.unlink(missing_ok=True)
