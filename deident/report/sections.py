"""Sections of report.html on judgement: marks of secrecy, document types, retention, exemptions, review load, the site's list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deident.model import FileReport
from deident.report.explain import type_name
from deident.report.messages import category_name, say, why
from deident.report.parts import basis, number, section, show, table, word
from deident.report.plain import plain
from deident.report.run import Exempted, Run
from deident.report.summary import FREQUENT, Summary, ranked, retained

LONG = 8  # rows of a table from which on it is folded away


def all_of(summary: Summary, run: Run) -> Iterator[str]:
    """The sections for which there is something to say; that of the marks stands elsewhere, because it comes first."""
    if summary.reviews:
        yield section(run, "reviews", _reviews(summary, run))
    if summary.exemptions:
        yield section(run, "exemptions", _exemptions(summary, run))
    if types := retained(summary, run):
        yield section(run, "retention", _retention(types, summary, run))
    if summary.files:
        yield section(run, "types", _types(summary, run))
    if run.suppressions:
        yield section(run, "suppressions", _suppressions(summary, run))


def marks(listed: Sequence[FileReport], total: int, run: Run) -> str:
    """Files that a person has to look at before anything else, with the marks they bear."""
    note = f'<p class="note">{word(run, "marks_note")}</p>'
    rows = ([f'<span class="name">{show(report.file)}</span>', show(why(run.lang, report, run.marks))] for report in listed)
    left = total - len(listed)
    more = f'<p class="note">{word(run, "more_files", count=number(left))}</p>' if left > 0 else ""
    return note + table(run, ("files", "why"), rows) + more


def _folded(listed: str, rows: int, run: Run) -> str:
    """A long table is folded away: the files that need action come below."""
    if rows <= LONG:
        return listed
    return f"<details><summary>{number(rows)} {word(run, 'types_count')}</summary>{listed}</details>"


def _types(summary: Summary, run: Run) -> str:
    rows = ([show(type_name(type, run)), number(count)] for type, count in ranked(summary.doc_types))
    return _folded(table(run, ("type", "files"), rows, ("files",)), len(summary.doc_types), run)


def _retention(types: Sequence[str], summary: Summary, run: Run) -> str:
    rows = []
    for type in sorted(types):
        period = run.periods[type]
        days = number(period.days) if period.days else word(run, "days_open")
        after = show(say(run.lang, f"after_{period.after}"))
        rows.append([show(type_name(type, run)), number(summary.doc_types[type]), days, after, basis(period.basis, run)])
    note = f'<p class="note">{word(run, "retention_note")}</p>'
    return note + _folded(table(run, ("type", "files", "days", "after", "basis"), rows, ("files", "days")), len(rows), run)


def _exemptions(summary: Summary, run: Run) -> str:
    rows = []
    for id, count in ranked(summary.exemptions):
        used = run.exemptions.get(id)
        named = [
            _grouped(used, run) if used else "",
            show(type_name(used.type, run)) if used else "",
            show(category_name(run.lang, used.category)) if used else "",
            basis(used.basis, run) if used else "",
        ]
        rows.append([f"<code>{show(id)}</code> {named[0]}", *named[1:], number(count), number(summary.exempted[id])])
    return table(run, ("exemption", "type", "category", "basis", "count", "files"), rows, ("count", "files"))


def _grouped(used: Exempted, run: Run) -> str:
    """The reason, which says itself in most lists what kind of exemption it is."""
    group = say(run.lang, f"group_{used.group}")
    return show(used.reason if used.reason.lower().startswith(group.lower()) else f"{group}: {used.reason}")


def _reviews(summary: Summary, run: Run) -> str:
    mean = f"{summary.per_document:g}"
    note = f'<p class="note">{word(run, "reviews_note", count=number(summary.places["review"]), mean=mean)}</p>'
    rows = ([show(reason), number(count)] for reason, count in ranked(summary.reviews)[:FREQUENT])
    return note + table(run, ("why", "count"), rows, ("count",))


def _suppressions(summary: Summary, run: Run) -> str:
    note = f"<p>{word(run, 'suppressions_note', file=plain(run.suppressions), count=number(summary.suppressed))}</p>"
    if not run.expired:
        return note
    rows = ([f"<code>{show(entry.name)}</code>", show(entry.owner), show(entry.expires)] for entry in run.expired)
    return note + f'<p class="note">{word(run, "expired")}</p>' + table(run, ("entry", "owner", "expires"), rows)
