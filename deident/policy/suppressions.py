"""What a site has looked at and lets stay: a list with reasons, owners and expiry dates.

    [[suppress]]
    tag     = "0123456789ab"            # the value, by its tag in the report …
    reason  = "本单位已公开的值班手机，经办公室批准"
    owner   = "县政府办信息科"
    expires = 2027-06-30

    [[suppress]]
    file    = "mzj/2024*/t*.html"       # … or a place: path in the site, and kind or where, or both
    kind    = "mobile"
    where   = "line 12"
    reason  = "…"
    owner   = "…"
    expires = 2027-06-30

A value is never written into the list: a tag says which one it is to whoever has the agency's key, and to nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from deident.catalog import Catalogue, Table
from deident.catalog.lines import located
from deident.errors import CatalogError, PolicyError
from deident.policy.chain import read


@dataclass(frozen=True, slots=True)
class Suppression:
    """One entry; it has a tag, or a file with a kind or a place in it."""

    tag: str
    file: str
    kind: str
    where: str
    reason: str
    owner: str
    expires: date

    def covers(self, file: str, kind: str, where: str, tag: str) -> bool:
        """Whether a finding is the one that this entry lets stay."""
        if self.tag and self.tag != tag:
            return False
        if self.file and not fnmatchcase(file, self.file):
            return False
        return (not self.kind or self.kind == kind) and (not self.where or self.where == where)

    @property
    def name(self) -> str:
        """What reports call it."""
        return self.tag or " ".join(filter(None, (self.file, self.where, self.kind)))


@dataclass(frozen=True, slots=True)
class Suppressions:
    """The entries in force, and those whose date has passed: they are reported and do nothing."""

    active: tuple[Suppression, ...] = ()
    expired: tuple[Suppression, ...] = ()
    file: str = ""

    @property
    def by_place(self) -> bool:
        """Whether places in a file have to be known."""
        return any(entry.where for entry in self.active)

    def find(self, file: str, kind: str, where: str, tag: str) -> int:
        """Number of the first active entry that covers a finding, -1 for none."""
        return next((n for n, entry in enumerate(self.active) if entry.covers(file, kind, where, tag)), -1)


def load(path: Path, catalogue: Catalogue, today: date) -> Suppressions:
    """The list.  Raises PolicyError with file, line and key."""
    content, text = read(path)
    top = Table(path.name, "", content)
    try:
        entries = [
            _entry(Table(path.name, f"suppress[{n}]", item), catalogue) for n, item in enumerate(top.tables("suppress"), 1)
        ]
        top.done()
    except CatalogError as problem:
        raise located(problem, text, PolicyError) from None
    return split(entries, today, path.name)


def split(entries: Sequence[Suppression], today: date, file: str) -> Suppressions:
    """Those in force on a day, and the others.  An entry holds through its last day."""
    return Suppressions(
        tuple(entry for entry in entries if entry.expires >= today),
        tuple(entry for entry in entries if entry.expires < today),
        file,
    )


def _entry(table: Table, catalogue: Catalogue) -> Suppression:
    tag, file = table.take("tag", str, ""), table.take("file", str, "")
    kind, where = table.take("kind", str, ""), table.take("where", str, "")
    if not tag and not (file and (kind or where)):
        raise table.fail("tag", "is missing: name a value by its tag from the report, or a file with `kind` or `where`")
    if tag and (len(tag) != 12 or not set(tag) <= set("0123456789abcdef")):
        raise table.fail("tag", "is not a tag: twelve signs 0-9 a-f as the report shows them, never the value itself")
    if kind and kind not in catalogue.patterns:
        raise table.fail("kind", f"no kind '{kind}' (see `deident list kinds`)")
    reason, owner = table.take("reason", str), table.take("owner", str)
    if not reason.strip() or not owner.strip():
        raise table.fail("reason", "and owner say why this stays and who answers for it; they cannot be empty")
    expires = table.content.pop("expires", None)
    if isinstance(expires, datetime) or not isinstance(expires, date):
        raise table.fail("expires", "must be a day such as 2027-06-30: what is let stay is looked at again")
    table.done()
    return Suppression(tag, file, kind, where, reason, owner, expires)
