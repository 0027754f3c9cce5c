"""Document types where they are asked for: most pages hold nothing whose verdict hangs on their type."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deident.matching.scene import Scene
from deident.model import Bools, Candidates, Ints
from deident.policy.recognise import Recogniser, Types


class Typing:
    """The type of each candidate of a scene, asked for only where a verdict hangs on it; a document is read once."""

    def __init__(
        self, recogniser: Recogniser, scene: Scene, found: Candidates, document: Ints, pages: Sequence[str] = ()
    ) -> None:
        self._recogniser, self._scene, self._document, self._pages = recogniser, scene, document, pages
        count = len(scene.batch)
        self._known = np.zeros(count, np.bool_)
        self._table = scene.tables.at(scene.tables.table, scene.tables.cell(found.start, found.end), -1)
        self._of_table = np.full(len(scene.tables.kinds) + 1, -1, np.int64)
        self.documents = Types(np.full(count, -1, np.int64), np.zeros(count))

    def give(self, number: int) -> None:
        """All documents are of this type: the caller knows."""
        self._known[:], self.documents.document[:] = True, number

    def read(self, documents: Ints) -> None:
        """Recognise these documents, if that was not done before."""
        asked = np.zeros(len(self._known), np.bool_)
        asked[documents] = True
        wanted = np.flatnonzero(asked & ~self._known)
        if not len(wanted):
            return
        types = self._recogniser.recognise(self._scene, self._pages, wanted)
        self._known[wanted] = True
        self.documents.document[wanted], self.documents.score[wanted] = types.document[wanted], types.score[wanted]
        for table, type in types.table.items():
            self._of_table[table] = type

    def of(self, among: Bools) -> Ints:
        """Type of each candidate, -1 unknown: right for those `among`, and for others whose document was read before."""
        self.read(self._document[among])
        table = self._of_table[self._table]
        types: Ints = np.where(table >= 0, table, self.documents.document[self._document])
        return types
