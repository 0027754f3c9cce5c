"""A submission checked, and masked: the answer as a program wants it (docs/server.md), in which no value stands.

The page is one document; attachments are judged each by itself, knowing the title of the page.  Risky ones (crawl/risky.py) are read
in a process of their own.  What is said about a masked submission is what a second check of it says.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar

from deident.crawl.risky import apart as beside
from deident.crawl.risky import risky_bytes
from deident.engine.naming import apart
from deident.errors import InputError
from deident.gate.page import Page, page
from deident.gate.reply import Names, counts, reply
from deident.gate.submission import Attachment, Submission
from deident.gate.words import say
from deident.model import FileReport
from deident.policy import UNKNOWN

SECONDS = 60.0  # for all risky attachments of a submission
T = TypeVar("T")
Item = tuple[str, bytes]
Masked = tuple[bytes | None, FileReport]


class Scanner(Names, Protocol):
    """What is needed of engine.Scanner."""

    @property
    def scan_many(self) -> Callable[..., list[FileReport]]: ...
    @property
    def mask_many(self) -> Callable[..., list[Masked]]: ...
    @property
    def decided(self) -> Callable[[Mapping[str, str]], Any]: ...


def check(
    scanner: Scanner, submission: Submission, decisions: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> dict[str, Any]:
    """The answer on a submission.  Raises InputError for a document type that the policy does not have.

    decisions   tag of a value → "mask" or "keep": what a person decided; needs a scanner with a key
    seconds     for the risky attachments together; one that is not done by then is "refused"
    """
    scanner = scanner.decided(decisions) if decisions else scanner
    given, until, own = _type(scanner, submission), time.monotonic() + seconds, page(submission)
    reports = _each(scanner.scan_many, submission, own, given, until, _refused)
    names = _names(scanner, submission)
    for report, name in zip(reports[len(reports) - len(names) :], names, strict=True):
        report.renamed = name if name != report.file else ""
    return reply(scanner, submission, own, reports, names)


def mask(
    scanner: Scanner, submission: Submission, decisions: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> dict[str, Any]:
    """The answer on the masked submission, with `masked`, its content, and `counts_before`; arguments as in `check`.

    What could not be masked safely is None in `masked`; the answer then speaks of it as it came.
    """
    scanner = scanner.decided(decisions) if decisions else scanner
    given, until, own = _type(scanner, submission), time.monotonic() + seconds, page(submission)
    done = _each(scanner.mask_many, submission, own, given, until, lambda name, data, why: (None, _refused(name, data, why)))
    first = len(done) - len(submission.attachments)
    names = [name + report.suffix for name, (_, report) in zip(_names(scanner, submission), done[first:], strict=True)]
    before = counts(report for _, top in done for report in top.all())

    fields: dict[str, str] = {}
    if own and (data := done[0][0]) is not None:
        fields = own.fields(data)
    files = tuple(Attachment(name, data) for name, (data, _) in zip(names, done[first:], strict=True) if data is not None)
    after = replace(
        submission, title=fields.get("title", ""), html=fields.get("html"), text=fields.get("text"), attachments=files
    )
    written = page(after)
    again = iter(_each(scanner.scan_many, after, written, given, until, _refused, submission.title))
    sources = (
        [own.data] * first + [file.data for file in submission.attachments] if own else [f.data for f in submission.attachments]
    )
    reports = [
        report if data is None else _settled(next(again), report, data != source)
        for (data, report), source in zip(done, sources, strict=True)
    ]
    answer = reply(scanner, after, written or own, reports, names)
    answer["counts_before"] = before
    answer["masked"] = masked = dict[str, Any](fields)
    if own and not fields:
        masked |= {"title": None, **({own.field: None} if own.field else {})}
    masked["attachments"] = [
        {"name": name, "content": None if data is None else base64.b64encode(data).decode(), "status": new.status, "reason": new.reason}
        for name, (data, _), new in zip(names, done[first:], reports[first:], strict=True)
    ]  # fmt: skip
    return answer


def _names(scanner: Scanner, submission: Submission) -> list[str]:
    """What the attachments may be called."""
    return apart([file.name for file in submission.attachments], scanner.mask_names) if submission.attachments else []


def _type(scanner: Scanner, submission: Submission) -> str | None:
    given, types = submission.doc_type, scanner.policy.types
    if given is not None and given != UNKNOWN and given not in types:
        raise InputError(say(submission.lang, "no_type", types=", ".join(types)))
    return given


def _each(
    many: Callable[..., list[T]], submission: Submission, own: Page | None, given: str | None, until: float,
    failed: Callable[[str, bytes, str], T], title: str | None = None,
) -> list[T]:  # fmt: skip
    """What `many` makes of the page and of each attachment.  The type that is given is the page's; without one, the attachments'."""
    typed: dict[str, str] = {} if given is None else {"doc_type": given}
    out = many([(own.name, own.data)], **typed) if own else []
    items = [(file.name, file.data) for file in submission.attachments]
    pages = {name: submission.title if title is None else title for name, _ in items}
    more = {} if own and own.field else typed
    calm = [number for number, item in enumerate(items) if not risky_bytes(*item)]
    found = dict(zip(calm, many([items[number] for number in calm], pages=pages, **more), strict=True)) if calm else {}
    for number, item in enumerate(items):
        if number not in found:
            left = until - time.monotonic()
            made = beside(partial(many, [item], pages=pages, **more), left) if left > 0 else "hung"
            found[number] = failed(*item, made) if isinstance(made, str) else made[0]
    return [*out, *(found[number] for number in range(len(items)))]


def _refused(name: str, data: bytes, why: str) -> FileReport:
    return FileReport(name, status="refused", size=len(data), reason=why)


def _settled(report: FileReport, before: FileReport, changed: bool) -> FileReport:
    """The report on what was written, with what was noticed while writing."""
    report.warnings += [warning for warning in before.warnings if warning not in (*report.warnings, "open-members")]
    if report.status == "clean" and before.reason:  # a part was not seen, and left out
        report.status, report.reason = "partial", before.reason
    elif report.status == "clean" and changed:
        report.status = "masked"
    return report
