"""What the answer found, value by value: one value, one verdict in the document, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deident.model import ACTIONS
from deident.report.messages import place
from deident.server.desk.documents import Decision

PLACES = 6  # places of a value that are named
ORDER = ("review", "mask", "keep")


@dataclass(slots=True)
class Value:
    """A value by its tag.  `found`: the engine's verdict (the strictest of its places), `action`: the one that holds now."""

    number: int
    tag: str
    kind: str
    kind_name: str
    preview: str
    reason: str
    basis: list[str]
    found: str
    action: str
    count: int = 0
    places: list[tuple[str, str]] = field(default_factory=list)
    decision: Decision | None = None
    suggestion: Decision | None = None

    @property
    def more(self) -> int:
        """Places that are not named."""
        return self.count - len(self.places)


def values(answer: Mapping[str, Any], hold: Mapping[str, Decision], suggested: Mapping[str, Decision], lang: str) -> list[Value]:
    """In order of their first places.  A finding without a tag is a value of its own."""
    out: dict[tuple[str, int], Value] = {}
    for document in answer["documents"]:
        for row in document["findings"]:
            tag = row["tag"]
            key = (tag, 0 if tag else len(out))
            value = out.get(key)
            if value is None:
                value = out[key] = Value(
                    len(out) + 1, tag, row["kind"], row["kind_name"], row["preview"], row["reason"], list(row["basis_names"]),
                    row["action"], row["action"], decision=hold.get(tag), suggestion=suggested.get(tag),
                )  # fmt: skip
            elif ACTIONS.index(row["action"]) < ACTIONS.index(value.found):
                value.found, value.reason, value.basis = row["action"], row["reason"], list(row["basis_names"])
            value.action = value.decision.verdict if value.decision else value.found
            value.count += 1
            spot = (document["file"], place(lang, row["where"]))
            if spot not in value.places and len(value.places) < PLACES:
                value.places.append(spot)
    return list(out.values())


def grouped(found: Sequence[Value], most: int) -> Iterator[tuple[str, list[Value], int]]:
    """Action, its first values, and how many more there are: what a person must decide comes first."""
    for action in ORDER:
        part = [value for value in found if value.action == action]
        if part:
            yield action, part[:most], max(0, len(part) - most)


def marked(reading: Sequence[Mapping[str, Any]], found: Sequence[Value], lang: str) -> list[dict[str, Any]]:
    """The text of each document in parts, each part in runs: text, and the value that it is (None: none)."""
    known = {value.tag: value for value in found if value.tag}
    out = []
    for document in reading:
        parts = []
        for part in document["parts"]:
            runs: list[tuple[str, Value | None]] = []
            at = 0
            for start, end, tag, *_ in part["marks"]:
                if (value := known.get(tag)) is None:
                    continue
                runs += [(part["text"][at:start], None), (part["text"][start:end], value)]
                at = end
            runs.append((part["text"][at:], None))
            parts.append({"label": place(lang, part["label"]), "runs": [run for run in runs if run[0]]})
        out.append({"file": document["file"], "cut": document["cut"], "parts": parts})
    return out


def text(document: Mapping[str, Any]) -> str:
    """All of a document that was read, as one text."""
    return "\n".join(part["text"] for part in document["parts"])
