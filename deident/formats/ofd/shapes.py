"""Paths of OFD that matter for text: filled rectangles, and ruled lines, which are lines, thin rectangles, or sides of boxes
(GB/T 33190-2016, 9.1)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from deident.formats.ofd import geometry
from deident.formats.ofd.geometry import IDENTITY, Color
from deident.formats.ofd.model import Cover, Group

_THIN = 0.6  # a rectangle no wider is a line


def shape(group: Group, plain: Mapping[str, str], path: str, fill: Color | None, order: tuple[int, int]) -> None:
    """Put a PathObject into its group.  `plain`: its attributes; `path`: its AbbreviatedData; `order`: layer, and number in it."""
    if plain.get("Visible") == "false":
        return
    box = geometry.numbers(plain.get("Boundary", ""))
    left, top = (box[0], box[1]) if len(box) == 4 else (0.0, 0.0)
    matrix = geometry.matrix(plain["CTM"]) if "CTM" in plain else IDENTITY
    points = [geometry.at(matrix, group.left + left, group.top + top, x, y) for x, y in geometry.points(path)]
    if len(points) < 2:
        return
    low_x, high_x = min(x for x, _ in points), max(x for x, _ in points)
    low_y, high_y = min(y for _, y in points), max(y for _, y in points)
    straight = all(min(x - low_x, high_x - x) < 0.05 and min(y - low_y, high_y - y) < 0.05 for x, y in points)
    filled = plain.get("Fill") == "true" and straight and len(points) >= 4
    if high_x - low_x < _THIN:
        group.down.append(((low_x + high_x) / 2, low_y, high_y))
    elif high_y - low_y < _THIN:
        group.across.append(((low_y + high_y) / 2, low_x, high_x))
    elif filled and fill:
        alpha = min(fill.alpha, geometry.number(plain.get("Alpha", ""), 255))
        group.covers.append(Cover(order, (low_x, low_y, high_x, high_y), fill._replace(alpha=alpha)))
    if plain.get("Stroke", "true") != "false":
        for (x, y), (other_x, other_y) in pairwise(points):
            if abs(x - other_x) < 0.05 < abs(y - other_y):
                group.down.append((x, min(y, other_y), max(y, other_y)))
            elif abs(y - other_y) < 0.05 < abs(x - other_x):
                group.across.append((y, min(x, other_x), max(x, other_x)))
