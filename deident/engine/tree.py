"""Items opened, with the files inside of them: pictures, embedded workbooks, attachments, as deep as the limits allow.

The items come first, then what is inside them, level by level.  All that belongs to one item is its *family*: one document for a reader,
so what is masked in one of them is masked in all.  What an archive among the items holds is not opened here (archives.py): its members
are documents apart.  An archive inside a document (attached to a message, embedded in a text) belongs to the family with all it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deident.formats import LIMITS, Document, Limits, Unreadable, open_document
from deident.formats.binary import BinaryDocument

Item = tuple[str, bytes]
FAILED = ("unscannable", "refused")


class Place(NamedTuple):
    """Where a document stands: number of the item it belongs to, of the document it is in (-1: none), and among its children."""

    top: int
    parent: int
    child: int


class Tree:
    """`documents`, their `items` (name with `!` into containers, bytes) and `places`, the items themselves first."""

    def __init__(self, items: Sequence[Item], limits: Limits = LIMITS, opened: Sequence[Document] = ()) -> None:
        self.items: list[Item] = list(items)
        self.documents: list[Document] = list(opened) or [open_document(data, name, limits) for name, data in items]
        self.places: list[Place] = [Place(number, -1, -1) for number in range(len(items))]
        number = 0
        while number < len(self.documents):
            document = self.documents[number]
            if document.status not in FAILED and not (document.archive and number < len(items)):
                self._inside(number, document)
            number += 1

    def _inside(self, number: int, document: Document) -> None:
        name, data = self.items[number]
        inner = document.limits.deeper()
        try:
            for child, (own, content) in enumerate(document.children()):
                self.items.append((f"{name}!{own}", content))
                self.documents.append(open_document(content, own, inner))
                self.places.append(Place(self.places[number].top, number, child))
        except Unreadable as problem:
            self.documents[number] = BinaryDocument(data, problem.status, problem.reason, document.format)

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def tops(self) -> list[int]:
        """Number of its item for each document."""
        return [place.top for place in self.places]
