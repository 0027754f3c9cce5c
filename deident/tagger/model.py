"""The built-in model: LAC's encoder, trained further, with two heads; ONNX on the CPU, exact Viterbi.

`who` tells names and addresses, `what` the telling phrases; both heads read the same states, so a phrase and the name inside it are both found.
LAC's own opinion on persons is kept as a third voice: alone it must be surer, and where it agrees with `who` both are.
Training, data and scores: training/MODEL_CARD.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deident.tagger import Span, decode

HOME = Path(__file__).parent
TOGETHER = 64  # lines
TAUGHT, ALONE = "taught", 0.8  # label of LAC's persons inside this module; what they count for alone
_NAME = re.compile("[㐀-鿿]{2,4}|[㐀-鿿A-Za-z]{1,9}(?:[·•.][㐀-鿿A-Za-z]{1,9}){1,3}|[㐀-鿿]{5,8}")
FILLED = 1536  # characters of one batch, filling included: what fits the cache of one core
PASS = 0.57  # what one more step of the network costs besides its rows, in rows


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
        self._session = onnxruntime.InferenceSession(
            (folder / "model.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )

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
            while high < len(order) and worthwhile(high - low, len(lines[order[high - 1]]), len(lines[order[high]])):
                high += 1
            rows = order[low:high]
            low = high
            lengths = np.array([len(lines[n]) for n in rows], np.int64)
            for row, start, end, label, sure in self._read([lines[n] for n in rows], lengths):
                found[rows[row]].append(Span(start, end, label, sure))
        for line, spans in zip(lines, found, strict=True):
            if spans:
                spans[:] = sorted(agreed(line, spans))
        return found

    def _read(self, lines: Sequence[str], lengths: NDArray[np.int64]) -> list[tuple[int, int, int, str, float]]:
        signs = np.frombuffer("".join(lines).encode("utf-32-le", "replace"), np.uint32)
        ids = np.zeros((len(lines), int(lengths.max())), np.int64)
        inside = np.arange(ids.shape[1]) < lengths[:, None]
        ids[inside] = self._numbers[np.minimum(signs, len(self._numbers) - 1)]
        logits, taught = self._session.run(None, {"ids": ids, "lengths": lengths.astype(np.int32)})
        spans: list[tuple[int, int, int, str, float]] = []
        at = 0
        for path, size in self._heads:
            own = logits[:, :, at : at + size]
            at += size
            busy = np.flatnonzero(((own.argmax(2) > 0) & inside).any(1))  # in the others nothing stands
            own = own[busy]
            own = own - own.max(2, keepdims=True)
            own -= np.log(np.exp(own).sum(2, keepdims=True))
            spans += [
                (int(busy[row]), start, end, label, sure) for row, start, end, label, sure in path.spans(own, lengths[busy])
            ]
        return spans + list(persons(taught, lengths))


def worthwhile(rows: int, wide: int, length: int) -> bool:
    """Whether a line of this length is read together with so many rows that are as wide, rather than after them: all become longer."""
    return rows < TOGETHER and (rows + 1) * length <= FILLED and (length - wide) * (rows + PASS) <= PASS * length


def persons(taught: NDArray[np.float32], lengths: NDArray[np.int64]) -> Iterator[tuple[int, int, int, str, float]]:
    """Runs of characters that LAC takes for a person, (row, start, end, TAUGHT, mean probability); `taught` (n, t, 2): begins, goes on."""
    inside = np.arange(taught.shape[1]) < lengths[:, None]
    begins, goes_on = (taught > 0.5)[:, :, 0] & inside, (taught > 0.5)[:, :, 1] & inside
    for row, start in zip(*(part.tolist() for part in np.nonzero(begins)), strict=True):
        end = start + 1
        while end < lengths[row] and goes_on[row, end]:
            end += 1
        yield row, start, end, TAUGHT, float(taught[row, start:end].max(1).mean())


def agreed(line: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The spans with LAC's persons worked in: what both have found is surer, what LAC alone has found is a name if it looks like one."""
    own = [span for span in spans if span.label in ("name", "official")]
    taught = [span for span in spans if span.label == TAUGHT]
    for span in spans:
        if span.label == TAUGHT:
            if not any(span.start < other.end and other.start < span.end for other in own) and _NAME.fullmatch(
                line[span.start : span.end]
            ):
                yield Span(span.start, span.end, "name", span.score * ALONE)
        elif span in own and any(span[:2] == other[:2] for other in taught):
            yield span._replace(score=1 - (1 - span.score) / 2)
        else:
            yield span


@cache
def _load() -> Model:
    return Model()
