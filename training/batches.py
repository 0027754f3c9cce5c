"""Lines as numbers, and batches of them for training."""

from __future__ import annotations

import random
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import torch
from torch.utils.data import IterableDataset

from training.passages import Line
from training.tagging import HEADS, Sample, encoded
from training.text import plain
from training.vary import Vary


class Batch(NamedTuple):
    """`ids` (n, t) int64, 0 fills up; `gold` by head (n, t), -100 where nothing is to be learned; `lengths` (n,) on the CPU."""

    ids: torch.Tensor
    gold: dict[str, torch.Tensor]
    lengths: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """The batch on another device; lengths stay where packing wants them."""
        return Batch(self.ids.to(device), {name: rows.to(device) for name, rows in self.gold.items()}, self.lengths)


def stacked(samples: Sequence[Sample]) -> Batch:
    """One batch out of samples of any length."""
    lengths = torch.tensor([max(1, len(ids)) for ids, _ in samples])
    ids = torch.zeros((len(samples), int(lengths.max())), dtype=torch.int64)
    gold = {name: torch.full(ids.shape, -100, dtype=torch.int64) for name in HEADS}
    for place, (own, tagged) in enumerate(samples):
        ids[place, : len(own)] = torch.tensor(own, dtype=torch.int64)
        for name, row in tagged.items():
            gold[name][place, : len(row)] = torch.tensor(row, dtype=torch.int64)
    return Batch(ids, gold, lengths)


class Stream(IterableDataset[Batch]):
    """Without end: batches of `size` varied lines of like length, each with `more` lines of text without labels at its end."""

    def __init__(
        self, lines: Sequence[Line], known: dict[str, int], seed: int, size: int, more: int, left_out: Container[str]
    ) -> None:
        self.lines = [line for line in lines if line.text.strip()]
        self.known, self.seed, self.size, self.more, self.left_out = known, seed, size, more, left_out

    def __iter__(self) -> Iterator[Batch]:
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        seed = self.seed + (worker.id if worker else 0)
        dice, vary = random.Random(seed), Vary(self.lines, seed)
        text = plain(dice, self.left_out)
        while True:
            samples = [encoded(vary(line), self.known) for line in self.lines]
            order = sorted(range(len(samples)), key=lambda n: len(samples[n][0]) + dice.random() * 12)
            batches = [order[low : low + self.size] for low in range(0, len(order), self.size)]
            dice.shuffle(batches)
            for rows in batches:
                unlabelled: list[Sample] = [([self.known.get(sign, 1) for sign in next(text)], {}) for _ in range(self.more)]
                yield stacked([samples[n] for n in rows] + unlabelled)
