"""The examples inside pattern and policy files, run through the real engine: `deident test`, and one pytest test each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deident import masks
from deident.catalog import Example, Pattern
from deident.engine import Scanner

_MARKED = re.compile("«(.*?)»", re.S)


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not hold: file, its text, and what was found instead (the texts are synthetic)."""

    file: str
    example: str
    problem: str


def plain(text: str) -> str:
    """The text without its marks."""
    return text.replace("«", "").replace("»", "")


def check(scanner: Scanner, pattern: Pattern, example: Example) -> str:
    """What is wrong with a pattern's example; "" when it holds."""
    text = plain(example.text)
    findings = [f for f in scanner.scan(text) if f.kind == pattern.id]
    found = [text[f.start : f.end] for f in findings]
    wanted = _MARKED.findall(example.text)
    if found != wanted:
        others = [(f.kind, text[f.start : f.end]) for f in scanner.scan(text) if f.kind != pattern.id]
        return f"found {found} instead of {wanted}" + (f"; other kinds: {others}" if others else "")
    if example.masked is not None:
        out, at = [], 0
        for finding in findings:
            start, end, new = masks.edit(pattern.mask, text[finding.start : finding.end])
            out += [text[at : finding.start + start], new]
            at = finding.start + end
        masked = "".join(out) + text[at:]
        if masked != example.masked:
            return f"masked as {masked!r} instead of {example.masked!r}"
    return ""


def check_policy(scanner: Scanner, example: Example, title: str, action: str) -> str:
    """What is wrong with a policy's example; "" when every marked value gets the action."""
    text = plain(example.text)
    actions = {text[f.start : f.end]: f.action for f in scanner.scan(text, title or None)}
    for value in _MARKED.findall(example.text):
        if actions.get(value) != action:
            return f"{value!r} is {actions.get(value, 'not found')}, not {action}; found: {actions}"
    return ""


def run(scanner: Scanner) -> Iterator[Failure]:
    """All failures of the scanner's patterns and of its policy."""
    for pattern in scanner.catalogue.patterns.values():
        for example in pattern.examples:
            problem = check(scanner, pattern, example)
            if bool(problem) != example.known_miss:
                yield Failure(pattern.file, example.text, problem or "known_miss holds now: take the mark away")
    for example, context in scanner.policy.examples:
        problem = check_policy(scanner, example, context["title"], context["action"])
        if problem:
            yield Failure(scanner.policy.file, example.text, problem)
