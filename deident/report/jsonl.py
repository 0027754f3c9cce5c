"""findings.jsonl: one finding a line, UTF-8, keys as in docs/cli.md (a contract).

Every line is complete in itself and holds no value: `preview` is masked, `tag` is a keyed HMAC.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from deident.model import FileReport, Finding
from deident.report.plain import plain

KEYS = ("file", "where", "kind", "category", "action", "score", "preview", "tag", "reason", "basis", "doc_type")


def row(report: FileReport, finding: Finding) -> dict[str, object]:
    """One line of findings.jsonl as a dictionary with exactly KEYS."""
    return {
        "file": report.file,
        "where": finding.where,
        "kind": finding.kind,
        "category": finding.category,
        "action": finding.action,
        "score": round(float(finding.score), 3),
        "preview": plain(finding.preview),
        "tag": finding.tag,
        "reason": finding.reason,
        "basis": list(finding.basis),
        "doc_type": report.doc_type,
    }


def lines(report: FileReport) -> Iterator[str]:
    """The lines of one file's findings, each ending in LF."""
    for finding in report.findings:
        yield json.dumps(row(report, finding), ensure_ascii=False, separators=(", ", ": ")) + "\n"
