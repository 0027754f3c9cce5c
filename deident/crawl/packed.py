"""Reports of one file as bytes, for the way from a worker to the state and for the state itself.

JSON as a list of columns, the grounds (rule, reason, basis …) once each, compressed: a tenth of the plain form, and workers do the
work instead of the one process that collects.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from deident.model import FileReport, Finding

_REPORT = tuple(field.name for field in fields(FileReport) if field.name not in ("findings", "members"))
Ground = tuple[str, str, tuple[str, ...], str, str]  # rule, reason, basis, type of document, source
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack(reports: Sequence[FileReport]) -> bytes:
    """All of the reports; names in them hold no value."""
    whole = []
    for report in reports:
        grounds: dict[Ground, int] = {}
        rows = [
            (
                f.start, f.end, f.kind, f.category, f.action, f.score, f.where, f.preview, f.tag, f.text,
                f.subject, grounds.setdefault((f.rule, f.reason, f.basis, f.doc_type, f.source), len(grounds)),
            )
            for f in report.findings
        ]  # fmt: skip
        whole.append(([getattr(report, name) for name in _REPORT], list(grounds), rows))
    return zlib.compress(_ENCODE(whole).encode("utf-8", "surrogatepass"), 1)


def unpack(packed: bytes) -> list[FileReport]:
    """The reports again.  ValueError or KeyError where the bytes are not from `pack`."""
    out = []
    for columns, grounds, rows in _whole(packed):
        why: list[Ground] = [(rule, reason, tuple(basis), type, source) for rule, reason, basis, type, source in grounds]
        findings = [
            Finding(
                start, end, kind, category, action, score, why[ground][0], why[ground][1], why[ground][2], where, preview, tag,
                text, why[ground][3], why[ground][4], subject,
            )
            for start, end, kind, category, action, score, where, preview, tag, text, subject, ground in rows
        ]  # fmt: skip
        out.append(FileReport(findings=findings, **dict(zip(_REPORT, columns, strict=True))))
    return out


def contacts(packed: bytes) -> Iterator[list[tuple[str, str, str]]]:
    """For each report the (category, action, tag) of its findings, without making the reports again, which takes longer."""
    for _, _, rows in _whole(packed):
        yield [(row[3], row[4], row[8]) for row in rows]


def _whole(packed: bytes) -> list[tuple[list[Any], list[Any], list[Any]]]:
    try:
        whole: list[tuple[list[Any], list[Any], list[Any]]] = json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))
    except zlib.error as problem:
        raise ValueError(str(problem)) from None
    return whole
