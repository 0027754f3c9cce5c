"""The command line: scan, mask, check, test, list.

Exit codes: 0 nothing to mask or review · 1 something is · 2 wrong usage or configuration · 3 incomplete (something could
not be scanned, verified or written; never reported as clean) · 130 interrupted.  Results go to stdout, progress and errors to
stderr; an error is one line that says where and what to do.  Nothing that a document holds is ever part of an error.
"""

from __future__ import annotations

import argparse
import json
import locale
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, NoReturn

from deident.errors import DeidentError, OutputError, VerifyError
from deident.report.messages import say
from deident.report.plain import plain

HELP: dict[str, tuple[str, str]] = {
    "top": ("在政府网页内容公开之前查找并遮盖个人信息。", "Find and mask personal information in government web content before it is published."),
    "codes": (
        "退出码：0 无需处理 · 1 有须脱敏或复核的内容 · 2 用法或配置错误 · 3 不完整（有内容未能检查）",
        "exit codes: 0 nothing to do · 1 something to mask or review · 2 wrong usage or configuration · 3 incomplete",
    ),
    "scan": ("检查整个文件夹，输出报告", "scan a dump and write reports"),
    "mask": ("复制整个文件夹并就地脱敏、核验", "write the same tree with personal information masked and verified"),
    "check": (
        "发布前检查一份文档（- 为标准输入：原始字节，或含 title、html、text 的 JSON）",
        "check one document before it is published (- is standard input: bytes, or JSON with title, html, text)",
    ),
    "test": ("运行规则文件中的示例", "run the examples inside the pattern files"),
    "list": ("列出种类、校验、格式、策略", "list kinds, checks, formats or policies"),
    "paths": ("文件或文件夹", "files or folders"),
    "src": ("文件或文件夹", "file or folder"),
    "file": ("文件，或 - 表示标准输入", "a file, or - for standard input"),
    "out": ("报告文件夹", "folder for the reports"),
    "dst": ("输出文件夹；输入为单个文件时也可为文件名（如 out.html）", "output folder; for a single file also a file name (out.html)"),
    "report": ("报告文件夹（默认为 DST/.deident；输出为文件时为 DST.deident）", "folder for the reports (default: DST/.deident; DST.deident for a file)"),
    "policy": ("策略（默认 gov-publish）", "policy (default gov-publish)"),
    "patterns": ("另加的规则文件夹", "folder with further pattern files"),
    "matcher": ("匹配引擎", "matching engine"),
    "jobs": ("进程数（默认为处理器数）", "processes (default: one per processor)"),
    "resume": ("继续上次中断的任务，已完成的文件不重做", "go on with an interrupted run; finished files are not done again"),
    "force": ("输出文件夹不为空时重新开始", "start over in an output folder that is not empty"),
    "max_size": ("单个文件的大小上限（MB，默认 200）", "largest file that is read, in MB (default 200)"),
    "exit_zero": ("有须脱敏或复核的内容时也返回 0（2、3 照常）", "return 0 also when something is to be masked or reviewed (never for 2 or 3)"),
    "time_limit": ("一批文件的时间上限（秒，默认 120）", "seconds allowed for one batch of files (default 120)"),
    "lang": ("语言：zh、en 或 auto（按系统）", "language: zh, en or auto (from the locale)"),
    "quiet": ("不显示进度和总结", "no progress, no summary"),
    "version": ("显示版本", "show the version"),
    "format": ("输出格式", "output format"),
    "title": ("文档标题（用于判断文档类型）", "the document's title (helps to tell its type)"),
    "dir": ("另加的规则文件夹", "folder with further pattern files"),
    "what": ("要列出的内容", "what to list"),
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    lang = language(arguments, os.environ)
    try:
        options = _parser(lang).parse_args(arguments)
        options.lang = lang
        command: Callable[[argparse.Namespace], int] = options.run
        code = command(options)
        sys.stdout.flush()
    except SystemExit as leaving:  # argparse: --help, --version, wrong usage
        return leaving.code if isinstance(leaving.code, int) else 2
    except BrokenPipeError:  # `deident … | head`: nobody reads on
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  the interpreter flushes it at exit
        return 3
    except KeyboardInterrupt:
        return _fail(lang, say(lang, "interrupted"), 130)
    except (OutputError, VerifyError) as problem:
        return _fail(lang, str(problem), 3)
    except DeidentError as problem:
        return _fail(lang, str(problem), 2)
    except Exception as problem:  # noqa: BLE001  the last line of defence: a traceback may quote the document
        if os.environ.get("DEIDENT_DEBUG") == "1":
            traceback.print_exc()
        place = traceback.extract_tb(problem.__traceback__)[-1]
        where = {"type": type(problem).__name__, "file": os.path.basename(place.filename), "line": place.lineno}
        return _fail(lang, say(lang, "internal", **where), 3)
    return code


def language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """zh or en, known before the arguments are parsed because help and errors are in it.  No locale means Chinese."""
    chosen = "auto"
    for number, argument in enumerate(arguments):
        if argument == "--lang" and number + 1 < len(arguments):
            chosen = arguments[number + 1]
        elif argument.startswith("--lang="):
            chosen = argument.partition("=")[2]
    if chosen in ("zh", "en"):
        return chosen
    named = next(filter(None, (environment.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if not named and sys.platform == "win32":
        named = locale.getlocale()[0] or ""
    return "zh" if named.lower().startswith(("zh", "chinese")) or named.partition(".")[0] in ("", "C", "POSIX") else "en"


class _Parser(argparse.ArgumentParser):
    """argparse whose errors look like ours."""

    lang = "zh"

    def error(self, message: str) -> NoReturn:
        """One line with the usage; exit code 2."""
        self.print_usage(sys.stderr)
        sys.exit(_fail(self.lang, message, 2))


def _parser(lang: str) -> argparse.ArgumentParser:
    def text(key: str) -> str:
        return HELP[key][lang == "en"]

    class Parser(_Parser):
        pass

    Parser.lang = lang
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--policy", default="gov-publish", metavar="NAME", help=text("policy"))
    common.add_argument("--patterns", type=Path, metavar="DIR", help=text("patterns"))
    common.add_argument("--matcher", choices=("auto", "hyperscan", "python"), default="auto", help=text("matcher"))
    common.add_argument("--lang", choices=("zh", "en", "auto"), default="auto", help=text("lang"))
    common.add_argument("--quiet", "-q", action="store_true", help=text("quiet"))
    dump = argparse.ArgumentParser(add_help=False)
    dump.add_argument("--jobs", "-j", type=_count, default=0, metavar="N", help=text("jobs"))
    dump.add_argument("--resume", action="store_true", help=text("resume"))
    dump.add_argument("--max-size", type=_count, default=200, metavar="MB", help=text("max_size"))
    dump.add_argument("--time-limit", type=_count, default=120, metavar="S", help=text("time_limit"))
    dump.add_argument("--exit-zero", action="store_true", help=text("exit_zero"))

    parser = Parser(prog="deident", description=text("top"), epilog=text("codes"))
    parser.add_argument("--version", action="version", version=f"deident {_version()}", help=text("version"))
    parser.add_argument("--lang", choices=("zh", "en", "auto"), default="auto", help=text("lang"))
    commands: Any = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = commands.add_parser(
            name, help=text(name), description=text(name), epilog=text("codes"), parents=parents
        )
        sub.set_defaults(run=run)
        return sub

    scan = command("scan", _scan, common, dump)
    scan.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=text("paths"))
    scan.add_argument("-o", "--out", required=True, type=Path, metavar="OUT", help=text("out"))
    mask = command("mask", _mask, common, dump)
    mask.add_argument("src", type=Path, metavar="SRC", help=text("src"))
    mask.add_argument("-o", "--out", required=True, type=Path, metavar="DST", help=text("dst"))
    mask.add_argument("--force", action="store_true", help=text("force"))
    mask.add_argument("--report", type=Path, metavar="DIR", help=text("report"))
    check = command("check", _check, common)
    check.add_argument("file", metavar="FILE", help=text("file"))
    check.add_argument("--format", choices=("text", "json", "sarif"), default="text", help=text("format"))
    check.add_argument("--title", help=text("title"))
    test = command("test", _test, common)
    test.add_argument("dir", nargs="?", type=Path, metavar="DIR", help=text("dir"))
    listing = command("list", _list, common)
    listing.add_argument("what", choices=("kinds", "checks", "formats", "policies"), help=text("what"))
    return parser


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("1, 2, 3 …")
    return number


def _version() -> str:
    try:
        return version("deident")
    except PackageNotFoundError:
        return "0+source"


def _fail(lang: str, message: str, code: int) -> int:
    if sys.stderr is not None:
        print(f"deident: {say(lang, 'error')} {plain(message)}", file=sys.stderr)
    return code


def _warn(options: argparse.Namespace, message: str) -> None:
    print(f"deident: {say(options.lang, 'warning')} {plain(message)}", file=sys.stderr)


def _scan(options: argparse.Namespace) -> int:
    from deident.crawl import scan_dump

    return _close(options, scan_dump(options.paths, options.out, _crawl(options)), options.paths[0])


def _mask(options: argparse.Namespace) -> int:
    from deident.crawl import mask_dump

    return _close(options, mask_dump(options.src, options.out, _crawl(options)), options.src)


def _crawl(options: argparse.Namespace) -> Any:
    from deident.crawl import Options

    return Options(
        policy=options.policy, patterns=options.patterns, matcher=options.matcher, key=_key(options), lang=options.lang,
        jobs=options.jobs, resume=options.resume, force=getattr(options, "force", False), quiet=options.quiet,
        seconds=options.time_limit, most_bytes=options.max_size << 20, report=getattr(options, "report", None), version=_version(),
    )  # fmt: skip


def _key(options: argparse.Namespace) -> bytes | None:
    from deident.linkage import load_key

    try:
        return load_key()
    except OutputError as problem:
        _warn(options, say(options.lang, "no_key", why=problem))
        return None


def _close(options: argparse.Namespace, outcome: Any, source: Path) -> int:
    from deident.report.text import closing

    if not outcome.summary.files:
        _warn(options, say(options.lang, "empty", path=source))
    elif not options.quiet:
        for line in closing(outcome.summary, outcome.run):
            print(line)
        if outcome.run.mode == "mask":
            print(say(options.lang, "output_at", path=plain(str(options.out))))
        print(say(options.lang, "report_at", path=plain(str(outcome.reports / "report.html"))))
    return 0 if options.exit_zero and outcome.exit_code == 1 else int(outcome.exit_code)


def _test(options: argparse.Namespace) -> int:
    from deident import examples
    from deident.engine import Scanner

    scanner = Scanner(policy=options.policy, patterns=options.dir or options.patterns, matcher=options.matcher, lang=options.lang)
    failures = list(examples.run(scanner))
    for failure in failures:
        print(f"{failure.file}: {failure.example}: {failure.problem}")
    if failures:
        print(say(options.lang, "test_failed", count=len(failures)))
    elif not options.quiet:
        print(say(options.lang, "test_ok", kinds=len(scanner.catalogue.patterns), examples=examples.count(scanner)))
    return 1 if failures else 0


def _list(options: argparse.Namespace) -> int:
    from deident import catalog, policy

    rows: list[tuple[str, ...]]
    if options.what == "kinds":
        rows = [(p.id, p.category, p.name.get(options.lang, p.id)) for p in catalog.load(options.patterns).patterns.values()]
    elif options.what == "policies":
        rows = [(name,) for name in policy.names(options.patterns)]
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


def _check(options: argparse.Namespace) -> int:
    from deident import report
    from deident.crawl import gate
    from deident.engine import Scanner
    from deident.report import sarif, text

    document = gate.read(options.file, options.title, options.lang)
    scanner = Scanner(
        policy=options.policy, patterns=options.patterns, matcher=options.matcher, key=_key(options), lang=options.lang
    )
    summary, reports = gate.run(scanner, document, options.lang)
    catalog = scanner.catalogue
    run = report.Run("check", _version(), options.policy, options.lang, kinds=report.kind_names(catalog.patterns, options.lang),
                     laws=report.law_names(catalog.laws, options.lang))  # fmt: skip
    if options.format == "sarif":
        print(json.dumps(sarif.log(reports, run), ensure_ascii=False, indent=1))
    elif options.format == "json":
        print(json.dumps(gate.as_json(reports, summary), ensure_ascii=False, indent=1))
    elif not options.quiet:
        for line in text.checked(reports, run):
            print(line)
    return summary.exit_code("check")
