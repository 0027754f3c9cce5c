"""Presidio's recognisers as a detector of deident: what they find is judged and masked like everything else.

    scanner = deident.Scanner(detectors=[PresidioDetector(analyzer, "en")])

So English names in a page, card numbers, or what a company's own recognisers find are part of its report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from deident.errors import DeidentError, InputError
from deident.integrations.presidio.names import ENTITIES, FOUND, kinds
from deident.matching.scene import Scene
from deident.model import SENTENCES, Candidates

LONGEST = 100_000  # bytes that Presidio reads at once; spaCy takes at most a million characters


class PresidioDetector:
    """What an analyzer finds in the texts of a scene.

    analyzer  an `AnalyzerEngine`, or anything with its `analyze`
    language  in which it is asked; texts in others are read in it, too
    entities  name of an entity → kind as which it counts; without it names.FOUND and the names of DeidentRecognizer
    least     score below which a result does not count
    """

    name = "presidio"

    def __init__(
        self, analyzer: Any, language: str = "en", entities: Mapping[str, str] | None = None, *, least: float = 0.4
    ) -> None:
        if not callable(getattr(analyzer, "analyze", None)):
            raise InputError(f"PresidioDetector takes an AnalyzerEngine, not a {type(analyzer).__name__}")
        self.analyzer, self.language, self.least = analyzer, language, least
        self.entities = dict(entities if entities is not None else known())

    def __call__(self, scene: Scene) -> Candidates:
        """Candidates in bytes of the view.  Raises InputError for a kind that there is not, DeidentError if Presidio fails."""
        numbers = {pattern.id: number for number, pattern in enumerate(scene.plan.patterns)}
        if missing := sorted({kind for kind in self.entities.values() if kind not in numbers}):
            raise InputError(f"PresidioDetector: no kind '{missing[0]}'; `deident list kinds` names them")
        rows: list[tuple[int, int, int, float]] = []
        for start, data, text in stretches(scene):
            bounds = np.append(np.flatnonzero(np.frombuffer(data, np.int8) >= -64), len(data)) + start  # of the characters
            for result in self._ask(text):
                kind = self.entities.get(result.entity_type)
                if kind is not None and 0 <= result.start < result.end <= len(text) and result.score >= self.least:
                    low, high = int(bounds[result.start]), int(bounds[result.end])
                    rows.append((low, high, numbers[kind], min(float(result.score), 1.0)))
        return Candidates.rows(rows)

    def find(self, scene: Scene) -> Candidates:
        """The same, for the entry point `deident.detectors`."""
        return self(scene)

    def _ask(self, text: str) -> list[Any]:
        """The results; if it fails, an error that does not quote the text."""
        try:
            wanted = self._wanted()
            return list(self.analyzer.analyze(text, language=self.language, entities=wanted)) if wanted else []
        except Exception as problem:  # noqa: BLE001  anybody's code; its message may hold what it was reading
            failed = type(problem).__name__
        raise DeidentError(f"Presidio's analyzer failed ({failed}): try it with a text of your own in language '{self.language}'")

    def _wanted(self) -> list[str]:
        """The entities that the analyzer can find; asking for more makes it warn."""
        able = getattr(self.analyzer, "get_supported_entities", None)
        return [name for name in able(self.language) if name in self.entities] if able else list(self.entities)


def known() -> dict[str, str]:
    """Names of entities and the kinds as which they count."""
    return {name: kinds(name)[0] for name in ENTITIES.values() if name != "LOCATION"} | dict(FOUND)


def stretches(scene: Scene) -> Iterator[tuple[int, bytes, str]]:
    """Start in the view, bytes and text of what is read: whole texts, long ones in parts that end with a line."""
    batch = scene.batch
    for number in np.flatnonzero(np.isin(batch.role, SENTENCES)).tolist():
        at, end = int(batch.segments[number]), int(batch.segments[number + 1]) - 1  # a NUL ends it
        while at < end:
            to = end if end - at <= LONGEST else _cut(batch.view, at)
            data = batch.view[at:to]
            text = data.decode("utf-8", "replace")
            if len(text.encode()) == len(data) and text.strip():  # else a stray byte: characters would not lie where they seem to
                yield at, data, text
            at = to


def _cut(view: bytes, at: int) -> int:
    """Where the part that begins at a place ends: behind its last line, else between two characters."""
    if cut := view.rfind(b"\n", at, at + LONGEST) + 1:
        return cut
    cut = at + LONGEST
    while view[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut
