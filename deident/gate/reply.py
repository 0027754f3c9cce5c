"""The answer on a submission, put together from the reports on its page and attachments.

Precedence of verdicts: blocked (something must be masked), incomplete (something could not be scanned), review (a person decides),
publishable.  The exit code is that of `deident check`, where incomplete wins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import deident
from deident.engine.naming import shown
from deident.gate.page import Page
from deident.gate.submission import Submission
from deident.gate.words import CHANNEL_NAMES, joined, say
from deident.model import ACTIONS, FileReport
from deident.report import Summary, jsonl, law_names, messages
from deident.report.summary import not_cleared

PAGE = "@page"


class Names(Protocol):
    """What an answer is worded with (engine.Scanner)."""

    @property
    def policy(self) -> Any: ...
    @property
    def catalogue(self) -> Any: ...
    @property
    def secrecy(self) -> Any: ...
    @property
    def mask_names(self) -> Callable[[Sequence[str]], list[str]]: ...


def reply(
    scanner: Names, submission: Submission, page: Page | None, reports: Sequence[FileReport], names: Sequence[str]
) -> dict[str, Any]:
    """The answer.  `reports`: on the `page`, if there is one, then on the attachments, which may be shown as `names`."""
    lang, first = submission.lang, 1 if page else 0
    _call(scanner, reports[first:], names)
    every = [report for top in reports for report in top.all()]
    for report in reports[0].all() if page else ():
        report.file = PAGE + report.file[len(page.name) :] if page else report.file
    summary = Summary()
    for report in every:
        report.reason = messages.because(lang, report)
        summary.add(report)
    reasons = [*_reasons(scanner, lang, every), *_channels(scanner, submission, every)]
    verdict = _verdict(summary, every, reasons)
    return {
        "verdict": verdict,
        "message": _message(lang, verdict, summary, every, reasons),
        "exit_code": summary.exit_code("check") or (0 if verdict == "publishable" else 1),
        "doc_type": reports[0].doc_type if reports else None,
        "policy": scanner.policy.id,
        "version": deident.__version__,
        "counts": counts(every),
        "reasons": reasons,
        "documents": [_document(scanner, lang, report, page if page and report is reports[0] else None) for report in every],
    }


def counts(reports: Iterable[FileReport]) -> dict[str, int]:
    """Findings by action."""
    found = Counter(finding.action for report in reports for finding in report.findings)
    return {action: found[action] for action in ACTIONS}


def _call(scanner: Names, tops: Sequence[FileReport], names: Sequence[str]) -> None:
    """Give attachments, and what is inside them, names that may be shown."""
    inner = [(report, top.file, name) for top, name in zip(tops, names, strict=True) for report in top.all()[1:]]
    tails = shown([report.file.removeprefix(file) for report, file, _ in inner], scanner.mask_names) if inner else []
    for (report, _, name), tail in zip(inner, tails, strict=True):
        report.file = name + tail
    for top, name in zip(tops, names, strict=True):
        top.file = name


def _verdict(summary: Summary, every: Sequence[FileReport], reasons: Sequence[str]) -> str:
    if summary.places["mask"] or any(report.renamed for report in every):
        return "blocked"
    if summary.unread:
        return "incomplete"
    return "review" if reasons or summary.exit_code("check") else "publishable"


def _message(lang: str, verdict: str, summary: Summary, every: Sequence[FileReport], reasons: Sequence[str]) -> str:
    if verdict == "blocked":
        return say(lang, "blocked" if summary.places["mask"] else "blocked_name", **_places(summary))
    if verdict == "incomplete":
        unread = list(dict.fromkeys(_file(lang, report.file) for report in every if not_cleared(report)))
        return say(lang, "incomplete", why=joined(lang, unread))
    if verdict == "review" and not summary.places["review"] and reasons:
        return say(lang, "review_reasons", why="；".join(reasons) if lang != "en" else "; ".join(reasons))
    return say(lang, verdict, **_places(summary))


def _places(summary: Summary) -> dict[str, int]:
    return {action: summary.places[action] for action in ("mask", "review")}


def _reasons(scanner: Names, lang: str, every: Sequence[FileReport]) -> list[str]:
    """What holds documents back besides findings: marks of secrecy, names, what could not be read."""
    marks = {mark.id: mark.name[lang] for mark in scanner.secrecy.marks} if any(report.marks for report in every) else {}
    out = []
    for report in every:
        said = [messages.why(lang, report, marks)] if report.reason or report.marks else []
        said += [messages.say(lang, "name_masked")] if report.renamed else []
        out += [say(lang, "of", file=_file(lang, report.file), why=why) for why in said]
    return out


def _channels(scanner: Names, submission: Submission, every: Sequence[FileReport]) -> list[str]:
    """Types that the policy does not publish on the channel of the submission."""
    lang, channel, out = submission.lang, submission.channel, []
    for id in dict.fromkeys(report.doc_type for report in every if report.doc_type) if channel else ():
        type = scanner.policy.types.get(id)
        if type is not None and type.publish.channels and channel not in type.publish.channels:
            known = joined(lang, [_channel(lang, name) for name in type.publish.channels])
            out.append(say(lang, "channel", type=type.name[lang], known=known, channel=_channel(lang, channel)))
    return out


def _channel(lang: str, channel: str) -> str:
    return messages.pick(lang, CHANNEL_NAMES[channel])


def _file(lang: str, file: str) -> str:
    return say(lang, "page") + file[len(PAGE) :] if file.startswith(PAGE) else file


def _document(scanner: Names, lang: str, report: FileReport, page: Page | None) -> dict[str, Any]:
    patterns = scanner.catalogue.patterns
    laws = law_names(
        {key: scanner.catalogue.laws[key] for f in report.findings for key in f.basis if key in scanner.catalogue.laws}, lang
    )
    places = page.place(at for f in report.findings for at in (f.start, f.end)) if page else {}
    found = sorted(report.findings, key=lambda f: (places[f.start][0] != "title", f.start)) if page else report.findings
    findings = []
    for f in found:
        row = jsonl.row(report, f)
        pattern = patterns.get(f.kind)
        row["kind_name"] = (pattern.name.get(lang) or pattern.name["zh"]) if pattern else f.kind
        row["category_name"] = messages.category_name(lang, f.category)
        row["basis_names"] = [laws.get(key, key) for key in f.basis]
        row["source"] = f.source
        if page:
            row["field"], row["start"] = places[f.start]
            row["end"] = places[f.end][1]
        findings.append(row)
    return {
        "file": report.file, "status": report.status, "reason": report.reason, "doc_type": report.doc_type, "marks": list(report.marks),
        "warnings": [messages.noticed(lang, warning) for warning in report.warnings],
        "counts": counts([report]), "findings": findings,
    }  # fmt: skip
