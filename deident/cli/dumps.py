"""scan and mask."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from deident.cli.common import further, installed, key, ner, warn, warn_expired
from deident.report.messages import say
from deident.report.plain import plain


def scan(options: argparse.Namespace) -> int:
    """Scan a dump and write the reports."""
    from deident.crawl import scan_dump

    return _close(options, scan_dump(options.paths, options.out, _crawl(options)), options.paths[0])


def mask(options: argparse.Namespace) -> int:
    """Write the masked tree and the reports."""
    from deident.crawl import mask_dump

    return _close(options, mask_dump(options.src, options.out, _crawl(options)), options.src)


def _crawl(options: argparse.Namespace) -> Any:
    from deident.crawl import Options

    return Options(
        policy=options.policy, patterns=options.patterns, matcher=options.matcher, key=key(options), lang=options.lang,
        jobs=options.jobs, resume=options.resume, force=getattr(options, "force", False), quiet=options.quiet,
        seconds=options.time_limit, most_bytes=options.max_size << 20, report=getattr(options, "report", None), version=installed(),
        suppressions=options.suppressions, data_set=options.data_set, ner=ner(options), more=further(options),
    )  # fmt: skip


def _close(options: argparse.Namespace, outcome: Any, source: Path) -> int:
    from deident.report.text import closing

    warn_expired(options, outcome.run.expired)
    if not outcome.summary.files:
        warn(options, say(options.lang, "empty", path=source))
    elif not options.quiet:
        for line in closing(outcome.summary, outcome.run):
            print(line)
        if outcome.run.mode == "mask":
            print(say(options.lang, "output_at", path=plain(str(options.out))))
        print(say(options.lang, "report_at", path=plain(str(outcome.reports / "report.html"))))
    return 0 if options.exit_zero and outcome.exit_code == 1 else int(outcome.exit_code)
