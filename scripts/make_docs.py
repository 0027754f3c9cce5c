"""Make what the documentation says about the code from the code: docs/kinds.md, docs/doc_types.md, docs/options.md and the marked
parts of the READMEs.

    python scripts/make_docs.py            # write
    python scripts/make_docs.py --check    # exit code 1 when a file is not what would be written

A marked part stands between `<!-- name -->` and `<!-- /name -->`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from deident import catalog, checks, cli, policy  # noqa: E402  the checkout's own, not an installed one
from deident.model import ACTIONS, CATEGORIES  # noqa: E402
from deident.policy.cells import Cell  # noqa: E402
from deident.policy.rules import MATRIX  # noqa: E402
from deident.report.messages import category_name  # noqa: E402

CATALOGUE = catalog.load()
CODES = {"keep": "K", "mask": "M", "generalise": "G", "delete": "D", "review": "R"}
AUDIENCES = {
    "internet": "互联网 / the internet", "locality": "本村（社区） / the village or community", "affected": "利害关系人 / those concerned",
    "internal": "内部 / the administration",
}  # fmt: skip
NOTE = "<!-- Made by scripts/make_docs.py; do not edit. -->\n"


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; `head` holds the titles separated by bars."""
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    return "\n".join(lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]) + "\n"


def kinds(lang: str) -> str:
    """Categories with their kinds, for the READMEs."""
    head = "category | kinds" if lang == "en" else "类别 | 种类"
    rows = []
    for category in CATEGORIES:
        of = [p.name[lang] for p in CATALOGUE.patterns.values() if p.category == category]
        rows.append((f"{category_name(lang, category)} `{category}`", ("，" if lang == "zh" else ", ").join(of) or "–"))
    return table(head, rows)


def quality(lang: str) -> str:
    """The floors of benchmarks/floors.json by category."""
    floors: dict[str, Any] = json.loads((ROOT / "benchmarks/floors.json").read_text(encoding="utf-8"))
    corpora = [name for name in ("examples", "shared-dev") if name in floors]
    if not corpora:
        return "No floors are set yet.\n" if lang == "en" else "尚未设定下限。\n"
    words = ("category", "masked", "left alone") if lang == "en" else ("类别", "应遮已遮", "应留已留")
    head = " | ".join([words[0], *(f"{corpus}: {word}" for corpus in corpora for word in words[1:])])
    rows = []
    for category in (*CATEGORIES, "ALL"):
        cells = [
            f"{score:.0%}" if (score := floors[corpus]["scores"].get(category, {}).get(name)) is not None else "–"
            for corpus in corpora
            for name in ("masked", "kept")
        ]
        rows.append([f"`{category}`", *cells])
    return table(head, rows)


def kinds_page() -> str:
    """docs/kinds.md."""
    parts = [
        "# Kinds, checks, policies, laws / 种类、校验、策略、依据\n", NOTE,
        "## Kinds / 种类\n\nOne file `patterns/<id>.toml` each; `severity` is what one exposed value costs its owner.\n",
        table("id | 名称 | name | category | severity | checks | basis", (
            (f"`{p.id}`", p.name["zh"], p.name["en"], p.category, p.severity, ", ".join(p.checks), ", ".join(p.basis))
            for p in CATALOGUE.patterns.values()
        )),
        "## Checks / 校验\n\nOne function `deident/checks/<name>.py` each.\n",
        table("check | what it proves", (
            (f"`{name}`", " ".join((sys.modules[check.__module__].__doc__ or "").partition("\n\n")[0].split()))
            for name, check in checks.load().items()
        )),
    ]  # fmt: skip
    for name in ("gov-publish", *(name for name in policy.names() if name != "gov-publish")):
        parts += profile(policy.load(name, CATALOGUE))
    parts.append("## Legal sources / 依据\n\n`convention` and `official` are practice, not law.\n")
    parts.append(table("key | status | title | article", (
        (f"`{key}`", law["status"], law["title"], law.get("article", "")) for key, law in CATALOGUE.laws.items()
    )))  # fmt: skip
    return "\n".join(parts)


def profile(one: policy.Policy) -> Iterable[str]:
    """A policy: its own rules, and the cells of its own file."""
    base = one.extends and policy.load(one.extends, CATALOGUE)
    inherited = {rule.id for rule in base.rules} if base else set()
    yield f"## Policy / 策略 `{one.id}`：{one.name['zh']} / {one.name['en']}\n"
    yield f"For / 读者：{AUDIENCES[one.audience]}." + (
        f"  After its own rules those of `{one.extends}` / 之后适用其规则.\n" if base else "\n"
    )
    rows = [rule for rule in one.rules if rule.id not in inherited]
    if rows:
        yield "The first rule that holds decides; `matrix`: the cell of the document's type. / 依次适用，先符合者决定；`matrix` 由文种决定。\n"
        yield table("rule | action | 理由 | reason | basis", (
            (f"`{rule.id}`", ACTIONS[rule.action] if rule.action >= 0 else MATRIX, rule.reason["zh"], rule.reason["en"], ", ".join(rule.basis))
            for rule in rows
        ))  # fmt: skip
    cells = [(type, key, cell) for type, row in one.matrix.own.items() for key, cell in row.items()]
    if cells:
        yield "Cells of its own / 自有单元格 ([codes](doc_types.md)):\n"
        yield table("type | category or kind | cell | basis", (
            (f"`{type}`", f"`{key}`", code(cell), ", ".join(cell.basis)) for type, key, cell in cells
        ))  # fmt: skip


def code(cell: Cell) -> str:
    """A cell in one letter."""
    letter = CODES[cell.action]
    return f"{letter}→{cell.to.form}" if cell.to and cell.to.form != "ends" else letter


def types_page() -> str:
    """docs/doc_types.md."""
    one = policy.load("gov-publish", CATALOGUE)
    exempt = {(e.type, e.category): e for e in one.exemptions}
    rows, more = [], []
    for id, kind in sorted(one.types.items(), key=lambda item: _row(item[1].row)):
        cells = [code(kind.cells[category]) + (" E" if (id, category) in exempt else "") for category in CATEGORIES]
        rows.append((kind.row, f"`{id}`", f"{kind.name['zh']} / {kind.name['en']}", *cells))
        own = [f"`{key}` {code(cell)}" for key, cell in kind.cells.items() if key not in CATEGORIES]
        basis = dict.fromkeys((*kind.publish.basis, *(law for cell in kind.cells.values() for law in cell.basis)))
        days = f"{kind.publish.publicity_days} d" if kind.publish.publicity_days else "–"
        more.append(
            (kind.row, f"`{id}`", kind.publish.audience, ", ".join(kind.publish.channels), days, kind.publish.after_period,
             ", ".join(own) or "–", ", ".join(basis))
        )  # fmt: skip
    rows.append(
        ("–", "`unknown`", "类型不明 / unknown", *(code(one.matrix.cell(policy.UNKNOWN, category)) for category in CATEGORIES))
    )
    parts = [
        "# Document types and the matrix / 文种与处理表\n", NOTE,
        "What `gov-publish` does with a private person's data, when no rule says that it is an office's. One file "
        "`patterns/policies/types/<id>.toml` each; `unknown` is for documents of which nobody knows what they are.\n",
        "**K** keep 保留 · **M** mask 遮盖 · **G** generalise 概括 · **D** delete 删除 · **R** review 由人决定 · **→** what is left 留下的形式 · "
        "**E** an exemption exists 有豁免\n",
        table("row | id | name | " + " | ".join(f"{category_name('zh', c)}" for c in CATEGORIES), rows),
        "## Publication, cells of single kinds, basis / 公开范围与期限、单项、依据\n",
        "Basis: keys of [law.toml](kinds.md#legal-sources--依据); `convention` and `default` are practice, not law. Each cell names its own in "
        "the file, and `deident policy show TYPE` shows it.\n",
        table("row | id | audience | channels | period | afterwards | kinds of their own | basis", more),
        "## Exemptions / 豁免\n",
        "`patterns/policies/exemptions.toml`: the person whom the page is about, never a minor, never a third party, never bank account, "
        "phone, kin or illness.\n",
        table("id | type | category | group | 理由 | reason | basis", (
            (f"`{e.id}`", f"`{e.type}`", e.category, e.group, e.reason["zh"], e.reason["en"], ", ".join(e.basis)) for e in one.exemptions
        )),
    ]  # fmt: skip
    return "\n".join(parts)


def _row(row: str) -> tuple[int, str]:
    number = re.match(r"\d*", row)[0]  # type: ignore[index]  # an empty match is a match
    return int(number or 999), row


def options_page() -> str:
    """docs/options.md."""
    parser = cli._parser("en")
    chinese = cli._parser("zh")
    parts = ["# Options / 选项\n", NOTE]
    for (name, english), other in zip(_commands(parser).items(), _commands(chinese).values(), strict=True):
        parts.append(f"## deident {name}\n\n{other.description} / {english.description}\n")
        rows = []
        for action, translated in zip(english._actions, other._actions, strict=True):
            if action.dest != "help":
                shown = " ".join(f"`{s}`" for s in action.option_strings) or f"`{action.metavar or action.dest}`"
                value = f" `{action.metavar}`" if action.option_strings and action.metavar else ""
                choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
                rows.append((shown + value, f"{translated.help}{choices}", f"{action.help}"))
        parts.append(table("option | 说明 | what it does", rows))
    return "\n".join(parts)


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (commands,) = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(commands)


def filled(text: str, parts: dict[str, Callable[[], str]]) -> str:
    """The text with its marked parts made anew."""
    for name, make in parts.items():
        mark = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.S)
        if not mark.search(text):
            raise SystemExit(f"no part <!-- {name} -->")
        text = mark.sub(lambda found, make=make: f"{found[1]}{make()}{found[2]}", text)
    return text


def pages() -> dict[Path, str]:
    """Every file that is made, with its content."""
    out = {
        ROOT / "docs/kinds.md": kinds_page(), ROOT / "docs/doc_types.md": types_page(), ROOT / "docs/options.md": options_page(),
    }  # fmt: skip
    for name, lang in (("README.md", "en"), ("README.zh.md", "zh")):
        text = (ROOT / name).read_text(encoding="utf-8")
        out[ROOT / name] = filled(text, {"kinds": lambda lang=lang: kinds(lang), "quality": lambda lang=lang: quality(lang)})
    return out


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [path for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is out of date: run python scripts/make_docs.py", file=sys.stderr)
        else:
            path.write_text(pages()[path], encoding="utf-8", newline="\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
