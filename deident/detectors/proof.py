"""Checks of kinds that are no tokens: a value behind a cue or out of an expression must pass its pattern's checks as well.

Tokens are checked where they are found, before a candidate exists; here the candidates are, and their separators go first.
"""

from __future__ import annotations

import numpy as np

from deident import checks
from deident.matching.scene import Scene
from deident.matching.tokens import compact
from deident.model import Candidates


def proven(scene: Scene, found: Candidates) -> Candidates:
    """The candidates without those whose value fails a check of its kind."""
    keep = np.ones(len(found), np.bool_)
    known, view = checks.load(), scene.batch.view
    for kind, pattern in enumerate(scene.plan.patterns):
        if pattern.trigger == "token" or not pattern.checks:
            continue
        for row in np.flatnonzero(found.kind == kind).tolist():
            value = np.frombuffer(compact(view[found.start[row] : found.end[row]]), np.uint8)[None, :]
            keep[row] = all(known[name](value)[0] for name in pattern.checks)
    return found if keep.all() else found.take(keep)
