"""SARIF 2.1.0 (OASIS, 27 March 2020): one run, one rule for each kind and each mark of secrecy that was found.

mask → level "error", review → "warning", keep → "note" with an accepted suppression whose justification is the reason.
A mark of secrecy is a result of its own, "warning".  A file that could not be scanned becomes a tool notification and `executionSuccessful: false`.

Places are URIs relative to %SRCROOT%, the folder in which the command runs, as code-scanning views want them; of what lies inside another file
the outer file is named, and the place inside as a logical location.  `Writer` leaves out what stays: GitHub shows suppressed results
as open alerts.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from deident.model import FileReport, Finding
from deident.report.messages import category_name, place, say, why
from deident.report.plain import plain
from deident.report.region import Region
from deident.report.run import Run
from deident.report.summary import Summary, not_cleared

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"mask": "error", "review": "warning", "keep": "note"}
LINE = re.compile(r"line (\d{1,9})\b")
ROOT = "%SRCROOT%"
UNREAD = "not-scanned"
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
Json = dict[str, Any]


def log(reports: Sequence[FileReport], run: Run, regions: Sequence[Sequence[Region]] = ()) -> Json:
    """The SARIF log of checked documents, what stays included.  `regions`: for each report those of its findings, where known."""
    made, summary, results = _Run(run), Summary(), list[Json]()
    for number, report in enumerate(reports):
        summary.add(report)
        results += made.results(report, regions[number] if number < len(regions) else ())
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{**made.about(summary), "results": results}]}


class Writer:
    """Writes a log of what somebody has to act on, report after report, so that a site of any size fits; `summary` is filled by the caller."""

    def __init__(self, file: TextIO, run: Run, summary: Summary) -> None:
        self._file, self._run, self._summary, self._comma = file, _Run(run, kept=False), summary, "\n"
        file.write(f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{"results": [')

    def add(self, report: FileReport, regions: Sequence[Region] = ()) -> None:
        """One more file."""
        for result in self._run.results(report, regions):
            self._file.write(self._comma + json.dumps(result, ensure_ascii=False))
            self._comma = ",\n"

    def end(self) -> None:
        """The rest of the log."""
        about = json.dumps(self._run.about(self._summary), ensure_ascii=False)
        self._file.write(f"\n], {about[1:]}]}}\n")


class _Run:
    """What a run collects while its results are made: rules, and files that were not read."""

    def __init__(self, run: Run, *, kept: bool = True) -> None:
        self.run, self.kept, self.rules, self.notes = run, kept, list[Json](), list[Json]()
        self._number: dict[str, int] = {}
        self._outer = ""

    def results(self, report: FileReport, regions: Sequence[Region]) -> list[Json]:
        """The results of one file."""
        if not (self._outer and report.file.startswith(f"{self._outer}!")):
            self._outer = report.file
        if not_cleared(report):
            text = plain(report.reason) or report.status
            inside = report.file[len(self._outer) + 1 :]
            self.notes.append({
                "descriptor": {"id": UNREAD}, "level": "error", "message": _said(plain(f"{inside}: {text}" if inside else text)),
                "locations": [self._location(report)],
            })  # fmt: skip
        made = [
            self._result(report, finding, regions[number] if number < len(regions) else None)
            for number, finding in enumerate(report.findings)
            if self.kept or finding.action != "keep"
        ]
        return made + [self._mark(report, mark) for mark in report.marks]

    def about(self, summary: Summary) -> Json:
        """The run without its results."""
        run, lang = self.run, self.run.lang
        code = summary.exit_code(run.mode)
        invocation: Json = {
            "executionSuccessful": not self.notes, "exitCode": code, "exitCodeDescription": say(lang, f"exit_{code}"),
            "toolExecutionNotifications": self.notes, "toolConfigurationNotifications": list(self._configuration()),
        }  # fmt: skip
        if run.started:
            begun = datetime.fromisoformat(run.started)
            invocation |= {"startTimeUtc": _utc(begun), "endTimeUtc": _utc(begun + timedelta(seconds=run.seconds))}
        unread = {"id": UNREAD, "name": "NotScanned", "shortDescription": _said(say(lang, "sarif_unread")),
                  "fullDescription": _said(say(lang, "sarif_unread_full")), "defaultConfiguration": {"level": "error"}}  # fmt: skip
        driver = {"name": "deident", "version": run.version, "informationUri": "https://pypi.org/project/deident/",
                  "rules": self.rules, "notifications": [unread]}  # fmt: skip
        return {
            "tool": {"driver": driver},
            "language": LANGUAGES.get(lang, "en-US"),
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "properties": {"policy": run.policy},
        }

    def _configuration(self) -> list[Json]:
        lang = self.run.lang
        said = [say(lang, "expired", name=entry.name, owner=entry.owner, expires=entry.expires) for entry in self.run.expired]
        said += [say(lang, "untagged")] if self.run.untagged else []
        return [{"level": "warning", "message": _said(plain(text))} for text in said]

    def _rule(self, id: str, name: str, full: str, help: str, level: str, properties: Json) -> int:
        """The number of a rule, which is made when it is needed first.  Its help, a key of messages, is there in both languages."""
        if id not in self._number:
            other = "zh" if self.run.lang == "en" else "en"
            self._number[id] = len(self.rules)
            self.rules.append({
                "id": id, "name": id, "shortDescription": _said(name), "fullDescription": _said(full),
                "help": {"text": say(self.run.lang, help), "markdown": f"{say(self.run.lang, help)}\n\n{say(other, help)}"},
                "defaultConfiguration": {"level": level},
                "properties": {**properties, "tags": ["privacy", *properties.values()][:2], "problem.severity": level},
            })  # fmt: skip
        return self._number[id]

    def _result(self, report: FileReport, finding: Finding, region: Region | None) -> Json:
        run, lang = self.run, self.run.lang
        name, category = run.kinds.get(finding.kind, finding.kind), category_name(lang, finding.category)
        number = self._rule(
            finding.kind, name, say(lang, "sarif_kind", name=name, category=category), "sarif_help", "error",
            {"category": finding.category, "categoryName": category},
        )  # fmt: skip
        inside = report.file[len(self._outer) + 1 :]
        parts = [
            f"{name}: {plain(finding.preview)}",
            plain(f"{inside} {place(lang, finding.where)}".strip()) if inside or not report.encoding else "",
            plain(finding.reason),
            ", ".join(run.titles(finding.basis)),
        ]
        location = self._location(report)
        location["physicalLocation"]["region"] = _region(report, finding, region, bool(inside))
        location["logicalLocations"] = [{"fullyQualifiedName": plain(f"{inside} {finding.where}".strip())}]
        result: Json = {
            "ruleId": finding.kind,
            "ruleIndex": number,
            "level": LEVELS.get(finding.action, "warning"),
            "message": _said(" · ".join(part for part in parts if part)),
            "locations": [location],
            "properties": {"action": finding.action, "category": finding.category, "score": round(float(finding.score), 3),
                           "basis": list(finding.basis), "subject": finding.subject},
        }  # fmt: skip
        if finding.tag:
            result["partialFingerprints"] = {"deidentTag/v1": finding.tag}
        if finding.action == "keep":
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": plain(finding.reason)}]
        return result

    def _mark(self, report: FileReport, mark: str) -> Json:
        run, lang = self.run, self.run.lang
        name = run.marks.get(mark, mark)
        number = self._rule(
            f"secrecy/{mark}", name, say(lang, "sarif_mark", name=name), "sarif_mark_help", "warning", {"mark": mark}
        )
        said = plain(why(lang, replace(report, marks=[mark], reason=""), run.marks))
        location = self._location(report)
        location["physicalLocation"]["region"] = {"startLine": 1}
        return {
            "ruleId": f"secrecy/{mark}",
            "ruleIndex": number,
            "level": "warning",
            "message": _said(said),
            "locations": [location],
        }

    def _location(self, report: FileReport) -> Json:
        return {"physicalLocation": {"artifactLocation": _artifact(self.run.path(self._outer))}}


def _artifact(path: str) -> Json:
    """A path as a URI: relative to the current folder where it lies in it."""
    near = os.path.relpath(path).replace(os.sep, "/") if os.path.isabs(path) else os.path.normpath(path).replace(os.sep, "/")
    if near.startswith("../") or os.path.isabs(near):
        return {"uri": "file://" + quote(Path(os.path.abspath(path)).as_posix(), safe="/!", errors="replace")}
    return {"uri": quote(near, safe="/!", errors="replace"), "uriBaseId": ROOT}


def _region(report: FileReport, finding: Finding, region: Region | None, inside: bool) -> Json:
    """Of a text its lines, of anything else the first: views want a line, and `message` says where it is."""
    if inside or not report.encoding:
        return {"startLine": 1}
    out: Json = {"byteOffset": finding.start, "byteLength": max(0, finding.end - finding.start)}
    if region is not None:
        out |= {
            "startLine": region.line,
            "startColumn": region.column,
            "endLine": region.end_line,
            "endColumn": region.end_column,
        }
    else:
        match = LINE.match(finding.where)
        out["startLine"] = max(1, int(match[1])) if match else 1
    return out


def _said(text: str) -> Json:
    return {"text": _escaped(text)}


def _escaped(text: str) -> str:
    """Text as a message: no placeholders (SARIF 2.1.0, 3.11.5), no links (3.11.6)."""
    text = text.replace("{", "{{").replace("}", "}}")
    return text.replace("](", "\\](") if "](" in text else text


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
