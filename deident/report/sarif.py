"""SARIF 2.1.0 (OASIS, 27 March 2020) for `check`: one run, one rule per kind that was found.

mask → level "error", review → "warning", keep → "note" with an accepted suppression whose justification is the reason.
A mark of secrecy is a result of its own, "warning".  A file that could not be scanned becomes a tool notification and `executionSuccessful: false`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from deident.model import FileReport, Finding
from deident.report.messages import category_name, why
from deident.report.plain import plain
from deident.report.run import Run
from deident.report.summary import not_cleared

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"mask": "error", "review": "warning", "keep": "note"}
LINE = re.compile(r"\bline (\d{1,9})\b")


def log(reports: Sequence[FileReport], run: Run) -> dict[str, object]:
    """The SARIF log of checked documents."""
    kinds = sorted({(finding.kind, finding.category) for report in reports for finding in report.findings})
    rules = [
        {
            "id": kind,
            "name": kind,
            "shortDescription": {"text": run.kinds.get(kind, kind)},
            "properties": {"category": category, "categoryName": category_name(run.lang, category)},
        }
        for kind, category in kinds
    ]
    number = {kind: index for index, (kind, _) in enumerate(kinds)}
    marks = sorted({mark for report in reports for mark in report.marks})
    for mark in marks:
        number[f"secrecy/{mark}"] = len(rules)
        rules.append({"id": f"secrecy/{mark}", "name": mark, "shortDescription": {"text": run.marks.get(mark, mark)}})
    notes = [
        {"level": "error", "message": {"text": plain(report.reason) or report.status}, "locations": [_file(report)]}
        for report in reports
        if not_cleared(report)
    ]
    driver = {"name": "deident", "version": run.version, "informationUri": "https://pypi.org/project/deident/", "rules": rules}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
                "results": [
                    *(_result(report, finding, number, run) for report in reports for finding in report.findings),
                    *(_mark(report, mark, number, run) for report in reports for mark in report.marks),
                ],
                "properties": {"policy": run.policy},
            }
        ],
    }


def _result(report: FileReport, finding: Finding, number: dict[str, int], run: Run) -> dict[str, object]:
    name = run.kinds.get(finding.kind, finding.kind)
    parts = [
        f"{name}: {plain(finding.preview)}",
        plain(finding.reason),
        ", ".join(run.laws.get(key, key) for key in finding.basis),
    ]
    region = {"byteOffset": finding.start, "byteLength": max(0, finding.end - finding.start)}
    if match := LINE.search(finding.where):
        region["startLine"] = max(1, int(match[1]))
    location = {
        "physicalLocation": _file(report)["physicalLocation"] | {"region": region},
        "logicalLocations": [{"fullyQualifiedName": finding.where}],
    }
    result: dict[str, object] = {
        "ruleId": finding.kind,
        "ruleIndex": number[finding.kind],
        "level": LEVELS.get(finding.action, "warning"),
        "message": {"text": " · ".join(part for part in parts if part)},
        "locations": [location],
        "properties": {"action": finding.action, "category": finding.category, "score": round(float(finding.score), 3),
                       "basis": list(finding.basis), "subject": finding.subject},
    }  # fmt: skip
    if finding.tag:
        result["partialFingerprints"] = {"deidentTag/v1": finding.tag}
    if finding.action == "keep":
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": plain(finding.reason)}]
    return result


def _mark(report: FileReport, mark: str, number: dict[str, int], run: Run) -> dict[str, object]:
    said = plain(why(run.lang, replace(report, marks=[mark], reason=""), run.marks))
    return {"ruleId": f"secrecy/{mark}", "ruleIndex": number[f"secrecy/{mark}"], "level": "warning",
            "message": {"text": said}, "locations": [_file(report)]}  # fmt: skip


def _file(report: FileReport) -> dict[str, dict[str, object]]:
    return {"physicalLocation": {"artifactLocation": {"uri": quote(report.file, safe="/!", errors="replace")}}}
