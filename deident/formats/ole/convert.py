"""Documents of before 1997, and what only LibreOffice reads: converted to the open format of their kind, and masked there.

The file that is written is another one (`suffix` says which).  Runs of text in the old bytes are shown, too: what is found only there
means that the new file is written, which does not have them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shutil import which

import numpy as np

from deident.formats import Child, Document, Limits, Unreadable, open_document
from deident.formats.parts import PartsDocument
from deident.model import Batch, Edit
from deident.text.maps import concat, shift

SECONDS = 120
_MEMORY = 4 << 20  # KiB of address space
#: No macros, no links to other places are followed.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def converted(data: bytes, old: str, new: str) -> bytes:
    """`data`, a file of the kind `old` ("doc"), as one of the kind `new` ("docx").  Raises Unreadable."""
    office = which("soffice") or which("libreoffice")
    if office is None:
        raise Unreadable("needs-office", "unscannable")
    with tempfile.TemporaryDirectory(prefix="deident-") as folder:  # mode 0700
        place = Path(folder)
        (place / "profile/user").mkdir(parents=True)
        (place / "profile/user/registrymodifications.xcu").write_text(_SETTINGS, "utf-8")
        (place / f"in.{old}").write_bytes(data)
        command = [
            office, "--headless", "--norestore", "--nolockcheck", "--nodefault", f"-env:UserInstallation={(place / 'profile').as_uri()}",
            "--convert-to", new, "--outdir", str(place / "out"), str(place / f"in.{old}"),
        ]  # fmt: skip
        if os.name == "posix":
            command = ["/bin/sh", "-c", f'ulimit -v {_MEMORY}; exec "$@"', "sh", *command]
        _run(command, place)
        made = place / f"out/in.{new}"
        if not made.is_file():
            raise Unreadable("damaged")
        return made.read_bytes()


def _run(command: Sequence[str], place: Path) -> None:
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent, cwd=place, start_new_session=True) as process:
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            raise Unreadable("needs-office", "unscannable") from None


class ConvertedDocument:
    """What the open document shows, then the runs of text of the old one."""

    encoding = ""
    archive = False

    def __init__(self, data: bytes, old: PartsDocument, name: str, kind: str, limits: Limits) -> None:
        """`old`: the runs of `data`; `kind`: "doc", "xls" or "ppt".  Raises Unreadable."""
        self.data, self.limits, self._old = data, limits, old
        self.suffix = f".{kind}x"
        self._new: Document = open_document(converted(data, kind, f"{kind}x"), f"{name}{self.suffix}", limits)
        if self._new.status in ("refused", "unscannable"):
            raise Unreadable("damaged")
        self.format, self.status, self.reason = self._new.format, self._new.status, self._new.reason
        self._batch: Batch | None = None
        self._head = 0

    @property
    def warnings(self) -> list[str]:
        """Those of both, and that it was converted."""
        return [f"converted:{self.suffix[1:]}", *dict.fromkeys([*self._new.warnings, *self._old.warnings])]

    def batch(self) -> Batch:
        """One document of two sources, the new file's first."""
        if self._batch is None:
            new, old = self._new.batch(), self._old.batch()
            self._head, first = len(new.view), int(new.sources[-1])
            view, map = concat([(new.view, new.map), (old.view, shift(old.map, first))])
            where = new.where | {len(new.role) + number: text for number, text in old.where.items()}
            segments = np.concatenate((new.segments, old.segments[1:] + self._head))
            document, role = np.concatenate((new.document, old.document)), np.concatenate((new.role, old.role))
            self._batch = Batch(view, segments, document, role, map, np.array([0, first + int(old.sources[-1])], np.int64), where)
        return self._batch

    def children(self) -> Iterable[Child]:
        """Those of the new file."""
        return self._new.children()

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """The new file with the edits made; without any the old bytes."""
        if not edits and not children:
            return self.data
        self.batch()
        return self._new.write([edit for edit in edits if edit.end <= self._head], children)

    def locate(self, place: int) -> str:
        """See Document."""
        self.batch()
        return self._new.locate(place) if place < self._head else ""

    def source(self, start: int, end: int) -> bytes:
        """Of the new file's source, or behind it of the old one's."""
        first = int(self._new.batch().sources[-1])
        return self._new.source(start, end) if end <= first else self._old.source(start - first, end - first)

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """Those of the new file."""
        return self._new.contents()
