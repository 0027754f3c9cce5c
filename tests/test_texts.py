"""Texts from Python: code points counted as Python counts them; every text keeps its length."""

from __future__ import annotations

import numpy as np
from generated import many, texts
from hypothesis import given
from hypothesis import strategies as st

from deident.engine.texts import code_points, encoded, joined


@many
@given(st.lists(st.one_of(texts, st.text(max_size=300)), min_size=1, max_size=5), st.data())
def test_code_points(several: list[str], data: st.DataObject) -> None:
    batch = joined(list(encoded(several)))
    number = data.draw(st.integers(0, len(several) - 1))
    origin = int(batch.segments[number])
    places = [0]
    for code in several[number]:
        places.append(places[-1] + len(code.encode("utf-8", "replace")))
    offsets = np.array(places, np.int64) + origin
    counted = code_points(batch.view, np.full(len(places), origin, np.int64), offsets)
    assert counted.tolist() == list(range(len(places)))


@many
@given(st.text(st.characters(), max_size=40))
def test_one_character_for_one_character(text: str) -> None:
    (data,) = encoded([text])
    assert len(data.decode()) == len(text)
    assert b"\0" not in data
