"""The network as the file that the package carries: ONNX, weights as int8 with one scale a row; and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from training.network import PERSONS, WIDTH, Network, swapped


def read(network: Network, folder: Path) -> None:
    """Put the weights of a written model into a network with the same heads."""
    kept = {item.name: numpy_helper.to_array(item) for item in onnx.load(folder / "model.onnx").graph.initializer}

    def whole(name: str) -> Any:
        return kept[f"{name}_q"].astype(np.float32) * kept[f"{name}_s"]

    state = network.state_dict()
    state["characters.weight"] = torch.tensor(whole("E"))
    state["teacher.weight"], state["teacher.bias"] = torch.tensor(whole("T").T.copy()), torch.tensor(kept["tb"])
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
