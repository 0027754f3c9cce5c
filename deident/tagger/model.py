"""The built-in model: LAC's encoder, trained further, with two heads; ONNX on the CPU, exact Viterbi.

`who` tells names and addresses, `what` the telling phrases; both heads read the same states, so a phrase and the name inside it are both found.
Training, data and scores: training/MODEL_CARD.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.tagger import Span, decode

HOME = Path(__file__).parent
TOGETHER = 64  # lines
FILLED = 6400  # characters of one batch, filling included: what fits the cache of one core


class Model:
    """`folder` holds model.onnx and model.json.  One model serves many threads."""

    name = "deident"

    def __init__(self, folder: Path = HOME) -> None:
        import onnxruntime

        card: Mapping[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        self._numbers = np.ones(0x20001, np.int64)  # 1: unknown; all beyond the first two planes is read as the last
        self._numbers[np.minimum([ord(sign) for sign in card["characters"]], 0x20000)] = card["numbers"]
        self._numbers[-1] = 1
        self._heads = [(decode.Path(tags), len(tags)) for tags in card["heads"].values()]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # a crawl has a process for each core
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession((folder / "model.onnx").read_bytes(), options, providers=["CPUExecutionProvider"])

    @staticmethod
    def load() -> Model:
        """The model of the package, read once a process."""
        return _load()

    def find(self, lines: Sequence[str]) -> list[list[Span]]:
        """Spans of each line; lines of like length are read together."""
        found: list[list[Span]] = [[] for _ in lines]
        order = sorted((n for n, line in enumerate(lines) if line), key=lambda n: len(lines[n]))
        low = 0
        while low < len(order):
            high = low + 1
            while high < len(order) and high - low < TOGETHER and (high - low + 1) * len(lines[order[high]]) <= FILLED:
                high += 1
            rows = order[low:high]
            low = high
            lengths = np.array([len(lines[n]) for n in rows], np.int64)
            for row, start, end, label, sure in self._read([lines[n] for n in rows], lengths):
                found[rows[row]].append(Span(start, end, label, sure))
        for spans in found:
            spans.sort()
        return found

    def _read(self, lines: Sequence[str], lengths: NDArray[np.int64]) -> list[tuple[int, int, int, str, float]]:
        signs = np.frombuffer("".join(lines).encode("utf-32-le", "replace"), np.uint32)
        ids = np.zeros((len(lines), int(lengths.max())), np.int64)
        ids[np.arange(ids.shape[1]) < lengths[:, None]] = self._numbers[np.minimum(signs, len(self._numbers) - 1)]
        [logits] = self._session.run(None, {"ids": ids, "lengths": lengths.astype(np.int32)})
        spans, at = [], 0
        for path, size in self._heads:
            own = logits[:, :, at : at + size]
            at += size
            own = own - own.max(2, keepdims=True)
            spans += path.spans(own - np.log(np.exp(own).sum(2, keepdims=True)), lengths)
        return spans


@cache
def _load() -> Model:
    return Model()
