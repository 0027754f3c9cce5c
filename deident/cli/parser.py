"""Commands and options.  Help and errors are in the reader's language."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from deident.cli import dumps, gate, lists, rows, users
from deident.cli.common import fail, installed
from deident.cli.help import HELP
from deident.cli.serve import serve as serve_hook

Command = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """argparse whose errors look like ours."""

    lang = "zh"

    def error(self, message: str) -> NoReturn:
        """One line with the usage; exit code 2."""
        self.print_usage(sys.stderr)
        sys.exit(fail(self.lang, message, 2))


def parser(lang: str) -> argparse.ArgumentParser:
    """All commands, their help in one language."""

    def text(key: str) -> str:
        return HELP[key][lang == "en"]

    class Parser(_Parser):
        pass

    Parser.lang = lang
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--policy", default="gov-publish", metavar="NAME", help=text("policy_name"))
    common.add_argument("--patterns", type=Path, metavar="DIR", help=text("patterns"))
    common.add_argument("--matcher", choices=("auto", "hyperscan", "python"), default="auto", help=text("matcher"))
    common.add_argument("--lang", choices=("zh", "en", "auto"), default="auto", help=text("lang"))
    common.add_argument("--quiet", "-q", action="store_true", help=text("quiet"))
    site = argparse.ArgumentParser(add_help=False)
    site.add_argument("--suppressions", type=Path, metavar="FILE", help=text("suppressions"))
    site.add_argument("--ner", action=argparse.BooleanOptionalAction, default=None, help=text("ner"))
    build = argparse.ArgumentParser(add_help=False)
    build.add_argument("--sarif", type=Path, metavar="FILE", help=text("sarif"))
    build.add_argument("--junit", type=Path, metavar="FILE", help=text("junit"))
    dump = argparse.ArgumentParser(add_help=False)
    dump.add_argument("--jobs", "-j", type=_count, default=0, metavar="N", help=text("jobs"))
    dump.add_argument("--resume", action="store_true", help=text("resume"))
    dump.add_argument("--max-size", type=_count, default=200, metavar="MB", help=text("max_size"))
    dump.add_argument("--time-limit", type=_count, default=120, metavar="S", help=text("time_limit"))
    dump.add_argument("--exit-zero", action="store_true", help=text("exit_zero"))
    dump.add_argument("--data-set", default="", metavar="NAME", help=text("data_set"))

    top = Parser(prog="deident", description=text("top"), epilog=text("codes"))
    top.add_argument("--version", action="version", version=f"deident {installed()}", help=text("version"))
    top.add_argument("--lang", choices=("zh", "en", "auto"), default="auto", help=text("lang"))
    commands: Any = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Command, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = commands.add_parser(
            name, help=text(name), description=text(name), epilog=text("codes"), parents=parents
        )
        sub.set_defaults(run=run)
        return sub

    scan = command("scan", dumps.scan, common, site, build, dump)
    scan.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=text("paths"))
    scan.add_argument("-o", "--out", required=True, type=Path, metavar="OUT", help=text("out"))
    mask = command("mask", dumps.mask, common, site, dump)
    mask.add_argument("src", type=Path, metavar="SRC", help=text("src"))
    mask.add_argument("-o", "--out", required=True, type=Path, metavar="DST", help=text("dst"))
    mask.add_argument("--force", action="store_true", help=text("force"))
    mask.add_argument("--report", type=Path, metavar="DIR", help=text("report"))
    check = command("check", gate.check, common, site, build)
    check.add_argument("files", nargs="+", metavar="FILE", help=text("files"))
    check.add_argument("--format", choices=("text", "json", "sarif", "junit"), default="text", help=text("format"))
    check.add_argument("--title", help=text("title"))
    check.add_argument("--name", metavar="FILE", help=text("name"))
    check.add_argument("--doc-type", metavar="ID", help=text("doc_type"))
    check.add_argument("--explain", action="store_true", help=text("explain"))
    serve = command("serve", serve_hook, common, site)
    serve.add_argument("--host", metavar="ADDRESS", help=text("host"))
    serve.add_argument("--port", type=int, metavar="N", help=text("port"))
    serve.add_argument("--workers", type=_count, metavar="N", help=text("workers"))
    serve.add_argument("--data", type=Path, metavar="DIR", help=text("data"))
    serve.add_argument("--database", metavar="URL", help=text("database"))
    serve.add_argument("--keys", type=Path, metavar="FILE", help=text("keys"))
    serve.add_argument("--new-key", metavar="NAME", help=text("new_key"))
    serve.add_argument("--max-mb", type=_count, metavar="MB", help=text("max_mb"))
    serve.add_argument("--max-files", type=_count, metavar="N", help=text("max_files"))
    serve.add_argument("--seconds", type=_count, metavar="S", help=text("seconds"))
    serve.add_argument("--concurrency", type=_count, metavar="N", help=text("concurrency"))
    serve.add_argument("--desk", action=argparse.BooleanOptionalAction, default=True, help=text("desk"))
    serve.add_argument("--https", action="store_true", default=None, help=text("https"))
    serve.add_argument("--keep-days", type=_count, metavar="N", help=text("keep_days"))
    serve.add_argument("--session-hours", type=_count, metavar="N", help=text("session_hours"))
    people = command("users", users.users, common)
    people.add_argument("what", choices=users.ACTIONS, help=text("users_what"))
    people.add_argument("name", nargs="?", metavar="NAME", help=text("users_name"))
    people.add_argument("--role", choices=("editor", "reviewer", "supervisor"), help=text("role"))
    people.add_argument("--data", type=Path, metavar="DIR", help=text("data"))
    people.add_argument("--database", metavar="URL", help=text("database"))
    test = command("test", lists.test, common)
    test.add_argument("dir", nargs="?", type=Path, metavar="DIR", help=text("dir"))
    listing = command("list", lists.show, common)
    listing.add_argument("what", choices=lists.LISTED, help=text("what"))
    policy = command("policy", rows.run, common)
    policy.add_argument("what", choices=("show", "check"), help=text("policy_what"))
    policy.add_argument("name", metavar="DOC_TYPE|FILE", help=text("policy_of"))
    policy.add_argument("--format", choices=("text", "json"), default="text", help=text("format"))
    return top


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("1, 2, 3 …")
    return number
