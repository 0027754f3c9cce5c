"""What is read from an object that is to be published: its texts, and the files that it shows or links."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]  # where a value stands in the object's serialised data

_LINKED = {"document": ("a", "linktype"), "image": ("embed", "embedtype")}
_TAG = re.compile(r"<(a|embed)\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(id|linktype|embedtype)=("|')(.*?)\2""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One text.  Its repr holds no content.

    label   where the editor finds it: "正文 › 2. 表格"
    cue     what the page writes before it, "" where nothing
    row     (table, row) of a cell
    fixed   no mask fits here: a number, a date, the name of a tag
    """

    path: Path
    label: str
    value: str = field(repr=False)
    html: bool = False
    cue: str = ""
    row: tuple[int, int] | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A file that the object refers to: `model` is "document" or "image"."""

    model: str
    key: str
    path: Path
    label: str


@dataclass(slots=True)
class Reader:
    """Collects pieces and choices.  `kind` tells a model's name, "document" or "image", from its class; "" for every other."""

    kind: Callable[[Any], str]
    pieces: list[Piece] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    tables: int = 0

    def take(
        self, value: Any, path: Path, label: str, *, cue: str = "", html: bool = False, fixed: bool = False, row: tuple[int, int] | None = None
    ) -> None:  # fmt: skip
        """One value; what is no text and no number says nothing about a person."""
        if isinstance(value, bool) or value is None or value == "":
            return
        if isinstance(value, int | float):
            value, fixed = str(value), True
        if not isinstance(value, str):
            return
        self.pieces.append(Piece(path, label, value, html, cue, row, fixed))
        if html or row:
            self.choices += (Choice(model, key, path, label) for model, key in linked(value))

    def table(self, rows: Sequence[Sequence[Any]], place: Callable[[int, int], Path], label: str) -> None:
        """A table: `place(row, column)` is the path of a cell."""
        self.tables += 1
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                self.take(cell, place(number, column), f"{label} › {number + 1}/{column + 1}", row=(self.tables, number))

    def choose(self, model: Any, key: Any, path: Path, label: str) -> None:
        """A file that was chosen by itself."""
        if key is not None and key != "" and (kind := self.kind(model)):
            self.choices.append(Choice(kind, str(key), path, label))


def linked(html: str) -> list[tuple[str, str]]:
    """The files that rich text links or shows, as (model, key).

    >>> linked('<a linktype="document" id="3">x</a><embed embedtype="image" id="5" alt=""/><a linktype="page" id="2">y</a>')
    [('document', '3'), ('image', '5')]
    """
    out = []
    for tag in _TAG.finditer(html):
        given = {name.lower(): value for name, _, value in _ATTRIBUTE.findall(tag[0])}
        for model, (name, kind) in _LINKED.items():
            if tag[1].lower() == name and given.get(kind) == model and "id" in given:
                out.append((model, given["id"]))
    return out


def relinked(html: str, model: str, old: str, new: str) -> str:
    """The rich text with another file in the place of `old`.

    >>> relinked('<a id="3" linktype="document">x</a>', "document", "3", "4")
    '<a id="4" linktype="document">x</a>'
    """

    def tag(found: re.Match[str]) -> str:
        if (model, old) not in linked(found[0]):
            return found[0]
        return re.sub(r"""\b(id=)("|').*?\2""", lambda at: f"{at[1]}{at[2]}{new}{at[2]}", found[0], count=1)

    return _TAG.sub(tag, html)
