"""The workbook's own part (ECMA-376-1, 18.2): its sheets in order, and what follows when the name of one changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape, unescape
from typing import NamedTuple

from deident.formats import locators
from deident.formats.office.relations import relations, resolve
from deident.formats.splice import Change, apply
from deident.formats.tags import attributes, tokens

MAIN = "xl/workbook.xml"
_KINDS = ("worksheet", "dialogsheet", "xlmacrosheet", "xlintlmacrosheet")  # sheets of charts have no rows
_ROWS = re.compile(r"(?:\A|/)(?:work|dialog|macro)sheets/[^/]+\.xml\Z", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[:\\/?\[\]\x00-\x1f]")
_LONGEST = 31  # letters of a sheet's name


class Entry(NamedTuple):
    """A sheet: its part, its name and where that stands in the workbook's part."""

    part: str
    name: str
    start: int
    end: int


def main_part(parts: Mapping[str, bytes]) -> str:
    """Name of the workbook's part.  `parts`: all by name; of those that are no .rels the content does not matter."""
    for link in relations(parts.get("_rels/.rels", b"")):
        if link.type == "officeDocument" and (name := resolve("_rels/.rels", link.target)) in parts:
            return name
    return MAIN


def sheets(view: bytes, rels: str, parts: Mapping[str, bytes], names: Collection[str]) -> Iterator[Entry]:
    """The sheets that the workbook (text `view`, relationships in `rels`) lists, in their order; parts that look like sheets behind
    them, without a name."""
    links = {link.id: link for link in relations(parts.get(rels, b""))}
    seen: set[str] = set()
    for token in tokens(view):
        if token.kind == "start" and token.name.rpartition(b":")[2] == b"sheet":
            found = {name: (start, end) for name, start, end in attributes(view, token)}
            low, high = found.get(b"name", (-1, -1))
            id = next((view[a:b].decode("utf-8", "replace") for name, (a, b) in found.items() if name.endswith(b":id")), "")
            if low >= 0:
                link = links.get(id)
                part = resolve(rels, link.target) if link and link.type.lower() in _KINDS else ""
                part = part if part in names and part not in seen else ""
                yield Entry(part, unescape(view[low:high].decode("utf-8", "replace")), low, high)
                seen.add(part)
    for name in names:
        if name not in seen and _ROWS.search(name):
            yield Entry(name, "", -1, -1)


def label(entry: Entry, number: int) -> str:
    """What a locator calls the sheet: its name, unless that may be somebody's."""
    return locators.sheet(entry.name, number)


def renamed(entries: Sequence[Entry], data: bytes, changes: list[Change]) -> tuple[list[Change], dict[str, str]]:
    """The workbook's changes with names of sheets that are valid and differ, and old name → new name."""
    used = {entry.name.casefold() for entry in entries}
    result = list(changes)
    names: dict[str, str] = {}
    for entry in entries:
        own = [
            (low - entry.start, high - entry.start, new) for low, high, new in changes if entry.start <= low and high <= entry.end
        ]
        if not own:
            continue
        text = unescape(apply(data[entry.start : entry.end], own).decode("utf-8", "replace")).replace("*", "＊")
        stem = _FORBIDDEN.sub("_", text).strip("'")[: _LONGEST - 4] or "＊"
        name, number = stem, 1
        while name.casefold() in used:
            number += 1
            name = f"{stem}{number}"
        used.add(name.casefold())
        names[entry.name] = name
        result = [one for one in result if not (entry.start <= one[0] and one[1] <= entry.end)]
        result.append((entry.start, entry.end, escape(name).encode()))
    return sorted(result), names


def references(data: bytes, names: Mapping[str, str]) -> list[Change]:
    """Where a part speaks of sheets that have new names: formulas, links, lists of titles."""
    found: list[Change] = []
    for old, new in names.items():
        forms = {re.escape(escape(old, quote)).encode() for quote in (False, True)} | {re.escape(old.replace("'", "''")).encode()}
        form = b"(?:" + b"|".join(sorted(forms, reverse=True)) + b")"
        quote = rb"(?:'|&apos;|&#39;)"
        said = escape(new).encode()
        for match in re.finditer(rb"(?<![\w\x80-\xff])(?:%s%s%s|%s)!" % (quote, form, quote, form), data):
            found.append((*match.span(), b"'" + said.replace(b"'", b"''") + b"'!"))
        for match in re.finditer(rb"""(?:\bsheet\s*=\s*["']|<(?:[\w.-]+:)?lpstr>)(%s)(?=["'<])""" % form, data):
            found.append((*match.span(1), said))
    return sorted(found)
