"""summary.json: totals by category and action, kind, status and top folder, the speed, and what was run.

A Summary is filled file by file (`add`), so a dump of a million pages costs no more memory than its folders.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from deident.model import ACTIONS, STATUSES, FileReport

FAILED = ("unscannable", "refused")


@dataclass(frozen=True, slots=True)
class Run:
    """What was run: goes into every report.  `started` is ISO 8601; `kinds` and `laws` are readable names."""

    mode: str = "scan"
    version: str = ""
    policy: str = ""
    lang: str = "zh"
    started: str = ""
    seconds: float = 0.0
    done: int = 0
    bytes_done: int = 0
    resumed: bool = False
    kinds: dict[str, str] = field(default_factory=dict)
    laws: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Summary:
    """Running totals.  `files_with` counts files that have at least one finding of an action."""

    files: int = 0
    bytes: int = 0
    places: Counter[str] = field(default_factory=Counter)
    files_with: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    folders: dict[str, Counter[str]] = field(default_factory=dict)
    doc_types: Counter[str] = field(default_factory=Counter)
    unread: int = 0
    masked_places: int = 0
    unmasked: int = 0

    def add(self, report: FileReport) -> None:
        """Count one file."""
        folder = self.folders.setdefault(top_folder(report.file), Counter())
        self.files += 1
        self.bytes += report.size
        self.statuses[report.status] += 1
        self.doc_types[report.doc_type or ""] += 1
        folder["files"] += 1
        if not_cleared(report):
            self.unread += 1
            folder["unread"] += 1
        for finding in report.findings:
            self.kinds.setdefault(finding.kind, Counter())[finding.action] += 1
            self.categories.setdefault(finding.category, Counter())[finding.action] += 1
            folder[finding.action] += 1
        if report.status == "partial" and not undecided(report):
            self.unmasked += 1
        if report.status == "masked" or undecided(report):
            self.masked_places += report.count("mask")
        for action in ACTIONS:
            if count := report.count(action):
                self.places[action] += count
                self.files_with[action] += 1

    def exit_code(self, mode: str) -> int:
        """0 nothing to mask or review · 1 something is · 3 incomplete, which wins."""
        if self.unread or (mode == "mask" and self.unmasked):
            return 3
        if self.places["review"] or self.statuses["partial"]:
            return 1
        return 1 if mode != "mask" and self.places["mask"] else 0

    def as_dict(self, run: Run) -> dict[str, object]:
        """The content of summary.json."""
        seconds = max(run.seconds, 1e-3)
        return {
            "version": run.version,
            "mode": run.mode,
            "policy": run.policy,
            "started": run.started,
            "seconds": round(run.seconds, 3),
            "resumed": run.resumed,
            "rate": {
                "files_per_second": round(run.done / seconds, 1),
                "megabytes_per_second": round(run.bytes_done / 1e6 / seconds, 3),
            },
            "files": self.files,
            "bytes": self.bytes,
            "exit_code": self.exit_code(run.mode),
            "findings": {action: self.places[action] for action in ACTIONS},
            "files_with": {action: self.files_with[action] for action in ACTIONS},
            "statuses": {status: self.statuses[status] for status in STATUSES},
            "categories": _sorted(self.categories),
            "kinds": _sorted(self.kinds),
            "doc_types": {name or "none": self.doc_types[name] for name in sorted(self.doc_types)},
            "folders": {
                name: {key: self.folders[name][key] for key in ("files", *ACTIONS, "unread")} for name in sorted(self.folders)
            },
            "skipped": dict(sorted(run.skipped.items())),
        }


def undecided(report: FileReport) -> bool:
    """In `mask`: is a person's decision all that the file waits for?  What must go was masked and verified, else it is refused."""
    return report.status == "partial" and bool(report.count("review")) and not report.reason


def not_cleared(report: FileReport) -> bool:
    """Was (part of) the file not scanned?  A "partial" file with a reason, or with nothing to mask or review, has an unread part."""
    if report.status in FAILED:
        return True
    open_ = report.count("mask") or report.count("review") or report.renamed
    return report.status == "partial" and bool(report.reason or not open_)


def top_folder(file: str) -> str:
    """The first folder of a relative path, "." for a file at the top.

    >>> top_folder("minzheng/2024/a.html"), top_folder("index.html"), top_folder("data.zip!a/b.txt")
    ('minzheng', '.', '.')
    """
    head, slash, _ = file.partition("!")[0].partition("/")
    return head if slash else "."


def _sorted(table: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: {action: table[name][action] for action in ACTIONS} for name in sorted(table)}
