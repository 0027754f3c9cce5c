"""`check --explain`: why each finding was decided so, and what speaks for the type of the document; as lines, and as JSON.

Words are those of the policy and the types, never a value of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from deident.model import FileReport
from deident.report.messages import say
from deident.report.plain import plain
from deident.report.run import Run

CLUES, OTHERS = 5, 3  # that a person is shown; JSON has all of them


class Word(Protocol):
    """A word of the policy that spoke: where it stands, its text, its classes."""

    @property
    def place(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def classes(self) -> tuple[str, ...]: ...


class Explanation(Protocol):
    """One finding explained (policy.Explanation)."""

    @property
    def rule(self) -> str: ...
    @property
    def conditions(self) -> tuple[str, ...]: ...
    @property
    def decided(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def doc_type(self) -> str: ...
    @property
    def basis(self) -> tuple[str, ...]: ...
    @property
    def speaking(self) -> Sequence[Word]: ...
    @property
    def against(self) -> Sequence[Word]: ...


class Evidence(Protocol):
    """One clue for (or, with points below 0, against) a document type (policy.Evidence)."""

    @property
    def type(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def points(self) -> float: ...


class Explained(Protocol):
    """A report, an explanation for each of its findings in their order, and the clues for its type (engine.files.Explained)."""

    @property
    def report(self) -> FileReport: ...
    @property
    def findings(self) -> Sequence[Explanation]: ...
    @property
    def doc_type(self) -> Sequence[Evidence]: ...


def type_name(type: str | None, run: Run) -> str:
    """学生资助（student_aid）."""
    if not type or type not in run.types:
        return say(run.lang, "unknown_type") if not type or type == "unknown" else type
    return f"{run.types[type]}（{type}）" if run.lang != "en" else f"{run.types[type]} ({type})"


def of_type(explained: Explained, run: Run) -> Iterator[str]:
    """Lines: the type of the document, the best clues for it, and the best ones for others, or against it."""
    own = explained.report.doc_type
    yield say(run.lang, "doc_type", type=type_name(own, run))
    sides = (
        ("clues", [clue for clue in explained.doc_type if clue.type == own and clue.points > 0][:CLUES]),
        ("clues_other", [clue for clue in explained.doc_type if (clue.type != own) == (clue.points > 0)][:OTHERS]),
    )
    for key, clues in sides:
        named = [_clue(clue, run, named=clue.type != own) for clue in clues]
        if named or (key == "clues" and own):
            yield say(run.lang, key, clues=_joined(run, named) or say(run.lang, "no_clues"))


def of_finding(said: Explanation, run: Run) -> Iterator[str]:
    """Lines below a finding: type, rule, words for and against, what decided, the law."""
    lang = run.lang
    yield say(lang, "why_type", type=type_name(said.doc_type, run))
    if said.rule:
        yield say(lang, "why_rule", rule=said.rule, conditions=plain("; ".join(said.conditions)) or say(lang, "no_conditions"))
    else:
        yield say(lang, "why_no_rule")
    for key, words in (("why_for", said.speaking), ("why_against", said.against)):
        if words:
            yield say(lang, key, words=_joined(run, [_word(word, run) for word in words]))
    yield say(lang, "why_decided", source=say(lang, f"source_{said.source}"), id=plain(said.decided))
    if said.basis:
        yield say(lang, "why_basis", titles=plain(_joined(run, run.titles(said.basis))))


def evidence(explained: Explained) -> list[dict[str, object]]:
    """Every clue, best first."""
    return [{"type": e.type, "zone": e.zone, "words": e.words, "points": e.points} for e in explained.doc_type]


def finding(said: Explanation, run: Run) -> dict[str, object]:
    """The explanation of one finding; `for` and `against` are words with the place where they stand."""
    return {
        "doc_type": said.doc_type,
        "rule": said.rule,
        "conditions": list(said.conditions),
        "for": [_word_json(word) for word in said.speaking],
        "against": [_word_json(word) for word in said.against],
        "decided_by": {"source": said.source, "id": said.decided},
        "basis": [{"key": key, "title": run.laws.get(key, key)} for key in said.basis],
    }


def _word_json(word: Word) -> dict[str, object]:
    return {"place": word.place, "text": word.text, "classes": list(word.classes)}


def _word(word: Word, run: Run) -> str:
    return f"{say(run.lang, f'place_{word.place}')}「{plain(word.text)}」({', '.join(word.classes)})"


def _clue(clue: Evidence, run: Run, *, named: bool) -> str:
    whose = f"{run.types.get(clue.type, clue.type)} " if named else ""
    return f"{whose}{say(run.lang, f'zone_{clue.zone}')}「{plain(clue.words)}」{clue.points:+.1f}"


def _joined(run: Run, parts: Sequence[str]) -> str:
    return ("；" if run.lang != "en" else "; ").join(parts)
