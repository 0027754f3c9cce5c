"""Write edits back: the source bytes behind each edit change, every other byte stays as it is.

An edit lies behind one or more source ranges (a number that runs over three tags has three).  The first takes the
replacement, the others become empty.  Where two edits meet in the source (the same atomic piece, the same text seen in two
views) the first one is written and of the second only what sticks out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deident.errors import InputError
from deident.model import Edit, SourceMap

#: Replacement text and the source offset it goes to → bytes in the document's encoding, escaped for that place.
Encode = Callable[[str, int], bytes]
Change = tuple[int, int, bytes]  # source start, source end, what stands there afterwards


def changes(map: SourceMap, edits: Sequence[Edit], encode: Encode) -> list[Change]:
    """The changes of the source that `edits` mean, in order, none touching another's bytes.

    Raises InputError for an edit outside the view: it was made for another batch.
    """
    wanted: list[tuple[int, int, int, bytes]] = []
    for number, edit in enumerate(edits):
        if not 0 <= edit.start <= edit.end <= map.size:
            raise InputError(
                f"edit {number} covers {edit.start}:{edit.end}, but the view has {map.size} bytes: is it another document's?"
            )
        if edit.start == edit.end:
            continue
        for place, (start, end) in enumerate(map.ranges(edit.start, edit.end)):
            wanted.append((start, -end, number, b"" if place else encode(edit.replacement, start)))
    wanted.sort(key=lambda one: one[:3])
    result: list[Change] = []
    last = 0
    for start, minus_end, _, new in wanted:
        if -minus_end > last:
            result.append((max(start, last), -minus_end, new))
            last = -minus_end
    return result


def apply(data: bytes, changes: Sequence[Change]) -> bytes:
    """`data` with the changes (in order, apart) made."""
    parts: list[bytes] = []
    last = 0
    for start, end, new in changes:
        parts += (data[last:start], new)
        last = end
    parts.append(data[last:])
    return b"".join(parts) if changes else data


def splice(data: bytes, map: SourceMap, edits: Sequence[Edit], encode: Encode) -> bytes:
    """`data` with `edits` (of the view that `map` belongs to) written into it."""
    return apply(data, changes(map, edits, encode))
