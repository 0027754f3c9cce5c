"""NLP engines that need no model: one for Chinese, and one that joins it to the engine a program already has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import spacy
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, NlpEngine, SpacyNlpEngine

from deident.integrations.presidio.words import WordTokenizer, known

MODEL = "deident"  # what Presidio calls the name of a model; nothing is loaded under it


class DeidentNlpEngine(SpacyNlpEngine):
    """Word-like tokens and lemmas for Chinese text, offline; it recognises no entities, which is the recognisers' task.

    models   as Presidio's provider gives them: `[{"lang_code": "zh", "model_name": "deident"}]`; the names mean nothing
    words    more words to cut the text by, such as context words of one's own recognisers
    """

    engine_name = MODEL
    is_available = True

    def __init__(
        self, models: Sequence[Mapping[str, str]] | None = None, ner_model_configuration: NerModelConfiguration | None = None,
        *, words: Iterable[str] = (),
    ) -> None:  # fmt: skip
        named = [dict(model) for model in models or [{"lang_code": "zh", "model_name": MODEL}]]
        super().__init__(models=named, ner_model_configuration=ner_model_configuration)
        self._words = tuple(words)

    def load(self) -> None:
        """Read the words; a tenth of a second."""
        words = known(self._words)
        made = {}
        for model in self.models:
            nlp = spacy.blank(model["lang_code"])
            nlp.tokenizer = WordTokenizer(nlp.vocab, words)
            made[model["lang_code"]] = nlp
        self.nlp = made  # type: ignore[assignment]  # None before; Presidio's own engines do the same

    def is_punct(self, word: str, language: str) -> bool:
        """Blanks too, which spaCy does not count: context is counted in words."""
        return not any(sign.isalnum() for sign in word)

    def get_supported_entities(self) -> list[str]:
        """None."""
        return []


class JoinedNlpEngine(NlpEngine):
    """`chinese` for its languages, `other` for all others; what else a program asks of its engine, `other` answers."""

    engine_name = "deident_joined"
    is_available = True

    def __init__(self, other: NlpEngine, chinese: NlpEngine) -> None:
        self.other, self.chinese = other, chinese

    def __getattr__(self, name: str) -> Any:
        if name in ("other", "chinese"):  # not set yet: being unpickled
            raise AttributeError(name)
        return getattr(self.other, name)

    def load(self) -> None:
        """Load what is not loaded yet."""
        for engine in (self.other, self.chinese):
            if not engine.is_loaded():
                engine.load()

    def is_loaded(self) -> bool:
        """Whether both are."""
        return bool(self.other.is_loaded() and self.chinese.is_loaded())

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Tokens, lemmas, entities of a text."""
        return self._of(language).process_text(text, language)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[Any]:
        """(text, artifacts) for each text."""
        yield from self._of(language).process_batch(texts, language, batch_size=batch_size, n_process=n_process, **kwargs)

    def is_stopword(self, word: str, language: str) -> bool:
        """Whether a word says nothing."""
        return bool(self._of(language).is_stopword(word, language))

    def is_punct(self, word: str, language: str) -> bool:
        """Whether a word is a sign."""
        return bool(self._of(language).is_punct(word, language))

    def get_supported_entities(self) -> list[str]:
        """What the other engine recognises."""
        return list(self.other.get_supported_entities())

    def get_supported_languages(self) -> list[str]:
        """Languages of both."""
        own = self.chinese.get_supported_languages()
        return [*(each for each in self.other.get_supported_languages() if each not in own), *own]

    def _of(self, language: str) -> NlpEngine:
        return self.chinese if language in self.chinese.get_supported_languages() else self.other
