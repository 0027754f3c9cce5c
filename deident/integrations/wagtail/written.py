"""Pieces written as one HTML page, as a reader would see them together, and the way back from places and from the masked page.

Each piece stands between marks that nothing else in the page can be: letters drawn at random for this page.  A mask leaves every byte
that it does not replace as it is, so the marks are found again.
"""

from __future__ import annotations

import secrets
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import groupby
from string import ascii_lowercase

from deident.integrations.wagtail.pieces import Path, Piece

_BREAK = "<br>"


@dataclass(frozen=True, slots=True)
class Written:
    """`html`, and for each piece where it begins in it."""

    html: str = field(repr=False)
    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]
    mark: str = field(repr=False)

    def at(self, place: int) -> Piece | None:
        """The piece in which a place (a code point of `html`) is."""
        number = bisect_right(self.starts, place) - 1
        return self.pieces[number] if number >= 0 else None

    def values(self, masked: str) -> Mapping[Path, str] | None:
        """What changed in the masked page: path → new text.  None where the pieces cannot be told any more."""
        changed: dict[Path, str] = {}
        last = 0
        for number, piece in enumerate(self.pieces):
            head, tail = _marks(self.mark, number)
            begin, end = masked.find(head, last), masked.find(tail, last)
            if begin < 0 or end < begin:
                return None
            body, last = masked[begin + len(head) : end], end
            new = body if piece.html else _read(body)
            if new != piece.value:
                changed[piece.path] = new
        return changed


def write(pieces: Sequence[Piece]) -> Written:
    """The page."""
    mark = "".join(secrets.choice(ascii_lowercase) for _ in range(12))
    parts: list[str] = []
    starts: list[int] = []
    length = number = 0

    def put(part: str) -> None:
        nonlocal length
        parts.append(part)
        length += len(part)

    for table, group in groupby(pieces, key=lambda piece: piece.row and piece.row[0]):
        for row, cells in groupby(group, key=lambda piece: piece.row):
            put("<table><tr>" if table and row and row[1] == 0 else "<tr>" if table else "")
            for piece in cells:
                head, tail = _marks(mark, number)
                opening, closing = ("<td>", "</td>") if table else ("<div>", "</div>")
                put(opening + (f"{escape(piece.cue)}：" if piece.cue and not piece.html else "") + head)
                starts.append(length)
                put((piece.value if piece.html else _text(piece.value)) + tail + closing + "\n")
                number += 1
            put("</tr>" if table else "")
        put("</table>\n" if table else "")
    return Written("".join(parts), tuple(pieces), tuple(starts), mark)


def _marks(mark: str, number: int) -> tuple[str, str]:
    name = mark + "".join(ascii_lowercase[int(digit)] for digit in str(number))  # letters: digits might be taken for a number
    return f"<!--{name}:-->", f"<!--:{name}-->"


def _text(value: str) -> str:
    """Plain text in HTML; an end of line is a break, in whichever of its three forms.

    >>> _read(_text("a<b\\r\\nc\\nd\\re")) == "a<b\\r\\nc\\nd\\re"
    True
    """
    return escape(value).replace("\n", f"{_BREAK}\n").replace("\r", "&#13;")


def _read(body: str) -> str:
    return unescape(body.replace(f"{_BREAK}\n", "\n"))
