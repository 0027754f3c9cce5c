"""The text of a submission as the engine read it, with what was found marked in it.  Runs in a worker: files may be hostile.

All functions take the worker's scanner first and give plain data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from deident.crawl.risky import apart as beside
from deident.crawl.risky import risky_bytes
from deident.engine import Scanner
from deident.engine.archives import ARCHIVES
from deident.engine.naming import apart, shown
from deident.formats.sniff import sniff
from deident.gate.page import page
from deident.gate.submission import Submission
from deident.model import ROLES

SHOWN = 200_000  # characters of a document that are shown; the engine reads all of it
SECONDS = 60.0
HIDDEN = "***"


def read(scanner: Scanner, submission: Submission, decisions: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Each document of the submission and what is inside it (not what is in archives):

    file    "@page", or the name with values masked
    parts   [{"label": locator or "", "text": str, "marks": [[start, end, tag, action, kind], …]}], code points of the text
    cut     whether there is more than is shown
    """
    chosen = scanner.decided(decisions) if decisions else scanner
    own = page(submission)
    items = [(own.name, own.data)] if own else []
    items += [(file.name, file.data) for file in submission.attachments]
    names = ["@page"] if own else []
    names += apart([file.name for file in submission.attachments], scanner.mask_names)
    out: list[dict[str, Any]] = []
    for number, (name, item) in enumerate(zip(names, items, strict=True)):
        if sniff(item[1], item[0])[0] in ARCHIVES:
            continue

        of_page = number == 0 or not (own and own.field)  # a type that is given is the page's; without one, the attachments'
        work = partial(_documents, chosen, item, submission.title, (submission.doc_type or None) if of_page else None)
        done = beside(work, SECONDS) if risky_bytes(*item) else work()
        if isinstance(done, str):  # it took too long or died: the answer says so
            continue
        for document in done:
            inside = document["file"].removeprefix(item[0])
            document["file"] = name + (shown([inside], scanner.mask_names)[0] if inside else "")
        out += done
    return out


def safe(scanner: Scanner, texts: Sequence[str]) -> list[str]:
    """Titles, reasons and comments as they may be kept: whatever is to be masked or reviewed is hidden.  By rules alone."""
    out = []
    for text in texts:
        for finding in reversed(list(scanner.alone.scan(text))):
            if finding.action != "keep":
                text = text[: finding.start] + HIDDEN + text[finding.end :]
        out.append(text)
    return out


def _documents(scanner: Scanner, item: tuple[str, bytes], title: str, given: str | None) -> list[dict[str, Any]]:
    pages = scanner.opened(*item, page=title, doc_type=given)
    batch, (low, high) = pages.batch, pages.in_view()
    rows: dict[int, list[list[Any]]] = {}
    segments = (np.searchsorted(batch.segments, low, "right") - 1).tolist()
    findings = [finding for report in pages.reports for finding in report.findings]
    for segment, start, end, finding in zip(segments, low.tolist(), high.tolist(), findings, strict=True):
        rows.setdefault(segment, []).append([start, end, finding.tag, finding.action, finding.kind])
    out = [{"file": name, "parts": [], "cut": False} for name, _ in pages.items]
    left = [SHOWN] * len(out)
    bounds = batch.segments.tolist()
    for segment, (document, role) in enumerate(zip(batch.document.tolist(), batch.role.tolist(), strict=True)):
        marks = rows.get(segment, [])
        if ROLES[role] != "text" and not marks:
            continue
        if left[document] <= 0:
            out[document]["cut"] = True
            continue
        label = batch.where.get(segment) or ("" if ROLES[role] == "text" else f"@{ROLES[role]}")
        part, cut = _part(batch.view[bounds[segment] : bounds[segment + 1] - 1], bounds[segment], marks, left[document])
        out[document]["cut"] |= cut
        left[document] -= len(part["text"])
        out[document]["parts"].append({"label": label, **part})
    return out


def _part(view: bytes, first: int, marks: list[list[Any]], most: int) -> tuple[dict[str, Any], bool]:
    """A segment's text with marks in code points; what overlaps one before it begins where that ends."""
    text, placed, last, count = view.decode("utf-8", "replace"), [], 0, 0
    for start, end, *rest in sorted(marks, key=lambda mark: (mark[0], -mark[1])):
        start, end = max(start - first, last), end - first
        if end <= start:
            continue
        count += len(view[last:start].decode("utf-8", "replace"))
        length = len(view[start:end].decode("utf-8", "replace"))
        if count + length <= most:
            placed.append([count, count + length, *rest])
        count, last = count + length, end
    return {"text": text[:most], "marks": placed}, len(text) > most
