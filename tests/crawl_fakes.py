"""A scanner for tests of the crawl: 18-digit runs are values, and some words make it misbehave.

At module level, because worker processes must be able to import it.  SLOW sleeps, KILL dies like an out-of-memory process, BOOM
raises with the text in its message, JUNK is unscannable, HOLD waits for a file named `go` beside the dump.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from deident.catalog import Catalogue
from deident.model import FileReport, Finding
from deident.policy import Suppressions

VALUE = re.compile(rb"\d{18}")


@dataclass(frozen=True)
class FakeScanner:
    """Finds and masks 18 digits; `delay` seconds for every document; notes what it did in `diary`."""

    catalogue = Catalogue({}, {}, Path("/nonexistent"))
    policy = SimpleNamespace(types={}, exemptions=())
    secrecy = SimpleNamespace(marks=())
    suppressions = Suppressions()
    tagged = None

    delay: float = 0.0
    diary: str = ""

    def scan_many(
        self, items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None = None, doc_type: str | None = None
    ) -> list[FileReport]:
        return [self._report(name, data, "partial") for name, data in items]

    def mask_many(
        self,
        items: Sequence[tuple[str, bytes]],
        renames: Mapping[str, str] | None = None,
        pages: Mapping[str, str] | None = None,
    ) -> list[tuple[bytes | None, FileReport]]:
        out: list[tuple[bytes | None, FileReport]] = []
        for name, data in items:
            report = self._report(name, data, "masked")
            for old, new in (renames or {}).items():
                data = data.replace(old.encode(), new.encode())
            masked = VALUE.sub(b"*" * 18, data)
            out.append((None if report.status == "unscannable" else masked, report))
        return out

    def mask_names(self, names: Sequence[str]) -> list[str]:
        return [re.sub(r"\d{18}", "*" * 18, name) for name in names]

    def _report(self, name: str, data: bytes, found: str) -> FileReport:
        time.sleep(self.delay)
        if self.diary:
            with open(self.diary, "a", encoding="utf-8") as diary:
                diary.write(name + "\n")
        if b"KILL" in data:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"BOOM" in data:
            raise ValueError(data.decode())
        if b"SLOW" in data:
            time.sleep(60)
        if b"JUNK" in data:
            return FileReport(name, "binary", status="unscannable", reason="not a known format")
        report = FileReport(name, "text", "utf-8", size=len(data))
        for match in VALUE.finditer(data):
            line = data.count(b"\n", 0, match.start()) + 1
            report.findings.append(Finding(
                match.start(), match.end(), "resident_id", "id_number", "mask", 0.97, "default", "身份证号码须遮盖", ("disclosure-15",),
                f"line {line}", "11****************",
            ))  # fmt: skip
        for match in re.finditer(b"12345", data):
            if not any(f.start <= match.start() < f.end for f in report.findings):
                report.findings.append(
                    Finding(match.start(), match.end(), "hotline", "phone", "keep", 0.9, "hotline", "政务热线", ())
                )
        if b"REVIEW" in data:
            report.findings.append(Finding(0, 1, "person_name", "person_name", "review", 0.5, "", "需要判断"))
        if report.count("mask") or (report.count("review") and found == "partial"):
            report.status = found
        return report
