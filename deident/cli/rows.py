"""policy show: the row of the matrix that applies to a type of document.  policy check: is a profile of one's own fine?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from deident.errors import InputError
from deident.model import CATEGORIES
from deident.report import kind_names, law_names
from deident.report.messages import category_name, say

if TYPE_CHECKING:
    from deident.catalog import Catalogue
    from deident.policy import Policy
    from deident.policy.cells import Cell


def run(options: argparse.Namespace) -> int:
    """`policy show` and `policy check`."""
    from deident import catalog, policy

    catalogue = catalog.load(options.patterns)
    if options.what == "check":
        made = policy.load(options.name, catalogue, options.patterns)
        audience = say(options.lang, f"audience_{made.audience}")
        counts = {"rules": len(made.rules), "types": len(made.types), "exemptions": len(made.exemptions)}
        print(say(options.lang, "policy_ok", file=made.file, id=made.id, audience=audience, **counts))
        return 0
    chosen = policy.load(options.policy, catalogue, options.patterns)
    if options.name != policy.UNKNOWN and options.name not in chosen.types:
        raise InputError(say(options.lang, "no_type", type=options.name, types=", ".join(chosen.types)))
    row = _row(options.name, chosen, catalogue, options.lang)
    if options.format == "json":
        print(json.dumps(row, ensure_ascii=False, indent=1))
    else:
        for line in _lines(row, options.lang):
            print(line)
    return 0


def _row(id: str, policy: Policy, catalogue: Catalogue, lang: str) -> dict[str, Any]:
    """Everything that the policy says on a type; `says` and titles of the law are in the reader's language."""
    from deident.policy.rules import said

    kind, laws = policy.types.get(id), law_names(catalogue.laws, lang)

    def basis(keys: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"key": key, "title": laws.get(key, key)} for key in keys]

    def cell(category: str, own: str = "") -> dict[str, Any]:
        found = policy.matrix.cell(id, category, own)
        name = kind_names(catalogue.patterns, lang)[own] if own else category_name(lang, category)
        return {"category": category, "kind": own, "name": name, "action": found.action, "to": found.to.form if found.to else "",
                "says": _says(policy, id, category, found, lang), "basis": basis(found.basis)}  # fmt: skip

    cells = []
    for category in CATEGORIES:
        cells.append(cell(category))
        for own, pattern in catalogue.patterns.items():
            if pattern.category == category and policy.matrix.cell(id, category, own) != policy.matrix.cell(id, category):
                cells.append(cell(category, own))
    publish = {
        "audience": kind.publish.audience, "channels": list(kind.publish.channels), "publicity_days": kind.publish.publicity_days,
        "after_period": kind.publish.after_period, "basis": basis(kind.publish.basis),
    } if kind else None  # fmt: skip
    exemptions = [
        {
            "id": e.id, "category": e.category, "kinds": [catalogue.kinds[number] for number in sorted(e.kinds)], "group": e.group,
            "when": [*said(e.when, policy.types, catalogue.kinds)], "unless": [*said(e.unless, policy.types, catalogue.kinds)],
            "reason": e.reason[lang], "basis": basis(e.basis),
        }
        for e in policy.exemptions
        if e.type == id
    ]  # fmt: skip
    return {
        "type": id, "name": kind.name[lang] if kind else say(lang, "unknown_type"), "row": kind.row if kind else "",
        "policy": {"id": policy.id, "name": policy.name[lang], "audience": policy.audience},
        "publish": publish, "cells": cells, "exemptions": exemptions,
    }  # fmt: skip


def _says(policy: Policy, type: str, category: str, cell: Cell, lang: str) -> str:
    """「不公开」「须脱敏（保留前 3 位、后 0 位）」, with the cell's note."""
    name, (before, after) = category_name(lang, category), ("（", "）") if lang != "en" else (" (", ")")
    said = policy.matrix.said(type, category, cell, lang)
    said = said[said.index(name) + len(name) :].strip()
    if cell.action != "mask":
        return said
    if cell.to is None:
        how = say(lang, "own_mask")
    elif cell.to.form == "ends":
        how = say(lang, "keep_ends", first=cell.to.keep[0], last=cell.to.keep[1])
    else:
        how = say(lang, f"form_{cell.to.form}")
    note = f"{before}{cell.note[lang]}{after}" if cell.note else ""
    return f"{said.removesuffix(note)}{before}{how}{after}{note}"


def _lines(row: Mapping[str, Any], lang: str) -> Iterator[str]:
    """The row for a terminal; the legal sources, numbered, come last."""
    laws: dict[str, tuple[int, str]] = {}

    def numbers(basis: list[dict[str, str]]) -> str:
        found = [str(laws.setdefault(law["key"], (len(laws) + 1, law["title"]))[0]) for law in basis]
        return f"  [{','.join(found)}]" if found else ""

    number = f" · {say(lang, 'row', row=row['row'])}" if row["row"] else ""
    yield f"{row['name']} ({row['type']}){number}"
    yield say(lang, "under", policy=f"{row['policy']['name']} ({row['policy']['id']})")
    if publish := row["publish"]:
        yield say(lang, "audience", audience=say(lang, f"audience_{publish['audience']}"))
        if publish["channels"]:
            yield say(lang, "channels", channels=", ".join(say(lang, f"channel_{channel}") for channel in publish["channels"]))
        days = publish["publicity_days"]
        yield say(lang, "days", days=days) if days else say(lang, "days_open")
        yield say(lang, "after", after=say(lang, f"after_{publish['after_period']}")) + numbers(publish["basis"])
    yield say(lang, "cells")
    for cell in row["cells"]:
        indent = "    " if cell["kind"] else "  "
        yield f"{indent}{cell['name']} ({cell['kind'] or cell['category']}): {cell['says']}{numbers(cell['basis'])}"
    yield say(lang, "exempt") if row["exemptions"] else say(lang, "no_exempt")
    for exemption in row["exemptions"]:
        category, group = category_name(lang, exemption["category"]), say(lang, f"group_{exemption['group']}")
        yield f"  {exemption['id']}: {category} · {group} · {exemption['reason']}{numbers(exemption['basis'])}"
        for side in ("when", "unless"):
            if exemption[side]:
                yield f"    {say(lang, side, conditions='; '.join(exemption[side]))}"
    if laws:
        yield f"{say(lang, 'basis')}:"
    for key, (place, title) in laws.items():
        yield f"  [{place}] {title} ({key})"
