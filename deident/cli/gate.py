"""check: documents before they are published."""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from deident.cli.common import emit, further, installed, key, ner, warn, warn_expired
from deident.errors import InputError, OutputError
from deident.report.messages import say

if TYPE_CHECKING:
    from deident.gate.document import Checked, Submitted
    from deident.report import Run, Summary
    from deident.report.also import Writer


def check(options: argparse.Namespace) -> int:
    """Check documents and say what is in them."""
    from deident import report
    from deident.crawl import about
    from deident.engine import Scanner
    from deident.gate import document as gate

    _usable(options)
    started, clock = datetime.now(UTC), time.monotonic()
    bare = options.format == "json" and len(options.files) == 1  # one file is known by its bare name, several by their paths
    arriving = _documents(options, bare)
    first = next(arriving)  # what cannot be read is said before a scanner is built
    scanner = Scanner(
        policy=options.policy, patterns=options.patterns, matcher=options.matcher, key=key(options), lang=options.lang,
        suppressions=options.suppressions, ner=ner(options),
    )  # fmt: skip
    checked = [gate.run(scanner, first, options.lang, options.doc_type, options.explain)]
    checked += [gate.run(scanner, document, options.lang, options.doc_type, options.explain) for document in arriving]
    homes = {"": scanner.mask_names([PurePath(options.files[0]).parent.as_posix()])[0]} if bare else {}
    run = report.Run(
        "check", installed(), options.policy, options.lang, started.isoformat(timespec="seconds"), time.monotonic() - clock,
        untagged=about.untagged(options.ner), homes=homes, **about.about(scanner, options.lang),
    )  # fmt: skip
    summary = gate.together(checked)
    warn_expired(options, run.expired)
    _write(options, checked, run, summary)
    _print(options, checked, run, summary)
    return summary.exit_code("check")


def _usable(options: argparse.Namespace) -> None:
    """Raises InputError for what cannot be meant, and for a file that is not there, before anything is done."""
    from deident.gate import document as gate

    if options.files.count("-") > 1:
        raise InputError(say(options.lang, "stdin_twice"))
    if options.name and "-" not in options.files:
        raise InputError(say(options.lang, "name_of_stdin"))
    if options.title and len(options.files) > 1:
        raise InputError(say(options.lang, "title_of_one"))
    for file in options.files:
        if file != "-":
            gate.there(file, options.lang)


def _documents(options: argparse.Namespace, bare: bool) -> Iterator[Submitted]:
    """The documents, each read when its turn comes: a commit may hold many."""
    from deident.gate import document as gate

    for file in options.files:
        for document in gate.documents(file, options.title, options.lang, options.name or "", None if bare else file):
            if file == "-" and not document.source and (document.called or document.name) == (options.name or "stdin"):
                warn(options, say(options.lang, "stdin_empty"))
            if document.strange:
                warn(options, say(options.lang, "stdin_fields", count=document.strange))
            yield document


def _write(options: argparse.Namespace, checked: list[Checked], run: Run, summary: Summary) -> None:
    """The reports to files."""
    from deident.report import also

    files = further(options)
    try:
        also.remove(files)
        with also.opened(files, run, summary) as writers:
            for writer in writers:
                _add(writer, checked)
    except OSError as problem:
        raise OutputError(say(options.lang, "cannot_write_report", path=problem.filename, why=problem.strerror)) from None


def _print(options: argparse.Namespace, checked: list[Checked], run: Run, summary: Summary) -> None:
    """The result on standard output."""
    from deident.gate import document as gate
    from deident.report import junit, sarif, text

    reports = [report for one in checked for report in one.reports]
    if options.format == "sarif":
        regions = [one.regions if number == 0 else () for one in checked for number in range(len(one.reports))]
        emit(json.dumps(sarif.log(reports, run, regions), ensure_ascii=False, indent=1))
    elif options.format == "json":
        said = gate.as_json(checked[0], run) if len(checked) == 1 == len(options.files) else gate.all_as_json(checked, run)
        emit(json.dumps(said, ensure_ascii=False, indent=1))
    elif options.format == "junit":
        out = io.StringIO()
        writer = junit.Writer(out, run, summary)
        _add(writer, checked)
        writer.end()
        emit(out.getvalue().rstrip("\n"))
    elif not options.quiet:
        if run.untagged:
            warn(options, say(options.lang, "untagged"))
        for line in text.checked(reports, run, [explained for one in checked for explained in one.explained]):
            print(line)


def _add(writer: Writer, checked: list[Checked]) -> None:
    for one in checked:
        for number, report in enumerate(one.reports):
            writer.add(report, () if number else one.regions)
