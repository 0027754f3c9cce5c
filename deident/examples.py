"""The examples inside pattern and policy files, run through the real engine: `deident test`, and one pytest test each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deident import masks
from deident.catalog import Example, Pattern
from deident.engine import Scanner
from deident.policy import TypeExample

#: Examples of policies that make pseudonyms are written with this key, so that their masks can be told; it protects nothing.
KEY = b"a key for examples and for nothing else"
_MARKED = re.compile("«(.*?)»", re.S)


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not hold: file, its text, and what was found instead (the texts are synthetic)."""

    file: str
    example: str
    problem: str


def reader(scanner: Scanner, example: Example) -> Scanner:
    """Who reads the example: rules alone, unless it says that it needs the tagger."""
    return scanner if example.ner else scanner.alone


def runs(scanner: Scanner, example: Example) -> bool:
    """Whether the example can be tried: the tagger it may need is there."""
    return scanner.tagged is not None or not example.ner


def plain(text: str) -> str:
    """The text without its marks."""
    return text.replace("«", "").replace("»", "")


def check(scanner: Scanner, pattern: Pattern, example: Example) -> str:
    """What is wrong with a pattern's example; "" when it holds."""
    scanner, text = reader(scanner, example), plain(example.text)
    findings = [f for f in scanner.scan(text) if f.kind == pattern.id]
    found = [text[f.start : f.end] for f in findings]
    wanted = _MARKED.findall(example.text)
    if found != wanted:
        others = [(f.kind, text[f.start : f.end]) for f in scanner.scan(text) if f.kind != pattern.id]
        return f"found {found} instead of {wanted}" + (f"; other kinds: {others}" if others else "")
    if example.masked is not None:
        out, at = [], 0
        for finding in findings:  # by the pattern's own mask, whatever the policy makes of it
            start, end, new = masks.edit(pattern.mask, text[finding.start : finding.end])
            out += [text[at : finding.start + start], new]
            at = finding.start + end
        masked = "".join(out) + text[at:]
        if masked != example.masked:
            return f"masked as {masked!r} instead of {example.masked!r}"
    return ""


def check_policy(scanner: Scanner, example: Example, context: Mapping[str, str]) -> str:
    """What is wrong with a policy's example; "" when every marked value gets the action (and the mask, and by the rule it names)."""
    scanner, text = reader(scanner, example), plain(example.text)
    given = (context.get("title") or None, context.get("type") or None)
    found = {
        text[f.start : f.end]: (f, why) for f, why in zip(scanner.scan(text, *given), scanner.explain(text, *given), strict=True)
    }
    seen = {value: f.action for value, (f, _) in found.items()}
    for value in _MARKED.findall(example.text):
        if value not in found or found[value][0].action != context["action"]:
            return f"{value!r} is {seen.get(value, 'not found')}, not {context['action']}; found: {seen}"
        why = found[value][1]
        if context.get("rule") and context["rule"] not in (why.rule, why.decided):
            return f"{value!r} is decided by {why.rule} and {why.decided}, not by {context['rule']}"
    if example.masked is not None and (masked := scanner.mask(text, *given)) != example.masked:
        return f"masked as {masked!r} instead of {example.masked!r}"
    return ""


def check_type(scanner: Scanner, example: TypeExample) -> str:
    """What is wrong with an example of a document type; "" when it is taken for what it is."""
    found = scanner.scan(example.text, example.title or None).doc_type or ""
    return "" if found == example.type else f"taken for {found or 'no type'}, not {example.type or 'none'}"


def check_mark(scanner: Scanner, example: Example, mark: str) -> str:
    """What is wrong with an example of a mark of secrecy; "" when it (or, for a counterexample, none) is found."""
    found = scanner.scan(example.text).marks
    return "" if found == ((mark,) if mark else ()) else f"marks found: {', '.join(found) or 'none'}; wanted: {mark or 'none'}"


def run(scanner: Scanner) -> Iterator[Failure]:
    """All failures of the scanner's patterns, of its policy, of the document types and the marks of secrecy."""
    for pattern in scanner.catalogue.patterns.values():
        for example in pattern.examples:
            if not runs(scanner, example):
                continue
            problem = check(scanner, pattern, example)
            if bool(problem) != example.known_miss:
                yield Failure(pattern.file, example.text, problem or "known_miss holds now: take the mark away")
    for example, context in scanner.policy.examples:
        if runs(scanner, example) and (problem := check_policy(scanner, example, context)):
            yield Failure(scanner.policy.file, example.text, problem)
    for kind in scanner.policy.types.values():
        for told in kind.examples:
            if problem := check_type(scanner, told):
                yield Failure(kind.file, told.title or told.text, problem)
    for example, mark in scanner.secrecy.examples:
        if problem := check_mark(scanner, example, mark):
            yield Failure(scanner.secrecy.file, example.text, problem)


def count(scanner: Scanner) -> int:
    """How many examples there are; those for the tagger are skipped where its extra is not installed."""
    patterns, types = scanner.catalogue.patterns.values(), scanner.policy.types.values()
    own = len(scanner.policy.examples) + len(scanner.secrecy.examples)
    return sum(len(p.examples) for p in patterns) + sum(len(t.examples) for t in types) + own
