"""How well a network finds the spans of lines, while it is trained; `training.report` measures the whole of deident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import nn

from deident.tagger.decode import Path as Walk
from training.batches import stacked
from training.passages import WHAT, WHO, Line, Span
from training.tagging import HEADS, encoded, tags


def predicted(network: nn.Module, lines: Sequence[Line], known: dict[str, int], device: torch.device) -> list[set[Span]]:
    """Spans of each line, exact Viterbi; the network gives logits or probabilities by head."""
    network.eval()
    order = sorted((n for n, line in enumerate(lines) if line.text), key=lambda n: len(lines[n].text))
    walks = {name: Walk(tags(labels)) for name, labels in HEADS.items()}
    out: list[set[Span]] = [set() for _ in lines]
    with torch.no_grad():
        for low in range(0, len(order), 64):
            rows = order[low : low + 64]
            batch = stacked([encoded(lines[n], known) for n in rows]).to(device)
            read = network(batch.ids, batch.lengths)
            for name, walk in walks.items():
                sure = read[name] if bool((read[name] >= 0).all()) else read[name].softmax(-1)
                found = walk.spans(sure.clamp(min=1e-9).log().cpu().numpy(), batch.lengths.numpy())
                for row, start, end, label, _ in found:
                    out[rows[row]].add(Span(start, end, label))
    return out


def scores(found: Sequence[set[Span]], gold: Sequence[Line]) -> dict[str, tuple[float, float, float, int]]:
    """By label: F1 of exact spans; found spans that touch a gold one, gold spans that a found one touches (shares); how many there are."""
    exact, said, there, right, seen = (Counter[str]() for _ in range(5))
    for own, line in zip(found, gold, strict=True):
        said.update(span.label for span in own)
        there.update(span.label for span in line.spans)
        exact.update(span.label for span in own & set(line.spans))
        right.update(span.label for span in own if any(_touch(span, other) for other in line.spans))
        seen.update(span.label for span in line.spans if any(_touch(span, other) for other in own))
    return {
        label: (2 * exact[label] / max(1, said[label] + there[label]), right[label] / max(1, said[label]), seen[label] / max(1, there[label]), there[label])
        for label in (*WHO, *WHAT)
    }  # fmt: skip


def _touch(one: Span, other: Span) -> bool:
    return one.label == other.label and one.start < other.end and other.start < one.end


def table(network: nn.Module, lines: Sequence[Line], known: dict[str, int], device: torch.device) -> str:
    """A line for each label."""
    rows = scores(predicted(network, lines, known, device), lines)
    return "\n".join(f"{label:12}{row[0]:7.3f}{row[1]:7.3f}{row[2]:7.3f}{row[3]:6}" for label, row in rows.items())
