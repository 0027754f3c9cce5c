"""Word lists as tables: lookups by place, the longest word, back to bytes."""

from __future__ import annotations

import numpy as np
import pytest

from deident import catalog
from deident.detectors.name_lists import NEVER, lists
from deident.detectors.name_text import PAD, Text
from deident.detectors.name_words import Words


def test_the_longest_word_counts() -> None:
    words = Words({"书记": 6, "记": 1, "副书记": 5})
    codes = Text.of("某副书记来".encode()).codes
    assert words.before(codes, np.array([PAD + 4, PAD + 3])).tolist() == [5, 0]
    assert words.behind(codes, np.array([PAD + 2, PAD + 3, PAD])).tolist() == [6, 1, 0]


@pytest.mark.parametrize("view", ["王é😀，𠮷三".encode(), b"\xff\xe7\x8e" + "王😀三".encode(), b""])
def test_places_lead_back_to_bytes(view: bytes) -> None:
    text = Text.of(view)
    ends = text.bytes(np.array([PAD, PAD + len(text.raw.codes)]))
    assert ends.tolist() == [0, len(view)]
    if (king := "王".encode()) in view:
        assert text.bytes(np.flatnonzero(text.codes == ord("王")))[0] == view.index(king)


def test_the_shipped_lists_hold_what_they_should() -> None:
    known = lists(catalog.home())
    assert known.surname[ord("王")] > known.surname[ord("高")] > NEVER
    assert known.surname[ord("桌")] == NEVER
    assert known.given[ord("丽")] > 0
    assert known.given[ord("县")] == NEVER


def test_the_list_made_from_a_package_stays_small() -> None:
    assert (catalog.home() / "words" / "name_stops.xz").stat().st_size < 300_000
