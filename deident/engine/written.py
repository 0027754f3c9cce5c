"""The masked bytes of judged documents, verified.

Values that are removed from an item are removed from all of its family, in whatever view they stand: text, attribute, comment, metadata,
a workbook inside.  What is inside a document is written before it.  A written item is opened again and scanned again.  What is found
then (a number that had been glued to another one) is masked in a further round; an item in which something is left after ROUNDS, or in
which a removed number still stands (verify.py), is not handed out.
"""

from __future__ import annotations

import html as entities
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from deident.engine import copies
from deident.engine.collection import uncollected
from deident.engine.examine import NUMBERS
from deident.engine.links import Links
from deident.engine.replacements import Replacements
from deident.engine.tree import FAILED, Item
from deident.engine.verify import Sought
from deident.formats import Child, Document, Unreadable
from deident.formats.splice import apply, changes
from deident.matching.tokens import compact
from deident.model import MASK, Edit, FileReport
from deident.text.charset import encode

if TYPE_CHECKING:
    from deident.engine.pages import Pages

ROUNDS = 4
SHORTEST = 7  # characters of a number that is looked for in the whole document

Inside = Mapping[int, Mapping[int, Child | None]]
Values = list[list[bytes]]


def masked(pages: Pages, links: Links, inside: Inside) -> list[tuple[bytes | None, FileReport]]:
    """See Pages.masked."""
    with uncollected():  # half a million edits of a workbook live until it is written
        out, values = _round(pages, links, inside, [])
    reports = pages.reports
    for number in {pages.tops[inner] for inner, report in enumerate(reports) if report.reason == "not-written"}:
        _take_back(pages, out, number, "not-written")
    for number in range(pages.count) if len(links) else ():
        if (data := out[number]) is not None and links.find(data):
            _take_back(pages, out, number)
    _verify(pages, out, values)
    for number, report in enumerate(reports):
        if report.suffix and (out[number] is None or out[number] is pages.items[number][1]):
            report.suffix = ""  # it stays as it is, in the format it has
            report.warnings = [warning for warning in report.warnings if not warning.startswith(("converted", "written-as"))]
    return list(zip(out[: pages.count], reports[: pages.count], strict=True))


def _round(pages: Pages, links: Links, inside: Inside, known: Sequence[Sequence[bytes]]) -> tuple[list[bytes | None], Values]:
    """Every document written once, and by item the numbers removed (`known`: those of the rounds before)."""
    edits, values = _edits(pages, known)
    if len(links):
        _follow(pages, links, edits)
    out: list[bytes | None] = [None] * len(pages.items)
    kids: list[dict[int, Child | None]] = [dict(inside.get(number, {})) for number in range(len(pages.items))]
    for number in range(len(pages.items) - 1, -1, -1):  # what is inside comes before what holds it
        document, (name, data), (_, parent, child) = pages.documents[number], pages.items[number], pages.places[number]
        if document.status in FAILED:
            continue
        if edits[number] or kids[number]:
            out[number] = _write(pages, number, document, data, edits[number], kids[number])
        else:
            out[number] = _cleaned(pages.reports[number], document, data)
        if parent >= 0 and (new := out[number]) is not None and new is not data:
            kids[parent][child] = Child(name.rpartition("!")[2], new)
    return out, values


def _edits(pages: Pages, known: Sequence[Sequence[bytes]]) -> tuple[list[list[Edit]], Values]:
    """By document: edits of the batch's own view; by item: the numbers they remove (compact, folded)."""
    judged, values = pages.judged, [list(numbers) for numbers in known] or [[] for _ in range(pages.count)]
    _numbers(pages, values)
    more = Replacements.rows([*copies.numbers(pages, values), *copies.names(pages)])
    made = Replacements.join([pages.editor.replacements(judged), more])
    low, high = made.through(judged.folding)
    order = np.argsort(made.document, kind="stable")
    columns = (low[order].tolist(), high[order].tolist(), made.new[order].tolist())
    rows = map(Edit._make, zip(*columns, strict=True))
    counts = np.bincount(made.document, minlength=len(pages.items)).tolist()
    return [list(islice(rows, count)) for count in counts], values


def _numbers(pages: Pages, values: Values) -> None:
    """Add the numbers that go to those of their item (compact, folded)."""
    judged, patterns = pages.judged, pages.examiner.plan.patterns
    found, view, tops = judged.found, judged.scene.batch.view, pages.tops
    counted = np.array([pattern.category in NUMBERS for pattern in patterns], np.bool_)[found.kind]
    gone = np.flatnonzero((judged.action == MASK) & counted)
    mails = np.array([pattern.category == "email" for pattern in patterns], np.bool_)[found.kind[gone]]
    columns = (found.start[gone].tolist(), found.end[gone].tolist(), mails.tolist(), judged.document[gone].tolist())
    for start, end, mail, document in zip(*columns, strict=True):
        value = view[start:end]
        number = value.upper() if mail or value.isalnum() else compact(value)
        if len(number) >= SHORTEST:
            values[tops[document]].append(number)


def _follow(pages: Pages, links: Links, edits: list[list[Edit]]) -> None:
    """Edits that make links follow; inside of them there is nothing else to mask."""
    batch = pages.batch
    starts = batch.segments[:-1]

    def document(place: int) -> int:
        return int(batch.document[np.searchsorted(starts, place, "right") - 1])

    found: dict[int, list[Edit]] = {}
    for link in links.find(batch.view, lambda place: pages.items[document(place)][0]):
        number, new = document(link.start), link.new
        low, source = int(batch.sources[number]), pages.documents[number].source
        written = b"".join(source(a - low, b - low) for a, b in batch.map.ranges(link.start, link.end))
        if b"%" in written and "%" not in new and "%" not in link.old:
            new = quote(new)
        found.setdefault(number, []).append(Edit(link.start, link.end, new))
    for number, own in found.items():
        edits[number] = [
            *own,
            *(edit for edit in edits[number] if not any(a <= edit.start and edit.end <= b for a, b, _ in own)),
        ]


def _write(
    pages: Pages, number: int, document: Document, data: bytes, edits: list[Edit], kids: Mapping[int, Child | None]
) -> bytes | None:
    """The bytes of a document with its edits made and its children replaced; None where its format fails at that."""
    if pages.html:
        first = int(pages.batch.sources[number])

        def written(text: str, _place: int) -> bytes:
            return encode(entities.escape(text), document.encoding)

        return apply(data, [(a - first, b - first, new) for a, b, new in changes(pages.batch.map, edits, written)])
    own = pages.own(number)
    moved = [Edit(start - own, end - own, new) for start, end, new in edits] if own else edits
    if document.encoding:
        return document.write(moved, kids)
    try:
        made = document.write(moved, kids)
    except Exception:  # noqa: BLE001  libraries raise what they like on a file that is not as it should be
        if os.environ.get("DEIDENT_DEBUG") == "1":
            traceback.print_exc(file=sys.stderr)
        pages.reports[number].status, pages.reports[number].reason = "refused", "not-written"
        return None
    report = pages.reports[number]
    report.warnings += [warning for warning in document.warnings if warning not in report.warnings]
    if document.status == "partial" and not report.reason:  # seen only when it was written
        report.status, report.reason = "partial", document.reason
    return made


def _verify(pages: Pages, out: list[bytes | None], values: Values) -> None:
    """Open and scan what was changed once more; take back what still shows something, and say so in its report."""
    changed = [n for n in range(pages.count) if (data := out[n]) is not None and data is not pages.items[n][1]]
    waiting = list(changed)
    for last in range(ROUNDS, -1, -1):
        if not waiting:
            break
        items: list[Item] = [(pages.items[n][0] + pages.reports[n].suffix, out[n] or b"") for n in waiting]
        again = pages.again(items, waiting)
        numbers = [values[n] for n in waiting]
        shown = {again.tops[d] for d in again.judged.document[again.judged.action == MASK].tolist()}
        lost = {d for d in range(again.count) if again.documents[d].status in FAILED}
        left = (shown | _leaking(again, numbers)) - lost
        made, more = _round(again, Links({}), {}, numbers) if left and last else ([], [])
        following = []
        for d, n in enumerate(waiting):
            new = made[d] if d in left and made else None
            if d not in left and d not in lost:
                _settle(pages, n, out)
            elif new is None or new == items[d][1]:
                _take_back(pages, out, n)
            else:
                out[n], values[n] = new, more[d]
                following.append(n)
        waiting = following


def _leaking(pages: Pages, values: Sequence[Sequence[bytes]]) -> set[int]:
    """Items that still hold one of their `values` somewhere, as the second reader of their formats sees them."""
    sought = [Sought(numbers) if numbers else None for numbers in values]
    return {
        family
        for family, document in zip(pages.tops, pages.documents, strict=True)
        if (own := sought[family]) and any(own.standing(content, encoding) for content, encoding in document.contents())
    }


def _settle(pages: Pages, number: int, out: Sequence[bytes | None]) -> None:
    """What was masked and verified is "masked", unless something is left for a person or was not seen."""
    for inner, report in enumerate(pages.reports):
        if pages.tops[inner] == number and report.status not in FAILED and not _open(report):
            if out[inner] is not pages.items[inner][1]:
                report.status = "masked"
            report.warnings = [warning for warning in report.warnings if warning != "open-members"]


def _open(report: FileReport) -> bool:
    """Is something left for a person, or was a part of it not seen?  Then it may not be published as it is."""
    if report.reason or report.marks or any(finding.action == "review" for finding in report.findings):
        return True
    return any(_open(inner) for inner in report.members)


def _take_back(pages: Pages, out: list[bytes | None], number: int, reason: str = "not-verified") -> None:
    out[number] = None
    for inner, report in enumerate(pages.reports):
        if inner == number or (pages.tops[inner] == number and report.status not in FAILED):
            report.status, report.reason = "refused", reason


def _cleaned(report: FileReport, document: Document, data: bytes) -> bytes | None:
    """The bytes without what nobody is meant to read (metadata of pictures); None where its format fails at taking it out."""
    clean = getattr(document, "cleaned", None)
    try:
        made: bytes | None = clean() if clean else None
    except Unreadable as problem:
        report.status, report.reason = "refused", problem.reason
        return None
    return made or data
