"""The characters of a view: what each place and each byte lead to, and that nothing is decoded before it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from deident.text.characters import Characters

TEXTS = ["", "a", "王三三", "é王三三,𠮷" * 9, "王" * 70_000 + "é", "12345678", "1234567王"]


@pytest.mark.parametrize("text", TEXTS)
def test_bytes_and_places_are_each_other_s_reverse(text: str) -> None:
    characters = Characters(text.encode())
    starts = np.cumsum([0, *(len(letter.encode()) for letter in text)])
    starts = starts[np.array([letter < "\U00010000" for letter in text] + [True])]  # not the two halves
    assert characters.bytes(characters.places(starts)).tolist() == starts.tolist()
    assert characters.places(starts).tolist() == [
        len(text.encode()[:start].decode().encode("utf-16-le")) // 2 for start in starts.tolist()
    ]


def test_a_place_inside_of_a_character_is_that_behind_it() -> None:
    assert Characters("a王b".encode()).places(np.arange(6)).tolist() == [0, 1, 2, 2, 2, 3]
    assert Characters(b"a\xffb").places(np.arange(4)).tolist() == [0, 1, 2, 3]


def test_outside_of_a_view_there_is_nothing() -> None:
    assert Characters("王a".encode()).at(np.array([-1, 0, 1, 2])).tolist() == [0, ord("王"), ord("a"), 0]
    assert Characters(b"").at(np.array([-1, 0])).tolist() == [0, 0]


@pytest.mark.parametrize(("view", "clean"), [("王😀".encode(), True), (b"\xff", False), (b"\xe5\xa6", False), (b"", True)])
def test_whether_a_view_is_utf8(view: bytes, clean: bool) -> None:
    assert Characters(view).clean == clean


def test_nothing_is_decoded_before_it_is_asked_for() -> None:
    characters = Characters("王".encode())
    assert "_decoded" not in vars(characters)
    assert characters.codes is characters.codes
