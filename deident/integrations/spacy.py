"""deident as a component of spaCy (`pip install 'deident[spacy]'`): docs/spacy.md.

    nlp = spacy.blank("zh")
    nlp.add_pipe("deident")                  # found by its entry point; nothing to import
    for span in nlp(text).spans["deident"]:
        print(span.label_, span._.deident["start_char"], span._.deident["action"], span._.deident["reason"])

A span of spaCy begins and ends with tokens, a finding need not: in `blank("en")` a whole Chinese sentence is one token.  So the span is
widened to tokens, and `span._.deident` holds the exact place.
"""

# No `from __future__ import annotations`: spaCy reads those of a factory, and older releases cannot read them as text.

import os
import pickle
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deident.engine import Scanner
from deident.errors import InputError, MissingExtra
from deident.model import ACTIONS, Finding

try:
    from spacy.language import Language
    from spacy.tokens import Doc, Span
    from spacy.util import filter_spans, minibatch
except ModuleNotFoundError as problem:
    if (problem.name or "").startswith("deident"):
        raise
    raise MissingExtra("deident.integrations.spacy needs spaCy: pip install 'deident[spacy]'") from None

NAME = "deident"
LABELS = ("kind", "category")


@Language.factory(
    NAME, assigns=["doc.spans", "span._.deident"],
    default_config={
        "policy": "gov-publish", "patterns": None, "suppressions": None, "ner": None, "lang": "zh", "doc_type": None,
        "actions": ["mask", "review"], "label": "kind", "spans_key": NAME, "set_ents": False,
    },
)  # fmt: skip
def make(
    nlp: Language, name: str, policy: str, patterns: str | None, suppressions: str | None, ner: bool | None, lang: str,
    doc_type: str | None, actions: list[str], label: str, spans_key: str, set_ents: bool,
) -> "Deident":  # fmt: skip
    """The component.

    policy, patterns, suppressions, ner, lang   of its `deident.Scanner`
    doc_type   type of all documents, where the program knows it
    actions    verdicts of the findings that become spans
    label      of the spans: "kind" or "category"
    spans_key  of the group in `doc.spans`
    set_ents   also make them entities, where they do not overlap

    Raises InputError, PolicyError.
    """
    if wrong := [each for each in actions if each not in ACTIONS]:
        raise InputError(f"actions: '{wrong[0]}' is none of {', '.join(ACTIONS)}")
    if label not in LABELS:
        raise InputError(f"label '{label}' is none of {', '.join(LABELS)}")
    scanner = Scanner(policy=policy, patterns=patterns, suppressions=suppressions, ner=ner, lang=lang)
    if doc_type is not None:
        scanner.scan("", doc_type=doc_type)  # one that there is not is an error now, not at the first text
    return Deident(name, scanner, doc_type, tuple(actions), label, spans_key, set_ents)


def extend() -> None:
    """Make `span._.deident` known: adding the component does; a program that only reads a DocBin calls this."""
    if not Span.has_extension(NAME):
        Span.set_extension(NAME, getter=found)


def found(span: Span) -> dict[str, Any] | None:
    """What was found, if a component made the span: exact `start_char` and `end_char`, kind, category, action, score, rule, source,
    reason, basis, subject.  No value: that is `span.doc.text[start_char:end_char]`."""
    data: Any = span.doc.user_data
    known = data.get(_key(span), {}).get(span.id_)
    if known is None:
        return None
    at, size = known["place"]
    rest = {key: value for key, value in known.items() if key != "place"}
    return {"start_char": span.start_char + at, "end_char": span.start_char + at + size, **rest, "basis": list(known["basis"])}


class Deident:
    """Finds, writes spans, masks.  What is known of a span is kept in `doc.user_data` under its place, as spaCy keeps such
    attributes, and there under its id: several findings may lie in one token."""

    def __init__(
        self, name: str, scanner: Scanner, doc_type: str | None, actions: tuple[str, ...], label: str, spans_key: str, set_ents: bool
    ) -> None:  # fmt: skip
        self.name, self.doc_type, self.actions, self.label = name, doc_type, actions, label
        self.spans_key, self.set_ents = spans_key, set_ents
        self._scanner = scanner
        self._process = 0  # the one that has used the scanner
        extend()

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state, _process=0)
        extend()

    @property
    def scanner(self) -> Scanner:
        """The scanner; with a tagger, a process that was forked from one that has used it builds its own."""
        if self._scanner.tagged is not None and self._process not in (0, os.getpid()):
            self._scanner = pickle.loads(pickle.dumps(self._scanner))
        self._process = os.getpid()
        return self._scanner

    def __call__(self, doc: Doc) -> Doc:
        """Find in one document."""
        return self._write(doc, self.scanner.scan(doc.text, doc_type=self.doc_type))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Find in many, a batch at once."""
        for docs in minibatch(stream, size=batch_size):  # type: ignore[no-untyped-call]
            if self.doc_type is not None:
                yield from map(self, docs)
                continue
            rows: list[list[Finding]] = [[] for _ in docs]
            for finding in self.scanner.scan_texts([doc.text for doc in docs]):
                rows[finding.text].append(finding)
            for doc, findings in zip(docs, rows, strict=True):
                yield self._write(doc, findings)

    def mask(self, doc: Doc) -> str:
        """The document's text with everything masked that the policy says to mask."""
        return self.scanner.mask(doc.text, doc_type=self.doc_type)

    def _write(self, doc: Doc, findings: Iterable[Finding]) -> Doc:
        data: Any = doc.user_data
        spans: list[Span] = []
        for number, finding in enumerate(each for each in findings if each.action in self.actions):
            label = finding.kind if self.label == "kind" else finding.category
            own = f"{self.name}:{number}"
            span = doc.char_span(finding.start, finding.end, label, span_id=own, alignment_mode="expand")
            assert span is not None  # a finding lies within the text
            data.setdefault(_key(span), {})[own] = {
                "place": [finding.start - span.start_char, finding.end - finding.start],
                "kind": finding.kind, "category": finding.category, "action": finding.action, "score": finding.score,
                "rule": finding.rule, "source": finding.source, "reason": finding.reason, "basis": list(finding.basis),
                "subject": finding.subject,
            }  # fmt: skip
            spans.append(span)
        doc.spans[self.spans_key] = spans
        if self.set_ents:
            doc.ents = filter_spans([*doc.ents, *spans])
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Nothing: the settings are in the pipeline's config."""
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "Deident":
        """Itself."""
        return self

    def to_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> None:
        """Nothing, as `to_bytes`."""

    def from_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> "Deident":
        """Itself."""
        return self


def _key(span: Span) -> tuple[str, str, int, int]:
    """Where spaCy looks for attributes of this span; it moves with the span where documents are joined or cut."""
    return "._.", NAME, span.start_char, span.end_char
