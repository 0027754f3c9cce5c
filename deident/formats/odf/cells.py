"""Cells of OpenDocument tables (ODF 1.3 part 3, 9.1.4, 19.385-389): what they show stands in paragraphs, what they are in attributes.

The view has what is shown, and the value behind it where a format hides it.  When either changes, the cell becomes one of text: its
value goes, and what it shows is what was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from deident.formats.office.flow import Piece
from deident.formats.office.steps import Step
from deident.formats.tags import Token, attributes

VALUES = frozenset((b"value", b"date-value", b"time-value", b"boolean-value", b"string-value"))
_HAS = re.compile(rb"value\s*=|-repeated\s*=")
_REPEATED = re.compile(rb"-repeated\s*=\s*[\"'](\d{1,7})[\"']")
_PREFIX = re.compile(rb"[^\s=]+\s*=\s*[\"']\Z")
_SCIENCE = re.compile(rb"[+-]?\d\.\d{6,14}[eE]\+?\d{1,3}\Z")
_DATE = re.compile(rb"(\d{4})-(\d\d)-(\d\d)")
_TELLING = 7  # digits of a number that is shown again where a format hides it
_COPIES = 8  # of a repeated cell that stand in the view


@dataclass(slots=True)
class Cell:
    """values: (name, start of the attribute, its end, start of the value, its end); types: where "float" … stand; texts: what is shown."""

    start: int
    end: int
    repeated: int = 1
    values: list[tuple[bytes, int, int, int, int]] = field(default_factory=list)
    types: list[tuple[int, int]] = field(default_factory=list)
    texts: list[tuple[int, int]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    @property
    def copies(self) -> int:
        """How often it stands in the view."""
        return min(self.repeated, _COPIES) if self.pieces else 1

    def hidden(self, view: bytes) -> tuple[int, int] | None:
        """Where a value stands that is not shown as it is."""
        if not self.values:
            return None
        shown = b"".join(data for _, _, data, _ in self.pieces)
        for name, _, _, start, end in self.values:
            value = view[start:end]
            if not value.strip() or value in shown:
                continue
            if name == b"value":
                digits = plain(value).partition(b".")[0]
                if len(digits.lstrip(b"-")) >= _TELLING and digits not in re.sub(rb"[^\d-]", b"", shown):
                    return start, end
            elif name == b"date-value":
                found = _DATE.match(value)
                numbers = {int(number) for number in re.findall(rb"\d{1,4}", shown)}
                if found and not numbers.issuperset(map(int, found.groups())):
                    return start, end
            elif name == b"string-value" and b"&" not in value:
                return start, end
        return None

    def steps(self, view: bytes) -> list[Step]:
        """What follows from a change of the text or of a value."""
        if not self.values:
            return []
        further: list[tuple[int, int, bytes | None]] = []
        if any(name != b"string-value" for name, *_ in self.values):
            further += [(low, high, b"string") for low, high in self.types]
            if not self.texts:
                name, low, _, start, _ = self.values[0]
                further.append((low, start, view[low:start].replace(name, b"string-value")))
        if self.texts:
            further += [(low, high, b"") for _, low, high, _, _ in self.values]
        steps: list[Step] = [(self.start, max([self.end, *(end for _, end in self.texts)]), further)]
        if self.texts:
            shown: list[tuple[int, int, bytes | None]] = [
                (*span, b"" if place else None) for place, span in enumerate(self.texts)
            ]
            steps += [(start, end, shown) for _, _, _, start, end in self.values]
        return steps


def cell_of(view: bytes, token: Token) -> Cell | None:
    """The cell that this tag begins; None for one that is nothing but its text."""
    if not _has(view[token.start : token.end]):
        return None
    cell = Cell(token.start, token.end, count(view, token))
    for full, start, end in attributes(view, token):
        name = full.rpartition(b":")[2]
        if name in VALUES:
            head = _PREFIX.search(view, max(start - 80, token.start), start)
            if head:
                cell.values.append((name, head.start(), end + 1, start, end))
        elif name == b"value-type":
            cell.types.append((start, end))
    return cell


@lru_cache(1 << 10)
def _has(tag: bytes) -> bool:
    """Most cells are written alike."""
    return _HAS.search(tag) is not None


def count(view: bytes, token: Token) -> int:
    """How often a cell or a row is repeated."""
    found = _REPEATED.search(view, token.start, token.end)
    return max(int(found[1]), 1) if found else 1


def plain(value: bytes) -> bytes:
    """A number without an exponent."""
    try:
        number = Decimal(value.decode("ascii", "replace"))
    except (InvalidOperation, ValueError):
        return value
    return format(number, "f").encode() if number.is_finite() and abs(number.adjusted()) < 40 else value


def science(text: bytes) -> bytes:
    """The digits of a long number that is written with an exponent; b"" for any other text."""
    return plain(text).partition(b".")[0] if _SCIENCE.match(text) else b""
