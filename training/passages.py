"""The written passages (`passages/*.txt`), and one line of them as the tagger sees it: characters and two rows of labels.

The format is that of `examples/annotated.txt` (scripts/make_examples.py).  A line is what the tagger reads at once, so a
passage of three lines gives three samples.  Every fifth passage of a file stays out of training (`part`): the project's own test set.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from deident.detectors import tagged

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).with_name("passages")
HELD_OUT = 5  # every fifth passage is for testing

#: label of a span by its category, action and kind; None: no label of that head
WHO = ("name", "official", "home", "office")
WHAT = ("medical", "disability", "marital", "kin", "property", "paid", "life")
_LABEL = {
    "medical_record": "medical", "disability": "disability", "marital_status": "marital", "social_relation": "kin",
    "property_status": "property", "life_experience": "life", "person_name": "name", "home_address": "home",
}  # fmt: skip


class Span(NamedTuple):
    """Characters `start:end` of a line and their label."""

    start: int
    end: int
    label: str


class Line(NamedTuple):
    """One line of a passage."""

    text: str
    spans: tuple[Span, ...]


def label(span: dict[str, Any]) -> str | None:
    """The tagger's label of an annotated span; None where it has none (numbers, values masked already)."""
    found = _LABEL.get(span["category"])
    kind = span.get("kind", "")
    if kind == "masked":
        return None
    if found == "name" and kind == "official":
        return "official"
    if found == "home" and span["action"] == "keep":
        return "office"
    if found == "property" and span["action"] == "keep":
        return "paid"
    return found


def documents(path: Path) -> list[dict[str, Any]]:
    """Annotated documents of a source file."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import make_examples

    return list(make_examples.documents(path.read_text(encoding="utf-8")))


def part(number: int) -> str:
    """Which set the passage with this number of its file is in."""
    return "test" if number % HELD_OUT == 0 else "train"


def passages(wanted: str, folder: Path = FOLDER) -> Iterator[dict[str, Any]]:
    """All passages of a set ("train", "test" or "all"), file by file."""
    for path in sorted(folder.glob("*.txt")):
        for number, document in enumerate(documents(path), start=1):
            if wanted in ("all", part(number)):
                yield {**document, "id": f"{path.stem}-{number:03d}"}


def lines(document: dict[str, Any]) -> Iterator[Line]:
    """The lines of a document, long ones cut behind a full stop, with the spans that lie inside."""
    text = document["text"]
    labelled = [Span(s["start"], s["end"], name) for s in document["spans"] if (name := label(s))]
    for start, end in stretches(text):
        inside = tuple(Span(s.start - start, s.end - start, s.label) for s in labelled if start <= s.start and s.end <= end)
        yield Line(text[start:end], inside)


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines of a text lie, cut as the tagger cuts them."""
    for row in re.finditer(r"[^\n\0]+", text):
        start = row.start()
        for part in tagged.stretches(row[0]):
            yield start, start + len(part)
            start += len(part)
