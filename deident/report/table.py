"""files.csv: one file a line, UTF-8 with a byte order mark so that Excel opens it as it is.

A cell that begins like a formula gets a leading apostrophe (CSV injection: file names come from other people).
"""

from __future__ import annotations

import csv
import io

from deident.model import FileReport
from deident.report.messages import noticed, why
from deident.report.plain import plain
from deident.report.run import Run

KEYS = ("file", "format", "encoding", "size", "status", "doc_type", "mask", "review", "keep", "reason")
BOM = "\ufeff"


def header() -> str:
    """Byte order mark and column names."""
    return BOM + _line(KEYS)


def line(report: FileReport, run: Run) -> str:
    """The line of one file."""
    reason = "; ".join(
        part for part in (why(run.lang, report, run.marks), *(noticed(run.lang, warning) for warning in report.warnings)) if part
    )
    return _line((
        report.file, report.format, report.encoding, report.size, report.status, report.doc_type or "",
        report.count("mask"), report.count("review"), report.count("keep"), reason,
    ))  # fmt: skip


def _line(cells: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = plain(cell)
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text
