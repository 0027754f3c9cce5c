"""The words of clues, anchored or not, and where they stand in some texts: one pass of a matcher over all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from deident.matching.rules import Matcher, Rule
from deident.model import Bools, Ints
from deident.policy.types import Clue

_ENDS = np.zeros(256, np.bool_)
_ENDS[[0, 9, 10, 13, 32, 40, 41, 45, 91, 93, 95, 124]] = True  # NUL TAB LF CR blank ( ) - [ ] _ |


class Words:
    """The words of the clues of one zone, and which clues ask for each in which anchored form (four for each word)."""

    def __init__(self, clues: Sequence[tuple[int, Clue]], matcher: Callable[[Sequence[Rule]], Matcher]) -> None:
        words: dict[str, int] = {}
        for _, clue in clues:
            for word in clue.words:
                words.setdefault(word.strip("^$").lower(), len(words))
        asked: list[list[tuple[int, int]]] = [[] for _ in range(4 * len(words))]
        for number, clue in clues:
            for place, word in enumerate(clue.words):
                asked[words[word.strip("^$").lower()] * 4 + word.startswith("^") + 2 * word.endswith("$")].append((number, place))
        self._matcher = matcher([Rule(word.encode(), literal=True, caseless=word.upper() != word) for word in words])
        self._sizes = np.array([len(word.encode()) for word in words], np.int64)
        self._first = np.concatenate(([0], np.cumsum([len(found) for found in asked]))).astype(np.int64)
        self._clue = np.array([number for found in asked for number, _ in found], np.int64)
        self._place = np.array([place for found in asked for _, place in found], np.int64)

    def find(self, texts: Sequence[bytes]) -> tuple[Ints, Ints, Ints]:
        """Which words of which clues stand in which texts: number of the text, of the clue, of the word in it."""
        view = b"\0\0\0" + b"\0".join(texts) + b"\0\0\0"
        starts = np.cumsum([3] + [len(text) + 1 for text in texts])[:-1]
        events = self._matcher.events(view)
        text = np.searchsorted(starts, events.end - 1, "right") - 1
        word, ends = events.rule.astype(np.int64), events.end
        _, first = np.unique((text * len(self._sizes) + word) * 4 + self._anchors(view, word, ends), return_index=True)
        word, ends, text = word[first], ends[first], text[first]
        anchors = self._anchors(view, word, ends)
        forms = [(word * 4 + form, (anchors & form) == form) for form in range(4)]
        form = np.concatenate([number[chosen] for number, chosen in forms])
        text = np.concatenate([text[chosen] for _, chosen in forms])
        count = self._first[form + 1] - self._first[form]
        at = _ranges(self._first[form], count)
        return np.repeat(text, count), self._clue[at], self._place[at]

    def _anchors(self, view: bytes, word: Ints, ends: Ints) -> Ints:
        """1 where a word begins a title, line or cell, 2 where it ends one, 3 for both."""
        raw = np.frombuffer(view, np.uint8)
        starts = ends - self._sizes[word]
        found: Ints = (_ENDS[raw[starts - 1]] | _opening(raw, starts)) + np.int64(2) * (_ENDS[raw[ends]] | _closing(raw, ends))
        return found


def _opening(raw: NDArray[np.uint8], starts: Ints) -> Bools:
    """（ 《 【 “ before a word, three bytes."""
    code = (raw[starts - 3].astype(np.int64) << 16) | (raw[starts - 2].astype(np.int64) << 8) | raw[starts - 1]
    return np.isin(code, [int.from_bytes(sign.encode(), "big") for sign in "（《【“「—：｜"])


def _closing(raw: NDArray[np.uint8], ends: Ints) -> Bools:
    """（ ） 》 【 】 ” behind a word: what stands in brackets behind a title does not count as its end."""
    last = len(raw) - 1
    code = (
        (raw[ends].astype(np.int64) << 16)
        | (raw[np.minimum(ends + 1, last)].astype(np.int64) << 8)
        | raw[np.minimum(ends + 2, last)]
    )
    return np.isin(code, [int.from_bytes(sign.encode(), "big") for sign in "（）》【】”」—：｜。！？"])


def _ranges(first: Ints, count: Ints) -> Ints:
    """first[i] … first[i] + count[i] - 1 for all i, one after the other."""
    total = int(count.sum())
    offsets = np.repeat(first - (np.cumsum(count) - count), count)
    return offsets + np.arange(total)
