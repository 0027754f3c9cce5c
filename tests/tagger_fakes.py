"""A tagger for tests: it knows some words, which no rule knows, and what it says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from deident.tagger import Span

WORDS = {
    "陈一一": "name", "罗二二": "name", "张三三": "name", "红帽子": "medical", "蓝帽子": "medical", "妻子罗二二": "kin", "妻子": "kin",
    "黄帽子": "marital",
}  # fmt: skip


class Words:
    """Says `words[word]` of every word; `read` are the lines that it was given."""

    name = "words"

    def __init__(self, words: Mapping[str, str] = WORDS) -> None:
        self._words, self.read = words, list[str]()

    def find(self, lines: Sequence[str]) -> list[list[Span]]:
        self.read += lines
        return [
            sorted(
                Span(match.start(), match.end(), label, 0.9)
                for word, label in self._words.items()
                for match in re.finditer(word, line)
            )
            for line in lines
        ]
