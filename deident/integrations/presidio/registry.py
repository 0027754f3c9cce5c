"""What makes a program's Presidio speak Chinese: `register(analyzer)`; and an analyzer for who has none."""

from __future__ import annotations

from typing import Any

import regex
import tldextract.tldextract
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from deident.engine import Scanner
from deident.errors import InputError
from deident.integrations.presidio.engine import DeidentNlpEngine, JoinedNlpEngine
from deident.integrations.presidio.recognizer import DeidentRecognizer

LANGUAGE = "zh"


def register(target: Any, scanner: Scanner | None = None, *, language: str = LANGUAGE, include_kept: bool = False) -> None:
    """Add deident to an engine or registry of Presidio that a program has; in place, and as often as one likes.

    An AnalyzerEngine (or BatchAnalyzerEngine) then knows the language: `analyze(text, language="zh")`.  Its other languages stay as they
    are.  A RecognizerRegistry is for an analyzer that is built later: with `nlp_engine=DeidentNlpEngine()`.  An AnonymizerEngine (or
    BatchAnonymizerEngine) gets the operator "deident".

    scanner   the `deident.Scanner` whose policy judges; of a recogniser that is there already (from YAML) nothing changes without one
    language  of the texts in which deident finds; once more for another one

    What changes besides: the expressions of this language's pattern recognisers read letters and digits as ASCII, or `\\b` would not see
    a number behind a Han letter; Presidio's recogniser of spaCy's entities goes where there is no such model; the list of internet
    domains is the one that tldextract brings with it, and is not fetched.

    Raises InputError for anything else.
    """
    target = getattr(target, "analyzer_engine", None) or getattr(target, "anonymizer_engine", None) or target
    if isinstance(target, AnalyzerEngine):
        target.supported_languages = _with(target.supported_languages, language)
        _recognisers(target.registry, scanner, language, include_kept)
        target.nlp_engine = _engine(target.nlp_engine, target.registry, language)
        if not _entities(target.nlp_engine, language):
            _without_entities(target.registry, language)
    elif isinstance(target, RecognizerRegistry):
        _recognisers(target, scanner, language, include_kept)
    elif hasattr(target, "add_anonymizer"):
        from deident.integrations.presidio.operators import DeidentOperator

        target.add_anonymizer(DeidentOperator)
    else:
        raise InputError(f"register takes an engine or a registry of Presidio, not a {type(target).__name__}")


def make_analyzer(scanner: Scanner | None = None, *, include_kept: bool = False) -> AnalyzerEngine:
    """An AnalyzerEngine for Chinese with deident alone; needs no model and no network."""
    registry = RecognizerRegistry(supported_languages=[LANGUAGE])
    register(registry, scanner, include_kept=include_kept)
    return AnalyzerEngine(nlp_engine=DeidentNlpEngine(), registry=registry, supported_languages=[LANGUAGE])


def as_ascii(recognizer: EntityRecognizer) -> EntityRecognizer:
    """A pattern recogniser whose `\\b`, `\\w` and `\\d` mean ASCII: for one that is added after `register`, or by YAML."""
    if isinstance(recognizer, PatternRecognizer):
        recognizer.global_regex_flags = (recognizer.global_regex_flags or 0) | int(regex.ASCII)
    return recognizer


def _recognisers(registry: RecognizerRegistry, scanner: Scanner | None, language: str, include_kept: bool) -> None:
    registry.supported_languages = _with(registry.supported_languages, language)
    registry.recognizers = list(registry.recognizers)
    own = [each for each in registry.recognizers if isinstance(each, DeidentRecognizer) and each.supported_language == language]
    if scanner is not None:
        registry.recognizers = [each for each in registry.recognizers if each not in own]
    if scanner is not None or not own:
        registry.add_recognizer(DeidentRecognizer(language, scanner=scanner, include_kept=include_kept))
    for each in registry.recognizers:
        if each.supported_language == language:
            as_ascii(each)
    tldextract.tldextract.TLD_EXTRACTOR.suffix_list_urls = ()


def _engine(engine: NlpEngine, registry: RecognizerRegistry, language: str) -> NlpEngine:
    """The engine with one for the language; one that a program has stays, unless it is a blank pipeline without lemmas."""
    if language in engine.get_supported_languages() and not _blank(engine, language):
        return engine
    context = [word for each in registry.recognizers if each.supported_language == language for word in each.context or ()]
    own = DeidentNlpEngine([{"lang_code": language, "model_name": "deident"}], words=context)
    own.load()
    return JoinedNlpEngine(engine, own)


def _pipes(engine: NlpEngine, language: str) -> list[str] | None:
    """Names of the components of a spaCy engine; None where it is no such engine."""
    if isinstance(engine, JoinedNlpEngine):
        engine = engine.chinese if language in engine.chinese.get_supported_languages() else engine.other
    nlp = (getattr(engine, "nlp", None) or {}).get(language)
    return list(nlp.pipe_names) if nlp is not None else None


def _blank(engine: NlpEngine, language: str) -> bool:
    return not isinstance(engine, JoinedNlpEngine) and type(engine) is not DeidentNlpEngine and _pipes(engine, language) == []


def _entities(engine: NlpEngine, language: str) -> bool:
    """Whether the engine recognises entities in a language; without components nothing can."""
    return _pipes(engine, language) != []


def _without_entities(registry: RecognizerRegistry, language: str) -> None:
    registry.recognizers = [
        each for each in registry.recognizers if not (isinstance(each, SpacyRecognizer) and each.supported_language == language)
    ]


def _with(languages: list[str], language: str) -> list[str]:
    return languages if language in languages else [*languages, language]
