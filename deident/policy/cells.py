"""Cells of the matrix: what happens with a person's value of one category in one type of document.

    id_number    = { action = "delete", basis = ["jcth-2017-28"] }
    home_address = { action = "generalise", to = "village", basis = ["convention"] }
    phone        = { action = "mask", mask = { keep = [3, 0], length = 8 }, basis = ["default"] }

| action | what is left | the finding's action |
|---|---|---|
| keep | the value | keep |
| mask | what the kind's own mask leaves, or the form `to`, or `mask` as in a pattern file | mask |
| generalise | the form `to`: year, month, decade, age_band, village, township, county, band | mask |
| delete | nothing: as the profile's `delete` says, stars, an empty cell or an empty column | mask |
| review | a person decides | review |

A cell stands for a category; one for a single kind (`exam_number = …`) goes before that of its category.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deident.catalog import FORMS, Catalogue, Mask, Table, careful, mask
from deident.model import CATEGORIES

VERDICTS = {"keep": "keep", "mask": "mask", "generalise": "mask", "delete": "mask", "review": "review"}
COARSER = ("year", "month", "decade", "age_band", "village", "township", "county", "band", "plate", "area")
#: What one category may become; a form of another one would make nonsense of the value.
MADE_FOR: Mapping[str, tuple[str, ...]] = {
    "birth_date": ("year", "month", "decade", "age_band"),
    "home_address": ("village", "township", "county"),
    "property_status": ("band", "plate"),
    "phone": ("area",),
    "person_name": ("name", "court", "anonymous"),
}
ANY = ("ends", "suppress", "delete", "pseudonym", "surrogate")

#: What no cell may keep on the internet without an exemption (国办发〔2018〕23号: apart from punitive publicity and
#: mandatory disclosure personal data is de-identified).
NEVER_KEPT = ("id_number", "bank_account", "phone", "email", "medical_record", "social_relation", "disability", "marital_status")


@dataclass(frozen=True, slots=True)
class Cell:
    """`to` is the mask that replaces the kind's own; `line` where it is written; `note` says why, if more is to be said."""

    action: str
    to: Mask | None
    basis: tuple[str, ...]
    note: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The finding's action: mask | review | keep."""
        return VERDICTS[self.action]


def row(table: Table, catalogue: Catalogue, whole: bool = False) -> dict[str, Cell]:
    """The cells of one row by category or kind; a `whole` row has all thirteen categories."""
    cells = {name: _cell(table, name, catalogue) for name in list(table.content)}
    if whole and (missing := [category for category in CATEGORIES if category not in cells]):
        raise table.fail(missing[0], "is missing: a row says something on each of the thirteen categories")
    return cells


def lawful(table: Table, key: str, cell: Cell, audience: str, catalogue: Catalogue) -> None:
    """Raises where a cell of a profile for the internet keeps what only an exemption may keep."""
    if said := unlawful(key, cell, audience, catalogue):
        raise table.fail(key, said)


def unlawful(key: str, cell: Cell, audience: str, catalogue: Catalogue) -> str:
    """What is wrong with a cell before this audience; "" when nothing is.  A kind that costs its owner little may stay by itself."""
    category = key if key in CATEGORIES else catalogue.patterns[key].category
    light = key not in CATEGORIES and catalogue.patterns[key].severity != "high"
    if audience != "internet" or cell.action != "keep" or category not in NEVER_KEPT or light:
        return ""
    return (
        f"keeps the {category} of private persons on the internet; name the field in exemptions.toml with its basis, "
        'or write a profile for a smaller audience (audience = "locality")'
    )


def _cell(row: Table, name: str, catalogue: Catalogue) -> Cell:
    if name not in CATEGORIES and name not in catalogue.patterns:
        raise row.fail(name, f"is neither a category ({', '.join(CATEGORIES)}) nor a kind (`deident list kinds`)")
    category = name if name in CATEGORIES else catalogue.patterns[name].category
    table = Table(row.file, f"{row.place}.{name}", dict(row.take(name, dict)))
    action = table.take("action", str)
    if action not in VERDICTS:
        raise table.fail("action", f"'{action}' is none of {', '.join(VERDICTS)}")
    form = table.take("to", str, "")
    if form and VERDICTS[action] != "mask":
        raise table.fail("to", f"says how a value is hidden, but the action is '{action}'; leave one of them out")
    if action == "generalise" and form not in COARSER:
        raise table.fail("to", f"generalise needs one of {', '.join(COARSER)}")
    if action == "delete" and form:
        raise table.fail("to", 'nothing is left of what is deleted; leave `to` out or write action = "mask"')
    if form and (form not in FORMS or form not in (*MADE_FOR.get(category, ()), *ANY)):
        allowed = (*MADE_FOR.get(category, ()), *ANY)
        raise table.fail("to", f"'{form}' does not fit {category}: one of {', '.join(allowed)}")
    own = Mask(form) if form else None
    if "mask" in table.content:
        if form or action != "mask":
            raise table.fail("mask", 'goes with action = "mask" and without `to`')
        own = mask(Table(row.file, f"{table.place}.mask", dict(table.take("mask", dict))))
        if problem := careful(own, category):
            raise table.fail("mask", problem)
    basis = table.words("basis", catalogue.laws.__contains__, "no law '{}' in law.toml")
    note = table.names("note") if "note" in table.content else {}
    table.done()
    if not basis:
        raise table.fail("basis", "is missing: a cell says on what authority; keys of law.toml, `default` where it is only yours")
    return Cell(action, own, basis, note)
