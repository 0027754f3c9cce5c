"""What the commands share: errors and warnings, the version, the key of the tags, expired entries of the site's list."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deident.errors import MissingExtra, OutputError
from deident.report import Expired
from deident.report.messages import say
from deident.report.plain import plain


def fail(lang: str, message: str, code: int) -> int:
    """Say what is wrong and return the exit code."""
    if sys.stderr is not None:
        print(f"deident: {say(lang, 'error')} {plain(message)}", file=sys.stderr)
    return code


def warn(options: argparse.Namespace, message: str) -> None:
    """Say something that does not end the command."""
    if sys.stderr is not None:
        print(f"deident: {say(options.lang, 'warning')} {plain(message)}", file=sys.stderr)


def emit(text: str) -> None:
    """Write what a program reads to standard output: UTF-8, whatever the locale says."""
    if sys.stdout is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")


def warn_expired(options: argparse.Namespace, expired: Iterable[Expired]) -> None:
    """Entries of the site's list that do nothing any more: somebody has to look at them again."""
    for entry in expired:
        warn(options, say(options.lang, "expired", name=entry.name, owner=entry.owner, expires=entry.expires))


def further(options: argparse.Namespace) -> dict[str, Path]:
    """The reports for build servers that are asked for: format → file."""
    return {format: path for format in ("sarif", "junit") if (path := getattr(options, format, None)) is not None}


def ner(options: argparse.Namespace) -> bool | None:
    """What --ner and --no-ner say.  Raises MissingExtra where the model is asked for and not installed."""
    from deident import tagger

    if options.ner and not tagger.installed():
        raise MissingExtra(say(options.lang, "no_tagger"))
    chosen: bool | None = options.ner
    return chosen


def installed() -> str:
    """The version of deident."""
    try:
        return version("deident")
    except PackageNotFoundError:
        return "0+source"


def key(options: argparse.Namespace) -> bytes | None:
    """The key of the tags, or a warning and None."""
    from deident.linkage import load_key

    try:
        return load_key()
    except OutputError as problem:
        warn(options, say(options.lang, "no_key", why=problem))
        return None
