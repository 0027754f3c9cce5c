"""What an archive holds: documents apart, judged each by itself, some at a time.

A member whose name holds a value gets another name, and links of other members to it follow.  A member that cannot be read, or cannot
be masked safely, is left out of the masked archive, as it would be of a masked folder; the report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from deident.engine.naming import MaskNames, apart
from deident.engine.tree import FAILED, Item
from deident.formats import Child, Document, Limits
from deident.model import FileReport

PART = 8 << 20  # bytes of members that are worked on together
#: Formats whose documents are archives.
ARCHIVES = frozenset(("zip", "tar", "stream", "7z", "rar", "warc", "wacz"))

Masked = tuple[bytes | None, FileReport]
#: Members, the title of the page that all of them hang on, new names by old name, limits → what became of them.
Work = Callable[[Sequence[Item], str, Mapping[str, str], Limits], Sequence[Masked]]


class Members(NamedTuple):
    """What an archive holds: `reports` on its members, and by number what has become of those that change."""

    reports: list[FileReport]
    changed: dict[int, Child | None]


def members(name: str, document: Document, page: str, mask_names: MaskNames, work: Work) -> Members:
    """Work on all members of `document`, an archive called `name`.  Raises Unreadable where it breaks off."""
    files = list(document.children())
    rename = document.format in ("zip", "tar", "7z", "rar")
    names = apart([file.name for file in files], mask_names)
    renames = {old.name: new for old, new in zip(files, names, strict=True) if old.name != new} if rename else {}
    reports: list[FileReport] = []
    changed: dict[int, Child | None] = {}
    limits = document.limits.deeper()
    for first, part in _parts(files):
        for number, (data, report) in enumerate(work(part, page, renames, limits), first):
            new = names[number] if rename else files[number].name
            if data is None:
                changed[number] = None
            elif data is not files[number].data or new != files[number].name or report.suffix:
                changed[number] = Child(new + report.suffix, data)
            _call(report, f"{name}!{names[number]}", files[number].name)
            if files[number].name in renames:
                report.renamed = f"{name}!{new}"
                report.status = "partial" if report.status == "clean" else report.status
            reports.append(report)
    return Members(reports, changed)


def enclose(report: FileReport, inside: Members, masking: bool) -> None:
    """Put the members into the report on their archive: it is no better than they are."""
    report.members += inside.reports
    if report.status in FAILED:
        return
    if any(member.status in FAILED for member in inside.reports):
        report.status, report.reason = "partial", report.reason or ("members-left-out" if masking else "part-unseen")
    if any(member.status == "partial" for member in inside.reports):
        report.status = "partial"
        report.warnings.append("open-members")
    elif masking and inside.changed and report.status == "clean":
        report.status = "masked"


def _call(report: FileReport, name: str, old: str) -> None:
    """Name a report, and those of what is inside, below its archive."""
    for each in report.all():
        each.file = name + each.file.removeprefix(old)


def _parts(files: Sequence[Child]) -> Iterator[tuple[int, list[Item]]]:
    part: list[Item] = []
    size = first = 0
    for number, file in enumerate(files):
        part.append((file.name, file.data))
        size += len(file.data)
        if size >= PART:
            yield first, part
            part, size, first = [], 0, number + 1
    if part:
        yield first, part
