"""Models of one's own: objects shaped like those of Hugging Face, HanLP and GLiNER."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deident import Scanner
from deident.tagger import Span, Tagger, adapters

LINE = "申请人陈一一在青溪县务农"
AT = LINE.index("陈一一")


class Gliner:
    """gliner.GLiNER, as far as it is used."""

    def predict_entities(self, text: str, labels: Sequence[str]) -> list[dict[str, object]]:
        at = text.find("陈一一")
        found = [{"start": at, "end": at + 3, "text": "陈一一", "label": "person", "score": 0.91}] if at >= 0 else []
        return [entity for entity in found if entity["label"] in labels]


def pipeline(line: str) -> list[dict[str, object]]:
    """transformers.pipeline("token-classification", aggregation_strategy="simple")."""
    at = line.find("陈一一")
    if at < 0:
        return []
    place = {"entity_group": "LOC", "score": np.float32(0.99), "word": "青 溪 县", "start": 7, "end": 10}
    return [{"entity_group": "PER", "score": np.float32(0.97), "word": "陈 一 一", "start": at, "end": at + 3}, place]


def recognise(signs: list[str]) -> list[tuple[str, str, int, int]]:
    """hanlp.load(hanlp.pretrained.ner.MSRA_…)."""
    assert all(len(sign) == 1 for sign in signs)
    at = "".join(signs).find("陈一一")
    return [("陈一一", "NR", at, at + 3), ("青溪县", "NS", 7, 10)] if at >= 0 else []


def test_transformers() -> None:
    own = adapters.transformers(pipeline)
    assert isinstance(own, Tagger)
    [spans, none] = own.find([LINE, "无"])
    assert [span[:3] for span in spans] == [(AT, AT + 3, "name")]
    assert none == []
    assert isinstance(spans[0].score, float)


def test_hanlp() -> None:
    assert adapters.hanlp(recognise).find([LINE]) == [[Span(AT, AT + 3, "name", 0.9)]]


def test_gliner() -> None:
    assert adapters.gliner(Gliner()).find([LINE]) == [[Span(AT, AT + 3, "name", 0.91)]]
    assert adapters.gliner(Gliner(), ["organisation"]).find([LINE]) == [[]]


def test_labels_of_ones_own() -> None:
    own = adapters.transformers(pipeline, {"PER": "official", "LOC": "home"})
    assert [span.label for span in own.find([LINE])[0]] == ["official", "home"]


def test_a_function_may_use_our_labels() -> None:
    own = adapters.Function(lambda line: [(0, 2, "medical", 1), (0, 2, "weather", 1)], name="mine")
    assert own.name == "mine"
    assert own.find(["感冒"]) == [[Span(0, 2, "medical", 1.0)]]


def test_in_a_scanner() -> None:
    for own in (adapters.transformers(pipeline), adapters.hanlp(recognise), adapters.gliner(Gliner())):
        scanner = Scanner(ner=own)
        assert "陈一一" in {LINE[f.start : f.end] for f in scanner.scan(LINE) if f.kind == "person_name"}
        assert scanner.tagged is not None
        assert scanner.tagged.name == own.name
