"""Replaced characters of a TextCode: its text, steps and glyphs (GB/T 33190-2016, 11.3-11.4).

What stays does not move: steps are changed only where a replacement has another length, or where they would tell how wide the removed
characters were.  Glyph numbers (CGTransform) of removed characters go; those of the others are written again for their new places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from deident.formats.ofd.geometry import advance, written
from deident.formats.ofd.model import Code, Text, Transform
from deident.formats.splice import Change

#: Number of a character in its TextCode → what stands there now.
New = Mapping[int, str]


def text_changes(text: Text, new: Mapping[int, New], escape: Callable[[str], str]) -> Iterator[Change]:
    """Changes of the part (its decoded view) that a TextObject needs.  `new`: number of a TextCode → its new characters."""
    for number, own in new.items():
        yield from _code(text, text.codes[number], own, escape)
    yield from _transforms(text, new)


def _code(text: Text, code: Code, new: New, escape: Callable[[str], str]) -> Iterator[Change]:
    chars = code.chars
    left = sum(len(new.get(number, one)) for number, (_, _, one) in enumerate(chars))
    for number, (start, end, _) in enumerate(chars):
        if number in new:
            yield start, end, escape(new[number]).encode() if left else b"" if number else b" "
    stretches = _stretches(new)
    places = _moved(text, code, new, stretches)
    if places is None:
        return
    for axis, name in enumerate(("DeltaX", "DeltaY")):
        if name in code.values:
            yield *code.values[name], written([two[axis] - one[axis] for one, two in pairwise(places)]).encode()
    if places and places[0] != code.places[0]:
        for axis, name in enumerate("XY"):
            if name in code.values:
                yield *code.values[name], written([places[0][axis]]).encode()


def _stretches(new: New) -> list[tuple[int, int]]:
    """Replaced characters that are neighbours, as start and end."""
    found: list[tuple[int, int]] = []
    for number in sorted(new):
        if found and found[-1][1] == number:
            found[-1] = found[-1][0], number + 1
        else:
            found.append((number, number + 1))
    return found


def _moved(text: Text, code: Code, new: New, stretches: list[tuple[int, int]]) -> list[tuple[float, float]] | None:
    """Places of the new characters; None where the steps can stay."""
    old = code.places
    if not any(sum(len(new[one]) for one in range(*own)) != own[1] - own[0] or _uneven(old[slice(*own)]) for own in stretches):
        return None
    down = bool(code.steps[1]) and not code.steps[0]
    wide = text.size if down else advance(code.chars[-1][2]) * text.size * text.stretch
    after = (old[-1][0], old[-1][1] + wide) if down else (old[-1][0] + wide, old[-1][1])
    all_places = [*old, after]
    found: list[tuple[float, float]] = []
    last = 0
    for start, end in stretches:
        found += old[last:start]
        count = sum(len(new[one]) for one in range(start, end))
        (x, y), (to_x, to_y) = all_places[start], all_places[end]
        found += [(x + (to_x - x) * one / count, y + (to_y - y) * one / count) for one in range(count)]
        last = end
    return found + old[last:]


def _uneven(places: list[tuple[float, float]]) -> bool:
    steps = [(two[0] - one[0], two[1] - one[1]) for one, two in pairwise(places)]
    return any(abs(step[0] - steps[0][0]) > 1e-3 or abs(step[1] - steps[0][1]) > 1e-3 for step in steps)


def _transforms(text: Text, new: Mapping[int, New]) -> Iterator[Change]:
    """Places are counted through all TextCodes of the object; some count within each, so both are taken out."""
    if not text.transforms:
        return
    fresh: list[int] = []  # number of each character afterwards, -1 where it was replaced
    within: set[int] = set()
    count = 0
    for number, code in enumerate(text.codes):
        own = new.get(number, {})
        within.update(own if len(text.codes) > 1 else ())
        for place, (_, _, one) in enumerate(code.chars):
            fresh.append(-1 if place in own else count)
            count += len(own.get(place, one))
    for transform in text.transforms:
        yield transform.start, transform.end, b"".join(_kept(transform, fresh, within))


def _kept(transform: Transform, fresh: list[int], within: set[int]) -> Iterator[bytes]:
    """The rest of a CGTransform, in as many elements as it takes."""
    begin, end = transform.place, min(transform.place + transform.codes, len(fresh))
    gone = [place for place in range(begin, end) if fresh[place] < 0 or place in within]
    if not gone:
        if begin < end:
            yield _element(transform.prefix, fresh[begin], end - begin, transform.glyphs)
        return
    if len(transform.glyphs) != transform.codes:  # which glyph is whose is not said
        return
    for low, high in pairwise([begin - 1, *gone, end]):
        if high - low > 1:
            yield _element(transform.prefix, fresh[low + 1], high - low - 1, transform.glyphs[low + 1 - begin : high - begin])


def _element(prefix: str, place: int, codes: int, glyphs: tuple[str, ...]) -> bytes:
    return (
        f'<{prefix}CGTransform CodePosition="{place}" CodeCount="{codes}" GlyphCount="{len(glyphs)}">'
        f"<{prefix}Glyphs>{' '.join(glyphs)}</{prefix}Glyphs></{prefix}CGTransform>"
    ).encode()
