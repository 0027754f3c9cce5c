"""scan() and mask(): the only place where the parts meet.

One `Scanner` serves a single text, a column of texts and a site dump alike: documents become a Batch, the batch is folded
and matched once, detectors propose, the policy decides, masks are written back through the maps.
"""

from __future__ import annotations

from deident.engine.scanner import Scanner

__all__ = ["Scanner"]
