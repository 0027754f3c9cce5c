"""The command line: scan, mask, check, test, list, policy.

Exit codes: 0 nothing to mask or review · 1 something is · 2 wrong usage or configuration · 3 incomplete (something could
not be scanned, verified or written; never reported as clean) · 130 interrupted.  Results go to stdout, progress and errors to
stderr; an error is one line that says where and what to do.  Nothing that a document holds is ever part of an error.

parser.py    commands and options       help.py     their texts in both languages
dumps.py     scan, mask                 gate.py     check
lists.py     test, list                 rows.py     policy show, policy check
common.py    what the commands share
"""

from __future__ import annotations

import argparse
import io
import locale
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence

from deident.cli.common import fail
from deident.cli.parser import parser as _parser
from deident.errors import DeidentError, OutputError, VerifyError
from deident.report.messages import say

__all__ = ["_parser", "language", "main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    lang = language(arguments, os.environ)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a locale that lacks a character must not end the run
    try:
        options = _parser(lang).parse_args(arguments)
        options.lang = lang
        command: Callable[[argparse.Namespace], int] = options.run
        code = command(options)
        if sys.stdout is not None:
            sys.stdout.flush()
    except SystemExit as leaving:  # argparse: --help, --version, wrong usage
        return leaving.code if isinstance(leaving.code, int) else 2
    except BrokenPipeError:  # `deident … | head`: nobody reads on
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  the interpreter flushes it at exit
        return 3
    except KeyboardInterrupt:
        return fail(lang, say(lang, "interrupted"), 130)
    except (OutputError, VerifyError) as problem:
        return fail(lang, str(problem), 3)
    except DeidentError as problem:
        return fail(lang, str(problem), 2)
    except Exception as problem:  # noqa: BLE001  the last line of defence: a traceback may quote the document
        if os.environ.get("DEIDENT_DEBUG") == "1":
            traceback.print_exc()
        place = traceback.extract_tb(problem.__traceback__)[-1]
        where = {"type": type(problem).__name__, "file": os.path.basename(place.filename), "line": place.lineno}
        return fail(lang, say(lang, "internal", **where), 3)
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
