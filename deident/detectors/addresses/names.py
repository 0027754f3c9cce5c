"""Names of provinces, cities, counties and townships (`names.txt.gz`, a line of each, made by scripts/make_tables.py)."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LONGEST = 15  # characters of the longest name that is looked up
_ENDS = frozenset("省市区县旗州盟镇乡道木")


@cache
def levels() -> Mapping[str, int]:
    """Name → 0 province, 1 city, 2 county, 3 township; a name on several levels has the highest."""
    lines = gzip.decompress(Path(__file__).with_name("names.txt.gz").read_bytes()).decode().splitlines()
    return {name: level for level in (3, 2, 1, 0) for name in lines[level].split()}


def at(text: str, start: int) -> tuple[int, int]:
    """End and level of the longest name that begins at `start`; (start, -1) for none.

    >>> at("住长沙市岳麓区", 1)
    (4, 1)
    """
    known = levels()
    for end in range(min(len(text), start + LONGEST), start + 1, -1):
        if text[end - 1] in _ENDS and (level := known.get(text[start:end])) is not None:
            return end, level
    return start, -1


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end of the names in a text: the longest for each end, those inside another one left out.

    >>> spans("住长沙市岳麓区")
    [(1, 4), (4, 7)]
    """
    known, found = levels(), list[tuple[int, int]]()
    for end in range(2, len(text) + 1):
        if text[end - 1] in _ENDS:
            for start in range(max(0, end - LONGEST), end - 1):
                if text[start:end] in known:
                    while found and found[-1][0] >= start:
                        found.pop()
                    if not found or found[-1][1] <= start or (found[-1][1] < end and found[-1][0] < start):
                        found.append((start, end))
                    break
    return found
