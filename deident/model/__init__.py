"""The nouns every layer shares: Batch (text in), Findings (columns out), Finding (one row), Edit.

All offsets inside the pipeline are byte offsets into UTF-8.  A Batch holds many segments of many documents in one
buffer (`view`), each segment ended by NUL, with a SourceMap back to the documents' own bytes (`source`).
"""

from __future__ import annotations

from deident.model.batch import (
    ACTIONS,
    CATEGORIES,
    CATEGORY_NAMES,
    FEWEST_BOXES,
    KEEP,
    MASK,
    REVIEW,
    ROLES,
    SENTENCES,
    Batch,
    Bools,
    Edit,
    Ints,
    SourceMap,
)
from deident.model.findings import STATUSES, UNDECIDED, Candidates, FileReport, Finding, Findings, Ground, Kind

__all__ = [
    "ACTIONS",
    "CATEGORIES",
    "CATEGORY_NAMES",
    "FEWEST_BOXES",
    "KEEP",
    "MASK",
    "REVIEW",
    "ROLES",
    "SENTENCES",
    "STATUSES",
    "UNDECIDED",
    "Batch",
    "Bools",
    "Candidates",
    "Edit",
    "FileReport",
    "Finding",
    "Findings",
    "Ground",
    "Ints",
    "Kind",
    "SourceMap",
]
