"""Maps for tests, made of drawn pieces: copied, atomic, inserted."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from deident.text.maps import MapBuilder

Piece = tuple[str, int, int, int]
PIECE = st.tuples(st.sampled_from("cai"), st.integers(0, 33), st.integers(1, 5), st.integers(1, 6))


def built(builder: MapBuilder, pieces: Iterable[Piece]) -> None:
    """Add the pieces: how, place in the source, length in the view, width in the source."""
    for how, at, length, width in pieces:
        if how == "c":
            builder.copy(at, b"c" * length)
        elif how == "a":
            builder.atomic(at, width, b"a" * length)
        else:
            builder.insert(b"i" * length)
