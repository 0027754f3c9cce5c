"""Labels as tags of characters: what the heads of the network learn."""

from __future__ import annotations

from training.passages import WHAT, WHO, Line

HEADS = {"who": WHO, "what": WHAT}
Sample = tuple[list[int], dict[str, list[int]]]


def tags(labels: tuple[str, ...]) -> list[str]:
    """O, then B-, I-, E-, S- of each label."""
    return ["O", *(f"{place}-{label}" for label in labels for place in "BIES")]


def encoded(line: Line, known: dict[str, int]) -> Sample:
    """Character numbers, and by head the tag of each character."""
    ids = [known.get(sign, 1) for sign in line.text]
    rows = {name: [0] * len(ids) for name in HEADS}
    for name, labels in HEADS.items():
        number = {tag: place for place, tag in enumerate(tags(labels))}
        # the shorter of nested spans of one head first; of the longer one what lies before and behind is left: 随|儿子|去苏州打工
        for span in sorted((s for s in line.spans if s.label in labels), key=lambda s: s.end - s.start):
            for start, end in _free(rows[name], span.start, span.end):
                row = rows[name]
                row[start:end] = [number[f"I-{span.label}"]] * (end - start)
                row[start], row[end - 1] = number[f"B-{span.label}"], number[f"E-{span.label}"]
                if end - start == 1:
                    row[start] = number[f"S-{span.label}"]
    return ids, rows


def _free(row: list[int], start: int, end: int) -> list[tuple[int, int]]:
    """The untagged stretches of `start:end`; of a broken one those of two characters or more."""
    edges = [at for at in range(start, end + 1) if at == end or row[at]]
    stretches = [(low, high) for low, high in zip([start, *(at + 1 for at in edges)], edges, strict=False) if low < high]
    return stretches if stretches == [(start, end)] else [(low, high) for low, high in stretches if high - low > 1]
