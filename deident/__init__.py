"""deident: find and mask private data in what Chinese public bodies publish.

>>> import deident
>>> text = "申请人身份证号：52010219010315904X，监督电话：0851-85550101。"
>>> [(text[f.start:f.end][:4], f.kind, f.action) for f in deident.scan(text)]
[('5201', 'resident_id', 'mask'), ('0851', 'landline', 'keep')]
>>> deident.mask(text)
'申请人身份证号：52****************，监督电话：0851-85550101。'
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from deident.errors import (
    CatalogError,
    DeidentError,
    InputError,
    MissingExtra,
    OutputError,
    PolicyError,
    VerifyError,
)
from deident.model import FileReport, Finding, Findings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from deident.engine import Scanner

__version__ = "0.1.0"
__all__ = [
    "CatalogError", "DeidentError", "FileReport", "Finding", "Findings", "InputError", "MissingExtra", "OutputError",
    "PolicyError", "Scanner", "VerifyError", "mask", "mask_file", "scan", "scan_file", "scan_texts",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "Scanner":
        from deident.engine import Scanner

        return Scanner
    raise AttributeError(f"module 'deident' has no attribute '{name}'")


@cache
def _scanner(policy: str) -> Scanner:
    """One scanner a policy, built on first use: building costs about a second, scanning a page a millisecond.

    Its key, which policies with pseudonyms need, is DEIDENT_KEY.
    """
    from deident.engine import Scanner

    return Scanner(policy=policy, key=os.environ.get("DEIDENT_KEY", "").encode() or None)


def scan(text: str, title: str | None = None, doc_type: str | None = None, policy: str = "gov-publish") -> Findings:
    """Findings of one text; `text[f.start:f.end]` is exactly what was found.  Raises PolicyError for an unknown policy."""
    return _scanner(policy).scan(text, title, doc_type)


def mask(text: str, title: str | None = None, doc_type: str | None = None, policy: str = "gov-publish") -> str:
    """The text with everything masked that the policy says to mask."""
    return _scanner(policy).mask(text, title, doc_type)


def scan_texts(texts: Iterable[Any], policy: str = "gov-publish") -> Findings:
    """Findings of many texts (list, pandas.Series, pyarrow.Array) as columns: `.to_pandas()`, `.to_arrow()`."""
    return _scanner(policy).scan_texts(texts)


def scan_file(path: str | Path, policy: str = "gov-publish") -> FileReport:
    """What is in one document of any known format.  Raises InputError when it cannot be read."""
    return _scanner(policy).scan_file(path)


def mask_file(source: str | Path, target: str | Path, policy: str = "gov-publish") -> FileReport:
    """Write a masked and verified copy of one document.  Raises InputError, OutputError; see FileReport.status."""
    return _scanner(policy).mask_file(source, target)
