"""The plain twin of the fast matcher: the same events from the standard library's `re`, for machines without Hyperscan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from deident.matching.rules import Events, Rule


class PythonMatcher:
    """Slow and plain; a property test holds it equal to HyperscanMatcher."""

    name = "python"

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._expressions = [
            (number, re.compile(b"(?s" + (b"i" if r.caseless else b"") + b":" + r.expression + b")"))
            for number, r in enumerate(rules)
            if not r.literal
        ]
        self._literals = [
            _Literals({r.expression: n for n, r in enumerate(rules) if r.literal and r.caseless == caseless}, caseless)
            for caseless in (False, True)
        ]

    def events(self, view: bytes) -> Events:
        """Events of all rules in `view`."""
        packed = [end << 16 | number for number, expression in self._expressions for end in _ends(expression, view)]
        for literals in self._literals:
            packed.extend(end << 16 | number for number, end in literals.find(view))
        return Events.of(packed)


def _ends(expression: re.Pattern[bytes], view: bytes) -> Iterator[int]:
    """Every end of every match: Hyperscan's way of reporting."""
    at = 0
    while match := expression.search(view, at):
        start, stop = match.span()
        for end in range(start + 1, stop):
            if expression.fullmatch(view, start, end):
                yield end
        yield stop
        at = start + 1


class _Literals:
    """Many literals at once: the longest at each place by one expression, and the literals that it begins with."""

    def __init__(self, numbers: dict[bytes, int], caseless: bool) -> None:
        fold = bytes.lower if caseless else bytes
        self._numbers = {fold(word): number for word, number in numbers.items()}
        self._fold = fold
        self._inner = {word: [w for w in self._numbers if word.startswith(w)] for word in self._numbers}
        self._expression = re.compile(_tree(list(self._numbers)), re.I if caseless else re.NOFLAG) if numbers else None

    def find(self, view: bytes) -> Iterator[tuple[int, int]]:
        if self._expression is None:
            return
        at = 0
        while match := self._expression.search(view, at):
            start = match.start()
            for word in self._inner[self._fold(match[0])]:
                yield self._numbers[word], start + len(word)
            at = start + 1


def _tree(words: list[bytes]) -> bytes:
    """An expression for the longest of some words, with common beginnings written once: `re` skips to a first byte fast."""
    ends = b"" in words
    tails: dict[int, list[bytes]] = {}
    for word in words:
        if word:
            tails.setdefault(word[0], []).append(word[1:])
    if not tails:
        return b""
    ways = [re.escape(bytes([first])) + _tree(rest) for first, rest in sorted(tails.items())]
    if len(ways) > 1 and all(rest == [b""] for rest in tails.values()):
        ways = [b"[" + b"".join(re.escape(bytes([first])) for first in sorted(tails)) + b"]"]
    both = ways[0] if len(ways) == 1 and not ends else b"(?:" + b"|".join(ways) + b")"
    return both + b"?" if ends else both
