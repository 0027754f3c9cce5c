"""What a tagger says of the lines of a scene: names, addresses, telling phrases.

A line is read once however often it stands on a site: what was said of it is kept under its digest (never the line itself).  Lines with fewer than two
Han characters, and segments that are addresses of pages or names of fields, are not read.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from operator import index
from typing import SupportsFloat, SupportsIndex

import numpy as np

from deident.errors import DeidentError
from deident.matching.scene import Scene
from deident.model import SENTENCES, Candidates
from deident.tagger import LABELS, Span, Tagger

LONGEST = 200  # characters that are read at once; as in training
KEPT = 20_000  # lines whose spans are remembered
#: How sure a tagger must be: where of the spans of its own test passages with that score four of five touch a true one (training/MODEL_CARD.md).
LEAST = {
    "name": 0.66, "official": 0.5, "home": 0.86, "office": 0.75, "medical": 0.3, "disability": 0.28, "marital": 0.28, "kin": 0.33,
    "property": 0.45, "paid": 0.45, "life": 0.6,
}  # fmt: skip
_LINE = re.compile(rb"[^\n\0]+")
_HAN = re.compile("[㐀-鿿]")
_STOPS = "。；！？，\t "


class Tagged:
    """A detector from a tagger.  `seconds` and `characters` say how much it has read, repeated lines left out."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger, self.name = tagger, str(tagger.name)
        self.seconds, self.characters = 0.0, 0
        self._known: dict[bytes, tuple[Span, ...]] = {}

    def __call__(self, scene: Scene) -> Candidates:
        """Candidates of all kinds that have a label."""
        kinds = {label: number for number, pattern in enumerate(scene.plan.patterns) for label in pattern.labels}
        places, lines = [], []
        for start, line in self._lines(scene):
            places.append(start)
            lines.append(line)
        rows: list[tuple[int, int, int, float]] = []
        for start, line, spans in zip(places, lines, self._read(lines), strict=True):
            for first, last, label, sure in spans:
                if label in kinds and "\t" not in line[first:last]:
                    low = start + len(line[:first].encode())
                    rows.append((low, low + len(line[first:last].encode()), kinds[label], sure))
        return Candidates.rows(rows)

    def _lines(self, scene: Scene) -> Iterator[tuple[int, str]]:
        """Start in the view and text of every stretch that is read."""
        batch = scene.batch
        for number in np.flatnonzero(np.isin(batch.role, SENTENCES)).tolist():
            for match in _LINE.finditer(batch.view, int(batch.segments[number]), int(batch.segments[number + 1])):
                if match.end() - match.start() < 6:
                    continue
                line = match[0].decode("utf-8", "replace")
                if len(line.encode()) != len(match[0]):  # a stray byte: characters would not lie where they seem to
                    continue
                at = match.start()
                for part in stretches(line):
                    if len(_HAN.findall(part)) >= 2:
                        yield at, part
                    at += len(part.encode())

    def _read(self, lines: Sequence[str]) -> list[tuple[Span, ...]]:
        """The spans of each line, read once for lines that are alike."""
        seen = self._known  # another thread may begin a new one meanwhile
        digests = [blake2b(line.encode(), digest_size=16).digest() for line in lines]
        fresh = {digest: line for digest, line in zip(digests, lines, strict=True) if digest not in seen}
        known: dict[bytes, tuple[Span, ...]] = {}
        if fresh:
            started = time.process_time()
            said = self._ask(list(fresh.values()))
            self.seconds += time.process_time() - started
            self.characters += sum(map(len, fresh.values()))
            known = dict(zip(fresh, said, strict=True))
        result = [known[digest] if digest in known else seen[digest] for digest in digests]
        if len(seen) + len(known) > KEPT:
            self._known = known
        else:
            seen.update(known)
        return result

    def _ask(self, lines: Sequence[str]) -> list[tuple[Span, ...]]:
        """What can be used of what a tagger says; if it fails, a DeidentError that does not quote the text."""
        try:
            said = [tuple(usable(sound(spans, len(line)))) for line, spans in zip(lines, self.tagger.find(lines), strict=True)]
        except DeidentError:
            raise
        except Exception as problem:  # noqa: BLE001  anybody's code; its message may hold what it was reading
            failed = type(problem).__name__
        else:
            return said
        raise DeidentError(f"the tagger '{self.name}' failed ({failed}): try it with a text of your own, or use ner=False")


def stretches(line: str) -> Iterator[str]:
    """A line in parts that are not too long, cut behind a sign."""
    while len(line) > LONGEST:
        cut = max(line.rfind(stop, LONGEST // 2, LONGEST) for stop in _STOPS)
        cut = cut + 1 if cut > 0 else LONGEST
        yield line[:cut]
        line = line[cut:]
    yield line


def sound(said: Iterable[Iterable[object]], length: int) -> list[Span]:
    """Spans that lie within a line and are sure, of a known label, in order; of those of one label that overlap the surest."""
    spans = []
    for start, end, label, score in said:
        if not isinstance(start, SupportsIndex) or not isinstance(end, SupportsIndex) or not isinstance(score, SupportsFloat):
            continue
        span = Span(index(start), index(end), str(label), float(score))
        if span.label in LABELS and 0 <= span.start < span.end <= length and span.score >= LEAST[span.label]:
            spans.append(span)
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start - span.end)):
        if not any(other.label == span.label and other.start < span.end and span.start < other.end for other in chosen):
            chosen.append(span)
    return sorted(chosen)


def usable(spans: Sequence[Span]) -> Iterator[Span]:
    """Of a relation the words without the name in it, which is a finding of its own."""
    names = [span for span in spans if span.label in ("name", "official")]
    for span in spans:
        if span.label != "kin":
            yield span
            continue
        at = span.start
        for name in names:
            if name.start < span.end and at < name.end:
                if name.start > at:
                    yield Span(at, name.start, span.label, span.score)
                at = max(at, name.end)
        if at < span.end:
            yield Span(at, span.end, span.label, span.score)
