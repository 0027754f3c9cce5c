"""test and list."""

from __future__ import annotations

import argparse
from importlib import import_module
from pkgutil import iter_modules

from deident.report.messages import say

LISTED = ("kinds", "checks", "formats", "policies", "types")


def test(options: argparse.Namespace) -> int:
    """Run the examples inside the pattern and policy files."""
    from deident import examples
    from deident.engine import Scanner

    scanner = Scanner(
        policy=options.policy,
        patterns=options.dir or options.patterns,
        matcher=options.matcher,
        lang=options.lang,
        key=examples.KEY,
    )
    failures = list(examples.run(scanner))
    for failure in failures:
        print(f"{failure.file}: {failure.example}: {failure.problem}")
    if failures:
        print(say(options.lang, "test_failed", count=len(failures)))
    elif not options.quiet:
        print(say(options.lang, "test_ok", kinds=len(scanner.catalogue.patterns), examples=examples.count(scanner)))
    return 1 if failures else 0


def show(options: argparse.Namespace) -> int:
    """List what there is, by id; of document types also the row of the matrix that each stands for."""
    from deident import catalog, policy

    rows: list[tuple[str, ...]]
    if options.what == "kinds":
        rows = [(p.id, p.category, p.name.get(options.lang, p.id)) for p in catalog.load(options.patterns).patterns.values()]
    elif options.what == "policies":
        rows = [(name,) for name in policy.names(options.patterns)]
    elif options.what == "types":
        types = policy.load(options.policy, catalog.load(options.patterns), options.patterns).types.values()
        rows = [(kind.id, f"{kind.row:>3}", kind.name[options.lang]) for kind in types]
    else:
        rows = _modules(options.what)
    for row in sorted(rows):
        print("  ".join((f"{row[0]:<28}", *row[1:])).rstrip())
    return 0


def _modules(package: str) -> list[tuple[str, ...]]:
    """One module is one check; formats are named by the table of readers.  The first line of the docstring says what it is."""
    if package == "formats":
        from deident.formats import READERS

        modules = [(name, f"formats.{reader.module}", reader.extra) for name, reader in READERS.items()]
    else:
        home = import_module(f"deident.{package}")
        names = [module.name for module in iter_modules(home.__path__) if not module.name.startswith("_")]
        modules = [(name, f"{package}.{name}", "") for name in names]
    return [(name, _first_line(module, extra)) for name, module, extra in modules]


def _first_line(module: str, extra: str) -> str:
    try:
        return (import_module(f"deident.{module}").__doc__ or "").strip().partition("\n")[0]
    except ImportError:
        return f"pip install 'deident[{extra}]'"
