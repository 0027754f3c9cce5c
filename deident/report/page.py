"""report.html: one self-contained page for the clerk who has to act on it.

First what to do now, then totals by category and by folder, then the files, worst first, each finding with its masked
preview, place, reason and basis; kept ones are folded away with their reasons.  Offline (no external resource),
readable without JavaScript (the script only filters and sorts) and on paper; everything from the data is escaped.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from string import Template

from deident.model import ACTIONS, CATEGORY_NAMES, FileReport, Finding
from deident.report.messages import ACTION_NAMES, MASKED, STATUS_NAMES, category_name, pick, place, say
from deident.report.plain import plain
from deident.report.summary import Run, Summary, not_cleared, undecided
from deident.report.text import tasks

#: How much the page lists; the rest is in findings.jsonl and the page says so.
LISTED, PER_FILE, FILES, UNREAD, KEPT, FOLDERS = 2000, 100, 400, 300, 200, 40

#: Words of the page only: (zh, en).
WORDS: dict[str, tuple[str, str]] = {
    "title": ("网页个人信息检查报告", "Personal information report"),
    "title_mask": ("网页个人信息脱敏报告", "Personal information masking report"),
    "policy": ("策略", "policy"),
    "now": ("现在要做什么", "What to do now"),
    "files": ("文件", "files"),
    "categories": ("按信息类别", "By category"),
    "folders": ("按部门文件夹", "By department folder"),
    "folder": ("文件夹", "Folder"),
    "root": ("（根目录）", "(top level)"),
    "worst": ("需要处理的文件", "Files that need action"),
    "worst_mask": ("已脱敏和需要判断的文件", "Files that were masked or need a decision"),
    "unread": ("未能检查的文件", "Files that could not be scanned"),
    "unread_mask": ("未能安全脱敏、未写入的文件", "Files that could not be masked safely and were not written"),
    "kept": ("可以保留的内容及理由", "What may stay, and why"),
    "place": ("位置", "Place"),
    "kind": ("种类", "Kind"),
    "preview": ("内容（已遮盖）", "Preview (masked)"),
    "preview_short": ("内容", "Preview"),
    "action": ("处理", "Action"),
    "reason": ("理由与依据", "Reason and basis"),
    "count": ("数量", "Count"),
    "status": ("状态", "Status"),
    "search": ("筛选：文件名、种类、理由……", "Filter: file, kind, reason …"),
    "all": ("全部", "All"),
    "sort": ("排序", "Sort"),
    "by_count": ("数量从多到少", "most findings first"),
    "by_name": ("文件名", "file name"),
    "limited": (
        "本页列出最需要处理的 {shown} 处（共 {total} 处）；全部内容见 findings.jsonl 与 files.csv。",
        "This page lists the {shown} worst places of {total}; all of them are in findings.jsonl and files.csv.",
    ),
    "more_here": ("此文件另有 {count} 处，见 findings.jsonl。", "{count} more in this file: see findings.jsonl."),
    "more_files": ("另有 {count} 个文件，见 files.csv。", "{count} more files: see files.csv."),
    "more_folders": ("另有 {count} 个文件夹，见 summary.json。", "{count} more folders: see summary.json."),
    "no_values": ("本报告不含任何个人信息原值。", "This report holds no one's original data."),
    "none": ("没有。", "None."),
}


@dataclass(slots=True)
class Listing:
    """What the page will list, gathered file by file in bounded memory."""

    worst: list[tuple[int, int, int, int, FileReport]] = field(default_factory=list)
    unread: list[FileReport] = field(default_factory=list)
    kept: Counter[tuple[str, str, tuple[str, ...]]] = field(default_factory=Counter)
    seen: int = 0

    def add(self, report: FileReport) -> None:
        """Take one file in, if it is among the worst so far."""
        self.seen += 1
        if not_cleared(report) and len(self.unread) < UNREAD:
            self.unread.append(report)
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
        title=_word(run, title),
        subtitle="" if run.lang == "en" else escape(WORDS[title][1]),
        facts=_facts(summary, run),
        now=_heading(run, "now"),
        tasks=_tasks(summary, run),
        cards=_cards(summary, run),
        categories=_section(run, "categories", _categories(summary, run)),
        folders=_section(run, "folders", _folders(summary, run)),
        worst=_section(run, "worst", _worst(summary, listing, run)),
        unread=_section(run, "unread", _unread(summary, listing, run)) if summary.unread else "",
        kept=_section(run, "kept", _kept(listing, run)) if listing.kept else "",
        foot=f"{_word(run, 'no_values')} deident {escape(run.version)}",
    )


def _word(run: Run, key: str, **values: object) -> str:
    return escape(pick(run.lang, WORDS[key]).format(**values))


def _heading(run: Run, key: str) -> str:
    english = "" if run.lang == "en" else f' <small lang="en">{escape(WORDS[key][1])}</small>'
    return f"<h2>{_word(run, key)}{english}</h2>"


def _section(run: Run, key: str, body: str) -> str:
    title = f"{key}_mask" if run.mode == "mask" and f"{key}_mask" in WORDS else key
    return f'<section id="{key}">{_heading(run, title)}{body}</section>'


def _show(text: str) -> str:
    return escape(plain(text))


def _number(count: int) -> str:
    return f"{count:,}"


def _action(run: Run, action: str, *, done: bool = False) -> str:
    return escape(pick(run.lang, MASKED if done and action == "mask" else ACTION_NAMES.get(action, (action, action))))


def _done(report: FileReport, run: Run) -> bool:
    """Was what had to be masked in this file masked?"""
    return run.mode == "mask" and (report.status == "masked" or undecided(report))


def _facts(summary: Summary, run: Run) -> str:
    facts = [
        f"{_number(summary.files)} {_word(run, 'files')}",
        f"{summary.bytes / 1e6:,.1f} MB",
        f"{escape(run.started[:16].replace('T', ' '))}",
        f"{_word(run, 'policy')} {escape(run.policy)}",
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
    return "".join(f'<div class="card {key}"><b>{_number(count)}</b><span>{name}</span></div>' for key, name, count in cards)


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
        return f"<p>{_word(run, 'none')}</p>"
    most = max(1, *(sum(counts[action] for action in ACTIONS) for _, counts in listed))
    head = "".join(f'<th class="n">{_action(run, action, done=done)}</th>' for action in ACTIONS)
    body = "".join(
        f'<tr><th scope="row">{name}</th><td class="wide">{_bar(counts, most, done)}</td>'
        + "".join(
            f'<td class="n {_tone(action, done)}" data-label="{_action(run, action, done=done)}">{_number(counts[action])}</td>'
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
        return _show(category_name(run.lang, category)) + (f' <small lang="en">{escape(english)}</small>' if english else "")

    rows = sorted(summary.categories.items(), key=lambda item: (-item[1]["mask"], -item[1]["review"], -item[1]["keep"], item[0]))
    return _bars(((name(category), counts) for category, counts in rows), _word(run, "kind"), run)


def _folders(summary: Summary, run: Run) -> str:
    rows = sorted(summary.folders.items(), key=lambda item: (-item[1]["mask"], -item[1]["review"], -item[1]["unread"], item[0]))
    shown = (
        (
            f"{_word(run, 'root') if folder == '.' else _show(folder)} <small>{_number(counts['files'])} {_word(run, 'files')}</small>",
            counts,
        )
        for folder, counts in rows[:FOLDERS]
    )
    more = f'<p class="note">{_word(run, "more_folders", count=len(rows) - FOLDERS)}</p>' if len(rows) > FOLDERS else ""
    return _bars(shown, _word(run, "folder"), run) + more


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
        return f"<p>{_word(run, 'none')}</p>"
    note = f'<p class="note">{_word(run, "limited", shown=_number(shown), total=_number(total))}</p>' if shown < total else ""
    buttons = "".join(
        f'<button type="button" data-action="{action}">{_action(run, action, done=run.mode == "mask") if action else _word(run, "all")}</button>'
        for action in ("", "mask", "review")
    )
    tools = (
        f'<div class="tools" hidden><input type="search" placeholder="{_word(run, "search")}" aria-label="{_word(run, "search")}">'
        f'<span class="buttons">{buttons}</span><label>{_word(run, "sort")} <select><option value="count">{_word(run, "by_count")}'
        f'</option><option value="name">{_word(run, "by_name")}</option></select></label></div>'
    )
    return f'{note}{tools}<div class="files">{"".join(parts)}</div>'


def _file(report: FileReport, findings: list[Finding], masks: int, count: int, run: Run, *, unfolded: bool) -> str:
    done = _done(report, run)
    badges = "".join(
        f'<span class="badge {_tone(action, done)}">{_action(run, action, done=done)} {_number(number)}</span>'
        for action, number in (("mask", masks), ("review", count - masks))
        if number
    )
    if report.renamed:
        badges += f'<span class="badge mask">{escape(say(run.lang, "name_masked"))}</span>'
    status = f'<span class="status">{escape(pick(run.lang, STATUS_NAMES[report.status]))}</span>' if run.mode == "mask" else ""
    keys = ("place", "kind", "preview", "action", "reason")
    labels = {key: _word(run, f"{key}_short" if f"{key}_short" in WORDS else key) for key in keys}
    rows = "".join(_finding(finding, run, labels, done) for finding in findings)
    head = "".join(f"<th>{_word(run, key)}</th>" for key in keys)
    more = f'<p class="note">{_word(run, "more_here", count=_number(count - len(findings)))}</p>' if count > len(findings) else ""
    listed = f'<table class="findings"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>' if rows else ""
    return (
        f'<details class="file" data-count="{count}"{" open" if unfolded else ""}><summary><span class="name">{_show(report.file)}'
        f"</span> {badges}{status}</summary>{listed}{more}</details>"
    )


def _tone(action: str, done: bool) -> str:
    return "masked" if done and action == "mask" else _show(action)


def _finding(finding: Finding, run: Run, labels: dict[str, str], done: bool) -> str:
    name = run.kinds.get(finding.kind) or category_name(run.lang, finding.category)
    tag = f' <small class="tag">#{_show(finding.tag)}</small>' if finding.tag else ""
    cells = {
        "place": _show(place(run.lang, finding.where)),
        "kind": _show(name),
        "preview": f"<code>{_show(finding.preview)}</code>{tag}",
        "action": f'<span class="badge {_tone(finding.action, done)}">{_action(run, finding.action, done=done)}</span>',
        "reason": _show(finding.reason) + _basis(finding.basis, run),
    }
    body = "".join(f'<td class="{key}" data-label="{labels[key]}">{cell}</td>' for key, cell in cells.items())
    return f'<tr data-action="{_show(finding.action)}">{body}</tr>'


def _basis(basis: tuple[str, ...], run: Run) -> str:
    return f'<small class="basis">{"; ".join(_show(run.laws.get(key, key)) for key in basis)}</small>' if basis else ""


def _unread(summary: Summary, listing: Listing, run: Run) -> str:
    rows = "".join(
        f'<tr><td class="name" data-label="{_word(run, "files")}">{_show(report.file)}</td>'
        f'<td data-label="{_word(run, "status")}">{escape(pick(run.lang, STATUS_NAMES[report.status]))}</td>'
        f'<td data-label="{_word(run, "reason")}">{_show(report.reason)}</td></tr>'
        for report in listing.unread
    )
    left = summary.unread - len(listing.unread)
    more = f'<p class="note">{_word(run, "more_files", count=_number(left))}</p>' if left > 0 else ""
    head = "".join(f"<th>{_word(run, key)}</th>" for key in ("files", "status", "reason"))
    table = f'<table class="findings"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}'
    if len(listing.unread) <= 10:
        return table
    return f"<details><summary>{_number(summary.unread)} {_word(run, 'files')}</summary>{table}</details>"


def _kept(listing: Listing, run: Run) -> str:
    rows = "".join(
        f'<tr><td data-label="{_word(run, "kind")}">{_show(run.kinds.get(kind, kind))}</td>'
        f'<td data-label="{_word(run, "reason")}">{_show(reason)}{_basis(basis, run)}</td>'
        f'<td class="n" data-label="{_word(run, "count")}">{_number(count)}</td></tr>'
        for (kind, reason, basis), count in sorted(listing.kept.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
    )
    head = f"<th>{_word(run, 'kind')}</th><th>{_word(run, 'reason')}</th><th class='n'>{_word(run, 'count')}</th>"
    total = _number(sum(listing.kept.values()))
    return (
        f'<details class="kept"><summary>{_action(run, "keep")} {total}</summary>'
        f'<table class="findings"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details>'
    )
