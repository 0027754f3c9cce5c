"""What deident is compared with: plain `re` patterns, and Presidio where it is installed.

Presidio gets the expressions and context words of deident's own catalogue (`catalogue_rules`), or the five patterns, over
`spacy.blank("zh")`: no model is loaded, so this is the cheapest way to run it on Chinese text.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence

#: kind → expression, context words
Rules = Mapping[str, tuple[str, tuple[str, ...]]]

PATTERNS: Rules = {
    "RESIDENT_ID": (
        r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])",
        ("身份证", "证件"),
    ),
    "MOBILE": (r"(?<!\d)1[3-9]\d{9}(?!\d)", ("电话", "手机", "联系")),
    "LANDLINE": (r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)", ("电话", "传真")),
    "BANK_CARD": (r"(?<!\d)(?:62|60|9\d)\d{11,17}(?!\d)", ("账号", "卡号")),
    "EMAIL": (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", ("邮箱", "邮件")),
}


def plain_re() -> Callable[[Sequence[bytes]], int]:
    """Five passes of `re` over decoded text; returns the number of matches."""
    compiled = [re.compile(expression, re.ASCII) for expression, _ in PATTERNS.values()]

    def run(texts: Sequence[bytes]) -> int:
        return sum(1 for data in texts for text in (data.decode(),) for pattern in compiled for _ in pattern.finditer(text))

    return run


def catalogue_rules() -> Rules:
    """The kinds of deident's own catalogue in Presidio's terms: the same job for both."""
    catalogue = importlib.import_module("deident.catalog").load()
    return {kind: (p.regex, p.cues) for kind, p in catalogue.patterns.items() if p.regex}


def presidio(rules: Rules) -> Callable[[Sequence[bytes]], int] | None:
    """Presidio's analyzer with these rules as recognisers, or None where it is not installed."""
    if importlib.util.find_spec("presidio_analyzer") is None or importlib.util.find_spec("spacy") is None:
        return None
    analyzer = importlib.import_module("presidio_analyzer")
    engines = importlib.import_module("presidio_analyzer.nlp_engine")
    spacy = importlib.import_module("spacy")
    engine = engines.SpacyNlpEngine(models=[{"lang_code": "zh", "model_name": "blank"}])
    engine.nlp = {"zh": spacy.blank("zh")}
    registry = analyzer.RecognizerRegistry(supported_languages=["zh"])
    for kind, (expression, context) in rules.items():
        pattern = analyzer.Pattern(kind, expression, 0.6)
        words = list(context) or None
        registry.add_recognizer(
            analyzer.PatternRecognizer(supported_entity=kind.upper(), patterns=[pattern], context=words, supported_language="zh")
        )
    machine = analyzer.AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=["zh"])

    def run(texts: Sequence[bytes]) -> int:
        return sum(len(machine.analyze(data.decode(), language="zh")) for data in texts)

    return run
