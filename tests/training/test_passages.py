"""The written passages: they parse, they are many, every label has examples and contrasts, and lines carry their spans along."""

from __future__ import annotations

from collections import Counter

import pytest

from deident.detectors.tagged import LONGEST
from training.passages import WHAT, WHO, label, lines, part, passages, stretches
from training.vary import Vary

ALL = list(passages("all"))


def test_there_are_enough_of_them_and_a_fifth_is_kept_out() -> None:
    test = [document for document in ALL if part(int(document["id"].rpartition("-")[2])) == "test"]
    assert len(ALL) >= 3000
    assert 0.15 < len(test) / len(ALL) < 0.22
    assert {d["id"] for d in passages("test")} == {d["id"] for d in test}
    assert {d["id"] for d in passages("train")}.isdisjoint(d["id"] for d in test)


def test_every_label_occurs_in_both_parts_and_a_quarter_speaks_of_nobody() -> None:
    for wanted, least in (("train", 200), ("test", 40)):
        count = Counter(name for d in passages(wanted) for s in d["spans"] if (name := label(s)))
        assert set(count) == {*WHO, *WHAT}
        assert min(count.values()) >= least, count
    assert sum(not d["spans"] for d in ALL) / len(ALL) > 0.25


def test_lines_hold_their_spans() -> None:
    for document in ALL[::7]:
        for line in lines(document):
            assert len(line.text) <= LONGEST
            for span in line.spans:
                assert line.text[span.start : span.end] in document["text"]
                assert 0 <= span.start < span.end <= len(line.text)


def test_long_lines_are_cut_behind_a_sign_and_lose_nothing() -> None:
    text = "一二三四五六七八九，" * 45 + "\n" + "甲" * 450
    parts = [text[start:end] for start, end in stretches(text)]
    assert "".join(parts) == text.replace("\n", "")
    assert all(len(part) <= LONGEST for part in parts)
    assert parts[0].endswith("，")


@pytest.mark.parametrize("seed", range(3))
def test_variation_moves_the_spans_along(seed: int) -> None:
    """The same labels in the same order, none empty; a name that stands twice in a line gets one new name."""
    written = [line for document in ALL[:1500] for line in lines(document)]
    vary = Vary(written, seed)
    for line in written[seed::3]:
        changed = vary(line)
        assert [span.label for span in changed.spans] == [span.label for span in line.spans]
        new: dict[str, set[str]] = {}
        for before, after in zip(line.spans, changed.spans, strict=True):
            assert 0 <= after.start < after.end <= len(changed.text)
            if before.label in ("name", "official"):
                old = line.text[before.start : before.end]
                new.setdefault(old, set()).add("".join(changed.text[after.start : after.end].replace("\u200b", "").split()))
        assert all(len(names) == 1 for names in new.values()), (line, changed)
