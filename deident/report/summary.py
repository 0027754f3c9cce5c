"""summary.json: totals by category and action, kind, document type, status and top folder, what was let stay by which exemption or
suppression, what waits for a person, the speed, and what was run.

A Summary is filled file by file (`add`), so a dump of a million pages costs no more memory than its folders.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from deident.model import ACTIONS, STATUSES, FileReport
from deident.report.run import Run

FREQUENT = 10  # reasons for review that are listed
OPEN = ("mask", "review")  # what somebody has to do something about
UNKNOWN = "unknown"  # a document whose type nobody knows
FAILED = ("unscannable", "refused")


@dataclass(slots=True)
class Summary:
    """Running totals.  `files_with` counts files that have at least one finding of an action.

    marks       id of a mark of secrecy → files that bear it; `marked`: files that bear any
    exemptions  id → findings it let stay, and in `exempted` the files in which it did
    reviews     reason → findings that wait for a person
    people      action → people, counted file by file, about whom something is; `involved`: to mask or to review
    """

    files: int = 0
    bytes: int = 0
    places: Counter[str] = field(default_factory=Counter)
    files_with: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    folders: dict[str, Counter[str]] = field(default_factory=dict)
    doc_types: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    exemptions: Counter[str] = field(default_factory=Counter)
    exempted: Counter[str] = field(default_factory=Counter)
    reviews: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    involved: int = 0
    suppressed: int = 0
    marked: int = 0
    unread: int = 0
    masked_places: int = 0
    unmasked: int = 0

    def add(self, report: FileReport) -> None:
        """Count one file."""
        folder = self.folders.setdefault(top_folder(report.file), Counter())
        self.files += 1
        self.bytes += report.size
        self.statuses[report.status] += 1
        self.doc_types[report.doc_type or UNKNOWN] += 1
        self.marks.update(report.marks)
        self.marked += bool(report.marks)
        folder["files"] += 1
        if not_cleared(report):
            self.unread += 1
            folder["unread"] += 1
        for finding in report.findings:
            self.kinds.setdefault(finding.kind, Counter())[finding.action] += 1
            self.categories.setdefault(finding.category, Counter())[finding.action] += 1
            folder[finding.action] += 1
            if finding.action == "review":
                self.reviews[finding.reason] += 1
            self.suppressed += finding.source == "suppression"
        used = Counter(finding.rule for finding in report.findings if finding.source == "exemption")
        self.exemptions.update(used)
        self.exempted.update(used.keys())
        people = {action: {f.subject for f in report.findings if f.action == action} - {0} for action in OPEN}
        self.people.update({action: len(subjects) for action, subjects in people.items()})
        self.involved += len(set[int]().union(*people.values()))
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

    @property
    def per_document(self) -> float:
        """Findings for review in a document, on average."""
        return round(self.places["review"] / max(self.files, 1), 3)

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
            "people": {action: self.people[action] for action in OPEN},
            "statuses": {status: self.statuses[status] for status in STATUSES},
            "categories": _sorted(self.categories),
            "kinds": _sorted(self.kinds),
            "doc_types": dict(sorted(self.doc_types.items())),
            "marks": {"files": self.marked, "by_mark": dict(sorted(self.marks.items()))},
            "exemptions": [_exemption(self, id, run) for id, _ in ranked(self.exemptions)],
            "retention": [_period(self, type, run) for type in sorted(retained(self, run))],
            "review": {
                "findings": self.places["review"],
                "per_document": self.per_document,
                "reasons": [{"reason": reason, "findings": count} for reason, count in ranked(self.reviews)[:FREQUENT]],
            },
            "suppressions": _suppressions(self, run),
            "tagger": _tagger(run),
            "folders": {
                name: {key: self.folders[name][key] for key in ("files", *ACTIONS, "unread")} for name in sorted(self.folders)
            },
            "skipped": dict(sorted(run.skipped.items())),
        }


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Most frequent first, then by name: the same in every run."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def retained(summary: Summary, run: Run) -> list[str]:
    """The document types of a run whose documents do not stay, or not as they are, after a period."""
    return [type for type in summary.doc_types if type in run.periods and run.periods[type].after != "stay"]


def _exemption(summary: Summary, id: str, run: Run) -> dict[str, object]:
    exempted = run.exemptions.get(id)
    known = {"type": exempted.type, "category": exempted.category, "group": exempted.group} if exempted else {}
    basis = exempted.basis if exempted else ()
    return {"id": id, **known, "basis": list(basis), "titles": run.titles(basis),
            "findings": summary.exemptions[id], "files": summary.exempted[id]}  # fmt: skip


def _period(summary: Summary, type: str, run: Run) -> dict[str, object]:
    period = run.periods[type]
    return {"type": type, "files": summary.doc_types[type], "audience": period.audience, "publicity_days": period.days,
            "after_period": period.after, "basis": list(period.basis), "titles": run.titles(period.basis)}  # fmt: skip


def _suppressions(summary: Summary, run: Run) -> dict[str, object] | None:
    if not run.suppressions:
        return None
    expired = [{"name": entry.name, "owner": entry.owner, "expires": entry.expires} for entry in run.expired]
    return {"file": run.suppressions, "used": summary.suppressed, "expired": expired}


def _tagger(run: Run) -> dict[str, object] | None:
    if run.tagger is None:
        return None
    return {"name": run.tagger.name, "characters": run.tagger.characters, "cpu_seconds": round(run.tagger.seconds, 3),
            "characters_per_cpu_second": run.tagger.rate}  # fmt: skip


def undecided(report: FileReport) -> bool:
    """In `mask`: is a person's decision all that the file waits for?  What must go was masked and verified, else it is refused."""
    return report.status == "partial" and _waits(report) and not report.reason


def not_cleared(report: FileReport) -> bool:
    """Was (part of) the file not scanned?

    A "partial" file with a reason, or with nothing to mask or review and no mark of secrecy, has an unread part.
    """
    if report.status in FAILED:
        return True
    open_ = report.count("mask") or report.renamed or _waits(report)
    return report.status == "partial" and bool(report.reason or not open_)


def _waits(report: FileReport) -> bool:
    """Is there something for a person to decide, in it or in a file inside?"""
    return bool(report.count("review") or report.marks or "open-members" in report.warnings)


def top_folder(file: str) -> str:
    """The first folder of a relative path, "." for a file at the top.

    >>> top_folder("minzheng/2024/a.html"), top_folder("index.html"), top_folder("data.zip!a/b.txt")
    ('minzheng', '.', '.')
    """
    head, slash, _ = file.partition("!")[0].partition("/")
    return head if slash else "."


def _sorted(table: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: {action: table[name][action] for action in ACTIONS} for name in sorted(table)}
