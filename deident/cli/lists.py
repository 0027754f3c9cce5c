"""test and list."""

from __future__ import annotations

import argparse
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

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
    """One module is one check or one format; the first line of its docstring says what it is.

    Beside the formats stand modules they share: a format is a module with a class that has a `format`.
    """
    home = import_module(f"deident.{package}")
    names = [module.name for module in iter_modules(home.__path__) if not module.name.startswith("_")]
    modules = [(name, import_module(f"deident.{package}.{name}")) for name in names]
    if package == "formats":
        modules = [(name, module) for _, module in modules if (name := _format(module))]
    return [(name, (module.__doc__ or "").strip().partition("\n")[0]) for name, module in modules]


def _format(module: ModuleType) -> str:
    """The name of the format a module reads, as reports say it; "" for what formats share."""
    own = (thing for thing in vars(module).values() if isinstance(thing, type) and thing.__module__ == module.__name__)
    return next((name for kind in own if isinstance(name := getattr(kind, "format", None), str) and name), "")
