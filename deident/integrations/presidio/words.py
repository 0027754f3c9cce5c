"""A tokenizer for Chinese without a model: words that deident knows, and what stands between them.

Presidio raises the score of a finding beside which a word of its `context` stands, and looks for that word among the lemmas of the five
tokens before.  With spaCy's own tokens for Chinese, single characters without lemmas, no such word is ever there.  Here a run of Han
characters is cut where the longest known word ends, which need not be what a linguist would do; every token is its own lemma.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator

import regex
from spacy.tokens import Doc
from spacy.vocab import Vocab

from deident import catalog

LONGEST = 8  # characters of a word
_RUNS = regex.compile(r"\p{Han}+|(?:(?!\p{Han})[\p{L}\p{M}\p{N}_])+|\s+|.", regex.DOTALL)


def known(more: Iterable[str] = ()) -> frozenset[str]:
    """Cues and headers of all kinds, the common words of the name lists, and `more`."""
    catalogue = catalog.load()
    words = {word for pattern in catalogue.patterns.values() for word in (*pattern.cues, *pattern.headers)}
    with lzma.open(catalogue.home / "words" / "name_stops.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                words.update(line.split())
    return frozenset(word for word in (*words, *more) if 1 < len(word) <= LONGEST)


class WordTokenizer:
    """Text → Doc of words, with lemmas; `doc.text` is the text again, whatever it is."""

    def __init__(self, vocab: Vocab, words: frozenset[str]) -> None:
        self.vocab, self.words = vocab, words

    def __call__(self, text: str) -> Doc:
        """The text as words."""
        words, spaces = list[str](), list[bool]()
        for run in _RUNS.findall(text):
            for word in self._cut(run):
                if word == " " and spaces and not spaces[-1] and not words[-1].isspace():
                    spaces[-1] = True
                else:
                    words.append(word)
                    spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces, lemmas=words)

    def _cut(self, run: str) -> Iterator[str]:
        """A run of Han characters in words; what is between two of them is one."""
        if not regex.match(r"\p{Han}", run):
            yield from (run[:1], run[1:]) if run[:1] == " " and len(run) > 1 else (run,)
            return
        at = last = 0
        while at < len(run):
            size = next((n for n in range(min(LONGEST, len(run) - at), 1, -1) if run[at : at + n] in self.words), 0)
            if size:
                if last < at:
                    yield run[last:at]
                yield run[at : at + size]
                last = at + size
            at += size or 1
        if last < len(run):
            yield run[last:]
