"""The same number on many pages of one site is the agency's: contacts for review that repeat become `keep`.

Counted over all files of a run (linkage.repeated), by tag, so it needs a key; a contact that has to be masked anywhere stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deident.linkage import CONTACTS
from deident.model import FileReport, Finding
from deident.report.messages import say

RULE = "repeated-contact"
BASIS = ("disclosure-20-2", "convention")  # that an office's contact is public is law; that repetition tells it is practice


def settled(reports: Iterable[FileReport], known: Mapping[str, int], lang: str, mode: str) -> Iterator[FileReport]:
    """The reports with the `known` contacts (tag → number of files) kept, and the statuses that follow from it."""
    for report in reports:
        if known and any(_agencys(finding, known) for finding in report.findings):
            report.findings = [
                finding._replace(
                    action="keep",
                    rule=RULE,
                    reason=say(lang, "repeated", count=known[finding.tag]),
                    basis=BASIS,
                    source="rule",
                    subject=0,
                )
                if _agencys(finding, known)
                else finding
                for finding in report.findings
            ]
            _lift(report, mode)
        yield report


def _agencys(finding: Finding, known: Mapping[str, int]) -> bool:
    return finding.action == "review" and finding.category in CONTACTS and finding.tag in known


def _lift(report: FileReport, mode: str) -> None:
    """A file in which nothing is left to mask or review is clean, or masked; anything else that holds it back still does."""
    done = mode == "mask" and (report.count("mask") or report.renamed)
    open_ = report.count("review") or (mode != "mask" and (report.count("mask") or report.renamed))
    if report.status == "partial" and not (open_ or report.reason or report.marks or "open-members" in report.warnings):
        report.status = "masked" if done else "clean"
