"""deident as one recogniser of Presidio: its findings with their verdicts, exactly as `Scanner.scan` gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from deident.catalog import Mask
from deident.engine import Scanner
from deident.integrations.presidio.names import entity
from deident.model import Finding, Findings

METADATA = "deident"  # key of what deident knows of a finding, in `recognition_metadata`
LABELLED = 200  # characters of a text that is taken for one value, of which the context names the field


class Entity(str):
    """The name of an entity that also knows what was found and how the policy hides it, for operators.py.

    Everything that Presidio hands to an operator is the name, so this is where it can stand; wherever it gets lost (JSON), the
    operator goes by the name alone.
    """

    kind: str = ""
    action: str = ""
    mask: Mask | None = None


class DeidentRecognizer(LocalRecognizer):
    """Recognises all kinds of `deident list kinds`, under the names of names.py.

    scanner   the `deident.Scanner` to use; without one it is `Scanner(policy=policy, patterns=patterns, ner=ner, lang=lang)`
    include_kept    also what may stay; the verdict is `recognition_metadata["deident"]["action"]`
    doc_type  type of all texts, where the program knows it
    supported_entities   some of the names only
    """

    name: str

    def __init__(
        self, supported_language: str = "zh", supported_entities: Sequence[str] | None = None, name: str = "DeidentRecognizer",
        context: list[str] | None = None, *, scanner: Scanner | None = None, policy: str = "gov-publish", patterns: str | None = None,
        ner: object | None = None, lang: str = "zh", include_kept: bool = False, doc_type: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.scanner = scanner or Scanner(policy=policy, patterns=patterns, ner=ner, lang=lang)
        self.include_kept, self.doc_type = include_kept, doc_type
        self._asked: WeakKeyDictionary[NlpArtifacts, frozenset[str]] = WeakKeyDictionary()
        names = dict.fromkeys(map(entity, self.scanner.catalogue.kinds))
        own = [each for each in names if each in supported_entities] if supported_entities else list(names)
        super().__init__(supported_entities=own, supported_language=supported_language, name=name, context=context, **kwargs)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_asked": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _asked=WeakKeyDictionary())

    def load(self) -> None:
        """Nothing: the scanner is built with the recogniser."""

    def analyze(self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None) -> list[RecognizerResult]:
        """What is found in a text of the entities that are asked for; of all where none of them is deident's, which is how Presidio
        asks a recogniser that only this call knows."""
        own = frozenset(self.supported_entities)
        wanted = own.intersection(entities or ()) or own
        if nlp_artifacts is not None:
            self._asked[nlp_artifacts] = wanted
        return list(self._results(self.scanner.scan(text, doc_type=self.doc_type), wanted, 0))

    def enhance_using_context(
        self, text: str, raw_recognizer_results: list[RecognizerResult], other_raw_recognizer_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts, context: list[str] | None = None,
    ) -> list[RecognizerResult]:  # fmt: skip
        """A single value is judged once more under its field's name, the last word of `context`: so a column 姓名 of a dict holds
        names, and what stands under 监督电话 stays."""
        label = context[-1].strip() if context and isinstance(context[-1], str) else ""
        if not label or not text.strip() or len(text) > LABELLED or "\n" in text:
            return raw_recognizer_results
        before = f"{label}："
        wanted = self._asked.get(nlp_artifacts, frozenset(self.supported_entities))
        return list(self._results(self.scanner.scan(before + text, doc_type=self.doc_type), wanted, len(before)))

    def _results(self, findings: Findings, wanted: frozenset[str], before: int) -> Iterator[RecognizerResult]:
        """Results for the findings behind the first `before` characters."""
        verdicts = self.scanner.policy.verdicts  # suppressions come after them, and let stay
        for finding, rule in zip(findings, findings.rule.tolist(), strict=True):
            name = Entity(entity(finding.kind))
            if name not in wanted or finding.end <= before or (finding.action == "keep" and not self.include_kept):
                continue
            pattern = self.scanner.catalogue.patterns[finding.kind]
            name.kind, name.action = finding.kind, finding.action
            name.mask = (verdicts[rule].mask if 0 <= rule < len(verdicts) else None) or pattern.mask
            yield RecognizerResult(
                name, max(finding.start - before, 0), finding.end - before, finding.score, self._explanation(finding, bool(pattern.checks)),
                {
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name, RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                    METADATA: {**_known(finding), "doc_type": findings.doc_type or ""},
                },
            )  # fmt: skip

    def _explanation(self, finding: Finding, checked: bool) -> AnalysisExplanation:
        said = f"{finding.action}: {finding.reason or finding.kind}"
        explanation = AnalysisExplanation(
            recognizer=self.name, original_score=finding.score, pattern_name=finding.kind,
            textual_explanation=f"{said} ({', '.join(finding.basis)})" if finding.basis else said,
        )  # fmt: skip
        if checked:  # a check digit or a register; what fails it is no finding
            explanation.validation_result = True
        return explanation


def _known(finding: Finding) -> Mapping[str, Any]:
    """What is known of a finding besides its place, in JSON's types; no value."""
    return {
        "kind": finding.kind, "category": finding.category, "action": finding.action, "rule": finding.rule, "source": finding.source,
        "reason": finding.reason, "basis": list(finding.basis), "subject": finding.subject, "preview": finding.preview,
    }  # fmt: skip
