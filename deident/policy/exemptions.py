"""Exemptions: what punitive publicity (惩戒公示) and mandatory disclosure (强制性信息披露) let stay, field by field.

No text defines the two terms (law-and-masks §9), so the list is explicit and editable: `patterns/policies/exemptions.toml`.

    [[exemption]]
    id       = "debtor-number"
    type     = "dishonest_debtor"
    category = "id_number"                     # or kinds = [...] of one category
    group    = "punitive"                      # punitive | mandatory
    when     = { title = ["dishonest"] }       # conditions as in rules; may be left out
    reason   = { zh = "…", en = "…" }
    basis    = ["shixin-4"]

An exemption holds for the person the page is about: never for minors, never for third parties on the page (both are looked
for before), never for bank account, phone, kin or illness (an error).  Each use is listed in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deident.catalog import Catalogue, Table
from deident.model import CATEGORIES
from deident.policy.matrix import NEVER_EXEMPT
from deident.policy.types import DocType

GROUPS = ("punitive", "mandatory")


@dataclass(frozen=True, slots=True)
class Exemption:
    """One field of one type; `kinds` are numbers of the catalogue; conditions as in a Rule."""

    id: str
    type: str
    category: str
    kinds: frozenset[int]
    group: str
    when: Mapping[str, Any]
    unless: Mapping[str, Any]
    reason: Mapping[str, str]
    basis: tuple[str, ...]


Conditions = Callable[[Table, str], Mapping[str, Any]]


def exemption(table: Table, catalogue: Catalogue, types: Mapping[str, DocType], conditions: Conditions) -> Exemption:
    """One `[[exemption]]`.  Raises CatalogError where the hard rules forbid it."""
    type = table.take("type", str)
    if type not in types:
        raise table.fail("type", f"no document type '{type}' (see `deident list types`)")
    listed = table.words("kinds", catalogue.patterns.__contains__, "no kind '{}' (see `deident list kinds`)")
    category = table.take("category", str, catalogue.patterns[listed[0]].category if listed else None)
    if category not in CATEGORIES:
        raise table.fail("category", f"no category '{category}'")
    if category in NEVER_EXEMPT:
        raise table.fail("category", f"an exemption never covers {', '.join(NEVER_EXEMPT)} (hard rule a); take it out")
    if strange := [kind for kind in listed if catalogue.patterns[kind].category != category]:
        raise table.fail("kinds", f"'{strange[0]}' is of another category than {category}")
    group = table.take("group", str)
    if group not in GROUPS:
        raise table.fail("group", f"'{group}' is none of {', '.join(GROUPS)}")
    kinds = listed or tuple(kind for kind in catalogue.kinds if catalogue.patterns[kind].category == category)
    basis = table.words("basis", catalogue.laws.__contains__, "no law '{}' in law.toml")
    if not basis:
        raise table.fail("basis", "is missing: an exemption names the provision that it rests on")
    made = Exemption(
        table.take("id", str), type, category, frozenset(catalogue.number(kind) for kind in kinds), group,
        conditions(table, "when"), conditions(table, "unless"), table.names("reason"), basis,
    )  # fmt: skip
    table.done()
    return made
