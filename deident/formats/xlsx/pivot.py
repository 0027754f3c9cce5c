"""Pivot caches (ECMA-376-1, 18.10.1): copies of the rows a pivot table was made of, which stay when the sheet is gone.

The items of a field stand in the definition, or one by one in the records.  Each is a line `field：value`, so that 1.10101199003075E+17
is seen for what it is.  A number that is masked becomes a string (`<n v=…>` → `<s v=…>`), and its field no longer says that it holds
numbers, nor from where to where.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from deident.formats.escapes import entities
from deident.formats.office.flow import flat
from deident.formats.office.reader import COLON, Reader
from deident.formats.splice import Change, apart
from deident.formats.tags import Token, attributes
from deident.formats.xlsx.bookparts import shown
from deident.text.maps import MapBuilder

_ITEMS = (b"s", b"n", b"d", b"e", b"b", b"x", b"m")
_BOUNDS = (b"minValue", b"maxValue", b"minDate", b"maxDate")
_ITEM = re.compile(rb"<(?:[\w.-]+:)?([ndeb])(?=\s)")
_SHARED = re.compile(rb"<(?:[\w.-]+:)?sharedItems\b[^<>]*")
_FLAGS = re.compile(
    rb"""\s(?:contains(?:SemiMixedTypes|String|Number|Integer|Date|MixedTypes|NonDate)|(?:min|max)(?:Value|Date))\s*=\s*(?:"[^"]*"|'[^']*')"""
)
_FAR = 1 << 16  # bytes that a record may have before an item
_RECORD = re.compile(rb"<(?:[\w.-]+:)?r[\s>]")
_FIELD = re.compile(rb"<(?:[\w.-]+:)?[sndebxm][\s/]")


class PivotReader(Reader):
    """A definition, or the records of one; `fields`: names of the fields, filled by the definition."""

    def __init__(self, view: bytes, where: str, fields: list[bytes]) -> None:
        super().__init__(view, where, "meta")
        self.fields = fields
        self._records = b"pivotCacheRecords" in view[:4096]
        self._field = -1
        self._items = MapBuilder()

    def read(self) -> None:
        """All of the part."""
        super().read()
        self.segment("meta", self.where, *self._items.finish())

    def start_cachefield(self, token: Token) -> None:
        """The items that follow are of this field."""
        name = next((self.view[a:b] for own, a, b in attributes(self.view, token) if own == b"name"), b"")
        self.fields.append(entities(flat(name))[0])
        self._field = len(self.fields) - 1

    def start_r(self, _: Token) -> None:
        """A record: its first field comes next."""
        self._field = -1

    def attributes(self, token: Token) -> None:
        """Values of items, and bounds of fields; the rest as it tells."""
        name = token.name.rpartition(b":")[2]
        if name in _ITEMS:
            self._field += self._records
            if name not in (b"x", b"m"):
                for own, start, end in attributes(self.view, token):
                    if own == b"v":
                        self._item(start, end)
                return
        if name == b"sharedItems":
            for own, start, end in attributes(self.view, token):
                if own in _BOUNDS:
                    self._item(start, end)
        super().attributes(token)

    def _item(self, start: int, end: int) -> None:
        if 0 <= self._field < len(self.fields):
            self._items.insert(self.fields[self._field] + COLON)
        self._items.extend(*shown(self.view, start, end))
        self._items.insert(b"\n")


def in_pivot(data: bytes, changes: Sequence[Change]) -> tuple[list[Change], set[int]]:
    """The changes of a part of a pivot cache with those that follow, in order; numbers of the fields that hold text now (of records)."""
    result: list[Change] = []
    fields: set[int] = set()
    retype: set[int] = set()  # lists of items that hold text now
    records = [found.start() for found in _RECORD.finditer(data)]
    listed = [found.start() for found in _SHARED.finditer(data)]
    for start, end, new in changes:
        tag = data.rfind(b"<", 0, start)
        if _SHARED.match(data, tag):  # a bound: it goes with all that is said of types
            retype.add(tag)
            continue
        if item := _ITEM.match(data, tag):
            result.append((*item.span(1), b"s"))
            record, within = bisect_right(records, tag) - 1, bisect_right(listed, tag) - 1
            if within >= 0:
                retype.add(listed[within])
            elif record >= 0 and tag - records[record] < _FAR:
                fields.add(len(_FIELD.findall(data, records[record] + 2, tag)))
        result.append((start, end, new))
    for tag in retype:
        result += retyped(data, tag)
    return apart(result), fields


def retyped(data: bytes, tag: int) -> list[Change]:
    """The list of items that begins at `tag` says nothing of types but that there are all."""
    found = _SHARED.match(data, tag)
    if not found:
        return []
    end = found.end() - data.endswith(b"/", 0, found.end())
    return [
        *((*flag.span(), b"") for flag in _FLAGS.finditer(data, tag, end)),
        (end, end, b' containsMixedTypes="1" containsNumber="1"'),
    ]


def lists(data: bytes, fields: set[int]) -> list[Change]:
    """The same for fields by number, in a definition."""
    return [
        change
        for number, found in enumerate(_SHARED.finditer(data))
        if number in fields
        for change in retyped(data, found.start())
    ]
