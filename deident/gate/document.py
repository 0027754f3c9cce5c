"""The publish gate: one document, from a file or standard input, checked before it goes online.

Standard input is either the document's bytes or a JSON object as a CMS sends it, `{"title": …, "html": …}` or
`{"title": …, "text": …}`.  A title helps to tell the document's type, so it is put before the document as `<title>`, on the same line and
in ASCII (so that it fits any encoding); places and offsets that are reported are those of the document as it came.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple, Protocol

from deident.crawl.risky import apart, risky_bytes
from deident.crawl.work import ScannerLike
from deident.engine.naming import shown
from deident.errors import InputError
from deident.model import ACTIONS, FileReport
from deident.report import Run, Summary, explain, jsonl
from deident.report.explain import Explained
from deident.report.messages import because, say, why

SECONDS = 60.0  # for a risky file; more for a large one, whose pages may be pictures
BOM = b"\xef\xbb\xbf"


class Submitted(NamedTuple):
    """A document to check: its name, its bytes, and how many bytes at `at` were put in for the title."""

    name: str
    data: bytes
    at: int = 0
    added: int = 0


class Checked(NamedTuple):
    """What came out: one report, or several for an archive; `explained` goes with them where it was asked for."""

    summary: Summary
    reports: list[FileReport]
    explained: Sequence[Explained] = ()


class Gatekeeper(ScannerLike, Protocol):
    """What the gate needs of engine.Scanner."""

    def scan_many(
        self, items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None = None, doc_type: str | None = None
    ) -> list[FileReport]:
        """As in ScannerLike; `doc_type` where the caller knows it."""
        ...

    def explain_many(
        self, items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None = None, doc_type: str | None = None
    ) -> Sequence[Explained]:
        """The same with explanations."""
        ...


def read(file: str, title: str | None, lang: str) -> Submitted:
    """The document named on the command line.  Raises InputError when there is none."""
    if file == "-":
        return submitted("stdin", sys.stdin.buffer.read(), title, lang)
    path = Path(file)
    if not path.exists():
        raise InputError(say(lang, "missing", path=file))
    if not path.is_file():
        raise InputError(say(lang, "not_plain", path=file) if not path.is_dir() else say(lang, "is_folder", path=file))
    try:
        return with_title(path.name, path.read_bytes(), title)
    except OSError as problem:
        raise InputError(say(lang, "unreadable_input", path=file, why=problem.strerror)) from None


def submitted(name: str, data: bytes, title: str | None, lang: str) -> Submitted:
    """The document on standard input: JSON with a field html or text, or the bytes as they are."""
    if data.removeprefix(BOM).lstrip()[:1] == b"{":
        try:
            content = json.loads(data.removeprefix(BOM))
        except (ValueError, RecursionError):
            content = None
        if isinstance(content, dict) and {"html", "text"} & content.keys():
            values = {key: content.get(key) for key in ("title", "html", "text")}
            for key, value in values.items():
                if value is not None and not isinstance(value, str):
                    raise InputError(say(lang, "stdin_json", why=f"{key}: {type(value).__name__}"))
            title = title or values["title"]
            if (page := values["html"]) is not None:
                return with_title(f"{name}.html", page.encode("utf-8", "replace"), title)
            return with_title(f"{name}.txt", (values["text"] or "").encode("utf-8", "replace"), title)
    return with_title(name, data, title)


def with_title(name: str, data: bytes, title: str | None) -> Submitted:
    """The document with its title before it.  Only markup can take one; plain text becomes markup of one line more."""
    kind = _kind(name, data)
    if not title or not kind:
        return Submitted(name, data)
    head = b"<title>" + escape(title).encode("ascii", "xmlcharrefreplace") + b"</title>"
    if kind == "text":
        return Submitted(
            Path(name).stem + ".html", head + b"<pre>" + data.replace(b"&", b"&amp;").replace(b"<", b"&lt;"), 0, len(head) + 5
        )
    at = len(BOM) if data.startswith(BOM) else 0
    return Submitted(name, data[:at] + head + data[at:], at, len(head))


def run(scanner: Gatekeeper, document: Submitted, lang: str, doc_type: str | None = None, explaining: bool = False) -> Checked:
    """Check the document; places are those of the document without the title that was put in.

    `doc_type`: the type, when the caller knows it; `explaining`: why each finding was decided so.
    """
    items = [(document.name, document.data)]

    def read() -> tuple[list[FileReport], Sequence[Explained]]:
        if explaining:
            explained = scanner.explain_many(items, doc_type=doc_type)
            return [item.report for item in explained], explained
        return [report for top in scanner.scan_many(items, doc_type=doc_type) for report in top.all()], []

    seconds = SECONDS * (1 + len(document.data) // (256 << 10))
    result = apart(read, seconds) if risky_bytes(document.name, document.data) else read()
    if isinstance(result, str):  # the process that read it took too long, or died
        result = [FileReport(document.name, status="refused", reason=result)], []
    summary, (reports, explained) = Summary(), result
    if not reports:
        reports = [FileReport(document.name, status="unscannable", reason=say(lang, "no_result"))]
    for report in reports:
        report.findings = [
            finding._replace(start=max(0, finding.start - document.added), end=max(0, finding.end - document.added))
            if document.added and finding.start >= document.at
            else finding
            for finding in report.findings
        ]
        report.file = shown([report.file], scanner.mask_names)[0]
        report.reason = because(lang, report)
        summary.add(report)
    return Checked(summary, reports, explained)


def as_json(checked: Checked, about: Run) -> dict[str, object]:
    """The result for a program: the verdict, then every finding as in findings.jsonl with its byte offsets."""
    summary, reports, explained = checked
    first = reports[0]
    rows = [(report, finding) for report in reports for finding in report.findings]
    more: list[dict[str, object]] = [{} for _ in rows]
    if explained:
        more = [{"explanation": explain.finding(said, about)} for item in explained for said in item.findings]
    evidence = {"doc_type_evidence": explain.evidence(explained[0])} if explained else {}
    return {
        "file": first.file,
        "status": first.status,
        "reason": why(about.lang, first, about.marks),
        "marks": first.marks,
        "doc_type": first.doc_type,
        **evidence,
        "exit_code": summary.exit_code("check"),
        "counts": {action: summary.places[action] for action in ACTIONS},
        "findings": [
            jsonl.row(report, finding) | {"start": finding.start, "end": finding.end} | explanation
            for (report, finding), explanation in zip(rows, more, strict=True)
        ],
    }


def _kind(name: str, data: bytes) -> str:
    """ "html", "text", or "" for everything a title cannot be put into."""
    suffix = Path(name).suffix.lower()
    if suffix in (".html", ".htm", ".shtml", ".xhtml") or data.removeprefix(BOM).lstrip()[:1] == b"<":
        return "html" if data[:2] not in (b"\xff\xfe", b"\xfe\xff") and not data.lstrip().startswith(b"<?xml") else ""
    plain = suffix in ("", ".txt", ".text", ".md") and b"\0" not in data[:4096]
    return "text" if plain else ""
