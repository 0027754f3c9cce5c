"""Presidio, both ways (`pip install 'deident[presidio]'`): docs/presidio.md.

    from deident.integrations.presidio import register
    register(analyzer)      # AnalyzerEngine: analyzer.analyze(text, language="zh")
    register(anonymizer)    # AnonymizerEngine: OperatorConfig("deident")

`make_analyzer()` is an analyzer for Chinese alone, without model and network; `PresidioDetector` lets deident use the recognisers of an
analyzer; with this module imported, `name: DeidentRecognizer` works in Presidio's YAML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deident.errors import MissingExtra

try:
    from deident.integrations.presidio.detector import PresidioDetector
    from deident.integrations.presidio.engine import DeidentNlpEngine, JoinedNlpEngine
    from deident.integrations.presidio.names import entity, kinds
    from deident.integrations.presidio.recognizer import DeidentRecognizer
    from deident.integrations.presidio.registry import as_ascii, make_analyzer, register
except ModuleNotFoundError as problem:
    if (problem.name or "").startswith("deident"):
        raise
    raise MissingExtra("deident.integrations.presidio needs Presidio: pip install 'deident[presidio]'") from None

if TYPE_CHECKING:
    from deident.integrations.presidio.operators import DeidentOperator

__all__ = [
    "DeidentNlpEngine", "DeidentOperator", "DeidentRecognizer", "JoinedNlpEngine", "PresidioDetector", "as_ascii", "entity", "kinds",
    "make_analyzer", "register",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "DeidentOperator":  # of another package, which a program that only analyses need not have
        from deident.integrations.presidio.operators import DeidentOperator

        return DeidentOperator
    raise AttributeError(f"module 'deident.integrations.presidio' has no attribute '{name}'")
