"""Ways of finding, one per file.  A detector reads a Scene and says what is there; whether it may stay is the policy's.

Built-ins are the tuple below.  Others join by the entry-point group `deident.detectors`: an object with
`find(scene) -> Candidates` whose kinds have a pattern file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points

import numpy as np

from deident.detectors import (
    addresses,
    births,
    boxes,
    codes,
    columns,
    consensus,
    cued,
    expressions,
    grouped,
    names,
    numbers,
    phrases,
    records,
    siblings,
    unless,
    whole,
)
from deident.detectors.proof import proven
from deident.detectors.trust import beside, confirmed, sober
from deident.errors import CatalogError
from deident.matching.scene import Scene
from deident.model import Bools, Candidates

Detector = Callable[[Scene], Candidates]
ROUNDS = 8  # of overlaps settled side by side; a chain that is longer is settled one by one
BUILT_IN: tuple[Detector, ...] = (numbers.find, grouped.find, boxes.find, cued.find, expressions.find, addresses.find, names.find)


def plugged() -> tuple[Detector, ...]:
    """Detectors of installed packages, by name; two with one name are an error."""
    found: dict[str, Detector] = {}
    for entry in entry_points(group="deident.detectors"):
        if entry.name in found:
            raise CatalogError("entry points", "deident.detectors", f"two detectors are named '{entry.name}'; uninstall one")
        loaded = entry.load()
        found[entry.name] = loaded.find if hasattr(loaded, "find") else loaded
    return tuple(found[name] for name in sorted(found))


def find(scene: Scene, more: Sequence[Detector] = (), tagged: Detector | None = None) -> Candidates:
    """All candidates of a scene, overlaps resolved, in order of the text; `tagged`: what a tagger says, beside the rules."""
    first = proven(scene, Candidates.join([detector(scene) for detector in (*BUILT_IN, *more)]))
    consensus.note(scene, first)
    siblings.note(scene)
    both = Candidates.join([first, columns.find(scene, first), records.find(scene, first), births.find(scene, first)])
    read = None if tagged is None else tagged(scene)
    said = Candidates.none() if read is None else beside(scene, read, both)
    both = Candidates.join([both, said])
    told = sober(scene, phrases.find(scene, both))
    both = Candidates.join([both, told if read is None else confirmed(scene, told, read)])
    both = unless.without(scene, codes.without(scene, both), said)
    return whole.joined(scene, both.take(settle(both, np.array([p.rank for p in scene.plan.patterns], np.int64))))


def settle(found: Candidates, ranks: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Of candidates that overlap keep the higher rank, then the longer, then the surer; index in order of the text."""
    order = np.lexsort((-found.end, found.start))
    if len(order) < 2:
        return order
    start, end = found.start[order], found.end[order]
    alone: Bools = np.ones(len(order), np.bool_)
    clash = start[1:] < np.maximum.accumulate(end)[:-1]
    alone[1:] &= ~clash
    alone[:-1] &= ~clash
    rest = order[~alone]
    rest = rest[
        np.lexsort((found.start[rest], -found.score[rest], found.start[rest] - found.end[rest], -ranks[found.kind[rest]]))
    ]
    chosen = [order[alone]]
    for _ in range(ROUNDS):  # the best of those that hang together stays, what touches it goes; then what is left
        if not len(rest):
            break
        place = np.argsort(found.start[rest], kind="stable")
        low, high = found.start[rest[place]], found.end[rest[place]]
        first = np.concatenate(([True], low[1:] >= np.maximum.accumulate(high)[:-1]))
        group = np.cumsum(first) - 1
        best = np.minimum.reduceat(place, np.flatnonzero(first))  # `rest` is best first
        chosen.append(rest[best])
        apart = (low >= found.end[rest[best]][group]) | (high <= found.start[rest[best]][group])
        rest = rest[np.sort(place[apart])]
    chosen.append(np.array(_without_overlap(found, rest.tolist()), np.int64))
    result = np.concatenate(chosen)
    return result[np.argsort(found.start[result], kind="stable")]


def _without_overlap(found: Candidates, ranked: list[int]) -> list[int]:
    """Of candidates, best first, those that no better one touches."""
    kept, starts, ends = [], list[int](), list[int]()
    for i in ranked:
        low, high = int(found.start[i]), int(found.end[i])
        at = bisect_left(starts, low)
        if (at < len(starts) and starts[at] < high) or (at > 0 and ends[at - 1] > low):
            continue
        starts.insert(at, low)
        ends.insert(at, high)
        kept.append(i)
    return kept
