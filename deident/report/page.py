"""report.html: one self-contained page for the clerk who has to act on it.

First what to do now and what bears marks of secrecy, then totals by category, folder, exemption and type, then the files, worst
first, each finding with its masked preview, place, reason and basis; kept ones are folded away with their reasons.  Offline (no external resource),
readable without JavaScript (the script only filters and sorts) and on paper; everything from the data is escaped.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import escape
from importlib.resources import files
from string import Template

from deident.model import ACTIONS, CATEGORY_NAMES, FileReport, Finding
from deident.report import sections
from deident.report.explain import type_name
from deident.report.messages import ACTION_NAMES, MASKED, STATUS_NAMES, category_name, pick, place, say
from deident.report.parts import basis, heading, number, section, show, table, word
from deident.report.run import Run
from deident.report.summary import Summary, not_cleared, undecided
from deident.report.text import notes, tasks
from deident.report.words import WORDS

#: How much the page lists; the rest is in findings.jsonl and the page says so.
LISTED, PER_FILE, FILES, UNREAD, KEPT, FOLDERS, MARKED = 2000, 100, 400, 300, 200, 40, 300


@dataclass(slots=True)
class Listing:
    """What the page will list, gathered file by file in bounded memory."""

    worst: list[tuple[int, int, int, int, FileReport]] = field(default_factory=list)
    unread: list[FileReport] = field(default_factory=list)
    marked: list[FileReport] = field(default_factory=list)
    kept: Counter[tuple[str, str, tuple[str, ...]]] = field(default_factory=Counter)
    seen: int = 0

    def add(self, report: FileReport) -> None:
        """Take one file in, if it is among the worst so far."""
        self.seen += 1
        if not_cleared(report) and len(self.unread) < UNREAD:
            self.unread.append(report)
        if report.marks and len(self.marked) < MARKED:
            self.marked.append(replace(report, findings=[]))
        open_ = [finding for finding in report.findings if finding.action != "keep"]
        for finding in report.findings:
            if finding.action == "keep" and (len(self.kept) < 5000 or (finding.kind, finding.reason, finding.basis) in self.kept):
                self.kept[finding.kind, finding.reason, finding.basis] += 1
        if not open_ and not report.renamed:
            return
        masks = sum(finding.action == "mask" for finding in open_)
        short = FileReport(
            report.file, report.format, report.encoding, report.status, report.doc_type, report.size, report.reason
        )
        short.findings = sorted(open_, key=lambda finding: (ACTIONS.index(finding.action), finding.start))[:PER_FILE]
        short.renamed = report.renamed
        todo = 0 if report.status == "masked" or undecided(report) else masks
        item = (todo, len(open_) - masks, masks, -self.seen, short)
        (heapq.heappush if len(self.worst) < FILES else heapq.heappushpop)(self.worst, item)


def render(summary: Summary, listing: Listing, run: Run) -> str:
    """The whole page."""
    template = files("deident.report").joinpath("page.html").read_text(encoding="utf-8")
    title = "title_mask" if run.mode == "mask" else "title"
    return Template(template).substitute(
        lang="en" if run.lang == "en" else "zh-CN",
        title=word(run, title),
        subtitle="" if run.lang == "en" else escape(WORDS[title][1]),
        facts=_facts(summary, run),
        now=heading(run, "now"),
        judged="".join(sections.all_of(summary, run)),
        marks=section(run, "marks", sections.marks(listing.marked, summary.marked, run)) if summary.marked else "",
        tasks=_tasks(summary, run),
        cards=_cards(summary, run),
        notes="".join(f'<p class="note">{escape(note)}</p>' for note in notes(summary, run)),
        categories=section(run, "categories", _categories(summary, run)),
        folders=section(run, "folders", _folders(summary, run)),
        worst=section(run, "worst", _worst(summary, listing, run)),
        unread=section(run, "unread", _unread(summary, listing, run)) if summary.unread else "",
        kept=section(run, "kept", _kept(listing, run)) if listing.kept else "",
        foot=f"{word(run, 'no_values')} deident {escape(run.version)}",
    )


def _action(run: Run, action: str, *, done: bool = False) -> str:
    return escape(pick(run.lang, MASKED if done and action == "mask" else ACTION_NAMES.get(action, (action, action))))


def _done(report: FileReport, run: Run) -> bool:
    """Was what had to be masked in this file masked?"""
    return run.mode == "mask" and (report.status == "masked" or undecided(report))


def _facts(summary: Summary, run: Run) -> str:
    facts = [
        f"{number(summary.files)} {word(run, 'files')}",
        f"{summary.bytes / 1e6:,.1f} MB",
        f"{escape(run.started[:16].replace('T', ' '))}",
        f"{word(run, 'policy')} {escape(run.policy)}",
    ]
    return " · ".join(fact for fact in facts if fact.strip())


def _tasks(summary: Summary, run: Run) -> str:
    out = []
    for tone, sentence in tasks(summary, run):
        how = f'<span class="how">{escape(say(run.lang, "do_mask_how"))}</span>' if tone == "mask" and run.mode == "scan" else ""
        out.append(f'<li class="{tone}"><strong>{escape(sentence)}</strong>{how}</li>')
    return "".join(out)


def _cards(summary: Summary, run: Run) -> str:
    cards = [(action, _action(run, action), summary.places[action]) for action in ACTIONS]
    if run.mode == "mask":
        cards[0] = ("masked", _action(run, "mask", done=True), summary.masked_places)
    cards.append(("unread", escape(pick(run.lang, STATUS_NAMES["unscannable"])), summary.unread))
    return "".join(f'<div class="card {key}"><b>{number(count)}</b><span>{name}</span></div>' for key, name, count in cards)


def _bar(counts: Counter[str], most: int, done: bool) -> str:
    parts = "".join(
        f'<i class="{_tone(action, done)}" style="width:{100 * counts[action] / most:.2f}%"></i>'
        for action in ACTIONS
        if counts[action]
    )
    return f'<div class="bar" aria-hidden="true">{parts}</div>'


def _bars(rows: Iterable[tuple[str, Counter[str]]], first: str, run: Run) -> str:
    done = run.mode == "mask"
    listed = list(rows)
    if not listed:
        return f"<p>{word(run, 'none')}</p>"
    most = max(1, *(sum(counts[action] for action in ACTIONS) for _, counts in listed))
    head = "".join(f'<th class="n">{_action(run, action, done=done)}</th>' for action in ACTIONS)
    body = "".join(
        f'<tr><th scope="row">{name}</th><td class="wide">{_bar(counts, most, done)}</td>'
        + "".join(
            f'<td class="n {_tone(action, done)}" data-label="{_action(run, action, done=done)}">{number(counts[action])}</td>'
            for action in ACTIONS
        )
        + "</tr>"
        for name, counts in listed
    )
    return (
        f'<table class="bars"><thead><tr><th>{first}</th><th class="wide"></th>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _categories(summary: Summary, run: Run) -> str:
    def name(category: str) -> str:
        english = "" if run.lang == "en" or category not in CATEGORY_NAMES else CATEGORY_NAMES[category][1]
        return show(category_name(run.lang, category)) + (f' <small lang="en">{escape(english)}</small>' if english else "")

    rows = sorted(summary.categories.items(), key=lambda item: (-item[1]["mask"], -item[1]["review"], -item[1]["keep"], item[0]))
    return _bars(((name(category), counts) for category, counts in rows), word(run, "kind"), run)


def _folders(summary: Summary, run: Run) -> str:
    rows = sorted(summary.folders.items(), key=lambda item: (-item[1]["mask"], -item[1]["review"], -item[1]["unread"], item[0]))
    shown = (
        (
            f"{word(run, 'root') if folder == '.' else show(folder)} <small>{number(counts['files'])} {word(run, 'files')}</small>",
            counts,
        )
        for folder, counts in rows[:FOLDERS]
    )
    more = f'<p class="note">{word(run, "more_folders", count=len(rows) - FOLDERS)}</p>' if len(rows) > FOLDERS else ""
    return _bars(shown, word(run, "folder"), run) + more


def _worst(summary: Summary, listing: Listing, run: Run) -> str:
    total, shown, parts = summary.places["mask"] + summary.places["review"], 0, []
    ranked = sorted(listing.worst, key=lambda item: item[:4], reverse=True)
    for rank, (_, reviews, masks, _, report) in enumerate(ranked):
        if shown >= LISTED and report.findings:
            continue
        findings = report.findings[: max(0, LISTED - shown)]
        shown += len(findings)
        parts.append(
            _file(report, findings, masks, masks + reviews, run, unfolded=rank == 0 or (len(findings) <= 10 and rank < 10))
        )
    if not parts:
        return f"<p>{word(run, 'none')}</p>"
    note = f'<p class="note">{word(run, "limited", shown=number(shown), total=number(total))}</p>' if shown < total else ""
    buttons = "".join(
        f'<button type="button" data-action="{action}">{_action(run, action, done=run.mode == "mask") if action else word(run, "all")}</button>'
        for action in ("", "mask", "review")
    )
    tools = (
        f'<div class="tools" hidden><input type="search" placeholder="{word(run, "search")}" aria-label="{word(run, "search")}">'
        f'<span class="buttons">{buttons}</span><label>{word(run, "sort")} <select><option value="count">{word(run, "by_count")}'
        f'</option><option value="name">{word(run, "by_name")}</option></select></label></div>'
    )
    return f'{note}{tools}<div class="files">{"".join(parts)}</div>'


def _file(report: FileReport, findings: list[Finding], masks: int, count: int, run: Run, *, unfolded: bool) -> str:
    done = _done(report, run)
    badges = "".join(
        f'<span class="badge {_tone(action, done)}">{_action(run, action, done=done)} {number(places)}</span>'
        for action, places in (("mask", masks), ("review", count - masks))
        if places
    )
    if report.renamed:
        badges += f'<span class="badge mask">{escape(say(run.lang, "name_masked"))}</span>'
    status = f'<span class="status">{show(type_name(report.doc_type, run))}</span> ' if report.doc_type else ""
    status += f'<span class="status">{escape(pick(run.lang, STATUS_NAMES[report.status]))}</span>' if run.mode == "mask" else ""
    keys = ("place", "kind", "preview", "action", "reason")
    labels = {key: word(run, f"{key}_short" if f"{key}_short" in WORDS else key) for key in keys}
    rows = "".join(_finding(finding, run, labels, done) for finding in findings)
    head = "".join(f"<th>{word(run, key)}</th>" for key in keys)
    more = f'<p class="note">{word(run, "more_here", count=number(count - len(findings)))}</p>' if count > len(findings) else ""
    listed = f'<table class="findings"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>' if rows else ""
    return (
        f'<details class="file" data-count="{count}"{" open" if unfolded else ""}><summary><span class="name">{show(report.file)}'
        f"</span> {badges}{status}</summary>{listed}{more}</details>"
    )


def _tone(action: str, done: bool) -> str:
    return "masked" if done and action == "mask" else show(action)


def _finding(finding: Finding, run: Run, labels: dict[str, str], done: bool) -> str:
    name = run.kinds.get(finding.kind) or category_name(run.lang, finding.category)
    tag = f' <small class="tag">#{show(finding.tag)}</small>' if finding.tag else ""
    cells = {
        "place": show(place(run.lang, finding.where)),
        "kind": show(name),
        "preview": f"<code>{show(finding.preview)}</code>{tag}",
        "action": f'<span class="badge {_tone(finding.action, done)}">{_action(run, finding.action, done=done)}</span>',
        "reason": show(finding.reason) + basis(finding.basis, run),
    }
    body = "".join(f'<td class="{key}" data-label="{labels[key]}">{cell}</td>' for key, cell in cells.items())
    return f'<tr data-action="{show(finding.action)}">{body}</tr>'


def _unread(summary: Summary, listing: Listing, run: Run) -> str:
    rows = (
        [f'<span class="name">{show(r.file)}</span>', escape(pick(run.lang, STATUS_NAMES[r.status])), show(r.reason)]
        for r in listing.unread
    )
    left = summary.unread - len(listing.unread)
    more = f'<p class="note">{word(run, "more_files", count=number(left))}</p>' if left > 0 else ""
    listed = table(run, ("files", "status", "reason"), rows) + more
    if len(listing.unread) <= 10:
        return listed
    return f"<details><summary>{number(summary.unread)} {word(run, 'files')}</summary>{listed}</details>"


def _kept(listing: Listing, run: Run) -> str:
    rows = (
        [show(run.kinds.get(kind, kind)), show(reason) + basis(keys, run), number(count)]
        for (kind, reason, keys), count in sorted(listing.kept.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
    )
    total = number(sum(listing.kept.values()))
    listed = table(run, ("kind", "reason", "count"), rows, ("count",))
    return f'<details class="kept"><summary>{_action(run, "keep")} {total}</summary>{listed}</details>'
