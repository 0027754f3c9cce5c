"""Models of one's own as taggers: HanLP, Hugging Face, GLiNER, or any function.  Nothing is imported or downloaded here.

scanner = deident.Scanner(ner=transformers(pipeline("token-classification", "./my-model", aggregation_strategy="simple")))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from deident.tagger import LABELS, Span

#: What models call persons; addresses of theirs are places, not homes, and are left to deident's own grammar.
PERSONS = {"PER": "name", "PERSON": "name", "NR": "name", "name": "name", "person": "name", "nr": "name", "B-PER": "name"}

Found = Iterable[tuple[int, int, str, float]]


class Function:
    """A tagger from a function that gives (start, end, label, score) for one line; `labels`: its labels → ours, others are dropped."""

    def __init__(self, function: Callable[[str], Found], labels: Mapping[str, str] = PERSONS, name: str = "own") -> None:
        self.name, self._function, self._labels = name, function, {**{label: label for label in LABELS}, **labels}

    def find(self, lines: Sequence[str]) -> list[list[Span]]:
        """Line by line."""
        return [
            [
                Span(start, end, self._labels[label], float(score))
                for start, end, label, score in self._function(line)
                if label in self._labels
            ]
            for line in lines
        ]


def transformers(pipeline: Any, labels: Mapping[str, str] = PERSONS) -> Function:
    """A token-classification pipeline of Hugging Face with an aggregation strategy."""
    return Function(
        lambda line: [(e["start"], e["end"], e["entity_group"], e["score"]) for e in pipeline(line)], labels, "transformers"
    )


def hanlp(recognise: Any, labels: Mapping[str, str] = PERSONS) -> Function:
    """A HanLP task that gives (text, label, start, end) for the characters of a line (`hanlp.pretrained.ner`, coarse or MSRA)."""
    return Function(lambda line: [(start, end, label, 0.9) for _, label, start, end in recognise(list(line))], labels, "hanlp")


def gliner(model: Any, wanted: Sequence[str] = ("person",), labels: Mapping[str, str] = PERSONS) -> Function:
    """A GLiNER model, asked for `wanted`."""
    return Function(
        lambda line: [(e["start"], e["end"], e["label"], e["score"]) for e in model.predict_entities(line, list(wanted))],
        labels,
        "gliner",
    )
