"""A progress line on stderr: files, MB/s, findings.  Off with --quiet and where stderr is no terminal."""

from __future__ import annotations

import sys
import time
from typing import Any

from deident.crawl.work import Done
from deident.report.messages import say


class Progress:
    """Counts what is done; shows it only where somebody watches."""

    def __init__(self, lang: str, *, quiet: bool, total: int | None = None) -> None:
        self.files = self.bytes = self.findings = self.characters = 0
        self.seconds = 0.0  # of the tagger
        self._lang, self._started, self._bar = lang, time.monotonic(), _bar(lang, total) if _watched(quiet) else None

    def add(self, done: Done) -> None:
        """One more file."""
        self.files += 1
        self.bytes += done.source.size
        self.findings += done.open()
        self.characters += done.characters
        self.seconds += done.seconds
        if self._bar is not None:
            rate = self.bytes / 1e6 / max(time.monotonic() - self._started, 1e-3)
            self._bar.set_postfix_str(f"{rate:.1f} MB/s, {say(self._lang, 'found')} {self.findings}", refresh=False)
            self._bar.update()

    def close(self) -> None:
        """Leave the terminal's line complete."""
        if self._bar is not None:
            self._bar.close()


def _watched(quiet: bool) -> bool:
    return not quiet and sys.stderr is not None and sys.stderr.isatty()


def _bar(lang: str, total: int | None) -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    tqdm.monitor_interval = 0  # its thread would be copied half-way by fork
    return tqdm(total=total, unit=f" {say(lang, 'unit')}", file=sys.stderr, dynamic_ncols=True, smoothing=0.1)
