"""Text in: the batch, the map back to its source, and the edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
FEWEST_BOXES = 10  # cells with a sign each that may be the digits of one number

#: What a stretch of text is in its document.  Index = the number in `Batch.role`.
ROLES = ("text", "title", "attribute", "comment", "script", "meta", "url", "name", "key")
#: Roles (numbers) in which sentences stand: where names, phrases and taggers read.
SENTENCES = tuple(ROLES.index(role) for role in ("text", "title", "attribute", "comment", "meta"))

ACTIONS = ("mask", "review", "keep")
MASK, REVIEW, KEEP = 0, 1, 2

#: The thirteen categories of the annotation guideline, in the order of the law's list, and the organisations' own.
CATEGORIES = (
    "id_number", "home_address", "bank_account", "birth_date", "phone", "email", "medical_record",
    "property_status", "social_relation", "life_experience", "disability", "marital_status", "person_name",
)  # fmt: skip

#: What the report calls them: (zh, en).
CATEGORY_NAMES: Mapping[str, tuple[str, str]] = {
    "id_number": ("身份证等证件号码", "Identity document numbers"),
    "home_address": ("家庭住址", "Home addresses"),
    "bank_account": ("银行账号", "Bank accounts"),
    "birth_date": ("出生日期", "Birth dates"),
    "phone": ("联系电话", "Phone numbers"),
    "email": ("电子邮箱", "E-mail addresses"),
    "medical_record": ("病历与健康", "Medical records"),
    "property_status": ("财产状况", "Property and income"),
    "social_relation": ("社会关系", "Social relations"),
    "life_experience": ("生活经历", "Life experience"),
    "disability": ("残疾状况", "Disability"),
    "marital_status": ("婚姻状况", "Marital status"),
    "person_name": ("姓名", "Person names"),
}


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Piecewise map from view bytes to source bytes.

    Piece i covers view bytes `view[i] : view[i+1]` (the last one ends at `size`).  Its source is
    `source[i] : source[i] + width[i]`.  Where the widths are equal the piece is byte for byte (*exact*); otherwise it
    is *atomic* (an entity, an escape): any view byte of it stands for the whole source range.  `width[i] == 0` means
    *inserted*: a cell or line break that has no source.
    """

    view: Ints
    source: Ints
    width: Ints
    size: int

    @staticmethod
    def identity(size: int) -> SourceMap:
        """The map of a view that is its own source."""
        return SourceMap(np.zeros(1, np.int64), np.zeros(1, np.int64), np.full(1, size, np.int64), size)

    def lengths(self) -> Ints:
        """View length of every piece, (n,) int64."""
        return np.diff(self.view, append=self.size)

    def ranges(self, start: int, end: int) -> list[tuple[int, int]]:
        """Source ranges behind `view[start:end]`, in the view's order, adjacent ones joined; inserted pieces are left out.

        Where text was put in another order than the source has it (the columns of a page), they are not in order there.
        """
        out: list[tuple[int, int]] = []
        piece = int(np.searchsorted(self.view, start, "right")) - 1
        while piece < len(self.view) and start < end:
            low = int(self.view[piece])
            high = int(self.view[piece + 1]) if piece + 1 < len(self.view) else self.size
            at, width = int(self.source[piece]), int(self.width[piece])
            if width:
                exact = width == high - low
                first = at + start - low if exact else at
                last = at + min(end, high) - low if exact else at + width
                if out and out[-1][1] == first:
                    out[-1] = (out[-1][0], last)
                elif not out or first < out[-1][0] or last > out[-1][1]:  # the second half of an atomic piece was already taken
                    out.append((first, last))
            start = max(start, high)
            piece += 1
        return out

    def stretch(self, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
        """Source range from the first to the last piece behind each `view[start:end]` (start < end), (n,) int64 each."""
        lengths = self.lengths()
        first = np.searchsorted(self.view, starts, "right") - 1
        last = np.searchsorted(self.view, ends, "left") - 1
        low = self.source[first] + np.where(lengths[first] == self.width[first], starts - self.view[first], 0)
        exact = lengths[last] == self.width[last]
        high = self.source[last] + np.where(exact, ends - self.view[last], self.width[last])
        back = high < low  # the last piece stands before the first in the source
        return np.where(back, self.source[last], low), np.where(back, self.source[first] + self.width[first], high)

    def starts(self, offsets: Ints) -> Ints:
        """Source offset of each view offset (of an atomic or inserted piece: its start), (n,) int64."""
        piece = np.searchsorted(self.view, offsets, "right") - 1
        exact = self.lengths()[piece] == self.width[piece]
        return self.source[piece] + np.where(exact, offsets - self.view[piece], 0)


@dataclass(frozen=True, slots=True)
class Batch:
    """Text of one or many documents, ready to be matched.

    view      UTF-8 bytes; cells of a table row are separated by TAB, rows and blocks by LF; every segment ends in NUL
    segments  (n + 1,) start of each segment in `view`; the last entry is len(view)
    document  (n,) which document a segment belongs to
    role      (n,) index into ROLES
    map       view → source buffer (all documents one after the other)
    sources   (d + 1,) start of each document in the source buffer
    where     locator of a segment that is not plain text ("@title", "comment", "row 3"), by segment number
    """

    view: bytes
    segments: Ints
    document: Ints
    role: NDArray[np.uint8]
    map: SourceMap
    sources: Ints
    where: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sources) - 1


class Edit(NamedTuple):
    """Replace `batch.view[start:end]` by `replacement` (text; ASCII unless the format says otherwise)."""

    start: int
    end: int
    replacement: str
