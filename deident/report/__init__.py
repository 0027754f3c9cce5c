"""Reports: findings.jsonl, files.csv, summary.json and report.html, written in one pass over the file reports.

The four files appear together at the end, each renamed into place, so that a reader never sees half a report.  None of
them holds a person's value: previews are masked, tags are keyed, file names come in masked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from deident.model import FileReport
from deident.report import also, jsonl, page, table
from deident.report.messages import say
from deident.report.run import Exempted, Expired, Period, Run, Tagged
from deident.report.summary import Summary

__all__ = ["FILES", "Exempted", "Expired", "Period", "Run", "Summary", "Tagged", "kind_names", "law_names", "remove", "write"]

FILES = ("findings.jsonl", "files.csv", "summary.json", "report.html")


def write(out: Path, reports: Iterable[FileReport], run: Run, more: Mapping[str, Path] | None = None) -> Summary:
    """Write all four files of FILES into the folder `out`, and `more` (also.FORMATS → path).  OSError goes to the caller, who knows what
    to advise."""
    summary, listing = Summary(), page.Listing()
    temporary = {name: out / f".{name}.{os.getpid()}.tmp" for name in FILES}
    try:
        with also.opened(more or {}, run, summary) as writers:
            with (
                open(temporary["findings.jsonl"], "w", encoding="utf-8", newline="") as findings,
                open(temporary["files.csv"], "w", encoding="utf-8", newline="") as files,
            ):
                files.write(table.header())
                for report in reports:
                    summary.add(report)
                    listing.add(report)
                    findings.writelines(jsonl.lines(report))
                    files.write(table.line(report, run))
                    for writer in writers:
                        writer.add(report)
            text = json.dumps(summary.as_dict(run), ensure_ascii=False, indent=1) + "\n"
            temporary["summary.json"].write_text(text, encoding="utf-8")
            temporary["report.html"].write_text(page.render(summary, listing, run), encoding="utf-8")
            for name, path in temporary.items():
                os.replace(path, out / name)
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)
    return summary


def remove(out: Path) -> None:
    """Remove the four files: an old report beside an unfinished run would be taken for its result."""
    for name in FILES:
        (out / name).unlink(missing_ok=True)


def kind_names(patterns: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Kind → readable name, from the catalogue's patterns."""
    return {kind: pattern.name.get(lang) or pattern.name["zh"] for kind, pattern in patterns.items()}


def law_names(laws: Mapping[str, Mapping[str, Any]], lang: str) -> dict[str, str]:
    """Key of law.toml → the law and article as a reader knows them."""
    out = {}
    for key, law in laws.items():
        title = str(law.get("title", key))
        if law.get("status") == "law":  # its year and number are known; of a notice the number is what tells it
            title = title.partition("（")[0]
        name = f"{title} {law.get('article', '')}".strip()
        if law.get("status") in ("convention", "official"):  # never shown as if it were law
            name += say(lang, f"status_{law['status']}")
        out[key] = f"{name}: {law['en']}" if lang == "en" and law.get("en") else name
    return out
