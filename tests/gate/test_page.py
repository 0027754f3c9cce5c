"""The page as one document: places are code points of the fields, and what is not masked comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deident.gate.page import page
from deident.gate.submission import Submission

SOUP = st.text(
    st.sampled_from(list("ab中😀&<>\"'; \n\r\t#1\u2028\ufeff")) | st.characters(exclude_categories=["Cs"]), max_size=40
)


@given(title=SOUP, body=SOUP, field=st.sampled_from(["html", "text"]))
@settings(max_examples=200, deadline=None)
def test_there_and_back(title: str, body: str, field: str) -> None:
    made = page(Submission(title, **{field: body}))
    assert made is not None
    assert made.fields(made.data) == {"title": title, field: body}
    changed = made.fields(made.data + b"!")  # something else was masked: both are read from the bytes
    assert changed == {"title": title, field: body + "!"}


@given(title=SOUP, before=SOUP, after=SOUP, field=st.sampled_from(["html", "text"]))
@settings(max_examples=200, deadline=None)
def test_places_are_code_points(title: str, before: str, after: str, field: str) -> None:
    mark = "\ue000"
    made = page(Submission(title + mark, **{field: before + mark + after}))
    assert made is not None
    sign = mark.encode()
    in_title = made.data.index(sign)
    in_page = made.data.index(sign, in_title + 1) if mark not in title else -1
    if in_page < 0 or mark in before:
        return
    places = made.place([in_page + len(sign), in_title, in_page, in_title + len(sign)])
    assert places[in_title] == ("title", len(title)) and places[in_title + len(sign)] == ("title", len(title) + 1)
    assert places[in_page] == (field, len(before)) and places[in_page + len(sign)] == (field, len(before) + 1)


@pytest.mark.parametrize("title", ["", "公示"])
def test_without_a_page(title: str) -> None:
    made = page(Submission(title))
    if not title:
        assert made is None
    else:
        assert made is not None
        assert made.fields(made.data) == {"title": title}
        assert made.place([made.data.index("公".encode())]) == {made.data.index("公".encode()): ("title", 0)}
