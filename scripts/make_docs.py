"""Make what the documentation says about the code from the code: docs/kinds.md, docs/options.md and the marked parts of the READMEs.

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
from deident.report.messages import category_name  # noqa: E402

CATALOGUE = catalog.load()
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
    for name in policy.names():
        one = policy.load(name, CATALOGUE)
        parts.append(f"## Policy / 策略 `{one.id}`：{one.name['zh']} / {one.name['en']}\n\nThe first rule that holds decides.\n")
        parts.append(table("rule | action | 理由 | reason | basis", (
            (f"`{rule.id}`", ACTIONS[rule.action], rule.reason["zh"], rule.reason["en"], ", ".join(rule.basis)) for rule in one.rules
        )))  # fmt: skip
    parts.append("## Legal sources / 依据\n\n`convention` and `official` are practice, not law.\n")
    parts.append(table("key | status | title | article", (
        (f"`{key}`", law["status"], law["title"], law.get("article", "")) for key, law in CATALOGUE.laws.items()
    )))  # fmt: skip
    return "\n".join(parts)


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
    out = {ROOT / "docs/kinds.md": kinds_page(), ROOT / "docs/options.md": options_page()}
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
