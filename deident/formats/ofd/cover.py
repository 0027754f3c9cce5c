"""Text of an OFD page that is not to be seen: under a box drawn later, white, transparent, off the page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deident.formats.ofd.geometry import at
from deident.formats.ofd.model import Cover, Group, Text

_MOST = 20_000_000  # pairs of a character and a box that are compared
_OPAQUE = 200


def covered(group: Group) -> tuple[bool, bool]:
    """(text under a box drawn later, text that is not to be seen for another reason)."""
    texts = [text for text in group.texts if any(not one.isspace() for code in text.codes for _, _, one in code.chars)]
    fake = hidden = False
    covers = [cover for cover in group.covers if cover.color.alpha >= _OPAQUE]
    points: list[tuple[float, float]] = []
    orders: list[tuple[int, int]] = []
    for text in texts:
        pale = text.color.white
        hidden = hidden or not text.visible or text.color.alpha < 8
        for code in text.codes:
            for (_, _, one), (x, y) in zip(code.chars, code.places, strict=True):
                if one.isspace():
                    continue
                left, top = at(text.matrix, text.left, text.top, x, y)
                points.append((left + 0.25 * text.em, top - 0.35 * text.em))
                orders.append(text.order)
            if pale and code.places and not _on_dark(text, points[-1] if points else (0.0, 0.0), covers):
                hidden = True
    if not points:
        return fake, hidden
    places = np.array(points)
    if group.box:
        left, top, right, bottom = group.box
        out = (places[:, 0] < left) | (places[:, 0] > right) | (places[:, 1] < top) | (places[:, 1] > bottom)
        hidden = hidden or bool(out.any())
    ranks = np.array([layer * (1 << 40) + order for layer, order in orders])
    if len(covers) * len(points) <= _MOST:
        for cover in covers:
            left, top, right, bottom = cover.box
            under = (places[:, 0] > left) & (places[:, 0] < right) & (places[:, 1] > top) & (places[:, 1] < bottom)
            fake = fake or bool((under & (ranks < cover.order[0] * (1 << 40) + cover.order[1])).any())
    return fake, hidden


def _on_dark(text: Text, place: tuple[float, float], covers: Sequence[Cover]) -> bool:
    for cover in covers[:500]:
        left, top, right, bottom = cover.box
        if cover.order < text.order and not cover.color.white and left < place[0] < right and top < place[1] < bottom:
            return True
    return False
