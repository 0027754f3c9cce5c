"""Plain text for a terminal: the result of `check`, and the closing lines of `scan` and `mask`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deident.model import ACTIONS, FileReport
from deident.report import explain
from deident.report.explain import Explained
from deident.report.messages import ACTION_NAMES, category_name, pick, place, say, why
from deident.report.plain import plain
from deident.report.run import Run
from deident.report.summary import FAILED, Summary, not_cleared


def checked(reports: Sequence[FileReport], run: Run, explained: Sequence[Explained] = ()) -> Iterator[str]:
    """Lines about checked documents: the verdict first, then what to mask, to review and to keep, each with its reason; the
    legal sources, numbered, come last.  `explained`: one for each report, whose explanations go below the findings."""
    lang, laws = run.lang, dict[str, int]()
    for number, report in enumerate(reports):
        file = plain(report.file)
        if not_cleared(report):
            yield say(lang, "check_unread", file=file, reason=plain(report.reason))
        counts = {action: report.count(action) for action in ACTIONS}
        if counts["mask"] or counts["review"]:
            yield say(lang, "check_total", file=file, **counts)
        elif not (not_cleared(report) or report.marks):
            yield say(lang, "check_clean", file=file)
        if report.marks:
            yield say(lang, "check_marked", file=file, reason=plain(why(lang, replace(report, reason=""), run.marks)))
        if explained:
            yield from explain.of_type(explained[number], run)
        order = sorted(enumerate(report.findings), key=lambda item: (ACTIONS.index(item[1].action), item[1].start))
        for place_in_report, finding in order:
            action = pick(lang, ACTION_NAMES.get(finding.action, (finding.action, finding.action)))
            name = run.kinds.get(finding.kind) or category_name(lang, finding.category)
            numbers = ",".join(str(laws.setdefault(key, len(laws) + 1)) for key in finding.basis)
            where = plain(place(lang, finding.where))
            yield f"  {action}  {where}  {name}  {plain(finding.preview)}  {plain(finding.reason)}{numbers and f' [{numbers}]'}"
            if explained:
                yield from explain.of_finding(explained[number].findings[place_in_report], run)
    if laws:
        yield f"{say(lang, 'basis')}:"
    for key, number in laws.items():
        yield f"  [{number}] {plain(run.laws.get(key, key))} ({key})"


def tasks(summary: Summary, run: Run) -> list[tuple[str, str]]:
    """What to do now, most urgent first, as (tone, sentence); tone is "marks", "mask", "review", "unread" or "good"."""
    lang, masking = run.lang, run.mode == "mask"
    out: list[tuple[str, str]] = []
    if summary.marked:
        out.append(("marks", say(lang, "do_marks", files=summary.marked)))
    if summary.places["mask"] and not masking:
        out.append(("mask", say(lang, "do_mask", files=summary.files_with["mask"], places=summary.places["mask"])))
    if masking and summary.unmasked:
        out.append(("mask", say(lang, "do_partial", files=summary.unmasked)))
    if summary.places["review"]:
        out.append(
            (
                "review",
                say(
                    lang,
                    "do_review_left" if masking else "do_review",
                    files=summary.files_with["review"],
                    places=summary.places["review"],
                ),
            )
        )
    unwritten = sum(summary.statuses[status] for status in FAILED)  # a partly read file is written, and counted above
    if masking and unwritten:
        out.append(("unread", say(lang, "do_unwritten", files=unwritten)))
    elif summary.unread and not masking:
        out.append(("unread", say(lang, "do_unread", files=summary.unread)))
    if masking and summary.statuses["masked"]:
        out.append(("good", say(lang, "do_masked", files=summary.statuses["masked"], places=summary.masked_places)))
    return out or [("good", say(lang, "do_nothing", files=summary.files))]


def notes(summary: Summary, run: Run) -> Iterator[str]:
    """How many people it is about; what the tagger read, or that there is none."""
    if summary.involved:
        key = "people_masked" if run.mode == "mask" else "people"
        yield say(run.lang, key, people=summary.involved, mask=summary.people["mask"], review=summary.people["review"])
    if run.tagger is not None:
        name, read, seconds = plain(run.tagger.name), run.tagger.characters, round(run.tagger.seconds, 1)
        yield say(run.lang, "tagger", name=name, characters=read, seconds=seconds, rate=run.tagger.rate)
    elif run.untagged:
        yield say(run.lang, "untagged")


def closing(summary: Summary, run: Run) -> Iterator[str]:
    """The last lines of `scan` and `mask`."""
    yield say(run.lang, "scanned_total", files=summary.files, size=round(summary.bytes / 1e6, 1), seconds=round(run.seconds, 1))
    for _, sentence in tasks(summary, run):
        yield f"  - {sentence}"
    if run.skipped:
        yield f"  - {say(run.lang, 'skipped', count=sum(run.skipped.values()))}"
    for note in notes(summary, run):
        yield f"  - {note}"
