"""JUnit XML, as Jenkins, GitLab and most other build servers show it: one suite a run, one test case a file.

failure, type "mask" or "review": what to do in the file, place by place; error, type "unscannable" …: it could not be scanned (that
is not what its tests said, it has none).  What must be masked comes before what was not read, and that before what a person decides.
It holds what the other reports hold, and no value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from deident.model import ACTIONS, FileReport
from deident.report.messages import ACTION_NAMES, MESSAGES, category_name, pick, place, say, why
from deident.report.plain import plain
from deident.report.region import Region
from deident.report.run import Run
from deident.report.summary import Summary, not_cleared

LISTED = 100  # places in one test case
TOTALS = 100  # characters, numbers of any size included
_NOT_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Writer:
    """Writes test case after test case into a file that can be rewound, because the totals stand before them; `summary` is filled by the
    caller."""

    def __init__(self, file: TextIO, run: Run, summary: Summary) -> None:
        self._file, self._run, self._summary = file, run, summary
        self._tests = self._failures = self._errors = 0
        file.write(self._head())

    def add(self, report: FileReport, regions: Sequence[Region] = ()) -> None:
        """One more file."""
        element, type, message = _outcome(report, self._run)
        self._tests += 1
        self._failures += element == "failure"
        self._errors += element == "error"
        folder, _, _ = path = self._run.path(report.file).rpartition("/")
        classname = ".".join(["deident", *(part.replace(".", "_") for part in folder.split("/") if part not in ("", ".", ".."))])
        case = f"<testcase classname={_attribute(classname)} name={_attribute(''.join(path))}"
        if element:
            lines = "\n".join(_lines(report, self._run))
            case += (
                f">\n<{element} type={_attribute(type)} message={_attribute(message)}>{_text(lines)}</{element}>\n</testcase>\n"
            )
        else:
            case += "/>\n"
        self._file.write(case)

    def end(self) -> None:
        """The rest of the document, and the totals."""
        self._file.write("</testsuite>\n</testsuites>\n")
        self._file.seek(0)
        self._file.write(self._head())
        self._file.seek(0, os.SEEK_END)

    def _head(self) -> str:
        """All that stands before the test cases; always of the same length."""
        run = self._run
        totals = f'tests="{self._tests}" failures="{self._failures}" errors="{self._errors}" time="{run.seconds:.3f}"'.ljust(
            TOTALS
        )
        begun = f' timestamp="{run.started[:19]}"' if run.started else ""
        properties = {"version": run.version, "policy": run.policy, "exit_code": self._summary.exit_code(run.mode)}
        return "\n".join([
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="deident" {totals}>',
            f'<testsuite name="deident" skipped="0"{begun} {totals}>',
            "<properties>",
            *(f'<property name="{name}" value={_attribute(str(value))}/>' for name, value in properties.items()),
            "</properties>\n",
        ])  # fmt: skip


def _outcome(report: FileReport, run: Run) -> tuple[str, str, str]:
    """(element, type, message) of a file; element is "" where nothing is to be done."""
    counts = {action: report.count(action) for action in ("mask", "review")}
    found = [f"{pick(run.lang, ACTION_NAMES[action])} {count}" for action, count in counts.items() if count]
    held = plain(why(run.lang, report, run.marks))
    message = " · ".join([*found, *([held] if held else [])])
    if counts["mask"] or report.renamed:
        return "failure", "mask", message or pick(run.lang, MESSAGES["name_masked"])
    if not_cleared(report):
        return "error", report.status, message or report.status
    if counts["review"] or report.marks:
        return "failure", "review", message
    return "", "", ""


def _lines(report: FileReport, run: Run) -> Iterator[str]:
    """What is to be done, place by place, what must be masked first; then how many more there are."""
    lang = run.lang
    if held := plain(why(lang, report, run.marks)):
        yield held
    todo = [finding for finding in report.findings if finding.action != "keep"]
    todo.sort(key=lambda finding: (ACTIONS.index(finding.action), finding.start))
    for finding in todo[:LISTED]:
        action = pick(lang, ACTION_NAMES.get(finding.action, (finding.action, finding.action)))
        name = run.kinds.get(finding.kind) or category_name(lang, finding.category)
        basis = ", ".join(run.titles(finding.basis))
        said = f"{action}  {place(lang, finding.where)}  {name}  {finding.preview}  {finding.reason}"
        yield plain(f"{said} [{basis}]" if basis else said)
    if len(todo) > LISTED:
        yield say(lang, "more_places", count=len(todo) - LISTED)


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", plain(text)))
