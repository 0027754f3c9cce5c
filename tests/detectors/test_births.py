"""Birth dates beside identity numbers: reading only where the year stands again finds the same as reading every line."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.detectors import births
from deident.engine import Scanner

SCANNER = Scanner(ner=False)
PIECES = st.sampled_from(
    ["52010219010315904X", "520102 19010315 904X", "52010219900101123X", "1901-03-15", "1901年3月15日", "1901.3.15", "1990/1/1", "1901",
     "1990-01-01", "，", " ", "\n", "\t", "生于", "-", "年", "0", "21901-03-15", "1901-03-150"]
)  # fmt: skip


def found(text: str) -> list[tuple[int, int, str]]:
    return [(f.start, f.end, f.kind) for f in SCANNER.scan(text)]


@many
@given(st.lists(PIECES, max_size=14).map("".join))
def test_nothing_is_missed(text: str) -> None:
    def every(_scene: object, starts: np.ndarray[tuple[int], np.dtype[np.int64]], *_: object) -> object:
        return np.ones(len(starts), np.bool_)

    quick = found(text)
    with patch.object(births, "_likely", every):
        assert quick == found(text)


def test_a_date_that_repeats_the_number_is_the_birth_date() -> None:
    text = "钟某，52010219010315904X，1901-03-15，办理于1990-01-01"
    assert [text[f.start : f.end] for f in SCANNER.scan(text) if f.kind == "birth_date"] == ["1901-03-15"]
