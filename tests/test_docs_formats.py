"""docs/formats.md leaves nothing out: formats, extras, reasons and warnings, limits."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from deident.formats import LIMITS, READERS
from deident.model import FileReport
from deident.report.messages import because
from deident.report.reasons import REASONS

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
#: What a reader gives as reason or warning, by the calls it does it with; and what a `Sealed` … names in a list of its own.
_GIVEN = re.compile(r"""(?:Unreadable|unseen|warn)\(\s*f?["']([a-z-]+)(?=[:"'])""")


def rows(title: str) -> list[str]:
    """The keys of the table below a title."""
    part = PAGE.partition(f"# {title}")[2].partition("\n#")[0]
    return re.findall(r"^\| `([a-z-]+)` \|", part, re.M)


def test_every_reason_and_warning_is_explained() -> None:
    reasons, warnings = rows("Why it was not read, or not all of it (`reason`)"), rows("What was noticed (`warnings`)")
    assert len(reasons) == len(set(reasons)) and len(warnings) == len(set(warnings))
    assert set(reasons) | set(warnings) == set(REASONS)


def test_what_readers_say_is_known_to_the_reports() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "deident/formats").rglob("*.py")]
    given = {key for source in sources for key in _GIVEN.findall(source)}
    assert len(given) > 20
    assert given - set(REASONS) == set()
    report = FileReport("a.pdf", "pdf", status="unscannable", reason="needs:pdf")
    assert because("en", report).endswith("pip install 'deident[pdf]'")


def test_every_format_and_extra_is_there() -> None:
    part = PAGE.partition("## What is read")[2].partition("\n## ")[0]
    named = {name for cell in re.findall(r"^\| (`[^|]*) \|", part, re.M) for name in re.findall(r"`([^`]+)`", cell)}
    assert named == set(READERS) | {"doc", "xls", "ppt", "binary"}  # `ole` is what holds the three
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra in {reader.extra for reader in READERS.values() if reader.extra} | {"ocr", "all"}:
        assert extra in extras and f"deident[{extra}]" in PAGE


def test_the_limits_are_those_of_the_code() -> None:
    part = PAGE.partition("## Limits")[2]
    for value in (f"{LIMITS.max_bytes >> 20} MiB", f"{LIMITS.max_total >> 30} GiB, {LIMITS.max_members:,} files",
                  f"| {LIMITS.max_ratio} |", f"| {LIMITS.levels} levels |"):  # fmt: skip
        assert value in part, value
