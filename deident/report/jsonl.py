"""findings.jsonl: one finding a line, UTF-8, keys as in docs/cli.md (a contract).

`doc_type` is that of the finding: a table may be of another type than its page; null when nobody knows it.  `subject` is the number of a
person within the file, from 1 on; 0: nobody's.  Every line is complete in itself and holds no value: `preview` is masked, `tag` is a keyed HMAC.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from deident.model import FileReport, Finding
from deident.report.plain import plain

KEYS = ("file", "where", "kind", "category", "action", "score", "preview", "tag", "reason", "basis", "doc_type", "subject")
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_text = json.encoder.encode_basestring


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
        "doc_type": finding.doc_type or report.doc_type,
        "subject": finding.subject,
    }


def lines(report: FileReport) -> Iterator[str]:
    """The lines of one file's findings, each ending in LF: `row` as JSON, put together from parts that are encoded once."""
    head = f'{{"file": {_text(report.file)}, "where": '
    tails: dict[tuple[str, tuple[str, ...], str], str] = {}
    for f in report.findings:
        tail = tails.get((f.reason, f.basis, f.doc_type))
        if tail is None:
            type = _ENCODE(f.doc_type or report.doc_type)
            tail = f'"reason": {_text(f.reason)}, "basis": {_ENCODE(list(f.basis))}, "doc_type": {type}, "subject": '
            tails[f.reason, f.basis, f.doc_type] = tail
        yield (
            f'{head}{_text(f.where)}, "kind": {_text(f.kind)}, "category": {_text(f.category)}, "action": {_text(f.action)}, '
            f'"score": {round(float(f.score), 3)}, "preview": {_text(plain(f.preview))}, "tag": {_text(f.tag)}, {tail}{f.subject}}}\n'
        )
