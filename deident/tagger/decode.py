"""The best legal row of tags (Viterbi), for a batch at once.

Tags are O and B-, I-, E-, S- of each label.  A transition is legal or not; there are no learned weights, so that the best row is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
NEVER = np.float32(-1e4)


class Path:
    """The legal rows over one head's tags.

    >>> walk = Path(["O", "B-a", "I-a", "E-a", "S-a"])
    >>> scores = np.log(np.array([[[0.1, 0.8, 0.05, 0.03, 0.02], [0.5, 0.02, 0.02, 0.45, 0.01]]], np.float32))
    >>> [(row, start, end, label) for row, start, end, label, _ in walk.spans(scores, np.array([2]))]
    [(0, 0, 2, 'a')]
    """

    def __init__(self, tags: Sequence[str]) -> None:
        self.tags = tuple(tags)
        count = len(tags)
        self.steps = np.full((count, count), NEVER, np.float32)
        place, label = [tag[0] for tag in tags], [tag[2:] for tag in tags]
        closed, opens = np.array([p in "OES" for p in place]), np.array([p in "OBS" for p in place])
        self.steps[np.ix_(closed, opens)] = 0
        for old in range(count):
            for new in range(count):
                if place[old] in "BI" and place[new] in "IE" and label[old] == label[new]:
                    self.steps[old, new] = 0
        self.first = np.where(opens, np.float32(0), NEVER)
        self.last = np.where(closed, np.float32(0), NEVER)
        self.begins = np.array([p in "BS" for p in place])
        self.ends = np.array([p in "ES" for p in place])

    def best(self, scores: Floats, lengths: NDArray[np.int64]) -> NDArray[np.int16]:
        """Tag numbers (n, t) for log probabilities (n, t, tags); what lies behind a row's length is 0."""
        count, wide, size = scores.shape
        total = scores[:, 0] + self.first
        back = np.zeros((wide, count, size), np.int16)
        for at in range(1, wide):
            moved = total[:, :, None] + self.steps
            back[at] = moved.argmax(1)
            total = np.where((at < lengths)[:, None], moved.max(1) + scores[:, at], total)
        rows = np.arange(count)
        result = np.zeros((count, wide), np.int16)
        tag = (total + self.last).argmax(1).astype(np.int16)
        for at in range(wide - 1, -1, -1):
            inside = at < lengths
            result[:, at] = np.where(inside, tag, 0)
            if at:
                tag = np.where(inside, back[at, rows, tag], tag)
        return result

    def spans(self, scores: Floats, lengths: NDArray[np.int64]) -> Iterator[tuple[int, int, int, str, float]]:
        """(row, start, end, label, mean probability of its tags) of every span of the best rows."""
        greedy = scores.argmax(2).astype(np.int16)
        greedy[np.arange(scores.shape[1]) >= lengths[:, None]] = 0
        busy = np.flatnonzero(greedy.any(1))  # a row whose best tags are all O needs no search: it is the best row
        if not len(busy):
            return
        scores, lengths, tags = scores[busy], lengths[busy], greedy[busy]
        search = np.flatnonzero(~self._legal(tags, lengths))  # nor does one whose best tags are a legal row
        if len(search):
            wide = int(lengths[search].max())
            tags[search, :wide] = self.best(scores[search, :wide], lengths[search])
        sure = np.exp(np.take_along_axis(scores, tags[:, :, None].astype(np.int64), 2)[:, :, 0])
        places, starts = np.nonzero(self.begins[tags])
        ends = np.nonzero(self.ends[tags])[1] + 1  # one for each that begins, in the same order
        for place, start, end in zip(places.tolist(), starts.tolist(), ends.tolist(), strict=True):
            mean = float(sure[place, start:end].mean())
            yield int(busy[place]), start, end, self.tags[tags[place, start]][2:], mean

    def _legal(self, tags: NDArray[np.int16], lengths: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which rows of tags (n, t) are legal, (n,)."""
        inside = np.arange(1, tags.shape[1]) < lengths[:, None]
        legal = ((self.steps[tags[:, :-1], tags[:, 1:]] == 0) | ~inside).all(1)
        last = tags[np.arange(len(tags)), lengths - 1]
        found: NDArray[np.bool_] = legal & (self.first[tags[:, 0]] == 0) & (self.last[last] == 0)
        return found
