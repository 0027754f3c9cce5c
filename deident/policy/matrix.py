"""The matrix: document type × category → cell, for one profile; and the grounds on which a finding is decided.

The rows come from the types' own files; a profile changes single cells, and one that extends another changes what is left:
the most particular one wins (`[cells.student_aid]` before `[cells."*"]`, the profile before the one it extends).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deident.catalog import Catalogue, Mask, Table
from deident.model import ACTIONS, CATEGORY_NAMES
from deident.policy.cells import Cell, lawful, row
from deident.policy.types import UNKNOWN, DocType

EVERY = "*"
#: What an exemption never covers (law-and-masks §5, hard rule a).
NEVER_EXEMPT = ("bank_account", "phone", "social_relation", "medical_record")
DELETES = {"suppress": Mask("suppress"), "cell": Mask("delete"), "column": Mask("delete")}

_SAID = {  # action → (zh, en), after the names of type and category
    "keep": ("可以公开", "may stay"),
    "mask": ("须脱敏", "must be masked"),
    "generalise": ("只公开到{to}", "must be cut down to {to}"),
    "delete": ("不公开", "must not be published"),
    "review": ("是否公开由人决定", "must be decided on by a person"),
}
_FORMS = {
    "year": ("年份", "the year"), "month": ("年月", "the month"), "decade": ("年代", "the decade"), "age_band": ("年龄段", "an age band"),
    "village": ("村（社区）", "the village"), "township": ("乡镇（街道）", "the township"), "county": ("县（区）", "the county"),
    "band": ("区间", "a band"), "plate": ("车牌前两位", "the first two signs"), "area": ("区号", "the area code"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What decides a finding in the end: a rule, an exemption or a cell.

    source   "rule", "exemption" or "cell"
    action   index into ACTIONS
    mask     replaces the kind's own mask; None leaves it
    delete   whether the cell (or column) that holds the value goes with it, as the profile says
    """

    id: str
    source: str
    action: int
    reason: Mapping[str, str]
    basis: tuple[str, ...]
    mask: Mask | None = None
    delete: str = ""


def overrides(table: Table, catalogue: Catalogue, types: Mapping[str, DocType], audience: str) -> dict[str, dict[str, Cell]]:
    """`[cells.<type>]` tables of a profile: type (or "*", "unknown") → cells.  A cell that the law forbids is an error."""
    found: dict[str, dict[str, Cell]] = {}
    for name in list(table.content):
        if name not in types and name not in (UNKNOWN, EVERY):
            raise table.fail(name, f'no document type \'{name}\' (see `deident list types`), nor "*" or "unknown"')
        part = Table(table.file, f"{table.place}.{name}", dict(table.take(name, dict)))
        found[name] = row(part, catalogue)
        for key, cell in found[name].items():
            lawful(part, key, cell, audience, catalogue)
    return found


class Matrix:
    """Cells and verdicts of one profile: `layers` most particular first, each type → cells."""

    def __init__(
        self, types: Mapping[str, DocType], layers: Sequence[Mapping[str, Mapping[str, Cell]]], catalogue: Catalogue, delete: str
    ) -> None:
        self.types = types
        self.ids = tuple(types)
        self._layers = (*layers, {kind.id: kind.cells for kind in types.values()})
        self.catalogue, self._delete = catalogue, delete
        self.verdicts: list[Verdict] = []
        self._known: dict[tuple[str, str], int] = {}

    @property
    def own(self) -> Mapping[str, Mapping[str, Cell]]:
        """The cells of the profile's own file."""
        return self._layers[0]

    def cell(self, type: str, category: str, kind: str = "") -> Cell:
        """The cell of a type (or "unknown") for a category, or for a kind that has one of its own."""
        for layer in self._layers:
            for part in (type, EVERY):
                cells = layer.get(part, {})
                if kind in cells:
                    return cells[kind]
                if category in cells:
                    return cells[category]
        return Cell("mask", None, ("disclosure-15",))

    def numbers(self, first: int) -> NDArray[np.int32]:
        """(types + 1, kinds) number of the verdict of each cell, counted from `first`; the last row is that of "unknown"."""
        result = np.zeros((len(self.ids) + 1, len(self.catalogue.kinds)), np.int32)
        for place, type in enumerate((*self.ids, UNKNOWN)):
            for number, kind in enumerate(self.catalogue.kinds):
                result[place, number] = first + self._verdict(type, self.catalogue.patterns[kind].category, kind)
        return result

    def _verdict(self, type: str, category: str, kind: str) -> int:
        cell = self.cell(type, category, kind)
        own = cell is not self.cell(type, category)
        key = (type, kind if own else category)
        if key not in self._known:
            self._known[key] = len(self.verdicts)
            delete = self._delete if cell.action == "delete" else ""
            mask = DELETES[self._delete] if cell.action == "delete" else cell.to
            reason = {lang: self.said(type, category, cell, lang) for lang in ("zh", "en")}
            self.verdicts.append(
                Verdict(f"{key[0]}.{key[1]}", "cell", ACTIONS.index(cell.verdict), reason, cell.basis, mask, delete)
            )
        return self._known[key]

    def said(self, type: str, category: str, cell: Cell, lang: str) -> str:
        """A cell in words: 「学生资助、奖助学金：身份证等证件号码不公开」."""
        place = 1 if lang == "en" else 0
        name = ("未识别类型", "document of unknown type")[place] if type == UNKNOWN else self.types[type].name[lang]
        form = _FORMS.get(cell.to.form if cell.to else "", ("", ""))[place]
        what = CATEGORY_NAMES[category][place]
        did = _SAID[cell.action][place].format(to=form)
        note = f"（{cell.note[lang]}）" if cell.note and not place else f" ({cell.note[lang]})" if cell.note else ""
        return f"{name}：{what}{did}{note}" if not place else f"{name}: {what} {did}{note}"
